// tiles.ts - which hash tiles a tree of some size has, and how they are named (C2SP tlog-tiles).

export const tileWidth = 256;
export const tileHeight = 8;

export interface Tile {
  level: number;
  index: number;
  width: number;
}

/** "0/x001/234.p/5": the path below /ledger/tile/. */
export function tilePath({ level, index, width }: Tile): string {
  const groups = [String(index % 1000).padStart(3, "0")];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000))
    groups.unshift(`x${String(rest % 1000).padStart(3, "0")}`);
  const part = width === tileWidth ? "" : `.p/${String(width)}`;
  return `${String(level)}/${groups.join("/")}${part}`;
}

/** How many hashes a level has. */
export function hashesAt(level: number, size: number): number {
  return Math.floor(size / tileWidth ** level);
}

export function tileCount(level: number, size: number): number {
  return Math.ceil(hashesAt(level, size) / tileWidth);
}

export function tileOf(level: number, index: number, size: number): Tile {
  return { level, index, width: Math.min(tileWidth, hashesAt(level, size) - index * tileWidth) };
}

/** The entries below one hash of a level: the first, and the one after the last. */
export function entriesBelow(level: number, hash: number): { first: number; end: number } {
  const span = tileWidth ** level;
  return { first: hash * span, end: (hash + 1) * span };
}
