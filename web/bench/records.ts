// records.ts - whose charts are opened: patients of the demo hospital who are not of the story, what of them is to be read on the
// screen, and one who was measured very often.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Hospital, Person } from "../tests/hospital";

export interface Chart {
  patient: string;
  /** Names of allergies, medicines and problems. */
  words: string[];
}

interface Line {
  resourceType: string;
  subject?: { reference: string };
  patient?: { reference: string };
  status?: string;
  clinicalStatus?: { coding: { code: string }[] };
  code?: { text?: string };
  medicationCodeableConcept?: { text?: string };
}

const types = ["AllergyIntolerance", "Condition", "MedicationRequest"];
const story = 10;

/** Patients without a flag, of whom the emergency set has something to say. */
export function patientsWithWords(hospital: Hospital, count: number): Chart[] {
  const { flags } = JSON.parse(readFileSync(join(hospital.folder, "hospital/hospital.json"), "utf8")) as { flags: { patient: string }[] };
  const flagged = new Set(flags.map((flag) => flag.patient));
  const words = new Map<string, Set<string>>();
  for (const text of readFileSync(join(hospital.folder, "hospital/fhir.ndjson"), "utf8").split("\n")) {
    if (!types.some((type) => text.includes(`"resourceType":"${type}"`))) continue;
    const line = JSON.parse(text) as Line;
    const active = line.status === "active" || line.clinicalStatus?.coding.some(({ code }) => code === "active");
    const word = line.code?.text ?? line.medicationCodeableConcept?.text;
    const patient = (line.subject ?? line.patient)?.reference.split("/")[1] ?? "";
    if (!active || word === undefined || flagged.has(patient) || Number(patient.slice(2)) <= story) continue;
    words.set(patient, (words.get(patient) ?? new Set()).add(word));
  }
  const all = [...words].map(([patient, own]) => ({ patient, words: [...own] }));
  if (all.length < count) throw new Error(`only ${String(all.length)} patients have something to be read`);
  return all.slice(0, count);
}

const substances = ["Sodium", "Potassium", "Creatinine", "Urea", "Haemoglobin", "Platelets", "Leukocytes", "Albumin", "Bilirubin", "Glucose"];

function observation(patient: string, at: number) {
  const substance = substances[at % substances.length] ?? "";
  return {
    resourceType: "Observation",
    status: "final",
    category: [{ coding: [{ system: "http://terminology.hl7.org/CodeSystem/observation-category", code: "laboratory" }] }],
    code: { coding: [{ system: "http://loinc.org", code: `${String(2000 + (at % substances.length))}-1`, display: substance }], text: substance },
    subject: { reference: `Patient/${patient}` },
    effectiveDateTime: new Date(Date.now() - at * 6 * 3_600_000).toISOString(),
    valueQuantity: { value: 20 + ((at * 7) % 97), unit: "mmol/L", system: "http://unitsofmeasure.org", code: "mmol/L" },
    referenceRange: [{ low: { value: 25 }, high: { value: 100 } }],
  };
}

/** Adds so many through the gateway, as whoever may. */
export async function manyObservations(person: Person, patient: string, count: number): Promise<void> {
  const add = (at: number) =>
    person.must("POST", "/fhir/Observation", observation(patient, at), { "Content-Type": "application/fhir+json" });
  if (count > 0) await add(0); // the first by itself: it signs in
  let next = 1;
  const some = async () => {
    while (next < count) await add(next++);
  };
  await Promise.all(Array.from({ length: 6 }, some));
}
