// house.ts - a hospital of a test file's own: its policy, its providers, its administrators; and the demo's OpenID provider.
//
//   const house = await startHouse({ policy: (demo) => demo + "...", provider: true });
//   await page.goto(house.at("/console/"));
//   await house.stop();
//
// It has the records of the demo hospital that runs for all tests, before a server of its own.

import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Hospital, toBase32 } from "./hospital";

const root = resolve(import.meta.dirname, "../..");
const officers = ["adm.silva", "adm.moreau"];

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((ready) => probe.listen(0, "127.0.0.1", ready));
  const { port } = probe.address() as AddressInfo;
  await new Promise((closed) => probe.close(closed));
  return port;
}

/** What a process says first, as JSON. */
async function firstLine(process: ChildProcess, what: string): Promise<Record<string, string>> {
  let said = "";
  return new Promise((ready, failed) => {
    process.stdout!.on("data", (piece: Buffer) => {
      said += piece.toString();
      if (said.includes("\n")) ready(JSON.parse(said.slice(0, said.indexOf("\n"))) as Record<string, string>);
    });
    process.once("exit", () => failed(new Error(`${what} did not start: ${said}`)));
  });
}

async function answers(url: string): Promise<boolean> {
  return new Promise((told) => {
    const asked = request(url, { rejectUnauthorized: false }, (answer) => {
      answer.resume();
      told(answer.statusCode === 200);
    });
    asked.on("error", () => told(false));
    asked.end();
  });
}

/** The demo's OpenID provider; what it can be told to do stands in demo/README.md. */
export class Provider {
  constructor(
    readonly issuer: string,
    readonly ca: string,
    private readonly door: string,
    private readonly token: string,
  ) {}

  async control(message: object): Promise<void> {
    const headers = { Authorization: `Bearer ${this.token}` };
    const answer = await fetch(this.door, { method: "POST", headers, body: JSON.stringify(message) });
    if (!answer.ok) throw new Error(`${JSON.stringify(message)}: ${await answer.text()}`);
  }
}

export interface House {
  hospital: Hospital;
  provider: Provider;
  /** An address as people have it: by name. */
  at: (path: string) => string;
  stop: () => Promise<void>;
}

interface Wanted {
  /** The demo's policy, made into the house's own; `issuer` is that of its provider. */
  policy: (demo: string, issuer: string) => string;
  /** What the policy calls the provider: each may send people back here. */
  names?: string[];
}

export async function startHouse({ policy, names = [] }: Wanted): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), "halligan-house-"));
  const shared = process.env["HOSPITAL_DIR"] ?? "";
  const binary = resolve(root, process.env["HALLIGAN_BIN"] ?? "build/release/halligan");
  const started: ChildProcess[] = [];
  const log = openSync(join(folder, "log"), "a");
  const start = (command: string, ...words: string[]) => {
    const made = spawn(command, words, { stdio: ["ignore", "pipe", log] });
    started.push(made);
    return made;
  };
  const stop = async () => {
    for (const each of started.reverse()) {
      const over = new Promise((done) => (each.exitCode === null ? each.once("exit", done) : done(0)));
      each.kill("SIGTERM");
      await over;
    }
    closeSync(log);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const port = await freePort();
    const base = `https://localhost:${String(port)}`;
    const config = join(folder, "identity.json");
    const callbacks = names.map((name) => `${base}/api/v1/providers/${name}/callback`);
    const clients = names.length === 0 ? [] : [{ client_id: "halligan", redirect_uris: callbacks }];
    writeFileSync(config, JSON.stringify({ tls: join(folder, "identity-tls"), clients }));
    const ready = await firstLine(start("node", join(root, "demo/identity-provider.mjs"), "--config", config), "the identity provider");
    const provider = new Provider(ready["issuer"]!, ready["ca"]!, ready["control"]!, ready["control_token"]!);

    symlinkSync(join(shared, "hospital"), join(folder, "hospital"));
    const credential = join(folder, "credential");
    writeFileSync(credential, randomBytes(24).toString("base64") + "\n", { mode: 0o600 });
    const records = await firstLine(
      start("node", join(root, "demo/fhir-server.mjs"), "--data", join(folder, "hospital"), "--port", "0", "--credential-file", credential),
      "the record server",
    );

    const secrets = Object.fromEntries(
      officers.map((staff) => [staff, { password: randomBytes(12).toString("base64url"), totp: toBase32(randomBytes(20)) }]),
    );
    writeFileSync(join(folder, "secrets.json"), JSON.stringify(secrets), { mode: 0o600 });
    const { staff } = JSON.parse(readFileSync(join(folder, "hospital/hospital.json"), "utf8")) as { staff: { id: string; name: string }[] };
    const nameOf = (id: string) => staff.find((each) => each.id === id)?.name ?? id;
    const officersFile = join(folder, "officers.json");
    writeFileSync(officersFile, JSON.stringify(officers.map((id) => ({ staff: id, name: nameOf(id), ...secrets[id] }))), { mode: 0o600 });
    const policyFile = join(folder, "policy.toml");
    writeFileSync(policyFile, policy(readFileSync(join(root, "demo/policy.toml"), "utf8"), provider.issuer));
    const data = join(folder, "data");
    const begun = spawnSync(
      binary,
      ["init", "--dir", data, "--origin", "halligan.example/house", "--hospital", "St. Elsewhere", "--policy", policyFile, "--officers", officersFile],
      { encoding: "utf8" },
    );
    if (begun.status !== 0) throw new Error(`the ledger could not be begun: ${begun.stderr}`);
    start(
      binary, "serve", "--dir", data, "--listen", `127.0.0.1:${String(port)}`, "--upstream", records["base"]!,
      "--upstream-token-file", credential, "--public-url", base, "--identity-ca", provider.ca,
    );
    const until = Date.now() + 30_000;
    while (!(await answers(`${base}/readyz`))) {
      if (Date.now() > until) throw new Error(`the house does not open: ${readFileSync(join(folder, "log"), "utf8")}`);
      await new Promise((done) => setTimeout(done, 100));
    }
    return { hospital: new Hospital(base, folder), provider, at: (path) => base + path, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
