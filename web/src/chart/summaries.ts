// summaries.ts - what the emergency set says of each resource, in one line and what belongs to it. Pure.

import type { CodeableConcept } from "fhir/r4";
import { known } from "../parts/known";
import { texts } from "../texts";
import { codeOf, conceptText, hasCode, referenceText } from "./coded";
import { concept, eachRead, period, reference, shaped, whatFits, type Shape, type Shaped } from "./shape";

export interface Entry {
  key: string;
  main: string;
  /** Each a phrase of its own. */
  details: string[];
  since: string | null;
  /** Stands out, by words as well as by colour. */
  grave: string | null;
  /** Not in force any more. */
  past: boolean;
}

const said = texts.chart.said;

const allergyShape = {
  code: concept,
  reaction: [{ manifestation: [concept], severity: "text" }],
  criticality: "text",
  clinicalStatus: concept,
  verificationStatus: concept,
  onsetDateTime: "text",
  recordedDate: "text",
} as const;
const prescriptionShape = {
  status: "text",
  medicationCodeableConcept: concept,
  medicationReference: reference,
  dosageInstruction: [{ text: "text" }],
  authoredOn: "text",
} as const;
const takenShape = {
  status: "text",
  medicationCodeableConcept: concept,
  medicationReference: reference,
  dosage: [{ text: "text" }],
  effectiveDateTime: "text",
  effectivePeriod: period,
  dateAsserted: "text",
} as const;
const problemShape = {
  code: concept,
  clinicalStatus: concept,
  verificationStatus: concept,
  onsetDateTime: "text",
  onsetPeriod: period,
  recordedDate: "text",
} as const;
const alertShape = { status: "text", code: concept, period } as const;
const directiveShape = {
  status: "text",
  scope: concept,
  category: [concept],
  provision: { type: "text", actor: [{ reference }] },
  dateTime: "text",
} as const;

/** An entry without the key, which every kind has alike. */
type Told = Omit<Entry, "key">;
const some = (...phrases: (string | undefined | null | false)[]): string[] => phrases.filter((p): p is string => Boolean(p));

function allergy(one: Shaped<typeof allergyShape>): Told {
  const reactions = (one.reaction ?? []).flatMap((reaction) => (reaction.manifestation ?? []).map(conceptText));
  const severe = one.criticality === "high" || one.reaction?.some((reaction) => reaction.severity === "severe");
  return {
    main: conceptText(one.code) || said.unnamed,
    details: some(reactions.join(", "), hasCode(one.verificationStatus, "unconfirmed") && said.unconfirmed),
    since: one.onsetDateTime ?? one.recordedDate ?? null,
    grave: severe ? said.severe : null,
    past: hasCode(one.clinicalStatus, "inactive", "resolved") || hasCode(one.verificationStatus, "refuted"),
  };
}

const given = ["active", "on-hold", "draft", "unknown", "intended"];

function prescription(one: Shaped<typeof prescriptionShape>): Told {
  return {
    main: conceptText(one.medicationCodeableConcept) || referenceText(one.medicationReference) || said.unnamed,
    details: some((one.dosageInstruction ?? []).map((dose) => dose.text).filter(Boolean).join("; "), one.status === "on-hold" && said.onHold),
    since: one.authoredOn ?? null,
    grave: null,
    past: !given.includes(one.status ?? "unknown"),
  };
}

function taken(one: Shaped<typeof takenShape>): Told {
  return {
    main: conceptText(one.medicationCodeableConcept) || referenceText(one.medicationReference) || said.unnamed,
    details: some((one.dosage ?? []).map((dose) => dose.text).filter(Boolean).join("; "), said.asTold),
    since: one.effectiveDateTime ?? one.effectivePeriod?.start ?? one.dateAsserted ?? null,
    grave: null,
    past: !given.includes(one.status ?? "unknown"),
  };
}

function problem(one: Shaped<typeof problemShape>): Told {
  return {
    main: conceptText(one.code) || said.unnamed,
    details: some(hasCode(one.verificationStatus, "provisional", "unconfirmed", "differential") && said.unconfirmed),
    since: one.onsetDateTime ?? one.onsetPeriod?.start ?? one.recordedDate ?? null,
    grave: null,
    past: hasCode(one.clinicalStatus, "inactive", "resolved", "remission"),
  };
}

function alert(one: Shaped<typeof alertShape>): Told {
  return {
    main: conceptText(one.code) || said.unnamed,
    details: [],
    since: one.period?.start ?? null,
    grave: null,
    past: one.status !== undefined && one.status !== "active",
  };
}

function directive(one: Shaped<typeof directiveShape>): Told {
  const scope = codeOf(one.scope);
  const denies = one.provision?.type === "deny";
  const whom = (one.provision?.actor ?? []).map((actor) => referenceText(actor.reference)).join(", ");
  return {
    main: known(said.scopes, scope) ?? (conceptText(one.scope) || conceptText(one.category?.[0]) || said.unnamed),
    details: some(denies ? (whom === "" ? said.denies : said.deniesTo(whom)) : one.provision && said.permits),
    since: one.dateTime ?? null,
    grave: null,
    past: one.status !== undefined && one.status !== "active",
  };
}

const newest = (one: Entry, other: Entry) => (other.since ?? "").localeCompare(one.since ?? "");
/** In force before past; grave before the rest; new before old. */
const ordered = (entries: Entry[]) =>
  entries.sort((one, other) => Number(one.past) - Number(other.past) || Number(other.grave !== null) - Number(one.grave !== null) || newest(one, other));


const codedShape = { id: "text", code: concept, medicationCodeableConcept: concept } as const;
const keyed = (kind: string, given: unknown, n: number) => `${kind}/${whatFits(codedShape, given).id ?? String(n)}`;

/** What it is called stands there if that much can be read; that the rest cannot is said. */
function unreadable(kind: string, given: unknown, n: number): Entry {
  const { code, medicationCodeableConcept } = whatFits(codedShape, given);
  const name = conceptText(code) || conceptText(medicationCodeableConcept);
  return {
    key: `${keyed(kind, given, n)}/unreadable`,
    main: name || texts.chart.unreadable,
    details: some(name !== "" && texts.chart.unreadable, texts.chart.unreadableWhere),
    since: null,
    grave: null,
    past: false,
  };
}

/** Reads the resources of one kind: `wrong` says which of them were entered in error. */
function reader<S extends Shape>(kind: string, shape: S, wrong: (one: Shaped<S>) => boolean, tell: (one: Shaped<S>) => Told) {
  return (resources: readonly unknown[]): Entry[] =>
    eachRead(
      resources,
      (given, n) => {
        const one = shaped(shape, given);
        return wrong(one) ? [] : [{ key: keyed(kind, given, n), ...tell(one) }];
      },
      (given, n) => unreadable(kind, given, n),
    );
}

const unverified = (one: { verificationStatus?: CodeableConcept | undefined }) => hasCode(one.verificationStatus, "entered-in-error");
const inError = (one: { status?: string | undefined }) => one.status === "entered-in-error";

const readAllergies = reader("AllergyIntolerance", allergyShape, unverified, allergy);
const readPrescriptions = reader("MedicationRequest", prescriptionShape, inError, prescription);
const readTaken = reader("MedicationStatement", takenShape, inError, taken);
const readProblems = reader("Condition", problemShape, unverified, problem);
const readAlerts = reader("Flag", alertShape, inError, alert);
const readDirectives = reader("Consent", directiveShape, inError, directive);

export const allergies = (all: readonly unknown[]) => ordered(readAllergies(all));
export const medications = (requests: readonly unknown[], statements: readonly unknown[]) =>
  ordered([...readPrescriptions(requests), ...readTaken(statements)]);
export const problems = (all: readonly unknown[]) => ordered(readProblems(all));
export const alerts = (all: readonly unknown[]) => ordered(readAlerts(all));
export const directives = (all: readonly unknown[]) => ordered(readDirectives(all));
