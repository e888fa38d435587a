// tree.ts - the Merkle tree of RFC 6962 over leaf hashes, by WebCrypto. Knows nothing of where they come from.

import { joined, same, type Bytes } from "./bytes";

export const hashBytes = 32;

export async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

export function leafHash(entry: Uint8Array): Promise<Bytes> {
  return sha256(joined(Uint8Array.of(0), entry));
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Promise<Bytes> {
  const node = new Uint8Array(1 + 2 * hashBytes);
  node[0] = 1;
  node.set(left, 1);
  node.set(right, 1 + hashBytes);
  return sha256(node);
}

export function hashAt(hashes: Bytes, index: number): Bytes {
  return hashes.subarray(index * hashBytes, (index + 1) * hashBytes);
}

/** The root over a power of two of hashes that stand one behind the other. */
export async function perfectRoot(hashes: Bytes): Promise<Bytes> {
  let row = hashes;
  while (row.length > hashBytes) {
    const above: Promise<Bytes>[] = [];
    for (let at = 0; at < row.length; at += 2 * hashBytes)
      above.push(nodeHash(row.subarray(at, at + hashBytes), row.subarray(at + hashBytes, at + 2 * hashBytes)));
    row = joined(...(await Promise.all(above)));
  }
  return row;
}

/** A tree that grows to the right: of everything to the left only the roots of whole subtrees are kept. */
export class GrowingTree {
  private constructor(private readonly peaks: { height: number; hash: Bytes }[]) {}

  static empty(): GrowingTree {
    return new GrowingTree([]);
  }

  copy(): GrowingTree {
    return new GrowingTree([...this.peaks]);
  }

  /** Adds a whole subtree of 2^height leaves; what is there already must end where such a one may begin. */
  async add(hash: Bytes, height = 0) {
    let top = { height, hash };
    for (let last = this.peaks.at(-1); last?.height === top.height; last = this.peaks.at(-1)) {
      this.peaks.pop();
      top = { height: top.height + 1, hash: await nodeHash(last.hash, top.hash) };
    }
    this.peaks.push(top);
  }

  async root(): Promise<Bytes> {
    const last = this.peaks.at(-1);
    if (last === undefined) return sha256(new Uint8Array());
    let root = last.hash;
    for (const peak of this.peaks.slice(0, -1).reverse()) root = await nodeHash(peak.hash, root);
    return root;
  }
}

/** The root to which an inclusion proof leads (RFC 6962, 2.1.1), or null where it has not the right length. */
export async function rootByProof(leaf: Bytes, index: number, size: number, proof: Bytes[]): Promise<Bytes | null> {
  if (index >= size) return null;
  let at = index;
  let last = size - 1;
  let found = leaf;
  for (const hash of proof) {
    if (last === 0) return null;
    if (at % 2 === 1 || at === last) {
      found = await nodeHash(hash, found);
      while (at % 2 === 0 && at > 0) {
        at = at / 2;
        last = Math.floor(last / 2);
      }
    } else found = await nodeHash(found, hash);
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? found : null;
}

export async function proves(leaf: Bytes, index: number, size: number, proof: Bytes[], root: Bytes): Promise<boolean> {
  const found = await rootByProof(leaf, index, size, proof);
  return found !== null && same(found, root);
}
