// Finding a patient: C01, and what can go wrong at it.

import type { Page } from "@playwright/test";
import { noViolations } from "./axe";
import { expect, test } from "./hospital";

const field = (page: Page) => page.getByRole("combobox", { name: "Name or number" });
const rows = (page: Page) => page.getByRole("listbox", { name: "Patients found" }).getByRole("option");

test("C01 by name as one types, by keyboard alone; no word of it is in a URL, and half a word is not asked", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"], facts: [{ relation: "member", from: "me", to: "team/cardiology" }] });
  const urls: string[] = [];
  const searches: string[] = [];
  page.on("request", (request) => {
    urls.push(request.url());
    if (request.url().endsWith("/patients/search")) searches.push(request.postData() ?? "");
  });
  await physician.signIn(page);
  await expect(field(page)).toBeFocused();
  await page.keyboard.type("el");
  await page.keyboard.type("lison");
  await expect(page.getByRole("status").filter({ hasText: "1 patient" })).toBeVisible();
  await expect(rows(page)).toHaveText([/Margaret Ellison.*14 Mar 1952.*Female.*p-000001/]);
  expect(searches).toEqual(['{"name":"ellison"}']);
  await noViolations(page);

  await page.keyboard.press("ArrowDown");
  await expect(rows(page).first()).toHaveAttribute("aria-selected", "true");
  await expect(field(page)).toBeFocused();
  await noViolations(page);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: "Patient" }).getByText("Margaret Ellison")).toBeVisible();
  await expect(page).toHaveTitle("Chart – Halligan");
  const whole = urls.join("\n");
  expect(whole).not.toMatch(/p-\d{6}|ellison|Margaret/i);
});

test("C01 by number, whatever kind of number it is", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  await physician.signIn(page);
  await field(page).fill("p-000002");
  await expect(rows(page)).toHaveText([/Tomasz Wójcik/]);
  await field(page).fill("MRN000003");
  await expect(rows(page)).toHaveText([/Adaeze Balogun/]);
});

test("C01 by birth date, as it is written here; how it was understood is said", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  await physician.signIn(page);
  const born = page.getByRole("textbox", { name: "Birth date" });
  for (const written of ["2.11.1986", "02/11/1986", "1986-11-02", "02111986", "2 11 86"]) {
    await born.fill(written);
    await expect(page.getByText("Understood as 2 Nov 1986")).toBeVisible();
    await expect(rows(page).filter({ hasText: "Tomasz Wójcik" })).toBeVisible();
  }
  await born.fill("31.2.1986");
  await expect(page.getByText("This is not a birth date.")).toBeVisible();
  await expect(rows(page)).toHaveCount(0);
  await noViolations(page);
});

test("C01 by ward", async ({ hospital, page }) => {
  const nurse = await hospital.newPerson({ roles: ["nurse"] });
  await nurse.signIn(page);
  await page.getByRole("combobox", { name: "Ward" }).selectOption("ward-a");
  await expect(rows(page).filter({ hasText: "Adaeze Balogun" })).toBeVisible();
  await expect(rows(page).filter({ hasText: "Margaret Ellison" })).toHaveCount(0);
});

test("C01 nobody, and too many", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  await physician.signIn(page);
  await field(page).fill("Nobodyiscalledthis");
  await expect(page.getByText("Nobody found.")).toBeVisible();
  await noViolations(page);
  await field(page).fill("a");
  await expect(rows(page)).toHaveCount(0);
  await field(page).press("Enter");
  await expect(page.getByText("More than 20 patients: narrow it down.")).toBeVisible();
  await noViolations(page);
});

test("C01 who has shut somebody out is not there for them, and nothing says so", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"], facts: [{ relation: "excludes", from: "patient/p-000004", to: "me" }] });
  const another = await hospital.newPerson({ roles: ["physician"] });
  const { patients } = await another.must("POST", "/api/v1/patients/search", { name: "Fernández" });
  expect(patients.map(({ id }: { id: string }) => id)).toContain("p-000004");
  await physician.signIn(page);
  await field(page).fill("Fernández");
  await expect(page.getByText(/Nobody found\.|\d+ patients?/)).toBeVisible();
  await expect(rows(page).filter({ hasText: "p-000004" })).toHaveCount(0);
});

test("the server away: what was typed stays, and it goes on", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  await physician.signIn(page);
  await page.route("**/patients/search", (route) => route.abort());
  await field(page).fill("ellison");
  await expect(page.getByText("The server cannot be reached. Nothing was done; try again in a moment.")).toBeVisible({ timeout: 20_000 });
  await noViolations(page);
  await expect(field(page)).toHaveValue("ellison");
  await page.unroute("**/patients/search");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(rows(page)).toHaveCount(1);
});

test("names in any script, of any length, and with markup in them are names", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  await physician.signIn(page);
  const names = ["<script>alert(1)</script>", "عبد الرحمن بن محمد", "李小龍", "x".repeat(300), ""];
  await page.route("**/patients/search", (route) =>
    route.fulfill({ json: { patients: names.map((name, at) => ({ id: `p-${String(at)}`, name, birth_date: at === 2 ? null : "2026-11-01", gender: null })), more: false } }),
  );
  await field(page).fill("李");
  await expect(rows(page)).toHaveCount(5);
  await expect(rows(page).nth(0)).toContainText("<script>alert(1)</script>");
  await expect(rows(page).nth(4)).toContainText("No name recorded");
  await noViolations(page);
  await page.setViewportSize({ width: 320, height: 640 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  await noViolations(page);
});

test("charts opened lately are there where the policy lets a screen show them, by number alone", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"], facts: [{ relation: "member", from: "me", to: "team/cardiology" }] });
  const recent = page.getByRole("region", { name: "Charts that you opened lately" });
  await physician.signIn(page);
  await page.getByLabel("Name or number").fill("p-000001");
  await page.getByRole("option").filter({ hasText: "p-000001" }).click();
  await expect(page.getByRole("heading", { name: "Emergency set" })).toBeVisible();
  await page.getByRole("link", { name: "Find a patient" }).click();
  await expect(page.getByLabel("Name or number")).toBeVisible();
  await expect(recent).toBeHidden();
  await page.route("**/api/v1/hospital", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...((await answer.json()) as object), recent_charts: true } });
  });
  await page.reload();
  await expect(recent.getByRole("listitem")).toHaveCount(1);
  await expect(recent).not.toContainText("Margaret");
  await noViolations(page);
  await recent.getByRole("button", { name: "p-000001" }).click();
  await expect(page.getByRole("region", { name: "Patient", exact: true })).toContainText("Margaret Ellison");
});

test("behind a lock the document names nobody whose chart is still open", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"], facts: [{ relation: "member", from: "me", to: "team/cardiology" }] });
  await physician.signIn(page);
  await field(page).fill("p-000001");
  await rows(page).first().click();
  await expect(page.getByRole("region", { name: "Patient", exact: true })).toContainText("Margaret Ellison");
  await page.getByRole("link", { name: "Find a patient" }).click();
  const still = page.getByText("Chart still open: Margaret Ellison");
  await expect(still).toBeVisible();
  await page.getByRole("button", { name: "Lock" }).click();
  await expect(page.getByRole("heading", { name: "Locked" })).toBeVisible();
  await expect.poll(() => page.content()).not.toMatch(/Ellison|p-000001/);
  await page.getByLabel("Password", { exact: true }).fill(physician.password);
  await page.getByRole("button", { name: "Unlock" }).click();
  await expect(still).toBeVisible();
});

test("a chart that does not come stands in nobody's way: another one is opened, and what comes is said", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"], facts: [{ relation: "member", from: "me", to: "team/cardiology" }] });
  await physician.signIn(page);
  let answer = () => {};
  const slow = new Promise<void>((done) => {
    answer = done;
  });
  const stalled = "p-000002";
  let asked = 0;
  await page.route("**/charts/~/open", async (route) => {
    if (route.request().headers()["halligan-patient"] === stalled) {
      asked += 1;
      await slow;
    }
    await route.continue();
  });
  await field(page).fill(stalled);
  await expect(rows(page)).toHaveCount(1);
  await rows(page).first().dblclick();
  await expect(page.getByRole("status").filter({ hasText: "Opening the chart of Tomasz Wójcik" })).toBeVisible();
  await noViolations(page);
  await field(page).fill("p-000001");
  await rows(page).filter({ hasText: "p-000001" }).click();
  const patient = page.getByRole("region", { name: "Patient", exact: true });
  await expect(patient).toContainText("Margaret Ellison");
  expect(asked, "pressed twice is asked once").toBe(1);
  const late = page.waitForResponse((response) => response.request().headers()["halligan-patient"] === stalled);
  answer();
  await (await late).finished();
  await page.evaluate(() => new Promise((done) => setTimeout(done))); // what waits for the answer has gone on
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(patient).toContainText("Margaret Ellison");
});

test("keys that are pressed before the dialog is there do nothing else meanwhile", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  await physician.signIn(page);
  let answer = () => {};
  const slow = new Promise<void>((done) => {
    answer = done;
  });
  let asked = 0;
  await page.route("**/charts/~/open", async (route) => {
    asked += 1;
    await slow;
    await route.continue();
  });
  await field(page).fill("p-000002");
  await expect(rows(page)).toHaveCount(1);
  await field(page).press("ArrowDown");
  for (const key of ["Enter", "2", "Enter"]) await page.keyboard.press(key);
  await expect(field(page)).toHaveValue("p-000002");
  answer();
  await expect(page.getByRole("dialog", { name: "Breaking the glass" })).toBeVisible();
  await expect(field(page)).toHaveValue("p-000002");
  expect(asked).toBe(1);
});
