// Reading a policy's text in the console, without a browser: outline, reasons, differences.

import { expect, test } from "@playwright/test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { around, changesOf, diffLines, touchedReasons } from "../src/policy/diff";
import { lineOf, outlineOf } from "../src/policy/outline";
import { lengthOf, reasonsOf } from "../src/policy/reasons-of";
import { matchesOf } from "../src/policy/search";
import { readToml } from "../src/policy/toml";

const demo = readFileSync(join(import.meta.dirname, "../../demo/policy.toml"), "utf8");

test("the outline names every rule of the demo policy at its line", () => {
  const outline = outlineOf(demo);
  const lines = demo.split("\n");
  for (const kind of ["deny", "seal", "allow", "glass", "explain", "case"] as const) {
    expect(outline[kind].length).toBe(lines.filter((line) => line === `[[${kind}]]`).length);
    for (const { name, line } of outline[kind]) {
      expect(lines[line - 1]).toBe(`[[${kind}]]`);
      expect(lines[line]).toContain(`"${name}"`);
    }
  }
  expect(outline.words.map((item) => item.name)).toEqual([
    "relations",
    "flags",
    "places",
    "classes",
    "console",
    "vouching",
    "lockout",
  ]);
  expect(lines[lineOf(outline, "life-threat")! - 1]).toBe("[[glass]]");
  expect(lineOf(outline, "no-such-rule")).toBeNull();
});

test("a reason says what it says, and has its defaults where it says nothing", () => {
  const [clinical, threat, support] = reasonsOf(demo);
  expect(clinical).toMatchObject({
    name: "clinical-access",
    roles: ["physician", "nurse", "therapist"],
    actions: ["read", "append"],
    proof: { any: ["totp"], age: "5m" },
    ends: { focus: true, idle: "10m", after: "1h" },
    review: { by: "privacy-officer", within: "24h", rank: 0 },
  });
  expect(clinical?.prompts.ask).toHaveLength(3);
  expect(threat?.prompts).toEqual({ ask: ["What was the emergency?"], owed: "30m" });
  expect(threat?.data).toEqual(["emergency-set", "substance-use"]);
  expect(support?.actions).toEqual(["read"]);
  const [bare] = reasonsOf('[[glass]]\nreason = "r"\nends = { focus = false }');
  expect(bare).toMatchObject({ ends: { focus: false, idle: "15m", after: "1h" }, proof: null, review: null });
});

test("text that is half written is read as far as it goes, with the right lines", () => {
  const tables = readToml(
    'a = "x # no comment" # one\nbroken = \n= 3\n[relations]\nm = { from = "a",\n  to = ["b", # two\n "c"] }\n[[deny]]\nname = "n\\u00e9\\n"\ntext = """\nlong\n"quoted" """\n\n[[glass]]\nreason = \'r\\n\'\n',
  );
  expect(tables.map(({ name, line }) => [name, line])).toEqual([
    ["", 1],
    ["relations", 4],
    ["deny", 8],
    ["glass", 14],
  ]);
  expect(tables[0]!.members[0]).toEqual({ key: "a", value: "x # no comment", line: 1 });
  expect(tables[1]!.members[0]!.value).toEqual({ from: "a", to: ["b", "c"] });
  expect(tables[2]!.members.map(({ value }) => value)).toEqual(["né\n", 'long\n"quoted" ']);
  expect(tables[3]!.members[0]!.value).toBe("r\\n");
  for (const text of ["[", "[[x", 'a = "', "a = {", "a = [1,", "\u0000", "a = [[[["]) expect(() => readToml(text)).not.toThrow();
});

test("lengths of time", () => {
  expect(lengthOf("1h30m")).toEqual([
    { amount: 1, unit: "h" },
    { amount: 30, unit: "m" },
  ]);
  expect(lengthOf("soon")).toEqual([]);
});

test("line by line, the shortest difference, from which both texts can be had again", () => {
  const a = "one\ntwo\nthree\nfour\nfive".split("\n");
  const b = "one\nthree\n3 1/2\nfour\nfive\nsix".split("\n");
  const lines = diffLines(a, b);
  expect(lines.filter((line) => line.kind !== "in").map((line) => line.text)).toEqual(a);
  expect(lines.filter((line) => line.kind !== "out").map((line) => line.text)).toEqual(b);
  expect(lines.filter((line) => line.kind !== "same").map((line) => `${line.kind} ${line.text}`)).toEqual([
    "out two",
    "in 3 1/2",
    "in six",
  ]);
  const other = (word: string) => Array.from({ length: 3000 }, (_, i) => `${word} ${String(i)}`);
  for (const [x, y] of [[other("a"), other("b")], [[], []], [[], ["a"]], [["a"], []], [["a", "b"], ["b", "a"]], [["a"], ["a"]]] as string[][][]) {
    const found = diffLines(x!, y!);
    expect(found.filter((line) => line.kind !== "in").map((line) => line.text)).toEqual(x);
    expect(found.filter((line) => line.kind !== "out").map((line) => line.text)).toEqual(y);
  }
});

test("of a long text only what is near a change is shown", () => {
  const before = Array.from({ length: 100 }, (_, i) => `line ${String(i)}`);
  const after = before.map((line, i) => (i === 50 ? "other" : line));
  const shown = around(diffLines(before, after));
  expect(shown).toHaveLength(10);
  expect(shown[0]).toBeNull();
  expect(shown.at(-1)).toBeNull();
  expect(around(diffLines(before, before))).toEqual([null]);
});

test("the server's diff, change by change", () => {
  const changes = changesOf([
    "removed: glass research",
    '- reason = "research"',
    "changed: glass life-threat",
    '- reason = "life-threat"',
    '- label = "Threat to life"',
    '+ reason = "life-threat"',
    '+ label = "Danger to life"',
    "added: allow new",
    '+ name = "new"',
  ]);
  expect(changes.map(({ kind, what }) => `${kind} ${what}`)).toEqual([
    "removed glass research",
    "changed glass life-threat",
    "added allow new",
  ]);
  expect(changes[1]!.lines.map((line) => line.kind)).toEqual(["same", "out", "in"]);
  expect(touchedReasons(changes)).toEqual(["research", "life-threat"]);
  expect(changesOf(["no change"])).toEqual([]);
});

test("search within the text", () => {
  expect(matchesOf(["Read, read", "write"], "READ")).toEqual([
    { line: 0, from: 0, to: 4 },
    { line: 0, from: 6, to: 10 },
  ]);
  expect(matchesOf(["a"], "")).toEqual([]);
});
