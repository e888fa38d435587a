// console.bench.ts - how fast the console is, in a real browser before a real server; each figure beside its limit, which is the
// same requests from the same page without a console. It prints; nothing passes or fails by a clock.
//
// HALLIGAN_BENCH_RUNS: how many times (100); fewer for whoever works on it.

import type { Browser, CDPSession, Page } from "@playwright/test";
import { madeUpCases, serveCases } from "../tests/many-cases";
import { consoleUrl, expect, test, type Hospital, type Person } from "../tests/hospital";
import { watch } from "./clock";
import { head, percentile, say, sayMilliseconds, sayRatio } from "./figures";
import { manyObservations, patientsWithWords, type Chart } from "./records";

const runs = Number(process.env["HALLIGAN_BENCH_RUNS"] ?? 100);
const perPerson = 20; // breaks, before the proof of identity is five minutes old

const reason = "clinical-access";
const answers = ["what he must not be given", "the resuscitation room", "he does not wake up"];
const prompts = ["What are you looking for?", "Who needs it?", "Why is it needed?"];

async function signedIn(browser: Browser, person: Person): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await watch(page);
  await person.signIn(page);
  return page;
}

async function toTheDialog(page: Page, patient: string) {
  await page.getByLabel("Name or number").fill(patient);
  await page.getByRole("option").filter({ hasText: patient }).click();
  await page.getByRole("radio", { name: "Clinical access" }).check();
  const boxes = page.getByRole("dialog").getByRole("textbox");
  for (const [at, answer] of answers.entries()) await boxes.nth(at).fill(answer);
  await quiet(page);
}

interface Steps {
  /** Milliseconds after the press. */
  screen: number;
  whole: number;
  requests: { path: string; sent: number; answered: number }[];
}

/** Presses the button, and gives when what had happened in the page. */
async function press(page: Page, chart: Chart): Promise<Steps> {
  await page.evaluate((words) => {
    performance.clearResourceTimings();
    const { bench } = window;
    window.waited = [
      bench.when(() => bench.shows(words)),
      bench.when(() => bench.shows(words) && bench.whole("emergency-set")),
    ];
  }, chart.words);
  await page.getByRole("button", { name: "Break the glass" }).click();
  return page.evaluate(async () => {
    const [screen = NaN, whole = NaN] = await Promise.all(window.waited);
    const pressed = window.bench.pressed();
    const requests = (performance.getEntriesByType("resource") as PerformanceResourceTiming[]).map((each) => ({
      path: new URL(each.name).pathname,
      sent: each.startTime - pressed,
      answered: each.responseEnd - pressed,
    }));
    return { screen: screen - pressed, whole: whole - pressed, requests };
  });
}

/** The same two questions from the same page, without a console: the glass, and the first part of the chart. */
async function bare(page: Page, patient: string): Promise<number> {
  return page.evaluate(
    async ({ patient, reason, details }) => {
      const { csrf } = (await (await fetch("/api/v1/session")).json()) as { csrf: string };
      const own = { "Halligan-CSRF": csrf, "Halligan-Patient": patient };
      const json = { ...own, "Content-Type": "application/json" };
      const from = performance.now();
      const broken = await fetch("/api/v1/charts/~/break", {
        method: "POST",
        headers: { ...json, "Idempotency-Key": crypto.randomUUID() },
        body: JSON.stringify({ reason, details }),
        cache: "no-store",
      });
      const { glass } = (await broken.json()) as { glass: string };
      const found = await fetch("/fhir/AllergyIntolerance/_search", {
        method: "POST",
        headers: { ...own, Accept: "application/fhir+json" },
        body: new URLSearchParams({ patient, _count: "500" }),
        cache: "no-store",
      });
      await found.json();
      const took = performance.now() - from;
      if (!found.ok) throw new Error(`the chart is shut: ${String(found.status)}`);
      await fetch(`/api/v1/glass/${glass}/close`, { method: "POST", headers: json, body: "{}" });
      return took;
    },
    { patient, reason, details: prompts.map((prompt, at) => ({ prompt, answer: answers[at] ?? "" })) },
  );
}

/** Nothing has been asked for a while: what comes next is measured alone. */
async function quiet(page: Page) {
  await page.evaluate(async () => {
    for (let before = -1; ; ) {
      const now = performance.getEntriesByType("resource").length;
      if (now === before) return;
      before = now;
      await new Promise((later) => setTimeout(later, 250));
    }
  });
}

async function closeChart(page: Page) {
  await quiet(page);
  await page.getByRole("button", { name: /^Close/ }).click();
  await page.getByRole("main").getByRole("link", { name: "Find a patient" }).click();
  await quiet(page);
}

/** When this was sent first and when its answer was there, in each run that had it. */
function sayStep(what: string, all: Steps[], is: (path: string) => boolean) {
  const first = all.flatMap((steps) => steps.requests.filter(({ path }) => is(path)).sort((a, b) => a.answered - b.answered).slice(0, 1));
  if (first.length === 0) return;
  const median = (figures: number[]) => percentile(figures, 0.5).toFixed(0);
  say(`  ${what}: sent after ${median(first.map(({ sent }) => sent))} ms, answered after ${median(first.map(({ answered }) => answered))} ms`);
}

test("from the press of Break the glass to the first resource on screen", async ({ hospital, browser }) => {
  head("Breaking the glass: from the press to the first resource on screen (aim: p50 under 150 ms, p99 under 400 ms)");
  const charts = patientsWithWords(hospital, runs);
  const all: Steps[] = [];
  const limit: number[] = [];
  for (let first = 0; first < charts.length; first += perPerson) {
    const page = await signedIn(browser, await hospital.newPerson({ roles: ["physician"] }));
    for (const chart of charts.slice(first, first + perPerson)) {
      await toTheDialog(page, chart.patient);
      all.push(await press(page, chart));
      await closeChart(page);
      limit.push(await bare(page, chart.patient));
    }
    await page.context().close();
  }
  const screen = all.map((steps) => steps.screen);
  sayMilliseconds("first resource on screen", screen);
  sayMilliseconds("emergency set complete  ", all.map((steps) => steps.whole));
  sayMilliseconds("limit: break and search ", limit);
  sayRatio("page / limit", screen, limit);
  sayStep("the glass", all, (path) => path.endsWith("/break"));
  sayStep("the chart", all, (path) => path.endsWith("/open"));
  sayStep("the first part of it", all, (path) => path.startsWith("/fhir/"));
  say(`  requests in all until the emergency set was complete: ${percentile(all.map(({ requests }) => requests.length), 0.5)}`);
});

/** What came over the wire, as the browser's own network stack counts it. */
async function countBytes(cdp: CDPSession): Promise<Map<string, number>> {
  const bytes = new Map<string, number>();
  const urls = new Map<string, string>();
  cdp.on("Network.requestWillBeSent", ({ requestId, request }) => urls.set(requestId, request.url));
  cdp.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const url = urls.get(requestId) ?? "";
    bytes.set(url, (bytes.get(url) ?? 0) + encodedDataLength);
  });
  await cdp.send("Network.enable");
  return bytes;
}

async function firstLoad(browser: Browser) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await watch(page);
  const bytes = await countBytes(await context.newCDPSession(page));
  await page.addInitScript(() => {
    window.waited = [window.bench.when(() => window.bench.focused("user"))];
  });
  await page.goto(consoleUrl("/console/"));
  const interactive = await page.evaluate(() => window.waited[0]);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await quiet(page);
  await context.close();
  return { interactive: interactive ?? NaN, bytes };
}

/** The page and then all that it takes, at once, from an origin that is known already. */
async function bareLoad(browser: Browser, urls: string[]): Promise<number> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(consoleUrl("/readyz"));
  const took = await page.evaluate(async ([first = "", ...rest]) => {
    const get = async (url: string) => (await fetch(url)).arrayBuffer();
    const from = performance.now();
    await get(first);
    await Promise.all(rest.map(get));
    return performance.now() - from;
  }, urls);
  await page.context().close();
  return took;
}

test("first load", async ({ browser }) => {
  head("First load: from the navigation to a user name that can be typed (aim: under 250 kB and under 1 s)");
  const interactive: number[] = [];
  const limit: number[] = [];
  let last = new Map<string, number>();
  for (let run = 0; run < Math.min(20, runs); run += 1) {
    const loaded = await firstLoad(browser);
    interactive.push(loaded.interactive);
    last = loaded.bytes;
    limit.push(await bareLoad(browser, [...last.keys()]));
  }
  const sum = [...last.values()].reduce((all, each) => all + each, 0);
  sayMilliseconds("interactive             ", interactive);
  sayMilliseconds("limit: the same, fetched", limit);
  sayRatio("page / limit", interactive, limit);
  say(`on the wire: ${(sum / 1000).toFixed(1)} kB in ${last.size} requests`);
  for (const [url, size] of last) say(`  ${(size / 1000).toFixed(1).padStart(6)} kB ${new URL(url).pathname}`);
});

/** The time between frames while `count` turns of a wheel scroll the page. */
async function frames(page: Page, count: number, turn: number): Promise<number[]> {
  await page.evaluate(() => {
    const w = window as unknown as { frames: number[]; stop: boolean };
    w.frames = [];
    w.stop = false;
    let before = performance.now();
    const next = (now: number) => {
      w.frames.push(now - before);
      before = now;
      if (!w.stop) requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
  for (let at = 0; at < count; at += 1) await page.mouse.wheel(0, turn);
  await page.evaluate(() => new Promise(requestAnimationFrame));
  return page.evaluate(() => {
    const w = window as unknown as { frames: number[]; stop: boolean };
    w.stop = true;
    return w.frames.slice(1);
  });
}

test("ten thousand cases", async ({ hospital, browser }) => {
  head("A queue of 10,000 cases (aim: it scrolls without a dropped second)");
  const page = await (await browser.newContext()).newPage();
  await watch(page);
  await serveCases(page, madeUpCases(10_000));
  const officer = await hospital.newPerson({ roles: ["privacy-officer"] });
  await officer.signIn(page, "/console/work");
  await expect(page.getByText("10,000 cases")).toBeVisible({ timeout: 120_000 });
  await page.mouse.move(600, 500);
  const still = await frames(page, 120, 0);
  const scrolled = await frames(page, 600, 1200);
  const bottom = await page.evaluate(() => window.scrollY);
  sayMilliseconds("between frames, scrolling        ", scrolled);
  sayMilliseconds("limit: the same page, not scrolled", still);
  say(`scrolled over ${bottom.toFixed(0)} pixels; ${scrolled.filter((each) => each > 1000).length} seconds dropped; ${scrolled.filter((each) => each > 100).length} frames over 100 ms`);
  await page.context().close();
});

async function openTimed(page: Page, chart: Chart): Promise<{ count: string; took: number[] }> {
  await page.getByLabel("Name or number").fill(chart.patient);
  const option = page.getByRole("option").filter({ hasText: chart.patient });
  await expect(option).toBeVisible();
  await quiet(page);
  await page.evaluate((words) => {
    const { bench } = window;
    const counted = () => document.getElementById("chart-results")?.closest("section")?.querySelector("p")?.textContent ?? "";
    window.waited = [
      bench.when(() => bench.shows(words)),
      bench.when(() => bench.shows(words) && bench.whole("emergency-set")),
      bench.when(() => /^\d+ observations\.$/.test(counted())),
    ];
  }, chart.words);
  await option.click();
  const took = await page.evaluate(async () => (await Promise.all(window.waited)).map((at) => at - window.bench.pressed()));
  const count = await page.getByText(/^\d+ observations\.$/).innerText();
  await closeChart(page);
  return { count, took };
}

/** A chart that is open to a new person by a referral to their team, opened again and again. */
async function sayOpening(hospital: Hospital, browser: Browser, chart: Chart, added: number) {
  const team = `bench-${chart.patient}`;
  const person = await hospital.newPerson({
    roles: ["physician"],
    facts: [
      { relation: "member", from: "me", to: `team/${team}` },
      { relation: "referral", from: `team/${team}`, to: `patient/${chart.patient}` },
    ],
  });
  await manyObservations(person, chart.patient, added);
  const page = await signedIn(browser, person);
  const opened: { count: string; took: number[] }[] = [];
  for (let run = 0; run < Math.min(20, runs); run += 1) opened.push(await openTimed(page, chart));
  await page.context().close();
  say(`${opened[0]?.count ?? ""}${added === 0 ? " (limit: a chart as most are)" : ""}`);
  for (const [at, what] of ["first resource on screen", "emergency set complete  ", "every observation is in "].entries())
    sayMilliseconds(`  ${what}`, opened.map(({ took }) => took[at] ?? NaN));
}

test("a chart of 5,000 observations", async ({ hospital, browser }) => {
  head("A chart of 5,000 observations, opened by an ordinary right (aim: under 500 ms)");
  const [small, large] = patientsWithWords(hospital, runs + 2).slice(-2) as [Chart, Chart];
  await sayOpening(hospital, browser, small, 0);
  await sayOpening(hospital, browser, large, 5000);
});
