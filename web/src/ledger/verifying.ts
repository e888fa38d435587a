// verifying.ts - the whole check of a ledger: signature, every hash tile, the root, and that it goes on from what
// was seen before. Believes nothing that it did not compute; says where the evidence stops to fit.
//
// Where the root is wrong, whatever in the tiles still leads to the signed one decides which tile is.

import { fromBase64, same, type Bytes } from "./bytes";
import { openCheckpoint, type Checkpoint, type NoteFault, type VerifierKey } from "./note";
import { entriesBelow, hashesAt, tileCount, tileHeight, tileOf, tilePath, tileWidth, type Tile } from "./tiles";
import { GrowingTree, hashAt, hashBytes, perfectRoot } from "./tree";

export interface Seen {
  size: number;
  /** base64 */
  root: string;
  /** When this browser saw it (RFC 3339). */
  at: string;
}

export type Untruth =
  | { what: NoteFault }
  | { what: "shorter"; size: number; before: Seen }
  | { what: "fork"; size: number; before: Seen }
  | { what: "tile-missing" | "tile-length"; path: string }
  | { what: "entries-changed"; path: string; first: number; end: number }
  | { what: "upper-tile-changed"; path: string; first: number; end: number }
  | { what: "root-differs"; first: number; end: number };

export type Verdict =
  | { is: "true"; checkpoint: Checkpoint; hashes: number; before: Seen | null }
  | { is: "untrue"; why: Untruth; checkpoint: Checkpoint | null };

export interface Progress {
  done: number;
  of: number;
}

export interface Sources {
  checkpoint: () => Promise<string>;
  /** Null where the server says that there is no such tile. */
  tile: (path: string) => Promise<Bytes | null>;
}

export interface Asked {
  key: VerifierKey;
  before: Seen | null;
  sources: Sources;
  progress: (now: Progress) => void;
  signal: AbortSignal;
}

class Stop extends Error {
  constructor(readonly why: Untruth) {
    super(why.what);
  }
}

const atOnce = 8; // tiles that are under way at the same time

async function fetched(sources: Sources, tile: Tile): Promise<Bytes> {
  const path = tilePath(tile);
  const bytes = await sources.tile(path);
  if (bytes === null) throw new Stop({ what: "tile-missing", path });
  if (bytes.length !== tile.width * hashBytes) throw new Stop({ what: "tile-length", path });
  return bytes;
}

/** Some work for each of many, a few at once, taken up in order. */
async function inOrder<T>(count: number, make: (index: number) => Promise<T>, take: (made: T, index: number) => Promise<void>) {
  const ahead: Promise<T>[] = [];
  for (let next = 0, index = 0; index < count; ++index) {
    for (; next < count && next < index + atOnce; ++next) {
      const made = make(next);
      made.catch(() => undefined); // heard of when its turn comes
      ahead.push(made);
    }
    const first = ahead.shift();
    if (first !== undefined) await take(await first, index);
  }
}

interface Built {
  tree: GrowingTree;
  /** Roots of the full tiles of level 0. */
  tileRoots: Bytes[];
  /** The root at the size that was seen before, where that is not larger than the tree. */
  rootBefore: Bytes | null;
}

async function rootWithin(tree: GrowingTree, leaves: Bytes, count: number): Promise<Bytes> {
  const part = tree.copy();
  for (let i = 0; i < count; ++i) await part.add(hashAt(leaves, i));
  return part.root();
}

/** From the leaf hashes alone. */
async function build(asked: Asked, size: number): Promise<Built> {
  const tree = GrowingTree.empty();
  const tileRoots: Bytes[] = [];
  const sizeBefore = asked.before?.size ?? -1;
  let rootBefore = sizeBefore === 0 ? await tree.root() : null;
  const count = tileCount(0, size);
  asked.progress({ done: 0, of: size });
  const make = async (index: number) => {
    asked.signal.throwIfAborted();
    const leaves = await fetched(asked.sources, tileOf(0, index, size));
    const full = leaves.length === tileWidth * hashBytes;
    return { leaves, root: full ? await perfectRoot(leaves) : null };
  };
  await inOrder(count, make, async ({ leaves, root }, index) => {
    asked.signal.throwIfAborted();
    const start = index * tileWidth;
    const within = sizeBefore - start;
    if (within > 0 && within <= leaves.length / hashBytes) rootBefore = await rootWithin(tree, leaves, within);
    if (root === null) for (let i = 0; i < leaves.length / hashBytes; ++i) await tree.add(hashAt(leaves, i));
    else {
      await tree.add(root, tileHeight);
      tileRoots.push(root);
    }
    asked.progress({ done: Math.min(size, start + tileWidth), of: size });
  });
  return { tree, tileRoots, rootBefore };
}

interface Mismatch {
  tile: Tile;
  /** Number of the hash on its level. */
  hash: number;
  served: Bytes;
}

/** Each hash above level 0 must be the root of the tile below it; the first that is not. */
async function firstMismatch(asked: Asked, size: number, tileRoots: Bytes[]): Promise<Mismatch | null> {
  let below = tileRoots;
  for (let level = 1; hashesAt(level, size) > 0; ++level) {
    const roots: Bytes[] = [];
    for (let index = 0; index < tileCount(level, size); ++index) {
      asked.signal.throwIfAborted();
      const tile = tileOf(level, index, size);
      const hashes = await fetched(asked.sources, tile);
      for (let i = 0; i < tile.width; ++i) {
        const hash = index * tileWidth + i;
        const served = hashAt(hashes, i);
        const computed = below[hash];
        if (computed === undefined || !same(served, computed)) return { tile, hash, served };
      }
      if (tile.width === tileWidth) roots.push(await perfectRoot(hashes));
    }
    below = roots;
  }
  return null;
}

/** Whether the signed root follows once one tile of level 0 is replaced by what the level above says of it. */
async function ledTo(root: Bytes, asked: Asked, size: number, tileRoots: Bytes[], wrong: Mismatch): Promise<boolean> {
  const tree = GrowingTree.empty();
  for (const [index, each] of tileRoots.entries())
    await tree.add(index === wrong.hash ? wrong.served : each, tileHeight);
  const last = tileRoots.length;
  if (last < tileCount(0, size)) {
    const leaves = await fetched(asked.sources, tileOf(0, last, size));
    for (let i = 0; i < leaves.length / hashBytes; ++i) await tree.add(hashAt(leaves, i));
  }
  return same(await tree.root(), root);
}

async function wrongRoot(asked: Asked, checkpoint: Checkpoint, built: Built): Promise<Untruth> {
  const { size, root } = checkpoint;
  const wrong = await firstMismatch(asked, size, built.tileRoots);
  if (wrong?.tile.level === 1) {
    if (await ledTo(root, asked, size, built.tileRoots, wrong))
      return { what: "entries-changed", path: tilePath(tileOf(0, wrong.hash, size)), ...entriesBelow(1, wrong.hash) };
    return { what: "root-differs", first: 0, end: size };
  }
  // The last tile, which is not full, is the one that nothing above vouches for.
  const unvouched = built.tileRoots.length * tileWidth;
  return { what: "root-differs", first: wrong === null && unvouched < size ? unvouched : 0, end: size };
}

async function checked(asked: Asked, checkpoint: Checkpoint): Promise<Verdict> {
  const { size, root } = checkpoint;
  const { before } = asked;
  if (before !== null && size < before.size) throw new Stop({ what: "shorter", size, before });
  const built = await build(asked, size);
  if (!same(await built.tree.root(), root)) throw new Stop(await wrongRoot(asked, checkpoint, built));
  const wrong = await firstMismatch(asked, size, built.tileRoots);
  if (wrong !== null)
    throw new Stop({
      what: "upper-tile-changed",
      path: tilePath(wrong.tile),
      ...entriesBelow(wrong.tile.level, wrong.hash),
    });
  if (before !== null) {
    const seen = fromBase64(before.root);
    if (seen === null || built.rootBefore === null || !same(built.rootBefore, seen))
      throw new Stop({ what: "fork", size, before });
  }
  return { is: "true", checkpoint, hashes: size, before };
}

export async function verifyLedger(asked: Asked): Promise<Verdict> {
  const opened = await openCheckpoint(await asked.sources.checkpoint(), asked.key);
  if (typeof opened === "string") return { is: "untrue", why: { what: opened }, checkpoint: null };
  try {
    return await checked(asked, opened);
  } catch (error) {
    if (error instanceof Stop) return { is: "untrue", why: error.why, checkpoint: opened };
    throw error;
  }
}
