// What the ledger holds about oneself: one's own accesses, one's own glass, and copies of both.

import { readFileSync } from "node:fs";
import { noViolations } from "./axe";
import { breakGlass, read, somePatients } from "./cases";
import { expect, test } from "./hospital";

test("one's own glass, how it ended and what became of it", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  const officer = await hospital.newPerson({ roles: ["privacy-officer"] });
  const [first = "", second = ""] = somePatients(hospital, 2, physician.id);
  const one = await breakGlass(physician, first);
  await breakGlass(physician, second);
  await officer.must("POST", `/api/v1/cases/${one.case}/close`, { finding: "training", comment: "ask first" });
  await physician.signIn(page, "/console/mine");
  const row = page.getByRole("row", { name: first });
  await expect(row).toContainText("another chart was opened");
  await expect(row).toContainText("Training");
  await expect(page.getByRole("row", { name: second })).toContainText("Still open");
  await noViolations(page);
  await row.getByRole("link", { name: `See the case on ${first}` }).click();
  await expect(page.getByRole("heading", { name: "This case is about you" })).toBeVisible();
  await expect(page.getByText("ask first").first()).toBeVisible();
});

test("one's own accesses, newest first", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  const [patient = ""] = somePatients(hospital, 1, physician.id);
  await breakGlass(physician, patient);
  await read(physician, patient, "Condition");
  await read(physician, patient, "AllergyIntolerance");
  await physician.signIn(page, "/console/mine");
  await page.getByRole("tab", { name: "What you opened" }).click();
  const rows = page.getByRole("tabpanel", { name: "What you opened" }).getByRole("row");
  await expect(rows.nth(1)).toContainText("AllergyIntolerance");
  await expect(rows.nth(2)).toContainText("Condition");
  await expect(rows.nth(1)).toContainText(patient);
  await expect(rows.nth(1)).toContainText("by glass");
  await noViolations(page);
});

test("a table of one's accesses is saved when that is written down, and not otherwise", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  const [patient = ""] = somePatients(hospital, 1, physician.id);
  await breakGlass(physician, patient);
  await read(physician, patient, "Condition");
  const officer = await hospital.newPerson({ roles: ["privacy-officer"] });
  const { durable } = (await officer.must("GET", "/api/v1/ledger")) as { durable: number };
  const urls: string[] = [];
  page.on("request", (request) => urls.push(request.url()));
  await physician.signIn(page, "/console/mine");
  await page.getByRole("tab", { name: "What you opened" }).click();
  await expect(page.getByRole("row", { name: patient }).first()).toBeVisible();

  await page.route("**/api/v1/copies", (route) => route.abort());
  let saved = 0;
  page.on("download", () => (saved += 1));
  await page.getByRole("button", { name: "Save as a table" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  expect(saved).toBe(0);
  await page.unroute("**/api/v1/copies");

  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save as a table" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("my-accesses.csv");
  const text = readFileSync(await download.path(), "utf8");
  expect(text.split("\r\n")[0]).toContain('"Patient","What","Records"');
  expect(text).toContain(patient);
  await expect(page.getByText("It is written down that you made this copy.")).toBeVisible();
  expect(urls.filter((url) => url.includes(patient))).toEqual([]);
  const { entries } = (await officer.must("GET", `/api/v1/entries?from=${durable}&limit=1000`)) as {
    entries: { kind: string; staff?: string; what?: string }[];
  };
  const copies = entries.filter((entry) => entry.staff === physician.id && entry.what?.startsWith("download"));
  expect(copies.map((entry) => entry.what)).toEqual(["download: One’s own accesses, as a table: 1"]);
});

test("printing one's own glass is written down before it is done", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  const [patient = ""] = somePatients(hospital, 1, physician.id);
  await breakGlass(physician, patient);
  await page.addInitScript(() => {
    window.print = () => document.body.setAttribute("data-printed", document.querySelector(".h-only-print")?.textContent ?? "");
  });
  await physician.signIn(page, "/console/mine");
  await expect(page.getByRole("row", { name: patient })).toBeVisible();
  const recorded = page.waitForRequest("**/api/v1/copies");
  await page.getByRole("button", { name: "Print", exact: true }).click();
  expect((await recorded).postDataJSON()).toEqual({ kind: "print", what: "One’s own glass, printed: 1" });
  await expect(page.locator("body")).toHaveAttribute("data-printed", new RegExp(`Printed by ${physician.name}`));
});

test("somebody who did nothing is told so", async ({ hospital, page }) => {
  const nurse = await hospital.newPerson({ roles: ["nurse"] });
  await nurse.signIn(page, "/console/mine");
  await expect(page.getByText("You have never broken the glass.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Print", exact: true })).toBeDisabled();
  await page.getByRole("tab", { name: "What you opened" }).click();
  await expect(page.getByText("You have opened nothing yet.")).toBeVisible();
  await noViolations(page);
});
