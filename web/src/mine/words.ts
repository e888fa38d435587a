// words.ts - how an access or a glass of one's own is told, on the screen and in a file alike.

import type { Glass } from "../api/types";
import { texts } from "../texts";
import type { OwnAccess } from "./pages";

const words = texts.mine;

export function actionText(access: OwnAccess): string {
  const forms: Record<string, string> = words.accesses.forms;
  return forms[access.form] ?? texts.work.case.actions[access.action];
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
  const known: Record<string, string> = texts.work.endedBy;
  return glass.ended_by === null ? words.glass.open : (known[glass.ended_by] ?? glass.ended_by);
}

export function caseText(glass: Glass): string {
  if (glass.case_state === null) return words.glass.noCase;
  return glass.finding === null ? texts.work.states[glass.case_state] : texts.work.findings[glass.finding];
}
