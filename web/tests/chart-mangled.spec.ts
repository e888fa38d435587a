// A record that is not what it should be: it is said that it cannot be shown, and everything else is there.

import type { Page } from "@playwright/test";
import { noViolations } from "./axe";
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
