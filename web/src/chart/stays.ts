// stays.ts - when the patient was here, as a list. Pure.

import { known } from "../parts/known";
import { texts } from "../texts";
import { conceptText, referenceText } from "./coded";
import { coding, concept, eachRead, period, reference, shaped, whatFits } from "./shape";

export interface Stay {
  id: string;
  begun: string;
  kind: string;
  here: boolean;
  /** What it was for, and at which service. */
  details: string[];
  by: string;
}

const shape = {
  id: "text",
  status: "text",
  class: coding,
  type: [concept],
  serviceType: concept,
  reasonCode: [concept],
  participant: [{ individual: reference }],
  period,
} as const;

function stayOf(given: unknown, n: number): Stay[] {
  const one = shaped(shape, given);
  if (one.status === "entered-in-error") return [];
  return [
    {
      id: one.id ?? `no-id-${String(n)}`,
      begun: one.period?.start ?? "",
      kind: conceptText(one.type?.[0]) || (known(texts.chart.classes, one.class?.code) ?? one.class?.display ?? texts.chart.said.unnamed),
      here: one.status === "in-progress",
      details: [conceptText(one.serviceType), (one.reasonCode ?? []).map(conceptText).join(", ")].filter((text) => text !== ""),
      by: referenceText(one.participant?.[0]?.individual),
    },
  ];
}

function unreadable(given: unknown, n: number): Stay {
  const outline = whatFits({ id: "text", period } as const, given);
  return {
    id: outline.id ?? `unreadable-${String(n)}`,
    begun: outline.period?.start ?? "",
    kind: texts.chart.unreadable,
    here: false,
    details: [texts.chart.unreadableWhere],
    by: "",
  };
}

/** Newest first. */
export const staysOf = (encounters: readonly unknown[]): Stay[] =>
  eachRead(encounters, stayOf, unreadable).sort((one, other) => other.begun.localeCompare(one.begun));
