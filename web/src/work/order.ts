// order.ts - in what order the cases stand, which of them are shown and which stand together.
//
// Pure. What is typed into the filter may be a patient's id: it lives in memory, in no address and no storage.

import type { Case } from "../api/types";

export type Sort = "urgent" | "newest" | "person";
export type Grouping = "none" | "person" | "patient";

export interface QueueView {
  text: string;
  kind: string;
  state: string;
  queue: string;
  late: boolean;
  sort: Sort;
  group: Grouping;
  /** Groups whose being open or shut is not what their size makes them. */
  turned: readonly string[];
  /** Where one was: the key of a row, and its place for when it has gone. */
  cursor: { key: string; at: number } | null;
}

export const firstView: QueueView = {
  text: "",
  kind: "",
  state: "",
  queue: "",
  late: false,
  sort: "urgent",
  group: "none",
  turned: [],
  cursor: null,
};

export interface GroupRow {
  is: "group";
  key: string;
  of: "person" | "patient";
  cases: Case[];
  open: boolean;
}
export interface CaseRow {
  is: "case";
  key: string;
  case: Case;
  grouped: boolean;
}
export type Row = GroupRow | CaseRow;

interface Digest {
  words: string;
  due: number;
  opened: number;
}
const digests = new WeakMap<Case, Digest>();

function digest(held: Case): Digest {
  let made = digests.get(held);
  if (made === undefined) {
    const said = [held.name, held.staff, held.patient, held.rule, held.cause, held.justification?.text];
    made = {
      words: said.join("\n").toLocaleLowerCase(),
      due: Date.parse(held.due),
      opened: Date.parse(held.opened_at),
    };
    digests.set(held, made);
  }
  return made;
}

export function isLate(held: Case, now: number): boolean {
  return held.state !== "closed" && (held.late || digest(held).due < now);
}

function fits(held: Case, view: QueueView, words: string[], now: number): boolean {
  return (
    (view.kind === "" || held.kind === view.kind) &&
    (view.state === "" || held.state === view.state) &&
    (view.queue === "" || held.queue === view.queue) &&
    (!view.late || isLate(held, now)) &&
    words.every((word) => digest(held).words.includes(word))
  );
}

type Order = (a: Case, b: Case) => number;
const byId: Order = (a, b) => (a.case < b.case ? -1 : 1);
const urgent: Order = (a, b) =>
  b.rank - a.rank || digest(a).due - digest(b).due || digest(a).opened - digest(b).opened || byId(a, b);
const newest: Order = (a, b) => digest(b).opened - digest(a).opened || byId(a, b);

function orderOf(sort: Sort, locale: string): Order {
  if (sort === "urgent") return urgent;
  if (sort === "newest") return newest;
  const names = new Intl.Collator(locale);
  return (a, b) => names.compare(a.name, b.name) || names.compare(a.staff, b.staff) || urgent(a, b);
}

/** The cases that are shown, in order. */
export function chosen(cases: Iterable<Case>, view: QueueView, locale: string, now: number): Case[] {
  const words = view.text.toLocaleLowerCase().split(/\s+/).filter((word) => word !== "");
  const found: Case[] = [];
  for (const held of cases) if (held.state !== "closed" && fits(held, view, words, now)) found.push(held);
  return found.sort(orderOf(view.sort, locale));
}

const largestOpen = 3; // a larger group is one line until it is opened

function groupKey(held: Case, of: "person" | "patient"): string {
  return of === "person" ? `person ${held.staff}` : `patient ${held.patient ?? ""}`;
}

/** What stands in the list: a case by itself, or a group's line and, where it is open, its cases. */
export function rowsOf(cases: Case[], view: QueueView): Row[] {
  const alone = (held: Case, grouped: boolean): Row => ({ is: "case", key: held.case, case: held, grouped });
  const of = view.group;
  if (of === "none") return cases.map((held) => alone(held, false));
  const groups = new Map<string, Case[]>();
  for (const held of cases) {
    const key = groupKey(held, of);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [held]);
    else group.push(held);
  }
  const rows: Row[] = [];
  for (const [key, members] of groups) {
    const only = members[0];
    if (members.length === 1 && only !== undefined) {
      rows.push(alone(only, false));
      continue;
    }
    const open = members.length <= largestOpen !== view.turned.includes(key);
    rows.push({ is: "group", key, of, cases: members, open });
    if (open) rows.push(...members.map((held) => alone(held, true)));
  }
  return rows;
}

/** Names of a group, each once. */
export function namesOf(cases: Case[]): string[] {
  return [...new Map(cases.map((held) => [held.staff, held.name])).values()];
}

export function chartsOf(cases: Case[]): number {
  return new Set(cases.map((held) => held.patient).filter(Boolean)).size;
}

/** Every case in the order in which one goes through them, also those of groups that are shut. */
export function walkOf(rows: Row[]): string[] {
  const walk: string[] = [];
  for (const row of rows) {
    if (row.is === "case") walk.push(row.case.case);
    else if (!row.open) walk.push(...row.cases.map((held) => held.case));
  }
  return walk;
}

export function kindsIn(cases: Iterable<Case>): string[] {
  return [...new Set([...cases].map((held) => held.kind))].sort();
}

export function queuesIn(cases: Iterable<Case>): string[] {
  return [...new Set([...cases].map((held) => held.queue))].sort();
}
