// marks.tsx - how a case stands, in a few words of one colour each.

import type { Case } from "../api/types";
import { known } from "../parts/known";
import { texts } from "../texts";
import { isLate } from "./order";

const tones: Record<Case["state"], string> = { owed: "", justified: "", explained: "good", closed: "plain" };

export function Marks({ held, now }: { held: Case; now: number }) {
  return (
    <span className="h-marks">
      <span className={`h-tag ${tones[held.state]}`}>{texts.work.states[held.state]}</span>
      {isLate(held, now) ? <span className="h-tag bad">{texts.work.late}</span> : null}
      {held.rank > 0 && held.state !== "closed" ? <span className="h-tag warn">{texts.work.urgent}</span> : null}
    </span>
  );
}

export function kindText(kind: string): string {
  return known(texts.work.kinds, kind) ?? kind;
}

export function patientText(patient: string | null): string {
  return patient === null || patient === "" ? texts.work.noPatient : patient;
}

/** What it is for, in a line: of a case about no patient, what gave cause to it. */
export function causeText({ explanation, rule, cause }: Case): string {
  if (explanation) return texts.work.queue.explainedBy(explanation.rule);
  return rule === "" ? cause : rule;
}
