// roster-order.ts - who of the roster is to be seen, and in which order.

import type { Staff } from "../api/types";

export type Standing = "all" | "can" | "lacking" | "inactive";
export type Order = "name" | "id" | "department" | "standing" | "rehearsed";

export interface Wanted {
  text: string;
  role: string;
  standing: Standing;
  order: Order;
}

export function lacking(person: Staff): boolean {
  return person.active && person.may_break && !person.can_break;
}

function stands(person: Staff, standing: Standing): boolean {
  if (standing === "can") return person.can_break;
  if (standing === "lacking") return lacking(person);
  if (standing === "inactive") return !person.active;
  return true;
}

/** Letters without their marks, so that "wojcik" finds Wójcik. */
function plain(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("ł", "l");
}

/** By which way somebody last rehearsed breaking the glass, and when. */
export function lastRehearsed(person: Staff): { way: Staff["ways"][number]["way"]; at: string } | null {
  let last: { way: Staff["ways"][number]["way"]; at: string } | null = null;
  for (const { way, rehearsed } of person.ways)
    if (rehearsed && (last === null || Date.parse(rehearsed) > Date.parse(last.at))) last = { way, at: rehearsed };
  return last;
}

/** Whoever is meant to break the glass and never rehearsed it comes first. */
function rehearsedAt(person: Staff): number {
  if (!person.active || !person.may_break) return Infinity;
  const last = lastRehearsed(person);
  return last === null ? 0 : Date.parse(last.at);
}

function rank(person: Staff): number {
  if (lacking(person)) return 0;
  if (person.can_break) return 1;
  return person.active ? 2 : 3;
}

export function shownOf(people: Staff[], wanted: Wanted, locale: string): Staff[] {
  const words = plain(wanted.text).split(/\s+/).filter((word) => word !== "");
  const { compare } = new Intl.Collator(locale, { sensitivity: "base", numeric: true });
  const byName = (a: Staff, b: Staff) => compare(a.name, b.name) || compare(a.staff, b.staff);
  const orders: Record<Order, (a: Staff, b: Staff) => number> = {
    name: byName,
    id: (a, b) => compare(a.staff, b.staff),
    department: (a, b) => compare(a.department ?? "\uffff", b.department ?? "\uffff") || byName(a, b),
    standing: (a, b) => rank(a) - rank(b) || byName(a, b),
    rehearsed: (a, b) => {
      const [one, other] = [rehearsedAt(a), rehearsedAt(b)];
      return one === other ? byName(a, b) : one - other;
    },
  };
  return people
    .filter((person) => stands(person, wanted.standing))
    .filter((person) => wanted.role === "" || person.roles.includes(wanted.role))
    .filter((person) => {
      const all = plain(`${person.name} ${person.staff} ${person.department ?? ""}`);
      return words.every((word) => all.includes(word));
    })
    .sort(orders[wanted.order]);
}

export interface Counts {
  active: number;
  can: number;
  lacking: number;
  inactive: number;
}

export function countsOf(people: Staff[]): Counts {
  const active = people.filter((person) => person.active).length;
  return {
    active,
    can: people.filter((person) => person.can_break).length,
    lacking: people.filter(lacking).length,
    inactive: people.length - active,
  };
}

/** "ABCD EFGH", to be typed by hand. */
export function grouped(secret: string): string {
  return (secret.match(/.{1,4}/g) ?? []).join(" ");
}

export function isId(text: string): boolean {
  return /^[A-Za-z0-9._-]{1,64}$/.test(text);
}
