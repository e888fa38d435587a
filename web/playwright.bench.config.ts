// The console's speed: the same browser and the same hospital as the tests have, one page at a time.

import { defineConfig } from "@playwright/test";
import tests from "./playwright.config";

// A hundred charts have something to be read, none of them of the story.
process.env["HALLIGAN_PATIENTS"] ??= "250";

const { projects: _, ...shared } = tests;

export default defineConfig(shared, {
  testDir: "bench",
  testMatch: "*.bench.ts",
  outputDir: "../build/browser-bench/results",
  workers: 1,
  timeout: 20 * 60_000,
  expect: { timeout: 30_000 },
  use: { trace: "off", screenshot: "only-on-failure", actionTimeout: 30_000 },
});
