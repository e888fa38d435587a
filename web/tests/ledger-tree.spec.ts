// The console's own reader of the ledger, without a browser, against ledgers that another reader made
// (vectors/make.py) and the example of spec/ledger-format.md.

import { expect, test } from "@playwright/test";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fromBase64, toBase64, type Bytes } from "../src/ledger/bytes";
import { openCheckpoint, readVerifierKey, type VerifierKey } from "../src/ledger/note";
import { checkReceipt } from "../src/ledger/receipt";
import { tilePath, tileWidth } from "../src/ledger/tiles";
import { GrowingTree, hashBytes, leafHash } from "../src/ledger/tree";
import { verifyLedger, type Seen, type Verdict } from "../src/ledger/verifying";

interface Vectors {
  origin: string;
  key: string;
  checkpoints: { size: number; root: string; note: string }[];
  receipts: { index: number; size: number; text: string }[];
  upper: Record<string, Record<string, string>>;
  paths: { level: number; index: number; width: number; path: string }[];
}
const vectors = JSON.parse(readFileSync(join(import.meta.dirname, "vectors/ledger.json"), "utf8")) as Vectors;

const sizeMax = 70_000;
const leaves = Buffer.concat(
  Array.from({ length: sizeMax }, (_, i) => createHash("sha256").update(`\0entry ${String(i)}`).digest()),
);
function leafAt(index: number): Bytes {
  return new Uint8Array(leaves.subarray(index * hashBytes, (index + 1) * hashBytes));
}
function checkpointAt(size: number) {
  const found = vectors.checkpoints.find((each) => each.size === size);
  if (found === undefined) throw new Error(`no vector of size ${String(size)}`);
  return found;
}
function seenAt(size: number): Seen {
  return { size, root: checkpointAt(size).root, at: "2026-11-22T03:14:00Z" };
}
async function theKey(): Promise<VerifierKey> {
  const key = await readVerifierKey(vectors.key);
  if (key === null) throw new Error("the key of the vectors is none");
  return key;
}

/** The tiles of one size; level 0 from the leaves, the others as the other reader made them. */
function tilesOf(size: number, change: (path: string, bytes: Bytes) => Bytes | null = (_, bytes) => bytes) {
  return (path: string): Promise<Bytes | null> => {
    const level0 = /^0\/(?:x(\d{3})\/)?(\d{3})(?:\.p\/(\d+))?$/.exec(path);
    if (level0 === null) {
      const upper = vectors.upper[String(size)]?.[path];
      return Promise.resolve(upper === undefined ? null : change(path, fromBase64(upper)!));
    }
    const first = (Number(level0[1] ?? 0) * 1000 + Number(level0[2])) * tileWidth;
    const end = first + Number(level0[3] ?? tileWidth);
    return Promise.resolve(change(path, new Uint8Array(leaves.subarray(first * hashBytes, end * hashBytes))));
  };
}

async function verified(
  size: number,
  more: { note?: string; before?: Seen; change?: (path: string, bytes: Bytes) => Bytes | null } = {},
): Promise<Verdict> {
  return verifyLedger({
    key: await theKey(),
    before: more.before ?? null,
    sources: {
      checkpoint: () => Promise.resolve(more.note ?? checkpointAt(size).note),
      tile: tilesOf(size, more.change),
    },
    progress: () => undefined,
    signal: new AbortController().signal,
  });
}

/** Changes one byte of one tile. */
function flipped(at: string, byte = 0) {
  return (path: string, bytes: Bytes): Bytes => {
    if (path !== at) return bytes;
    const changed = bytes.slice();
    changed[byte] = changed[byte]! ^ 1;
    return changed;
  };
}

test("the root of every size is the one that another reader finds", async () => {
  const tree = GrowingTree.empty();
  const wanted = new Map(vectors.checkpoints.filter(({ size }) => size <= 1000).map((each) => [each.size, each.root]));
  let met = 0;
  for (let size = 0; size <= 1000; ++size) {
    const root = wanted.get(size);
    if (root !== undefined) {
      expect(toBase64(await tree.root())).toBe(root);
      ++met;
    }
    await tree.add(leafAt(size));
  }
  expect(met).toBe(wanted.size);
});

test("an entry's leaf hash", async () => {
  expect(await leafHash(new TextEncoder().encode("entry 7"))).toEqual(leafAt(7));
});

test("tiles are named as C2SP names them", () => {
  for (const each of vectors.paths) expect(tilePath(each)).toBe(each.path);
});

test("a key whose id does not follow from it is none", async () => {
  expect(await readVerifierKey(` ${vectors.key}\n`)).not.toBeNull();
  const [name, id, material] = [vectors.origin, vectors.key.slice(vectors.origin.length + 1).slice(0, 8), vectors.key.split("+").slice(2).join("+")];
  expect(await readVerifierKey(`${name}+00000000+${material}`)).toBeNull();
  expect(await readVerifierKey(`another.example+${id}+${material}`)).toBeNull();
  expect(await readVerifierKey(`${name}+${id}+${material.slice(0, -4)}`)).toBeNull();
  expect(await readVerifierKey("")).toBeNull();
});

test("a checkpoint opens under its key, and under no other; nothing of it can be changed", async () => {
  const key = await theKey();
  const { note } = checkpointAt(257);
  expect(await openCheckpoint(note, key)).toMatchObject({ size: 257, origin: vectors.origin });
  expect(await openCheckpoint(note.replace("\n257\n", "\n258\n"), key)).toBe("signature-wrong");
  expect(await openCheckpoint(note.replace(/\n$/, ""), key)).toBe("no-note");
  expect(await openCheckpoint(note.replace(/\n\u2014.*\n$/, "\n\u2014 somebody.example AAAAAAAA\n"), key)).toBe("not-signed");
  const cosigned = `${note}\u2014 cosigner.example ${Buffer.from("abcdefgh").toString("base64")}\n`;
  expect(await openCheckpoint(cosigned, key)).toMatchObject({ size: 257 });
  const twice = note.replace(/(\u2014 \S+ )(\S+)\n$/, (_, start: string, blob: string) => {
    const bytes = Buffer.from(blob, "base64");
    bytes[10]! ^= 1;
    return `${start}${blob}\n${start}${bytes.toString("base64")}\n`;
  });
  expect(await openCheckpoint(twice, key)).toBe("signature-wrong");
});

test("the example of the ledger's format verifies", async () => {
  const page = readFileSync(join(import.meta.dirname, "../../spec/ledger-format.md"), "utf8");
  const blocks = page.slice(page.indexOf("## 11.")).split("```").filter((_, i) => i % 2 === 1).map((block) => block.slice(1));
  const [keyText = "", note = "", receipt = ""] = blocks.slice(-3);
  const tile = new Uint8Array(Buffer.from(blocks.at(-4)!.replace(/\s/g, ""), "hex"));
  const key = (await readVerifierKey(keyText))!;
  expect(key.name).toBe("hospital.example/ledger");
  const verdict = await verifyLedger({
    key,
    before: null,
    sources: { checkpoint: () => Promise.resolve(note), tile: (path) => Promise.resolve(path === "0/000.p/3" ? tile : null) },
    progress: () => undefined,
    signal: new AbortController().signal,
  });
  expect(verdict).toMatchObject({ is: "true", hashes: 3 });
  const leafOf = (index: number) => Promise.resolve(tile.slice(index * hashBytes, (index + 1) * hashBytes));
  expect(await checkReceipt(receipt, key, leafOf, 1)).toMatchObject({ is: "proven", index: 1 });
  expect(await checkReceipt(receipt, key, () => leafOf(0), 1)).toEqual({ is: "unsound", why: "not-there" });
});

test("a whole ledger verifies, also one of several levels, and goes on from each smaller one", async () => {
  for (const { size } of vectors.checkpoints.filter((each) => each.size <= 512))
    expect(await verified(size), String(size)).toMatchObject({ is: "true", hashes: size });
  for (const { size } of vectors.checkpoints)
    expect(await verified(70_000, { before: seenAt(size) }), String(size)).toMatchObject({ is: "true" });
});

test("a ledger that became shorter, or has another history, is said to be so", async () => {
  expect(await verified(512, { before: seenAt(1000) })).toMatchObject({ is: "untrue", why: { what: "shorter", size: 512 } });
  for (const size of [256, 511, 1000]) {
    const other = { ...seenAt(size), root: checkpointAt(257).root };
    expect(await verified(1000, { before: other })).toMatchObject({ is: "untrue", why: { what: "fork" } });
  }
});

test("a changed tile is named, with the entries in it", async () => {
  expect(await verified(1000, { change: flipped("0/002", 100) })).toMatchObject({
    is: "untrue",
    why: { what: "entries-changed", path: "0/002", first: 512, end: 768 },
  });
  expect(await verified(70_000, { change: flipped("0/200", 8191) })).toMatchObject({
    why: { what: "entries-changed", path: "0/200", first: 51_200, end: 51_456 },
  });
  expect(await verified(1000, { change: flipped("0/003.p/232", 5) })).toMatchObject({
    why: { what: "root-differs", first: 768, end: 1000 },
  });
  expect(await verified(1000, { change: flipped("1/000.p/3", 40) })).toMatchObject({
    why: { what: "upper-tile-changed", path: "1/000.p/3", first: 256, end: 512 },
  });
});

test("a tile that is missing or cut is named", async () => {
  const without = (gone: string) => (path: string, bytes: Bytes) => (path === gone ? null : bytes);
  expect(await verified(1000, { change: without("0/001") })).toMatchObject({ why: { what: "tile-missing", path: "0/001" } });
  expect(await verified(1000, { change: without("1/000.p/3") })).toMatchObject({ why: { what: "tile-missing" } });
  const cut = (path: string, bytes: Bytes) => (path === "0/001" ? bytes.slice(hashBytes) : bytes);
  expect(await verified(1000, { change: cut })).toMatchObject({ why: { what: "tile-length", path: "0/001" } });
});

test("receipts prove their entry, and no other", async () => {
  const key = await theKey();
  for (const { index, size, text } of vectors.receipts) {
    const leafOf = (at: number) => Promise.resolve(leafAt(at));
    expect(await checkReceipt(text, key, leafOf, index), `${String(index)} of ${String(size)}`).toMatchObject({ is: "proven", index });
    expect(await checkReceipt(text, key, leafOf, index + 1)).toEqual({ is: "unsound", why: "other-entry" });
    expect(await checkReceipt(text, key, (at) => Promise.resolve(leafAt(at + 1)), index)).toEqual({ is: "unsound", why: "not-there" });
  }
  const [receipt] = vectors.receipts.filter(({ size }) => size === 70_000);
  const lines = receipt!.text.split("\n");
  lines.splice(2, 1);
  expect(await checkReceipt(lines.join("\n"), key, (at) => Promise.resolve(leafAt(at)), null)).toEqual({ is: "unsound", why: "not-there" });
  expect(await checkReceipt("hello", key, (at) => Promise.resolve(leafAt(at)), null)).toEqual({ is: "unsound", why: "no-receipt" });
});

test("a check that is called off ends", async () => {
  const off = new AbortController();
  const asked = verifyLedger({
    key: await theKey(),
    before: null,
    sources: { checkpoint: () => Promise.resolve(checkpointAt(70_000).note), tile: tilesOf(70_000) },
    progress: ({ done }) => {
      if (done > 10_000) off.abort();
    },
    signal: off.signal,
  });
  await expect(asked).rejects.toThrow();
});
