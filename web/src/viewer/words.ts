// words.ts - the codes of a glass as sentences.

import type { Glass } from "../api/types";
import { texts } from "../texts";

const words = texts.viewer;

export function placeText({ place, terminal }: Glass): string {
  const where = place ?? words.nowhere;
  return terminal === null ? where : words.terminal(terminal, where);
}

/** What was acknowledged has no label of its own: the allow rule stands for it. */
export function reasonText({ label, reason }: Glass): string {
  return label === "" ? words.acknowledged(reason) : label;
}

export function endedText({ ended_by }: Glass): string {
  return ended_by === null ? words.stillOpen : words.endedBy[ended_by];
}

export function reviewText({ finding, case_state }: Glass): string {
  if (finding !== null) return words.findings[finding];
  return words.states[case_state ?? "none"];
}

export function reviewTone({ finding, case_state }: Glass): string {
  if (finding === "appropriate") return "good";
  if (finding === "inappropriate") return "bad";
  if (finding !== null) return "warn";
  return case_state === null || case_state === "closed" ? "" : "warn";
}
