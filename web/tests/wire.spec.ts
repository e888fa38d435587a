// wire.spec.ts - what leaves the browser: every request, through a proxy that opens them all and writes them down.

import type { Page } from "@playwright/test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, type Hospital } from "./hospital";
import { startProxy, type Seen } from "./proxy";

const patient = "p-000002";

async function breakTheGlass(page: Page) {
  await page.getByLabel("Name or number").fill("Wójcik");
  await page.getByRole("option").filter({ hasText: patient }).click();
  await page.getByRole("radio", { name: "Clinical access" }).check();
  for (const box of await page.getByRole("dialog").getByRole("textbox").all()) await box.fill("why he collapsed");
  await page.getByRole("button", { name: "Break the glass" }).click();
  await expect(page.getByRole("region", { name: "Allergies" }).getByText("Penicillin")).toBeVisible();
}

/** A page for everything that one person may do. */
async function walk(page: Page) {
  await breakTheGlass(page);
  await expect(page.getByText(/^\d+ observations\.$/)).toBeVisible();
  await page.getByRole("link", { name: "Who broke the glass" }).click();
  await expect(page.getByText("why he collapsed").first()).toBeVisible();
  await page.getByRole("navigation").first().getByRole("link", { name: "Open chart" }).click();
  await page.reload();
  await expect(page.getByRole("region", { name: "Allergies" }).getByText("Penicillin")).toBeVisible();
  for (const way of ["Work", "Mine"]) {
    await page.getByRole("banner").getByRole("link", { name: way }).click();
    await expect(page.getByRole("main").getByRole("heading", { level: 1 })).toHaveText(way);
  }
}

async function walkAsOfficer(page: Page, reviewed: string) {
  for (const way of ["Work", "Mine", "Policy", "Ledger", "People"]) {
    await page.getByRole("banner").getByRole("link", { name: way }).click();
    await expect(page.getByRole("main").getByRole("heading", { level: 1 })).toHaveText(way);
  }
  await page.getByRole("banner").getByRole("link", { name: "Work" }).click();
  await page.getByLabel("Person, patient or words").fill(reviewed);
  await page.getByRole("grid").getByRole("link").first().click();
  await expect(page.getByText("why he collapsed").first()).toBeVisible();
}

/** What of this patient must be in no address: the record's own id among it. */
function wordsOf(hospital: Hospital): string[] {
  const lines = readFileSync(join(hospital.folder, "hospital/fhir.ndjson"), "utf8").split("\n");
  const own = lines.find((line) => line.includes('"resourceType":"Patient"') && line.includes(`"id":"${patient}"`)) ?? "";
  const record = JSON.parse(own) as {
    name: { family: string; given: string[] }[];
    birthDate: string;
    identifier?: { value: string }[];
  };
  const name = record.name[0]!;
  return [patient, name.family, ...name.given, record.birthDate, ...(record.identifier ?? []).map((each) => each.value)];
}

// Chromium of itself asks its maker what the fields of a form are for, and says which form, nothing typed. No page can stop
// it (a hospital's browser policy can), and no page asks it: those requests are looked at on their own.
const browsersOwn = ["content-autofill.googleapis.com:443"];

const spellings = (word: string) => [word, encodeURIComponent(word), Buffer.from(word).toString("base64url")];
const said = (seen: Seen[]) =>
  seen.map((each) => `${each.method} ${each.target} ${String(each.headers.referer ?? "")} ${String(each.headers.cookie ?? "")}`);

test("no other host is asked, and nothing of a patient is in an address, a title or the browser's storage", async ({
  hospital,
  browser,
}) => {
  test.setTimeout(120_000);
  const physician = await hospital.newPerson({ roles: ["physician"] });
  const officer = await hospital.newPerson({ roles: ["privacy-officer"] });
  const proxy = await startProxy(hospital.folder);
  const words = wordsOf(hospital);
  const titles = new Set<string>();
  const asked = new Set<string>();
  for (const [person, steps] of [
    [physician, walk],
    [officer, (page: Page) => walkAsOfficer(page, physician.id)],
  ] as const) {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, proxy: { server: proxy.url } });
    const page = await context.newPage();
    page.on("request", (request) => asked.add(new URL(request.url()).host));
    page.on("framenavigated", () => void page.title().then((title) => titles.add(title)).catch(() => undefined));
    await person.signIn(page);
    await steps(page);
    titles.add(await page.title());
    const kept = await page.evaluate(async () =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, await indexedDB.databases(), history.state]),
    );
    for (const word of words) expect(kept).not.toContain(word);
    expect(await page.evaluate(() => caches.keys().then((keys) => keys.length))).toBe(0);
    await context.close();
  }
  proxy.stop();

  expect(proxy.seen.length).toBeGreaterThan(50);
  const own = new URL(process.env["HALLIGAN_CONSOLE"] ?? hospital.url).host;
  expect([...asked]).toEqual([own]);
  const hosts = new Set(proxy.seen.map((each) => each.host));
  expect([...hosts].filter((host) => !browsersOwn.includes(host))).toEqual([own]);
  const all = said(proxy.seen);
  for (const word of words)
    for (const spelled of spellings(word)) {
      expect(all.filter((line) => line.includes(spelled))).toEqual([]);
      expect([...titles].filter((title) => title.includes(spelled))).toEqual([]);
    }
});
