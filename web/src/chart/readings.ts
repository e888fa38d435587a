// readings.ts - observations as readings, and readings as series over time. Pure.

import { texts } from "../texts";
import { codingOf, conceptText, hasCode, referenceText, unitText } from "./coded";
import { concept, eachRead, period, quantity, reference, shaped, whatFits, type Shaped } from "./shape";

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
  /** As the newest reading is called. */
  label: string;
  group: Group;
  /** Newest first. */
  readings: Reading[];
}

const valuedShape = {
  code: concept,
  valueQuantity: quantity,
  valueCodeableConcept: concept,
  valueString: "text",
  valueBoolean: "boolean",
  valueInteger: "number",
  valueRange: { low: quantity, high: quantity },
  valueRatio: { numerator: quantity, denominator: quantity },
  valueTime: "text",
  valueDateTime: "text",
  valuePeriod: period,
  dataAbsentReason: concept,
  interpretation: [concept],
  referenceRange: [{ low: quantity, high: quantity }],
} as const;

const timedShape = {
  effectiveDateTime: "text",
  effectivePeriod: period,
  effectiveInstant: "text",
  issued: "text",
} as const;

const observationShape = {
  ...valuedShape,
  ...timedShape,
  id: "text",
  status: "text",
  category: [concept],
  component: [valuedShape],
  note: [{ text: "text" }],
  performer: [reference],
} as const;

type Valued = Shaped<typeof valuedShape>;
type Timed = Shaped<typeof timedShape>;

const marks = new Map<string, Mark>([
  ["L", "low"], ["H", "high"], ["LL", "very-low"], ["HH", "very-high"],
  ["A", "out"], ["AA", "out"], ["LU", "very-low"], ["HU", "very-high"], ["N", null],
]);

function markOf(given: Valued, value: number | null, low: number | null, high: number | null): Mark {
  for (const interpretation of given.interpretation ?? [])
    for (const coding of interpretation.coding ?? []) {
      const code = coding.code ?? "";
      const mark = marks.get(code);
      if (mark !== undefined) return mark;
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

function groupOf(categories: Shaped<[typeof concept]> | undefined): Group {
  return (["laboratory", "vital-signs"] as const).find((group) => categories?.some((category) => hasCode(category, group))) ?? "other";
}

/** The same code means something else in another system, and the same number in another unit. */
function keyOf(given: Valued, label: string, group: Group, measured: readonly Measured[]): string {
  const coding = codingOf(given.code);
  const what = coding === undefined ? [label] : [coding.system ?? "", coding.code ?? ""];
  return JSON.stringify([group, measured[0]?.unit ?? "", ...what]);
}

function whenOf(given: Timed): string {
  return given.effectiveDateTime ?? given.effectivePeriod?.start ?? given.effectiveInstant ?? given.issued ?? "";
}

const hasValue = (measured: Measured) => measured.value !== null || measured.text !== "";

function readingOf(given: unknown, n: number): Reading[] {
  const observation = shaped(observationShape, given);
  if (observation.status === "entered-in-error" || observation.status === "cancelled") return [];
  const when = whenOf(observation);
  const measured = [measuredOf(observation), ...(observation.component ?? []).map(measuredOf)].filter(hasValue);
  const label = conceptText(observation.code) || texts.chart.said.unnamed;
  const group = groupOf(observation.category);
  return [
    {
      id: observation.id ?? `no-id-${String(n)}`,
      key: keyOf(observation, label, group, measured),
      label,
      group,
      at: Date.parse(when),
      when,
      status: observation.status ?? "",
      measured,
      note: (observation.note ?? []).map((note) => note.text ?? "").join("\n"),
      by: referenceText(observation.performer?.[0]),
    },
  ];
}

const outlineShape = { ...timedShape, id: "text", category: [concept] } as const;

/** Stands where it would have stood, as far as that can be told. */
function unreadable(given: unknown, n: number): Reading {
  const outline = whatFits(outlineShape, given);
  const group = groupOf(outline.category);
  const when = whenOf(outline);
  return {
    id: outline.id ?? `unreadable-${String(n)}`,
    key: `unreadable ${group}`,
    label: texts.chart.unreadable,
    group,
    at: Date.parse(when),
    when,
    status: "",
    measured: [],
    note: texts.chart.unreadableWhere,
    by: "",
  };
}

/** A reading of each; none of what was entered in error. */
export const readingsOf = (observations: readonly unknown[]): Reading[] => eachRead(observations, readingOf, unreadable);

const byTime = (one: Reading, other: Reading) =>
  (Number.isNaN(other.at) ? -Infinity : other.at) - (Number.isNaN(one.at) ? -Infinity : one.at) || (one.id < other.id ? 1 : -1);

export const newestFirst = (readings: readonly Reading[]): Reading[] => [...readings].sort(byTime);

/** Readings by what was measured; those measured last come first. */
export function seriesOf(readings: Iterable<Reading>): Series[] {
  const byKey = new Map<string, Reading[]>();
  for (const reading of readings) {
    const same = byKey.get(reading.key);
    if (same === undefined) byKey.set(reading.key, [reading]);
    else same.push(reading);
  }
  const all = [...byKey].map(([key, same]): Series => {
    same.sort(byTime);
    return { key, label: same[0]!.label, group: same[0]!.group, readings: same };
  });
  return all.sort((one, other) => byTime(one.readings[0]!, other.readings[0]!) || one.label.localeCompare(other.label));
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

/** Greater numbers, and differences that are smaller beside what they are differences of, have no axis: there are too
    few numbers between them, and who looks for the next mark of one finds it nowhere. */
const greatest = 1e12;
const least = 1e-9;

export function drawable(lines: readonly Line[]): boolean {
  const all = lines.flatMap((line) => [...line.values, line.low, line.high]).filter((value) => value !== null);
  const low = all.reduce((one, other) => Math.min(one, other), Infinity);
  const high = all.reduce((one, other) => Math.max(one, other), -Infinity);
  const size = Math.max(Math.abs(low), Math.abs(high));
  return size <= greatest && (high === low || high - low >= size * least);
}
