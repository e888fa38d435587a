// written.ts - notes, letters, reports and documents as one list; what is text is text, and nothing else is ever opened. Pure.

import type { Attachment, Composition, CompositionSection, DiagnosticReport, DocumentReference } from "fhir/r4";
import { conceptText, referenceText } from "./coded";

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

/** XHTML of a narrative as plain text: the tags go, and nothing of it comes into the page as markup. */
export function plainText(xhtml: string): string {
  const named: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };
  return xhtml
    .replace(/<(br|\/p|\/div|\/li|\/tr|\/h[1-6])\b[^>]*>/gi, "\n")
    .replace(/<\/t[dh]\s*>/gi, "\t")
    .replace(/<[^>]*>/g, "")
    .replace(/&(#x?[0-9a-f]+|\w+);/gi, (whole, name: string) => {
      if (!name.startsWith("#")) return named[name.toLowerCase()] ?? whole;
      const code = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : Number(name.slice(1));
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    })
    .replace(/[ \t]+\n/g, "\n")
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
  const texts: string[] = [];
  const attached: Writing["attached"] = [];
  for (const attachment of attachments) {
    const text = inlineText(attachment);
    if (text !== null) texts.push(text);
    else attached.push({ title: attachment.title ?? "", kind: kindOf(attachment), bytes: attachment.size ?? null });
  }
  return { text: texts.join("\n\n"), attached };
}

function ofReference(one: DocumentReference): Writing {
  const attachments = one.content.map((content) => content.attachment);
  return {
    id: `DocumentReference/${one.id ?? ""}`,
    title: one.description ?? (conceptText(one.type) || (attachments[0]?.title ?? "")),
    when: one.date ?? attachments[0]?.creation ?? "",
    by: referenceText(one.author?.[0]),
    status: one.docStatus ?? "",
    ...contentOf(attachments),
  };
}

function sectionText(section: CompositionSection): string {
  const own = section.text === undefined ? "" : plainText(section.text.div);
  return [section.title ?? "", own, ...(section.section ?? []).map(sectionText)].filter((part) => part !== "").join("\n");
}

function ofComposition(one: Composition): Writing {
  const sections = (one.section ?? []).map(sectionText).filter((part) => part !== "");
  return {
    id: `Composition/${one.id ?? ""}`,
    title: one.title,
    when: one.date,
    by: referenceText(one.author[0]),
    status: one.status,
    text: sections.length > 0 ? sections.join("\n\n") : one.text === undefined ? "" : plainText(one.text.div),
    attached: [],
  };
}

function ofReport(one: DiagnosticReport): Writing {
  const content = contentOf(one.presentedForm ?? []);
  return {
    id: `DiagnosticReport/${one.id ?? ""}`,
    title: conceptText(one.code),
    when: one.effectiveDateTime ?? one.effectivePeriod?.start ?? one.issued ?? "",
    by: referenceText(one.performer?.[0]),
    status: one.status,
    text: [one.conclusion ?? "", content.text].filter((part) => part !== "").join("\n\n"),
    attached: content.attached,
  };
}

const newest = (one: Writing, other: Writing) => other.when.localeCompare(one.when);

/** What was written to be read. */
export function notesOf(documents: DocumentReference[], compositions: Composition[]): Writing[] {
  const written = documents.filter((one) => one.status === "current").map(ofReference).filter((one) => one.text !== "");
  return [...written, ...compositions.filter((one) => one.status !== "entered-in-error").map(ofComposition)].sort(newest);
}

/** Documents that are attachments alone, and reports. A report that only gathers results says nothing of its own. */
export function documentsOf(documents: DocumentReference[], reports: DiagnosticReport[]): Writing[] {
  const filed = documents.filter((one) => one.status === "current").map(ofReference).filter((one) => one.text === "");
  const told = reports.filter((one) => one.status !== "entered-in-error").map(ofReport);
  return [...filed, ...told.filter((one) => one.text !== "" || one.attached.length > 0)].sort(newest);
}
