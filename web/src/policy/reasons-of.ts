// reasons-of.ts - each reason of a policy in parts that can be said in plain words; what is left unsaid gets its default
// (spec/policy-language.md).

import { member, readToml, type Table, type Value } from "./toml";

export interface Reason {
  name: string;
  label: string;
  help: string;
  purpose: string;
  line: number;
  roles: string[];
  exceptRoles: string[];
  places: string[];
  flags: string[];
  data: string[];
  actions: string[];
  /** Paths as they are written: via, when, unless. */
  conditions: { kind: "via" | "when" | "unless"; path: string }[];
  prompts: { ask: string[]; owed: string | null };
  acknowledge: string | null;
  notice: string | null;
  proof: { any: string[]; age: string | null } | null;
  ends: { focus: boolean; idle: string; after: string };
  review: { by: string; within: string; rank: number } | null;
  repeat: string | null;
}

function text(value: Value | undefined): string | null {
  return typeof value === "string" ? value : null;
}

function list(value: Value | undefined): string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

function table(value: Value | undefined): Record<string, Value> | null {
  return typeof value === "object" && !Array.isArray(value) ? value : null;
}

function reasonOf(rule: Table): Reason {
  const get = (key: string) => member(rule, key);
  const prompts = table(get("prompts"));
  const proof = table(get("proof"));
  const ends = table(get("ends"));
  const review = table(get("review"));
  const rank = review?.["rank"];
  const actions = list(get("actions"));
  return {
    name: text(get("reason")) ?? text(get("name")) ?? "",
    label: text(get("label")) ?? "",
    help: text(get("help")) ?? "",
    purpose: text(get("purpose")) ?? "",
    line: rule.line,
    roles: list(get("roles")),
    exceptRoles: list(get("except_roles")),
    places: list(get("place")),
    flags: list(get("flags")),
    data: list(get("data")),
    actions: actions.length > 0 ? actions : ["read", "append"],
    conditions: (["via", "when", "unless"] as const).flatMap((kind) => {
      const path = text(get(kind));
      return path === null ? [] : [{ kind, path }];
    }),
    prompts: prompts === null ? { ask: list(get("prompts")), owed: null } : { ask: list(prompts["ask"]), owed: text(prompts["owed"]) },
    acknowledge: text(get("acknowledge")),
    notice: text(get("notice")),
    proof: proof === null ? null : { any: list(proof["any"]), age: text(proof["not_older_than"]) },
    ends: {
      focus: ends?.["focus"] !== false,
      idle: text(ends?.["idle"]) ?? "15m",
      after: text(ends?.["after"]) ?? "1h",
    },
    review:
      review === null
        ? null
        : { by: text(review["by"]) ?? "", within: text(review["within"]) ?? "", rank: typeof rank === "number" ? rank : 0 },
    repeat: text(table(get("repeat"))?.["within"]),
  };
}

export function reasonsOf(policy: string): Reason[] {
  return readToml(policy)
    .filter((each) => each.many && each.name === "glass")
    .map(reasonOf);
}

export interface Length {
  amount: number;
  unit: "d" | "h" | "m" | "s";
}

/** "1h30m" in its parts; none where it is no length of time. */
export function lengthOf(written: string): Length[] {
  if (!/^(?:\d+[dhms])+$/.test(written)) return [];
  return [...written.matchAll(/(\d+)([dhms])/g)].map(([, amount, unit]) => ({
    amount: Number(amount),
    unit: unit as Length["unit"],
  }));
}
