// history.ts - everything that happened in a case, in one order.
//
// Pure. Accesses between two other events are told as one.

import type { Case, CaseDetail, Finding } from "../api/types";

export type Access = CaseDetail["accesses"][number];
type Closing = NonNullable<Case["closing"]>;

export type Happened = { at: string } & (
  | { what: "opened"; cause: string }
  | { what: "glass-opened"; reason: string }
  | { what: "accesses"; until: string; accesses: Access[] }
  | { what: "justified"; text: string }
  | { what: "explained"; rule: string; relations: string }
  | { what: "glass-ended"; by: string; comment: string | null }
  | { what: "due"; passed: boolean }
  | { what: "closed"; finding: Finding; reviewer: string | null; comment: string }
  | { what: "reopened"; by: string | null; comment: string }
);

// Of what bears the same time, this came first.
const rank: Record<Happened["what"], number> = {
  "glass-opened": 0,
  opened: 1,
  accesses: 2,
  justified: 3,
  explained: 4,
  "glass-ended": 5,
  due: 6,
  closed: 7,
  reopened: 8,
};

const closed = (closing: Closing): Happened => ({
  at: closing.at,
  what: "closed",
  finding: closing.finding,
  reviewer: closing.reviewer,
  comment: closing.comment,
});

function marks(held: CaseDetail): Happened[] {
  const glass = held.glass_detail;
  const list: Happened[] = [{ at: held.opened_at, what: "opened", cause: held.cause }];
  if (glass) list.push({ at: glass.opened_at, what: "glass-opened", reason: glass.label });
  if (glass?.ended_at && glass.ended_by)
    list.push({ at: glass.ended_at, what: "glass-ended", by: glass.ended_by, comment: glass.comment });
  for (const before of held.justified_before) list.push({ at: before.at, what: "justified", text: before.text });
  if (held.justification) list.push({ at: held.justification.at, what: "justified", text: held.justification.text });
  if (held.explanation) list.push({ what: "explained", ...held.explanation });
  for (const again of held.reopenings)
    list.push(closed(again.closing), { at: again.at, what: "reopened", by: again.by, comment: again.comment });
  if (held.closing) list.push(closed(held.closing));
  return list;
}

function due(held: CaseDetail, now: number): Happened[] {
  if (held.closing && Date.parse(held.closing.at) <= Date.parse(held.due)) return [];
  return [{ at: held.due, what: "due", passed: held.late || Date.parse(held.due) < now || held.closing !== null }];
}

const inOrder = (a: Happened, b: Happened) => Date.parse(a.at) - Date.parse(b.at) || rank[a.what] - rank[b.what];

export function timelineOf(held: CaseDetail, now: number): Happened[] {
  const each = held.accesses.map((access): Happened => ({
    at: access.at,
    what: "accesses",
    until: access.at,
    accesses: [access],
  }));
  const told: Happened[] = [];
  for (const next of [...marks(held), ...due(held, now), ...each].sort(inOrder)) {
    const last = told.at(-1);
    if (next.what === "accesses" && last?.what === "accesses") {
      last.accesses.push(...next.accesses);
      last.until = next.until;
    } else told.push(next);
  }
  return told;
}

export function recordsOf(accesses: Access[]): number {
  return accesses.reduce((sum, access) => sum + access.resources, 0);
}

export interface TypeSum {
  type: string;
  times: number;
  records: number;
  first: string;
  last: string;
}

/** What was opened, by type of record; an access of several types counts for each. The chart itself is "". */
export function sums(accesses: Access[]): TypeSum[] {
  const found = new Map<string, TypeSum>();
  for (const access of accesses) {
    for (const type of access.types.length > 0 ? access.types : [""]) {
      const before = found.get(type) ?? { type, times: 0, records: 0, first: access.at, last: access.at };
      found.set(type, {
        type,
        times: before.times + 1,
        records: before.records + access.resources,
        first: access.at < before.first ? access.at : before.first,
        last: access.at > before.last ? access.at : before.last,
      });
    }
  }
  return [...found.values()].sort((a, b) => b.records - a.records || b.times - a.times);
}
