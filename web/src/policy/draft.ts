// draft.ts - what somebody has typed of a proposal: in memory alone, kept while they look at other pages.

import type { InForce } from "./queries";

export interface Draft {
  text: string;
  note: string;
  /** The policy in force that it began with. */
  base: { version: string | null; text: string };
}

let kept: { by: string; draft: Draft } | null = null;
let taken: Draft | null = null;

export function beginWith(policy: InForce): Draft {
  return { text: policy.text, note: "", base: { version: policy.version, text: policy.text } };
}

/** The next draft is this one, whatever was typed before. */
export function takeOver(draft: Draft) {
  taken = draft;
}

/** Whoever typed it finds it again; nobody else does. */
export function draftOf(staff: string, policy: InForce): Draft {
  if (taken !== null) {
    const draft = taken;
    taken = null;
    keepDraft(staff, draft);
    return draft;
  }
  return kept?.by === staff ? kept.draft : beginWith(policy);
}

export function keepDraft(staff: string, draft: Draft | null) {
  kept = draft === null ? null : { by: staff, draft };
}
