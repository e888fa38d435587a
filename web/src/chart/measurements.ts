// measurements.ts - what can be measured at a bedside and added here, and how it and a note become resources. Pure.

import type { DocumentReference, Observation, Quantity } from "fhir/r4";
import { texts } from "../texts";

export interface Field {
  label: string;
  code: string;
  display: string;
  unit: string;
  ucum: string;
  /** What a living person can have; anything else is a slip of the finger. */
  least: number;
  most: number;
}

export interface Measurement {
  code: string;
  display: string;
  label: string;
  fields: Field[];
}

const t = texts.chart.measure;
const single = (code: string, display: string, label: string, unit: string, ucum: string, least: number, most: number): Measurement => ({
  code, display, label, fields: [{ label: t.value, code, display, unit, ucum, least, most }],
});

export const measurements: Measurement[] = [
  {
    code: "85354-9",
    display: "Blood pressure panel with all children optional",
    label: t.bloodPressure,
    fields: [
      { label: t.systolic, code: "8480-6", display: "Systolic blood pressure", unit: "mmHg", ucum: "mm[Hg]", least: 20, most: 350 },
      { label: t.diastolic, code: "8462-4", display: "Diastolic blood pressure", unit: "mmHg", ucum: "mm[Hg]", least: 10, most: 250 },
    ],
  },
  single("8867-4", "Heart rate", t.heartRate, "/min", "/min", 10, 350),
  single("9279-1", "Respiratory rate", t.breathing, "/min", "/min", 1, 120),
  single("59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry", t.oxygen, "%", "%", 20, 100),
  single("8310-5", "Body temperature", t.temperature, "°C", "Cel", 15, 46),
  single("2345-7", "Glucose [Mass/volume] in Serum or Plasma", t.glucose, "mg/dL", "mg/dL", 5, 2000),
  single("29463-7", "Body weight", t.weight, "kg", "kg", 0.2, 600),
];

/** "37,2" and "37.2" alike; null where it is no number. */
export function readNumber(text: string): number | null {
  const plain = text.normalize("NFKC").trim().replace(",", ".");
  return /^-?\d{1,6}(\.\d{1,4})?$/.test(plain) ? Number(plain) : null;
}

const loinc = (code: string, display: string) => ({ coding: [{ system: "http://loinc.org", code, display }], text: display });
const quantity = (field: Field, value: number): Quantity => ({
  value, unit: field.unit, system: "http://unitsofmeasure.org", code: field.ucum,
});

interface About {
  patient: string;
  staff: string;
  at: Date;
}

export function observationOf(measurement: Measurement, values: number[], { patient, staff, at }: About): Observation {
  const [first] = measurement.fields;
  const several = measurement.fields.length > 1;
  return {
    resourceType: "Observation",
    status: "final",
    category: [{ coding: [{ system: "http://terminology.hl7.org/CodeSystem/observation-category", code: "vital-signs" }] }],
    code: loinc(measurement.code, measurement.display),
    subject: { reference: `Patient/${patient}` },
    effectiveDateTime: at.toISOString(),
    performer: [{ reference: `Practitioner/${staff}` }],
    ...(several
      ? { component: measurement.fields.map((field, n) => ({ code: loinc(field.code, field.display), valueQuantity: quantity(field, values[n] ?? 0) })) }
      : first === undefined ? {} : { valueQuantity: quantity(first, values[0] ?? 0) }),
  };
}

function base64(text: string): string {
  let bytes = "";
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
  return btoa(bytes);
}

export function noteOf(text: string, { patient, staff, at }: About): DocumentReference {
  return {
    resourceType: "DocumentReference",
    status: "current",
    docStatus: "final",
    type: loinc("34109-9", "Note"),
    category: [{ coding: [{ system: "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category", code: "clinical-note" }] }],
    subject: { reference: `Patient/${patient}` },
    date: at.toISOString(),
    author: [{ reference: `Practitioner/${staff}` }],
    content: [{ attachment: { contentType: "text/plain; charset=utf-8", data: base64(text), title: "Note", creation: at.toISOString() } }],
  };
}
