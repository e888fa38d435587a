// known.ts - words that stand in a table here, looked up by a text from outside. Pure.
//
// INVARIANT: what every object inherits ("constructor", "toString") is no word.

export function known<T>(table: Readonly<Record<string, T>>, key: string | null | undefined): T | undefined {
  return typeof key === "string" && Object.hasOwn(table, key) ? table[key] : undefined;
}
