// sources.ts - where the page has the ledger from: our own server, its open addresses and what takes a session.

import { ask } from "../api/client";
import { isProblem } from "../api/problem";
import type { Bytes } from "./bytes";
import { hashAt } from "./tree";
import { tileOf, tilePath, tileWidth } from "./tiles";
import type { Sources } from "./verifying";

function request(path: string, signal?: AbortSignal): Request {
  return new Request(new URL(path, location.origin), { signal: signal ?? null });
}

export async function fetchCheckpoint(signal?: AbortSignal): Promise<string> {
  return (await ask(request("/ledger/checkpoint", signal))).text();
}

export async function fetchTile(path: string, signal?: AbortSignal): Promise<Bytes | null> {
  try {
    return new Uint8Array(await (await ask(request(`/ledger/tile/${path}`, signal))).arrayBuffer());
  } catch (error) {
    if (isProblem(error) && error.status === 404) return null;
    throw error;
  }
}

export function ledgerSources(signal: AbortSignal): Sources {
  return { checkpoint: () => fetchCheckpoint(signal), tile: (path) => fetchTile(path, signal) };
}

export async function fetchReceipt(index: number): Promise<string> {
  return (await ask(request(`/ledger/receipt/${String(index)}`))).text();
}

/** The leaf hash that the ledger has at an index today. */
export async function fetchLeaf(index: number, size: number): Promise<Bytes | null> {
  const tile = await fetchTile(tilePath(tileOf(0, Math.floor(index / tileWidth), size)));
  const leaf = tile === null ? null : hashAt(tile, index % tileWidth);
  return leaf?.length === 32 ? leaf : null;
}
