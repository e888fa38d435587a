// readings.ts - observations as readings, and readings as series over time. Pure.

import type { Observation, ObservationComponent } from "fhir/r4";
import { codeOf, conceptText, unitText } from "./coded";

export type Group = "laboratory" | "vital-signs" | "other";
/** "out" where it is told to be abnormal without a direction. */
export type Mark = "low" | "high" | "very-low" | "very-high" | "out" | null;

export interface Measured {
  label: string;
  value: number | null;
  /** What is to be read where there is no number. */
  text: string;
  unit: string;
  low: number | null;
  high: number | null;
  mark: Mark;
}

export interface Reading {
  id: string;
  key: string;
  label: string;
  group: Group;
  /** Milliseconds; NaN where no time is known. */
  at: number;
  when: string;
  status: string;
  measured: Measured[];
  note: string;
  by: string;
}

export interface Series {
  key: string;
  label: string;
  group: Group;
  /** Newest first. */
  readings: Reading[];
}

type Valued = Pick<
  Observation & ObservationComponent,
  | "code" | "valueQuantity" | "valueCodeableConcept" | "valueString" | "valueBoolean" | "valueInteger" | "valueRange"
  | "valueRatio" | "valueTime" | "valueDateTime" | "valuePeriod" | "dataAbsentReason" | "interpretation" | "referenceRange"
>;

const marks: Record<string, Mark> = { L: "low", H: "high", LL: "very-low", HH: "very-high", A: "out", AA: "out", LU: "very-low", HU: "very-high" };

function markOf(given: Valued, value: number | null, low: number | null, high: number | null): Mark {
  for (const interpretation of given.interpretation ?? [])
    for (const coding of interpretation.coding ?? []) {
      const code = coding.code ?? "";
      if (code in marks) return marks[code] ?? null;
      if (code === "N") return null;
    }
  if (value === null) return null;
  if (low !== null && value < low) return "low";
  return high !== null && value > high ? "high" : null;
}

function textOf(given: Valued): string {
  if (given.valueCodeableConcept) return conceptText(given.valueCodeableConcept);
  if (given.valueString !== undefined) return given.valueString;
  if (given.valueBoolean !== undefined) return String(given.valueBoolean);
  if (given.valueRange) return `${String(given.valueRange.low?.value ?? "")}–${String(given.valueRange.high?.value ?? "")}`;
  if (given.valueRatio)
    return `${String(given.valueRatio.numerator?.value ?? "")} : ${String(given.valueRatio.denominator?.value ?? "")}`;
  return given.valueTime ?? given.valueDateTime ?? given.valuePeriod?.start ?? conceptText(given.dataAbsentReason);
}

function measuredOf(given: Valued): Measured {
  const quantity = given.valueQuantity;
  const value = quantity?.value ?? given.valueInteger ?? null;
  const range = given.referenceRange?.[0];
  const low = range?.low?.value ?? null;
  const high = range?.high?.value ?? null;
  const compared = quantity?.comparator !== undefined && value !== null;
  return {
    label: conceptText(given.code),
    // "< 5" is no point on a line.
    value: compared ? null : value,
    text: compared ? `${quantity.comparator ?? ""} ${String(value)}` : value === null ? textOf(given) : "",
    unit: unitText(quantity),
    low,
    high,
    mark: markOf(given, value, low, high),
  };
}

function groupOf(observation: Observation): Group {
  const category = codeOf(observation.category);
  return category === "laboratory" || category === "vital-signs" ? category : "other";
}

const hasValue = (measured: Measured) => measured.value !== null || measured.text !== "";

/** One reading; none of what was entered in error. */
export function readingsOf(observation: Observation): Reading[] {
  if (observation.status === "entered-in-error" || observation.status === "cancelled") return [];
  const when = observation.effectiveDateTime ?? observation.effectivePeriod?.start ?? observation.effectiveInstant ?? observation.issued ?? "";
  const measured = [measuredOf(observation), ...(observation.component ?? []).map(measuredOf)].filter(hasValue);
  const label = conceptText(observation.code);
  return [
    {
      id: observation.id ?? "",
      key: codeOf(observation.code) || label,
      label,
      group: groupOf(observation),
      at: Date.parse(when),
      when,
      status: observation.status,
      measured,
      note: (observation.note ?? []).map((note) => note.text).join("\n"),
      by: observation.performer?.[0]?.display ?? observation.performer?.[0]?.reference?.split("/").pop() ?? "",
    },
  ];
}

const newestFirst = (one: Reading, other: Reading) =>
  (Number.isNaN(other.at) ? -Infinity : other.at) - (Number.isNaN(one.at) ? -Infinity : one.at) || (one.id < other.id ? 1 : -1);

/** Readings by what was measured; those measured last come first. */
export function seriesOf(readings: Iterable<Reading>): Series[] {
  const byKey = new Map<string, Series>();
  for (const reading of readings) {
    const series = byKey.get(reading.key);
    if (series === undefined)
      byKey.set(reading.key, { key: reading.key, label: reading.label, group: reading.group, readings: [reading] });
    else series.readings.push(reading);
  }
  const all = [...byKey.values()];
  for (const series of all) series.readings.sort(newestFirst);
  return all.sort((one, other) => newestFirst(one.readings[0]!, other.readings[0]!) || one.label.localeCompare(other.label));
}

/** The newest reading of each thing measured. */
export function newestOfEach(readings: Iterable<Reading>, group: Group): Reading[] {
  return seriesOf(readings)
    .filter((series) => series.group === group)
    .flatMap((series) => series.readings.slice(0, 1));
}

export interface Line {
  label: string;
  unit: string;
  /** Seconds and values, oldest first; null where this line has no number then. */
  times: number[];
  values: (number | null)[];
  low: number | null;
  high: number | null;
}

/** What can be drawn of a series: one line for each thing with numbers (two for a blood pressure). */
export function linesOf(series: Series): Line[] {
  const dated = series.readings.filter((reading) => !Number.isNaN(reading.at)).reverse();
  const labels = [...new Set(dated.flatMap((reading) => reading.measured.filter((m) => m.value !== null).map((m) => m.label)))];
  return labels.map((label) => {
    const of = dated.map((reading) => reading.measured.find((measured) => measured.label === label));
    const newest = of.findLast((measured) => measured !== undefined);
    return {
      label,
      unit: newest?.unit ?? "",
      times: dated.map((reading) => reading.at / 1000),
      values: of.map((measured) => measured?.value ?? null),
      low: newest?.low ?? null,
      high: newest?.high ?? null,
    };
  });
}
