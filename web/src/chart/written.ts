// written.ts - notes, letters, reports and documents as one list; what is text is text, and nothing else is ever opened. Pure.

import { known } from "../parts/known";
import { texts } from "../texts";
import { conceptText, referenceText } from "./coded";
import { concept, eachRead, Misshapen, period, reference, shaped, whatFits, type Shaped } from "./shape";

export interface Writing {
  id: string;
  title: string;
  when: string;
  by: string;
  status: string;
  /** What can be read here; empty where there is nothing but an attachment. */
  text: string;
  /** Attachments that are not opened here: what they are. */
  attached: { title: string; kind: string; bytes: number | null }[];
}

const attachmentShape = { contentType: "text", data: "text", title: "text", size: "number", creation: "text" } as const;
const referenceShape = {
  id: "text",
  status: "text",
  docStatus: "text",
  type: concept,
  description: "text",
  date: "text",
  author: [reference],
  content: [{ attachment: attachmentShape }],
} as const;
const narrative = { div: "text" } as const;
const sectionShape = { title: "text", text: narrative, section: ["anything"] } as const;
const compositionShape = {
  id: "text",
  status: "text",
  title: "text",
  type: concept,
  date: "text",
  author: [reference],
  text: narrative,
  section: ["anything"],
} as const;
const reportShape = {
  id: "text",
  status: "text",
  code: concept,
  effectiveDateTime: "text",
  effectivePeriod: period,
  issued: "text",
  performer: [reference],
  conclusion: "text",
  presentedForm: [attachmentShape],
} as const;

type Attachment = Shaped<typeof attachmentShape>;

/** XHTML of a narrative as plain text: the tags go, and nothing of it comes into the page as markup. */
export function plainText(xhtml: string): string {
  const named = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };
  return xhtml
    .replace(/<(br|\/p|\/div|\/li|\/tr|\/h[1-6])\b[^<>]*>/gi, "\n")
    .replace(/<\/t[dh]\s*>/gi, "\t")
    .replace(/<[^<>]*>/g, "")
    .replace(/&(#x?[0-9a-f]+|\w+);/gi, (whole, name: string) => {
      if (!name.startsWith("#")) return known(named, name.toLowerCase()) ?? whole;
      const code = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : Number(name.slice(1));
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    })
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

const textTypes = /^text\/(plain|markdown|csv)\b/i;

/** The text of an attachment that holds it itself. */
function inlineText(attachment: Attachment): string | null {
  if (attachment.data === undefined || !textTypes.test(attachment.contentType ?? "")) return null;
  try {
    const bytes = Uint8Array.from(atob(attachment.data), (letter) => letter.charCodeAt(0));
    return new TextDecoder(/charset=([\w-]+)/i.exec(attachment.contentType ?? "")?.[1] ?? "utf-8").decode(bytes);
  } catch {
    return null; // no base64, or a character set that nobody knows
  }
}

function kindOf(attachment: Attachment): string {
  return attachment.contentType?.split(";")[0]?.trim() ?? "";
}

function contentOf(attachments: Attachment[]): Pick<Writing, "text" | "attached"> {
  const readable: string[] = [];
  const attached: Writing["attached"] = [];
  for (const attachment of attachments) {
    const text = inlineText(attachment);
    if (text !== null) readable.push(text);
    else attached.push({ title: attachment.title ?? "", kind: kindOf(attachment), bytes: attachment.size ?? null });
  }
  return { text: readable.join("\n\n"), attached };
}

const idOf = (kind: string, id: string | undefined, n: number) => `${kind}/${id ?? String(n)}`;

function ofReference(one: Shaped<typeof referenceShape>, n: number): Writing {
  const attachments = (one.content ?? []).flatMap((content) => content.attachment ?? []);
  return {
    id: idOf("DocumentReference", one.id, n),
    title: one.description ?? (conceptText(one.type) || (attachments[0]?.title ?? "")),
    when: one.date ?? attachments[0]?.creation ?? "",
    by: referenceText(one.author?.[0]),
    status: one.docStatus ?? "",
    ...contentOf(attachments),
  };
}

const deepest = 20; // sections within sections

function sectionText(given: unknown, depth: number): string {
  if (depth > deepest) throw new Misshapen();
  const section = shaped(sectionShape, given);
  const own = plainText(section.text?.div ?? "");
  const inner = (section.section ?? []).map((each) => sectionText(each, depth + 1));
  return [section.title ?? "", own, ...inner].filter((part) => part !== "").join("\n");
}

function ofComposition(one: Shaped<typeof compositionShape>, n: number): Writing {
  const sections = (one.section ?? []).map((each) => sectionText(each, 1)).filter((part) => part !== "");
  return {
    id: idOf("Composition", one.id, n),
    title: one.title ?? conceptText(one.type),
    when: one.date ?? "",
    by: referenceText(one.author?.[0]),
    status: one.status ?? "",
    text: sections.length > 0 ? sections.join("\n\n") : plainText(one.text?.div ?? ""),
    attached: [],
  };
}

function ofReport(one: Shaped<typeof reportShape>, n: number): Writing {
  const content = contentOf(one.presentedForm ?? []);
  return {
    id: idOf("DiagnosticReport", one.id, n),
    title: conceptText(one.code),
    when: one.effectiveDateTime ?? one.effectivePeriod?.start ?? one.issued ?? "",
    by: referenceText(one.performer?.[0]),
    status: one.status ?? "",
    text: [one.conclusion ?? "", content.text].filter((part) => part !== "").join("\n\n"),
    attached: content.attached,
  };
}

/** Can be unfolded, and says then where to look. */
function unreadable(kind: string) {
  return (given: unknown, n: number): Writing => ({
    id: `${idOf(kind, whatFits({ id: "text" } as const, given).id, n)}/unreadable`,
    title: texts.chart.unreadable,
    when: "",
    by: "",
    status: "",
    text: texts.chart.unreadableWhere,
    attached: [],
  });
}

const gone = ["superseded", "entered-in-error"];
const stands = (status: string | undefined) => !gone.includes(status ?? "");

const readReferences = (all: readonly unknown[], wanted: (one: Writing) => boolean) =>
  eachRead(
    all,
    (given, n) => {
      const one = shaped(referenceShape, given);
      return stands(one.status) ? [ofReference(one, n)].filter(wanted) : [];
    },
    unreadable("DocumentReference"),
  );

const newest = (one: Writing, other: Writing) => other.when.localeCompare(one.when);

/** What was written to be read, and what cannot be. */
export function notesOf(documents: readonly unknown[], compositions: readonly unknown[]): Writing[] {
  const written = eachRead(
    compositions,
    (given, n) => {
      const one = shaped(compositionShape, given);
      return stands(one.status) ? [ofComposition(one, n)] : [];
    },
    unreadable("Composition"),
  );
  return [...readReferences(documents, (one) => one.text !== ""), ...written].sort(newest);
}

/** Documents that are attachments alone, and reports. A report that only gathers results says nothing of its own. */
export function documentsOf(documents: readonly unknown[], reports: readonly unknown[]): Writing[] {
  // One that cannot be read stands among the notes.
  const filed = readReferences(documents, (one) => one.text === "").filter((one) => one.text === "");
  const told = eachRead(
    reports,
    (given, n) => {
      const one = shaped(reportShape, given);
      return stands(one.status) ? [ofReport(one, n)] : [];
    },
    unreadable("DiagnosticReport"),
  );
  return [...filed, ...told.filter((one) => one.text !== "" || one.attached.length > 0)].sort(newest);
}
