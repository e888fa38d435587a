// cases.ts - glass that somebody breaks and cases that come of it, without a screen.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Hospital, Person } from "./hospital";

export const prompts = ["What are you looking for?", "Who needs it?", "Why is it needed?"];
export const answers = ["what she must not be given", "the operating theatre", "she cannot speak for herself"];

/** Patients of the demo hospital who are not of the story and carry no flag, ever others: no test meets the cases of another one. */
export function somePatients(hospital: Hospital, count: number, salt: string): string[] {
  const { sizes, flags } = JSON.parse(readFileSync(join(hospital.folder, "hospital/hospital.json"), "utf8")) as {
    sizes: { patients: number };
    flags: { patient: string }[];
  };
  const story = 10;
  const flagged = new Set(flags.map((flag) => flag.patient));
  const all = Array.from({ length: sizes.patients - story }, (_, index) => `p-${String(story + 1 + index).padStart(6, "0")}`);
  const plain = all.filter((patient) => !flagged.has(patient));
  const first = createHash("sha256").update(salt).digest().readUInt32BE(0) % plain.length;
  return Array.from({ length: count }, (_, index) => plain[(first + index) % plain.length]!);
}

export interface Broken {
  glass: string;
  case: string;
}

export async function breakGlass(person: Person, patient: string, reason = "clinical-access"): Promise<Broken> {
  const details = reason === "clinical-access" ? prompts.map((prompt, index) => ({ prompt, answer: answers[index] })) : [];
  return (await person.must(
    "POST",
    "/api/v1/charts/~/break",
    { reason, ...(details.length > 0 ? { details } : {}) },
    { "Halligan-Patient": patient },
  )) as Broken;
}

export async function read(person: Person, patient: string, type: string): Promise<void> {
  const found = await person.ask("GET", `/fhir/${type}?patient=${patient}`, undefined, { Accept: "application/fhir+json" });
  if (!found.ok()) throw new Error(`${type} of the chart cannot be read: ${await found.text()}`);
}
