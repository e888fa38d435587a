// outline.ts - what stands where in the text of a policy: rules by kind and name, and the tables that declare words.

import { member, readToml, type Table, type Value } from "./toml";

export const ruleKinds = ["deny", "seal", "allow", "glass", "explain", "case"] as const;
export type RuleKind = (typeof ruleKinds)[number];
export type Group = RuleKind | "words";

export interface Item {
  name: string;
  line: number;
}

export type Outline = Record<Group, Item[]>;

function text(value: Value | undefined): string | null {
  return typeof value === "string" ? value : null;
}

function nameOf(table: Table): string {
  return text(member(table, "name")) ?? text(member(table, "reason")) ?? text(member(table, "kind")) ?? table.name;
}

function isRuleKind(name: string): name is RuleKind {
  return (ruleKinds as readonly string[]).includes(name);
}

export function outlineOf(policy: string): Outline {
  const out: Outline = { words: [], deny: [], seal: [], allow: [], glass: [], explain: [], case: [] };
  for (const table of readToml(policy)) {
    if (table.many && isRuleKind(table.name)) out[table.name].push({ name: nameOf(table), line: table.line });
    else if (!table.many && table.name !== "") out.words.push({ name: table.name, line: table.line });
  }
  return out;
}

/** Where a rule or a reason begins; null where there is none of the name. */
export function lineOf(outline: Outline, rule: string): number | null {
  for (const kind of ruleKinds) {
    const found = kind === "case" ? undefined : outline[kind].find((item) => item.name === rule);
    if (found !== undefined) return found.line;
  }
  return null;
}
