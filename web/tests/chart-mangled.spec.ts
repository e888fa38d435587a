// A record that is not what it should be: it is said that it cannot be shown, and everything else is there.

import type { Page } from "@playwright/test";
import { noViolations } from "./axe";
import { texts } from "../src/texts";
import { expect, test, type Hospital, type Person } from "./hospital";

// No other test opens this chart: what is added to it stays.
const patient = "p-000061";
const attending = (hospital: Hospital) =>
  hospital.newPerson({ roles: ["physician"], facts: [{ relation: "attending", from: "me", to: `patient/${patient}` }] });
const laboratory = { coding: [{ system: "http://terminology.hl7.org/CodeSystem/observation-category", code: "laboratory" }] };
const part = (page: Page, name: string) => page.getByRole("region", { name, exact: true });

async function add(person: Person, resource: object) {
  const given = { subject: { reference: `Patient/${patient}` }, status: "final", ...resource };
  return person.ask("POST", "/fhir/Observation", JSON.stringify(given), { "Content-Type": "application/fhir+json" });
}

const observation = (text: string, more: object) => ({
  resourceType: "Observation",
  code: { text },
  category: [laboratory],
  effectiveDateTime: new Date().toISOString(),
  valueQuantity: { value: 5, unit: "mmol/L" },
  ...more,
});

async function open(page: Page) {
  await page.getByRole("combobox", { name: "Name or number" }).fill(patient);
  await page.getByRole("listbox").getByRole("option").filter({ hasText: patient }).click();
  await expect(page.getByRole("heading", { name: "Emergency set" })).toBeVisible();
}

test("what somebody adds to a chart takes nothing of it from anybody", async ({ hospital, page }) => {
  const physician = await attending(hospital);
  for (const code of ["constructor", "__proto__", "toString", "hasOwnProperty"])
    expect((await add(physician, observation(`Marked ${code}`, { interpretation: [{ coding: [{ code }] }] }))).status()).toBe(201);
  // Not every record system takes these; whatever is in one is shown.
  await add(physician, observation("Without a list", { interpretation: { coding: "H" } }));
  await add(physician, observation("Long ago", { effectiveDateTime: "0001-01-01T00:00:00Z" }));
  await add(physician, observation("Long ago", { effectiveDateTime: "9999-12-31T23:59:59Z" }));
  await add(physician, observation("Too great", { valueQuantity: { value: 1e300, unit: "x" } }));
  await add(physician, observation("Too great", { valueQuantity: { value: -1e300, unit: "x" } }));
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await physician.signIn(page);
  await open(page);
  await expect(part(page, "Last results").getByRole("row").filter({ hasText: "Marked constructor" })).toContainText("5");
  for (const name of ["Allergies", "Medicines", "Problems", "Alerts", "Directives", "Blood group"]) await expect(part(page, name)).toBeVisible();
  await expect(part(page, "Patient")).toContainText(patient);
  await expect(page.getByText(/^\d+ observations\.$/)).toBeVisible();
  for (const name of [/^Long ago/, /^Too great/]) {
    const button = page.getByRole("navigation", { name: "What was measured" }).getByRole("button", { name });
    if ((await button.count()) > 0) await button.click();
  }
  await expect(page.getByRole("heading", { name: "Notes and letters" })).toBeVisible();
  expect(errors).toEqual([]);
  await noViolations(page, "a chart with records that are not what they should be");
  await page.reload();
  await expect(part(page, "Last results")).toContainText("Marked constructor");
});

test("numbers that no axis has room for are in the table, and the page stays where it is", async ({ hospital, page }) => {
  const physician = await attending(hospital);
  const last = 8.64e15; // the last moment that a date has, in milliseconds
  const now = Date.now();
  const pairs: [string, number, number, number, number][] = [
    ["Side by side", 1e16, 10000000000000002, now - 60_000, now],
    ["Nearly alike", 1, 1.000000000000001, now - 60_000, now],
    ["Far apart", -1e300, 1e300, now - 60_000, now],
    ["Beside nothing", 0, 5e-324, now - 60_000, now],
    ["At the limit", 1e12, 1e12 - 2000, now - 60_000, now],
    ["Alike", 1e12, 1e12, now - 60_000, now],
    ["At once", 1, 2, now, now],
    ["A millisecond", 1, 2, now, now + 1],
    ["At the end", 1, 2, last - 1, last],
    ["From end to end", 1, 2, -last, last],
  ];
  const entry = pairs.flatMap(([text, one, other, from, to]) =>
    [[one, from], [other, to]].map(([value = 0, at = 0], n) => ({
      search: { mode: "match" },
      resource: observation(text, { id: `${text}-${String(n)}`, status: "final", effectiveDateTime: new Date(at).toISOString(), valueQuantity: { value, unit: "x" } }),
    })),
  );
  await page.route("**/fhir/Observation/_search", (route) => route.fulfill({ json: { resourceType: "Bundle", type: "searchset", entry } }));
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await physician.signIn(page);
  await open(page);
  for (const [text] of pairs) {
    await page.getByRole("navigation", { name: "What was measured" }).getByRole("button", { name: new RegExp(`^${text}\\b`) }).click();
    await expect(page.getByRole("region", { name: `Values: ${text}`, exact: true }).locator("tbody tr")).toHaveCount(2);
    const drawn = !["Side by side", "Nearly alike", "Far apart"].includes(text);
    await expect(page.locator(".h-plot canvas"), text).toHaveCount(drawn ? 1 : 0);
    await expect(page.getByText(texts.chart.noPlot), text).toHaveCount(drawn ? 0 : 1);
  }
  expect(errors).toEqual([]);
});

test("no result takes the place of another, and what is left out is said", async ({ hospital, page }) => {
  const physician = await attending(hospital);
  const result = (system: string, text: string, value: number, ago: number) => ({
    search: { mode: "match" },
    resource: observation("", {
      id: `${text}-${String(value)}`, status: "final", code: { text, coding: [{ system, code: "2823-3" }] },
      effectiveDateTime: new Date(Date.now() - ago).toISOString(), valueQuantity: { value, unit: "mmol/L" },
    }),
  });
  const potassium = result("http://loinc.org", "Potassium", 7.9, 3_600_000);
  const other = result("urn:somebody", "Bed number", 12, 60_000);
  let entry = [other, potassium];
  await page.route("**/fhir/Observation/_search", (route) => route.fulfill({ json: { resourceType: "Bundle", type: "searchset", entry } }));
  await physician.signIn(page);
  await open(page);
  const rows = part(page, "Last results").locator("tbody").getByRole("row");
  await expect(rows).toHaveCount(2);
  await expect(rows.filter({ hasText: "Potassium" })).toContainText("7.9");
  await expect(page.getByRole("navigation", { name: "What was measured" }).getByRole("button")).toHaveText([/^Bed number/, /^Potassium/]);
  entry = Array.from({ length: 12 }, (_, n) => result(`urn:${String(n)}`, `Bed ${String(n)}`, n, n * 1000));
  await page.reload();
  await expect(rows).toHaveCount(10);
  await expect(part(page, "Last results")).toContainText(texts.chart.moreResults(2));
});

test("a record that cannot be read is said to be there, whatever else is", async ({ hospital, page }) => {
  const physician = await attending(hospital);
  await page.route("**/fhir/AllergyIntolerance/_search", async (route) => {
    const given = [
      { resourceType: "AllergyIntolerance", id: "a1", code: { text: "Latex" }, criticality: "high", reaction: [{ manifestation: [{ text: "Rash" }] }] },
      { resourceType: "AllergyIntolerance", id: "a2", code: { text: "Peanuts" }, reaction: "severe" },
      { resourceType: "AllergyIntolerance", id: "a3", code: { text: { toString: null } } },
    ];
    const body = { resourceType: "Bundle", type: "searchset", entry: given.map((resource) => ({ resource, search: { mode: "match" } })) };
    await route.fulfill({ contentType: "application/fhir+json", body: JSON.stringify(body) });
  });
  await physician.signIn(page);
  await open(page);
  const lines = part(page, "Allergies").getByRole("listitem");
  await expect(lines.filter({ hasText: "Latex" })).toContainText("Severe");
  await expect(lines.filter({ hasText: "Peanuts" })).toContainText("A record that cannot be shown here");
  await expect(lines).toHaveCount(3);
  await expect(part(page, "Patient")).toContainText("Latex, Peanuts, A record that cannot be shown here");
  await noViolations(page, "allergies that cannot be shown");
});

test("a page that cannot be loaded says so, and the way to the others stays", async ({ hospital, page }) => {
  const physician = await attending(hospital);
  const said: string[] = [];
  page.on("console", (message) => said.push(message.text()));
  await physician.signIn(page);
  await page.route(/\/console\/.*\.js/, (route) => route.abort());
  await page.getByRole("link", { name: "Mine", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("Load it again");
  await expect(page.getByRole("heading", { name: "This page cannot be shown" })).toBeFocused();
  await noViolations(page, "a page that cannot be shown");
  await page.getByRole("link", { name: "Find a patient" }).click();
  await expect(page.getByRole("heading", { name: "Find a patient" })).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);
  await page.getByRole("link", { name: "Mine", exact: true }).click();
  await page.unroute(/\/console\/.*\.js/);
  await page.getByRole("button", { name: "Load again" }).click();
  await expect(page.getByRole("tab", { name: "What you opened" })).toBeVisible();
  expect(said.filter((text) => text.includes(patient))).toEqual([]);
});

test("a page whose code could not be fetched is fetched again without a reload", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  await physician.signIn(page);
  await page.evaluate(() => document.documentElement.setAttribute("data-same-document", ""));
  await page.route(/\/console\/.*\.js/, (route) => route.abort());
  await page.getByRole("link", { name: "Mine", exact: true }).click();
  const failed = page.getByRole("heading", { name: "This page cannot be shown" });
  await expect(failed).toBeVisible();
  await noViolations(page, "a page whose code could not be fetched");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(failed).toBeVisible();
  await page.unroute(/\/console\/.*\.js/);
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText("You have never broken the glass.")).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("data-same-document");
});
