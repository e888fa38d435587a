// memory.ts - what this browser remembers of the ledger: its key, and the last checkpoint that it verified.
//
// Holds nothing of any patient or person: a public key, a number, a hash and a time.

import type { Seen } from "./verifying";

export interface Remembered {
  /** Verifier key; the log's name is in it. */
  key: string;
  /** When somebody compared the key with one from outside; null: it was believed at first sight. */
  compared: string | null;
  seen: Seen | null;
}

const place = "halligan.ledger";

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function seenOf(value: unknown): Seen | null {
  const { size, root, at } = (value ?? {}) as Record<string, unknown>;
  return Number.isSafeInteger(size) && isText(root) && isText(at) ? { size: size as number, root, at } : null;
}

export function recall(): Remembered | null {
  try {
    const { key, compared, seen } = JSON.parse(localStorage.getItem(place) ?? "null") as Record<string, unknown>;
    return isText(key) ? { key, compared: isText(compared) ? compared : null, seen: seenOf(seen) } : null;
  } catch {
    return null;
  }
}

export function remember(what: Remembered) {
  localStorage.setItem(place, JSON.stringify(what));
}
