// summaries.ts - what the emergency set says of each resource, in one line and what belongs to it. Pure.

import type {
  AllergyIntolerance, CodeableConcept, Condition, Consent, Flag, MedicationRequest, MedicationStatement, Resource,
} from "fhir/r4";
import { codeOf, conceptText, hasCode, referenceText } from "./coded";
import { texts } from "../texts";

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
const keyOf = (resource: Resource) => `${resource.resourceType}/${resource.id ?? ""}`;
const wrong = (concept: CodeableConcept | undefined) => hasCode(concept, "entered-in-error");
const some = (...phrases: (string | undefined | null | false)[]): string[] => phrases.filter((p): p is string => Boolean(p));

function allergy(one: AllergyIntolerance): Entry {
  const reactions = (one.reaction ?? []).flatMap((reaction) => reaction.manifestation.map(conceptText));
  const severe = one.criticality === "high" || one.reaction?.some((reaction) => reaction.severity === "severe");
  return {
    key: keyOf(one),
    main: conceptText(one.code) || said.unnamed,
    details: some(reactions.join(", "), hasCode(one.verificationStatus, "unconfirmed") && said.unconfirmed),
    since: one.onsetDateTime ?? one.recordedDate ?? null,
    grave: severe ? said.severe : null,
    past: hasCode(one.clinicalStatus, "inactive", "resolved") || hasCode(one.verificationStatus, "refuted"),
  };
}

const given = ["active", "on-hold", "draft", "unknown", "intended"];

function prescription(one: MedicationRequest): Entry {
  return {
    key: keyOf(one),
    main: conceptText(one.medicationCodeableConcept) || referenceText(one.medicationReference) || said.unnamed,
    details: some((one.dosageInstruction ?? []).map((dose) => dose.text).filter(Boolean).join("; "), one.status === "on-hold" && said.onHold),
    since: one.authoredOn ?? null,
    grave: null,
    past: !given.includes(one.status),
  };
}

function taken(one: MedicationStatement): Entry {
  return {
    key: keyOf(one),
    main: conceptText(one.medicationCodeableConcept) || referenceText(one.medicationReference) || said.unnamed,
    details: some((one.dosage ?? []).map((dose) => dose.text).filter(Boolean).join("; "), said.asTold),
    since: one.effectiveDateTime ?? one.effectivePeriod?.start ?? one.dateAsserted ?? null,
    grave: null,
    past: !given.includes(one.status),
  };
}

function problem(one: Condition): Entry {
  return {
    key: keyOf(one),
    main: conceptText(one.code) || said.unnamed,
    details: some(hasCode(one.verificationStatus, "provisional", "unconfirmed", "differential") && said.unconfirmed),
    since: one.onsetDateTime ?? one.onsetPeriod?.start ?? one.recordedDate ?? null,
    grave: null,
    past: hasCode(one.clinicalStatus, "inactive", "resolved", "remission"),
  };
}

function alert(one: Flag): Entry {
  return {
    key: keyOf(one),
    main: conceptText(one.code) || said.unnamed,
    details: [],
    since: one.period?.start ?? null,
    grave: null,
    past: one.status !== "active",
  };
}

function directive(one: Consent): Entry {
  const scope = codeOf(one.scope);
  const known: Record<string, string> = said.scopes;
  const denies = one.provision?.type === "deny";
  const whom = (one.provision?.actor ?? []).map((actor) => referenceText(actor.reference)).join(", ");
  return {
    key: keyOf(one),
    main: known[scope] ?? (conceptText(one.scope) || conceptText(one.category[0])),
    details: some(denies ? (whom === "" ? said.denies : said.deniesTo(whom)) : one.provision && said.permits),
    since: one.dateTime ?? null,
    grave: null,
    past: one.status !== "active",
  };
}

const newest = (one: Entry, other: Entry) => (other.since ?? "").localeCompare(one.since ?? "");
/** In force before past; grave before the rest; new before old. */
const ordered = (entries: Entry[]) =>
  entries.sort((one, other) => Number(one.past) - Number(other.past) || Number(other.grave !== null) - Number(one.grave !== null) || newest(one, other));

export const allergies = (all: AllergyIntolerance[]) => ordered(all.filter((one) => !wrong(one.verificationStatus)).map(allergy));
export const medications = (requests: MedicationRequest[], statements: MedicationStatement[]) =>
  ordered([
    ...requests.filter((one) => one.status !== "entered-in-error").map(prescription),
    ...statements.filter((one) => one.status !== "entered-in-error").map(taken),
  ]);
export const problems = (all: Condition[]) => ordered(all.filter((one) => !wrong(one.verificationStatus)).map(problem));
export const alerts = (all: Flag[]) => ordered(all.filter((one) => one.status !== "entered-in-error").map(alert));
export const directives = (all: Consent[]) => ordered(all.filter((one) => one.status !== "entered-in-error").map(directive));
