// note.ts - signed notes, verifier keys and checkpoints (C2SP signed-note, tlog-checkpoint), checked by WebCrypto.

import { decimal, fromBase64, joined, same, toHex, utf8, type Bytes } from "./bytes";
import { hashBytes, sha256 } from "./tree";

export interface VerifierKey {
  text: string;
  name: string;
  id: Bytes;
  key: Bytes;
}

export interface Checkpoint {
  origin: string;
  size: number;
  root: Bytes;
  /** As it was signed. */
  note: string;
}

/** What can be wrong with a note, before anything of its content counts. */
export type NoteFault =
  | "no-note"
  | "no-checkpoint"
  | "other-log"
  | "not-signed"
  | "signature-wrong"
  | "signature-unsupported";

const ed25519 = 1;

/** Null where it is none, or its id does not follow from it. */
export async function readVerifierKey(given: string): Promise<VerifierKey | null> {
  const text = given.trim();
  const found = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text);
  if (found === null) return null;
  const [, name = "", id = "", material = ""] = found;
  const bytes = fromBase64(material);
  if (bytes === null || bytes.length !== 1 + hashBytes || bytes[0] !== ed25519) return null;
  const computed = (await sha256(joined(utf8.encode(name), utf8.encode("\n"), bytes))).slice(0, 4);
  return toHex(computed) === id ? { text, name, id: computed, key: bytes.slice(1) } : null;
}

interface Signature {
  name: string;
  id: Bytes;
  signature: Bytes;
}

function signatureOf(line: string): Signature | null {
  const found = /^\u2014 ([^\s+]+) (\S+)$/.exec(line);
  const blob = fromBase64(found?.[2] ?? "");
  if (found === null || blob === null || blob.length < 5) return null;
  return { name: found[1] ?? "", id: blob.slice(0, 4), signature: blob.slice(4) };
}

async function holds(key: VerifierKey, signature: Bytes, text: string): Promise<boolean> {
  const imported = await crypto.subtle.importKey("raw", key.key, "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", imported, signature, utf8.encode(text));
}

/** The text of a note that the key signed. Signatures by others do not count. */
async function openNote(note: string, key: VerifierKey): Promise<{ text: string } | NoteFault> {
  const at = note.lastIndexOf("\n\n");
  if (at < 0 || !note.endsWith("\n") || /[\u0000-\u0009\u000b-\u001f]/.test(note)) return "no-note";
  const text = note.slice(0, at + 1);
  let signed = false;
  for (const line of note.slice(at + 2).split("\n").slice(0, -1)) {
    const found = signatureOf(line);
    if (found === null) return "no-note";
    if (found.name !== key.name || !same(found.id, key.id)) continue;
    try {
      if (!(await holds(key, found.signature, text))) return "signature-wrong";
    } catch {
      return "signature-unsupported";
    }
    signed = true;
  }
  return signed ? { text } : "not-signed";
}

function checkpointOf(text: string, note: string): Checkpoint | null {
  const lines = text.split("\n").slice(0, -1);
  const [origin = "", sizeText = "", rootText = ""] = lines;
  const size = decimal(sizeText);
  const root = fromBase64(rootText);
  if (lines.length < 3 || lines.includes("") || size === null || root?.length !== hashBytes) return null;
  return { origin, size, root, note };
}

export async function openCheckpoint(note: string, key: VerifierKey): Promise<Checkpoint | NoteFault> {
  const opened = await openNote(note, key);
  if (typeof opened === "string") return opened;
  const checkpoint = checkpointOf(opened.text, note);
  if (checkpoint === null) return "no-checkpoint";
  return checkpoint.origin === key.name ? checkpoint : "other-log";
}
