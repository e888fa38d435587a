// toml.ts - as much of TOML as it takes to say where something stands in a policy, and what is said there.
//
// For reading only: the server alone decides whether a policy is one. What cannot be read here is passed over.

import { known } from "../parts/known";

export type Value = string | number | boolean | Value[] | { [key: string]: Value };

export interface Member {
  key: string;
  value: Value;
  /** From 1. */
  line: number;
}

/** A [name] or a [[name]]; the one without a name is what stands before the first. */
export interface Table {
  name: string;
  many: boolean;
  line: number;
  members: Member[];
}

class Unreadable extends Error {}

class Reader {
  at = 0;
  line = 1;
  constructor(readonly text: string) {}

  get next(): string {
    return this.text[this.at] ?? "";
  }

  step(count = 1) {
    for (; count > 0 && this.at < this.text.length; --count) {
      if (this.text[this.at] === "\n") ++this.line;
      ++this.at;
    }
  }

  take(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return null;
    this.step(found[0].length);
    return found[0];
  }

  /** Blanks, and with `lines` also ends of lines and comments. */
  skip(lines: boolean) {
    this.take(lines ? /(?:\s|#[^\n]*)*/y : /[ \t]*/y);
  }

  must(what: string) {
    if (!this.text.startsWith(what, this.at)) throw new Unreadable(what);
    this.step(what.length);
  }
}

const escapes: Record<string, string> = { b: "\b", t: "\t", n: "\n", f: "\f", r: "\r", e: "\u001b" };

function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(\s*\n\s*)|(.))/g, (_, short, long, fold, letter) => {
    const hex = (short ?? long) as string | undefined;
    if (hex !== undefined) return String.fromCodePoint(Math.min(parseInt(hex, 16), 0x10ffff));
    if (fold !== undefined) return "";
    return known(escapes, letter as string) ?? (letter as string);
  });
}

function textValue(reader: Reader): string | null {
  const long = reader.take(/"""\n?(?:[^"\\]|\\[^]|"(?!""))*"""|'''\n?(?:[^']|'(?!''))*'''/y);
  if (long !== null) {
    const inner = long.slice(3, -3).replace(/^\n/, "");
    return long.startsWith('"') ? unescaped(inner) : inner;
  }
  const short = reader.take(/"(?:[^"\\\n]|\\.)*"|'[^'\n]*'/y);
  if (short === null) return null;
  return short.startsWith('"') ? unescaped(short.slice(1, -1)) : short.slice(1, -1);
}

function listValue(reader: Reader): Value[] {
  const out: Value[] = [];
  reader.must("[");
  for (reader.skip(true); reader.next !== "]"; reader.skip(true)) {
    out.push(value(reader));
    reader.skip(true);
    if (reader.next === ",") reader.step();
  }
  reader.must("]");
  return out;
}

function tableValue(reader: Reader): Record<string, Value> {
  const out: Record<string, Value> = Object.create(null) as Record<string, Value>;
  reader.must("{");
  for (reader.skip(true); reader.next !== "}"; reader.skip(true)) {
    const key = keyOf(reader);
    reader.skip(true);
    reader.must("=");
    reader.skip(true);
    out[key] = value(reader);
    reader.skip(true);
    if (reader.next === ",") reader.step();
  }
  reader.must("}");
  return out;
}

function value(reader: Reader): Value {
  if (reader.next === "[") return listValue(reader);
  if (reader.next === "{") return tableValue(reader);
  const text = textValue(reader);
  if (text !== null) return text;
  const word = reader.take(/[^\s,\]}#]+/y);
  if (word === null) throw new Unreadable("value");
  if (word === "true" || word === "false") return word === "true";
  return /^[+-]?\d+$/.test(word) ? Number(word) : word;
}

function keyOf(reader: Reader): string {
  const key = textValue(reader) ?? reader.take(/[A-Za-z0-9_.-]+/y);
  if (key === null) throw new Unreadable("key");
  return key;
}

export function readToml(text: string): Table[] {
  const reader = new Reader(text);
  const tables: Table[] = [{ name: "", many: false, line: 1, members: [] }];
  for (reader.skip(true); reader.at < text.length; reader.skip(true)) {
    const line = reader.line;
    const header = reader.take(/\[\[?[ \t]*[^\]\n]+\]\]?/y);
    if (header !== null) {
      const many = header.startsWith("[[");
      tables.push({ name: header.replace(/[[\]]/g, "").trim(), many, line, members: [] });
      continue;
    }
    try {
      const key = keyOf(reader);
      reader.skip(false);
      reader.must("=");
      reader.skip(false);
      tables.at(-1)?.members.push({ key, value: value(reader), line });
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      reader.take(/[^\n]*/y);
    }
  }
  return tables;
}

export function member(table: Table, key: string): Value | undefined {
  return table.members.find((each) => each.key === key)?.value;
}
