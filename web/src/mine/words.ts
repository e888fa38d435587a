// words.ts - how an access or a glass of one's own is told, on the screen and in a file alike.

import type { Glass } from "../api/types";
import { known } from "../parts/known";
import { texts } from "../texts";
import type { OwnAccess } from "./pages";

const words = texts.mine;

export function actionText(access: OwnAccess): string {
  return known(words.accesses.forms, access.form) ?? texts.work.case.actions[access.action];
}

export function typesText(access: OwnAccess): string {
  if (access.types.length > 0) return access.types.join(", ");
  return access.patient === null ? "" : words.accesses.chart;
}

export function outcomeText(access: OwnAccess): string {
  if (access.outcome === null) return access.patient === null ? "" : texts.work.case.outcomes.none;
  return texts.work.case.outcomes[access.outcome];
}

export function endedText(glass: Glass): string {
  return glass.ended_by === null ? words.glass.open : (known(texts.work.endedBy, glass.ended_by) ?? glass.ended_by);
}

export function caseText(glass: Glass): string {
  if (glass.case_state === null) return words.glass.noCase;
  return glass.finding === null ? texts.work.states[glass.case_state] : texts.work.findings[glass.finding];
}
