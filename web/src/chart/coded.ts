// coded.ts - what codes, references and quantities of FHIR are called. Pure.

import type { CodeableConcept, Coding, Reference } from "fhir/r4";

export function conceptText(concept: CodeableConcept | undefined): string {
  const coding = concept?.coding?.find((each) => each.display !== undefined) ?? concept?.coding?.[0];
  return concept?.text ?? coding?.display ?? coding?.code ?? "";
}

export function hasCode(concept: CodeableConcept | undefined, ...codes: string[]): boolean {
  return concept?.coding?.some((coding: Coding) => coding.code !== undefined && codes.includes(coding.code)) ?? false;
}

export function codeOf(concepts: CodeableConcept[] | CodeableConcept | undefined): string {
  const list = Array.isArray(concepts) ? concepts : concepts === undefined ? [] : [concepts];
  for (const concept of list) for (const coding of concept.coding ?? []) if (coding.code) return coding.code;
  return "";
}

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
