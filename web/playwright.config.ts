import { defineConfig } from "@playwright/test";

// A real browser, Debian's; the program with its console in it, before a hospital of its own.
export default defineConfig({
  testDir: "tests",
  outputDir: "../build/browser-test/results",
  globalSetup: "./tests/start-hospital.ts",
  fullyParallel: false,
  workers: 2,
  timeout: 60_000,
  // On a busy machine something may come later than a test waits for it. What fails twice has failed, and the list says "flaky".
  retries: 1,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  // A new policy ends offers that others have before them: those tests come afterwards, one at a time.
  projects: [
    { name: "console", testIgnore: /\/policy\.spec\.ts$/, grepInvert: /B01: strength/ },
    {
      name: "policy",
      testMatch: [/\/policy\.spec\.ts$/, /\/glass\.spec\.ts$/],
      grep: /policy\.spec\.ts|B01: strength/,
      dependencies: ["console"],
      workers: 1,
    },
  ],
  use: {
    ignoreHTTPSErrors: true,
    viewport: { width: 1280, height: 900 },
    locale: "en-GB",
    timezoneId: "Europe/London",
    colorScheme: "light",
    trace: "on-first-retry",
    launchOptions: {
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
