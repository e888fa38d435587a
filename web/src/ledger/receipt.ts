// receipt.ts - receipts (C2SP tlog-proof): that an entry stands at its place in a tree that was signed.

import { decimal, fromBase64, type Bytes } from "./bytes";
import { openCheckpoint, type Checkpoint, type NoteFault, type VerifierKey } from "./note";
import { hashBytes, proves } from "./tree";

export interface Receipt {
  index: number;
  proof: Bytes[];
  /** The checkpoint that goes with it, as it was signed. */
  note: string;
}

/** Null where the text is no receipt. */
export function readReceipt(text: string): Receipt | null {
  const at = text.indexOf("\n\n");
  const lines = text.slice(0, Math.max(at, 0)).split("\n");
  if (lines.shift() !== "c2sp.org/tlog-proof@v1") return null;
  if (lines[0]?.startsWith("extra ")) lines.shift();
  const index = decimal((lines.shift() ?? "").replace(/^index (?=\d)/, ""));
  if (index === null) return null;
  const proof: Bytes[] = [];
  for (const line of lines) {
    const hash = fromBase64(line);
    if (hash?.length !== hashBytes) return null;
    proof.push(hash);
  }
  return { index, proof, note: text.slice(at + 2) };
}

export type ReceiptAnswer =
  | { is: "proven"; index: number; leaf: Bytes; checkpoint: Checkpoint }
  | { is: "unsound"; why: NoteFault | "no-receipt" | "other-entry" | "not-there" };

/** `leafOf` gives the leaf hash that the ledger has at an index today, in a tree of that size. */
export async function checkReceipt(
  text: string,
  key: VerifierKey,
  leafOf: (index: number, size: number) => Promise<Bytes | null>,
  asked: number | null,
): Promise<ReceiptAnswer> {
  const receipt = readReceipt(text);
  if (receipt === null) return { is: "unsound", why: "no-receipt" };
  if (asked !== null && receipt.index !== asked) return { is: "unsound", why: "other-entry" };
  const checkpoint = await openCheckpoint(receipt.note, key);
  if (typeof checkpoint === "string") return { is: "unsound", why: checkpoint };
  if (receipt.index >= checkpoint.size) return { is: "unsound", why: "no-receipt" };
  const leaf = await leafOf(receipt.index, checkpoint.size);
  const there =
    leaf !== null && (await proves(leaf, receipt.index, checkpoint.size, receipt.proof, checkpoint.root));
  if (!there) return { is: "unsound", why: "not-there" };
  return { is: "proven", index: receipt.index, leaf, checkpoint };
}
