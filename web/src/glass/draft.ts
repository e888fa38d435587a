// draft.ts - what somebody has chosen and typed in the dialog, what of it is missing, and what is sent.

import type { Grant, OfferedCell } from "../api/types";
import { known } from "../parts/known";
import { texts } from "../texts";

export interface Draft {
  /** The rule of the grant that was chosen. */
  chosen: string | null;
  /** By prompt: another reason that asks the same keeps the answer. */
  answers: Record<string, string>;
  acknowledged: string[];
  confirmed: boolean;
  code: string;
}

export const emptyDraft: Draft = { chosen: null, answers: {}, acknowledged: [], confirmed: false, code: "" };

/** Where something is wrong: the id of a field, and the sentence. */
export type Wrong = Record<string, string>;

export const field = {
  reasons: "glass-reasons",
  prompt: (index: number) => `glass-prompt-${String(index)}`,
  acknowledge: (index: number) => `glass-acknowledge-${String(index)}`,
  confirm: "glass-confirm",
  code: "glass-code",
};

const answerMax = 2000; // bytes of UTF-8, as the server counts
const encoder = new TextEncoder();

/** How much more fits into an answer; below zero, how much is too much. */
export function room(answer: string): number {
  return answerMax - encoder.encode(answer).length;
}

export function wrongAnswers(prompts: string[], answers: Record<string, string>): Wrong {
  const wrong: Wrong = {};
  prompts.forEach((prompt, index) => {
    const answer = known(answers, prompt) ?? "";
    if (answer.trim() === "") wrong[field.prompt(index)] = texts.glass.problems.prompt(prompt);
    else if (room(answer) < 0) wrong[field.prompt(index)] = texts.glass.problems.tooLong(prompt);
  });
  return wrong;
}

/** `emptyCode`: what to say where the code that is asked for is not there; null where none is. */
export function whatIsWrong(draft: Draft, grant: Grant | null, emptyCode: string | null): Wrong {
  if (grant === null) return { [field.reasons]: texts.glass.problems.reason };
  const { bill } = grant;
  const wrong = wrongAnswers(bill.prompts, draft.answers);
  bill.acknowledge.forEach(({ rule }, index) => {
    if (!draft.acknowledged.includes(rule)) wrong[field.acknowledge(index)] = texts.glass.problems.acknowledge;
  });
  if (bill.confirm && !draft.confirmed) wrong[field.confirm] = texts.glass.problems.confirm;
  if (emptyCode !== null && draft.code.trim() === "") wrong[field.code] = emptyCode;
  return wrong;
}

/** The server's `missing` as fields. */
export function wrongBy(missing: string[], grant: Grant): Wrong {
  const wrong: Wrong = {};
  for (const each of missing) {
    const prompt = grant.bill.prompts.indexOf(each);
    const rule = grant.bill.acknowledge.findIndex((one) => one.rule === each);
    if (prompt >= 0) wrong[field.prompt(prompt)] = texts.glass.problems.prompt(each);
    if (rule >= 0) wrong[field.acknowledge(rule)] = texts.glass.problems.acknowledge;
  }
  return wrong;
}

export function details(prompts: string[], answers: Record<string, string>) {
  return prompts.map((prompt) => ({ prompt, answer: (known(answers, prompt) ?? "").trim() }));
}

/** What is sent to break the glass. */
export function breaking(draft: Draft, grant: Grant, cell: OfferedCell | null) {
  const { bill } = grant;
  return {
    ...(grant.reason ? { reason: grant.rule } : { rule: grant.rule }),
    details: details(bill.prompts, draft.answers),
    acknowledge: bill.acknowledge.map(({ rule }) => rule).filter((rule) => draft.acknowledged.includes(rule)),
    ...(bill.confirm ? { confirm: draft.confirmed } : {}),
    ...(cell === null ? {} : { cell }),
  };
}
