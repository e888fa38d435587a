// basis.ts - on what a chart is open, as a sentence: "Cardiology has had an open referral since 3 November 2026." Pure.

import type { Basis } from "../api/types";
import { known } from "../parts/known";
import { texts } from "../texts";

const sentences: Record<string, (who: string, since: string | null) => string> = texts.chart.basis.relations;

type Because = Basis["because"][number];

/** "team/general-medicine" -> "General medicine": ids are what the ledger has; they are made readable, no more. */
export function nodeName(node: string): string {
  const id = node.slice(node.indexOf("/") + 1);
  const words = id.replace(/[-_]+/g, " ");
  return words.charAt(0).toLocaleUpperCase() + words.slice(1);
}

/** The link that touches the patient says most; what leads to it goes without saying. */
export function decisive(because: Because[], patient: string): Because | undefined {
  const node = `patient/${patient}`;
  return because.findLast((link) => link.from === node || link.to === node) ?? because.at(-1);
}

export function basisSentence(basis: Basis, patient: string, day: (at: string) => string): string {
  const link = decisive(basis.because, patient);
  if (link === undefined) return texts.chart.basis.rule(basis.rule);
  const other = link.to === `patient/${patient}` ? link.from : link.to;
  const since = link.since === null ? null : day(link.since);
  const sentence = known(sentences, link.relation);
  return sentence === undefined ? texts.chart.basis.other(link.relation, nodeName(other), since) : sentence(nodeName(other), since);
}
