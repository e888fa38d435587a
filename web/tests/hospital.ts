// hospital.ts - what a browser test needs: people who can sign in, and the officers of the demo hospital.
//
//   import { expect, test } from "./hospital";
//   test("C02 ...", async ({ hospital, page }) => {
//     const physician = await hospital.newPerson({ roles: ["physician"] });
//     await physician.signIn(page);

import { test as base, expect, request, type APIRequestContext, type Page } from "@playwright/test";
import { createHmac, randomBytes } from "node:crypto";
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const step = 30_000;
/** Changing people takes a second factor of the last quarter of an hour. */
const proofKept = 10 * 60_000;

/** A one-time code (RFC 6238: SHA-1, 30 seconds, six digits). */
function totp(secret: Buffer, counter: number): string {
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(BigInt(counter));
  const digest = createHmac("sha1", secret).update(message).digest();
  const at = digest[19]! & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
export function fromBase32(text: string): Buffer {
  let bits = "";
  for (const letter of text.replace(/=+$/, "")) bits += alphabet.indexOf(letter).toString(2).padStart(5, "0");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
}
export function toBase32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{1,5}/g) ?? []).map((five) => alphabet[parseInt(five.padEnd(5, "0"), 2)]).join("");
}

/** One process at a time. */
async function alone<T>(lock: string, act: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      closeSync(openSync(lock, "wx"));
      break;
    } catch {
      try {
        if (Date.now() - statSync(lock).mtimeMs > 120_000) rmSync(lock, { force: true });
      } catch {
        // gone meanwhile
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  try {
    return await act();
  } finally {
    rmSync(lock, { force: true });
  }
}

export class Person {
  private used = 0;
  private api: APIRequestContext | null = null;
  private token = "";

  constructor(
    private readonly url: string,
    readonly id: string,
    readonly name: string,
    readonly password: string,
    private readonly secret: Buffer,
    /** Where workers share a session of one of the cast, whose codes are few. */
    private readonly shared: string | null = null,
  ) {}

  /** A code that was not used yet; three without waiting. */
  async code(): Promise<string> {
    for (;;) {
      const now = Math.floor(Date.now() / step);
      for (const candidate of [now - 1, now, now + 1]) {
        if (candidate === now - 1 && Date.now() % step > step - 10_000) continue;
        if (candidate <= this.used) continue;
        this.used = candidate;
        return totp(this.secret, candidate);
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  /** Fills in the page that asks who one is; waits until one is in. */
  async signIn(page: Page, to = "/console/") {
    await page.goto(consoleUrl(to));
    await this.fillIn(page);
    await expect(page.getByRole("banner").getByText(this.name)).toBeVisible();
  }

  async fillIn(page: Page) {
    await page.getByLabel("User name").fill(this.id);
    await page.getByLabel("Password", { exact: true }).fill(this.password);
    await page.getByLabel("One-time code").fill(await this.code());
    await page.getByRole("button", { name: "Sign in" }).click();
  }

  /** Asks the API as this person, in a session of its own. */
  async ask(method: string, path: string, data?: unknown, headers: Record<string, string> = {}) {
    this.api ??= await request.newContext({ ignoreHTTPSErrors: true, baseURL: this.url });
    if (this.token === "") this.token = this.shared === null ? await this.newToken() : await this.sharedToken(this.shared);
    const send = () =>
      this.api!.fetch(path, {
        method,
        headers: { Authorization: `Bearer ${this.token}`, ...headers },
        ...(data === undefined ? {} : { data }),
      });
    const answer = await send();
    if (this.shared === null || answer.status() !== 401 || !/:(no-session|step-up-needed)"/.test(await answer.text())) return answer;
    // The session that workers share had come to its end, or its proof is too old.
    this.token = await this.sharedToken(this.shared);
    return send();
  }

  private async newToken(): Promise<string> {
    for (;;) {
      const body = { user: this.id, password: this.password, code: await this.code() };
      const made = await this.api!.post("/api/v1/sessions", { data: body });
      if (made.status() === 201) return ((await made.json()) as { token: string }).token;
      const refusal = await made.text();
      // Whoever filled the hospital has used a code of this half minute.
      if (!refusal.includes("code-reused")) throw new Error(`${this.id} cannot sign in: ${refusal}`);
    }
  }

  private async sharedToken(file: string): Promise<string> {
    return alone(`${file}.lock`, async () => {
      if (existsSync(file) && Date.now() - statSync(file).mtimeMs < proofKept) {
        const token = readFileSync(file, "utf8");
        const alive = await this.api!.get("/api/v1/session", { headers: { Authorization: `Bearer ${token}` } });
        if (alive.ok()) return token;
      }
      const token = await this.newToken();
      writeFileSync(file, token, { mode: 0o600 });
      return token;
    });
  }

  async must(method: string, path: string, data?: unknown, headers: Record<string, string> = {}): Promise<any> {
    const answer = await this.ask(method, path, data, headers);
    if (!answer.ok()) throw new Error(`${method} ${path}: ${String(answer.status())} ${await answer.text()}`);
    const text = await answer.text();
    return text === "" ? null : JSON.parse(text);
  }
}

export function consoleUrl(path: string): string {
  return (process.env["HALLIGAN_CONSOLE"] ?? process.env["HOSPITAL_URL"] ?? "") + path;
}

interface Fact {
  relation: string;
  from: string;
  to: string;
}
interface Wanted {
  roles: string[];
  name?: string;
  department?: string;
  /** Relations; "me" stands for the new person. */
  facts?: Fact[];
}

export class Hospital {
  private readonly known = new Map<string, Person>();

  constructor(
    readonly url = process.env["HOSPITAL_URL"] ?? "",
    readonly folder = process.env["HOSPITAL_DIR"] ?? "",
  ) {}

  /** Somebody of the demo's cast. Their one-time codes are few: prefer newPerson(). */
  cast(id: string): Person {
    let person = this.known.get(id);
    if (person === undefined) {
      const all = JSON.parse(readFileSync(join(this.folder, "secrets.json"), "utf8")) as Record<
        string,
        { password: string; totp: string }
      >;
      const own = all[id];
      const staff = (
        JSON.parse(readFileSync(join(this.folder, "hospital/hospital.json"), "utf8")) as {
          staff: { id: string; name: string }[];
        }
      ).staff;
      if (own === undefined) throw new Error(`${id} is not of the cast`);
      const name = staff.find((one) => one.id === id)?.name ?? id;
      person = new Person(this.url, id, name, own.password, fromBase32(own.totp), join(this.folder, `browser-test-${id}`));
      this.known.set(id, person);
    }
    return person;
  }

  admin(): Person {
    return this.cast("adm.moreau");
  }

  /** Somebody new, enrolled by adm.moreau, whose one-time codes nobody else uses up. */
  async newPerson(wanted: Wanted): Promise<Person> {
    const id = `t.${randomBytes(5).toString("hex")}`;
    const name = wanted.name ?? `Dr Test ${id.slice(2, 6)}`;
    const password = randomBytes(12).toString("base64url");
    const secret = randomBytes(20);
    const admin = this.admin();
    await admin.must("PUT", `/api/v1/staff/${id}`, {
      name,
      roles: wanted.roles,
      department: wanted.department ?? "test",
      active: true,
    });
    await admin.must("PUT", `/api/v1/staff/${id}/password`, { password });
    await admin.must("POST", `/api/v1/staff/${id}/totp`, { secret: toBase32(secret) });
    const facts = (wanted.facts ?? []).map((fact) => ({
      relation: fact.relation,
      from: fact.from.replace("me", `staff/${id}`),
      to: fact.to.replace("me", `staff/${id}`),
    }));
    if (facts.length > 0) await admin.must("POST", "/api/v1/facts", { facts });
    return new Person(this.url, id, name, password, secret);
  }
}

// One hospital for each worker: it remembers who is signed in.
export const test = base.extend<object, { hospital: Hospital }>({
  hospital: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      await use(new Hospital());
    },
    { scope: "worker" },
  ],
});
export { expect };
