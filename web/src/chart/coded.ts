// coded.ts - what codes, references and quantities of FHIR are called. Pure.

import type { CodeableConcept, Coding, Reference } from "fhir/r4";

export function conceptText(concept: CodeableConcept | undefined): string {
  const coding = concept?.coding?.find((each) => each.display !== undefined) ?? concept?.coding?.[0];
  return concept?.text ?? coding?.display ?? coding?.code ?? "";
}

export function hasCode(concept: CodeableConcept | undefined, ...codes: string[]): boolean {
  return concept?.coding?.some((coding: Coding) => coding.code !== undefined && codes.includes(coding.code)) ?? false;
}

/** The first coding with a code. */
export function codingOf(concepts: CodeableConcept[] | CodeableConcept | undefined): Coding | undefined {
  const list = Array.isArray(concepts) ? concepts : concepts === undefined ? [] : [concepts];
  return list.flatMap((concept) => concept.coding ?? []).find((coding) => coding.code);
}

export const codeOf = (concepts: CodeableConcept[] | CodeableConcept | undefined): string => codingOf(concepts)?.code ?? "";

/** Who or what is referred to: as it is called, or its id. */
export function referenceText(reference: Reference | undefined): string {
  return reference?.display ?? reference?.reference?.split("/").pop() ?? "";
}

/** UCUM writes "{score}" and "mm[Hg]" where people write no unit and "mmHg". */
export function unitText(quantity: { unit?: string | undefined; code?: string | undefined } | undefined): string {
  const unit = quantity?.unit ?? quantity?.code ?? "";
  if (/^\{score\}$/.test(unit) || unit === "1") return "";
  return unit.replace(/[{}[\]]/g, "").replace("10*3", "10³").replace("10*6", "10⁶").replace("10*9", "10⁹");
}
