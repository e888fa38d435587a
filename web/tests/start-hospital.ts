// start-hospital.ts - once for all tests: the demo hospital, small, on free ports of loopback, and stopped afterwards.
//
// HALLIGAN_BIN names the program. HALLIGAN_HOSPITAL names the folder of a hospital that runs already
// (demo/start.py --dir), and HALLIGAN_CONSOLE where its console is served if not by the program itself (web/dev.mjs).
// HALLIGAN_PATIENTS: how many it has if it is made here.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

function serverOf(folder: string): string {
  const found = /HALLIGAN_SERVER=(\S+)/.exec(readFileSync(join(folder, "env"), "utf8"));
  if (!found?.[1]) throw new Error(`no server is named in ${folder}/env`);
  return found[1];
}

export default async function startHospital(): Promise<() => Promise<void>> {
  const running = process.env["HALLIGAN_HOSPITAL"];
  if (running) {
    process.env["HOSPITAL_DIR"] = resolve(running);
    process.env["HOSPITAL_URL"] = serverOf(running);
    return () => Promise.resolve();
  }
  const folder = mkdtempSync(join(tmpdir(), "halligan-browser-"));
  const binary = resolve(root, process.env["HALLIGAN_BIN"] ?? "build/release/halligan");
  const demo = spawn(
    "/usr/bin/python3",
    [join(root, "demo/start.py"), "--binary", binary, "--dir", folder, "--staff", "60", "--patients", process.env["HALLIGAN_PATIENTS"] ?? "150",
      "--port", "0", "--records-port", "0"],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const over = new Promise<void>((done) => demo.on("exit", () => done()));
  await new Promise<void>((opened, failed) => {
    let said = "";
    demo.stdout.on("data", (piece: Buffer) => {
      said += piece.toString();
      if (said.includes("is open:")) opened();
    });
    void over.then(() => failed(new Error(`the demo hospital did not start:\n${said}`)));
  });
  process.env["HOSPITAL_DIR"] = folder;
  process.env["HOSPITAL_URL"] = serverOf(folder);
  return async () => {
    demo.kill("SIGINT");
    await over;
    rmSync(folder, { recursive: true, force: true });
  };
}
