// screens.spec.ts - every screen and what it may look like: wide, on a telephone, at 320 pixels (which is 1280 at 400 %), light
// and dark. Each is looked at by axe, held against what must not happen (something out of reach sideways, a target too
// small for a finger), and kept as a picture in build/browser-test/pictures for people to look at.

import type { Page } from "@playwright/test";
import { join } from "node:path";
import { noViolations } from "./axe";
import { consoleUrl, expect, test, type Hospital, type Person } from "./hospital";

const pictures = join(import.meta.dirname, "../../build/browser-test/pictures");
const patient = "p-000002";
const desktop = { width: 1280, height: 900 };
const phone = { width: 390, height: 844 };
const narrow = { width: 320, height: 640 };

/** What can be pressed and is less than 44 pixels high, or across; links in running text are as high as their line (WCAG 2.2, 2.5.5). */
async function tooSmall(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const pressed = "button, select, summary, input, textarea, [role=tab], [role=option], nav a";
    const small: string[] = [];
    for (const element of document.querySelectorAll<HTMLElement>(pressed)) {
      const label = element instanceof HTMLInputElement ? element.labels?.[0] : undefined;
      const box = element.getBoundingClientRect();
      const own = label?.getBoundingClientRect();
      const height = Math.max(box.height, own?.height ?? 0);
      const width = Math.max(box.width, own?.width ?? 0);
      if (box.width === 0 || box.height === 0 || !element.checkVisibility({ visibilityProperty: true })) continue;
      if (element.closest("[inert], .nhsuk-u-visually-hidden")) continue;
      if (height < 43.5 || width < 43.5)
        small.push(`${element.outerHTML.slice(0, 120)} ${String(Math.round(width))}x${String(Math.round(height))}`);
    }
    return small;
  });
}

const tooWide = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

async function look(page: Page, name: string) {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const [size, viewport] of Object.entries({ desktop, phone, narrow })) {
      await page.setViewportSize(viewport);
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      expect.soft(await tooWide(page), `${name} at ${size}: pixels out of reach`).toBe(0);
      expect.soft(await tooSmall(page), `${name} at ${size}: too small for a finger`).toEqual([]);
      if (size !== "narrow") await page.screenshot({ path: join(pictures, `${name}-${size}-${colorScheme}.png`) });
    }
    await page.setViewportSize(desktop);
    await noViolations(page, `${name}, ${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: "light" });
}

const physician = (hospital: Hospital, name: string) =>
  hospital.newPerson({ roles: ["physician"], name, facts: [{ relation: "member", from: "me", to: "team/cardiology" }] });

async function find(page: Page, words: string, id: string) {
  await page.getByLabel("Name or number").fill(words);
  const option = page.getByRole("option").filter({ hasText: id });
  await expect(option).toBeVisible();
  return option;
}

async function breakTheGlass(page: Page, reason: string) {
  await (await find(page, "Wójcik", patient)).click();
  await page.getByRole("radio", { name: reason }).check();
  for (const box of await page.getByRole("dialog").getByRole("textbox").all())
    await box.fill("whether he may have what we are about to give him");
  await page.getByRole("button", { name: "Break the glass" }).click();
  await expect(page.getByRole("region", { name: "Allergies" }).getByText("Penicillin")).toBeVisible();
}

async function go(page: Page, way: string) {
  await page.getByRole("banner").getByRole("link", { name: way }).click();
  await expect(page.getByRole("main").getByRole("heading", { level: 1 })).toBeVisible();
}

test.describe.configure({ mode: "serial", timeout: 240_000 });

let reviewed: Person;

test("C07 screens: signing in, finding, the dialog of the glass", async ({ hospital, page }) => {
  const who = await physician(hospital, "Dr Ama Boateng");
  await page.goto(consoleUrl("/console/"));
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await look(page, "sign-in");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await look(page, "sign-in-missing");
  await who.fillIn(page);
  await expect(page.getByLabel("Name or number")).toBeVisible();
  await look(page, "find");
  const option = await find(page, "Wójcik", patient);
  await look(page, "find-found");
  await option.click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await look(page, "glass");
  await page.getByRole("radio", { name: "Clinical access" }).check();
  await look(page, "glass-reason");
  await page.getByRole("button", { name: "Break the glass" }).click();
  await expect(page.getByRole("dialog").getByRole("alert")).toBeVisible();
  await look(page, "glass-missing");
  await page.getByRole("button", { name: "Log a referral instead" }).click();
  await look(page, "glass-referral");
});

test("C07 screens: a chart by glass, adding to it, the viewer, what is owed, the end", async ({ hospital, page }) => {
  reviewed = await physician(hospital, "Dr Noor Haddad");
  await reviewed.signIn(page);
  await breakTheGlass(page, "Threat to life");
  await look(page, "chart-glass");
  // A threat to life gives what an emergency takes; a note takes more.
  await page.getByRole("button", { name: "Write a note" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await look(page, "glass-more");
  await page.getByRole("button", { name: "Do not open" }).click();
  await page.getByRole("link", { name: "Who broke the glass" }).click();
  await expect(page.getByText(reviewed.name).first()).toBeVisible();
  await look(page, "viewer");
  await go(page, "Work");
  await look(page, "work");
  await go(page, "Mine");
  await look(page, "mine");
  await page.getByRole("banner").getByRole("link", { name: "Open chart" }).click();
  await page.getByRole("button", { name: "Close now" }).click();
  await look(page, "chart-closed");
  await page.getByRole("button", { name: "Lock" }).click();
  await expect(page.getByRole("heading", { name: "Locked" })).toBeVisible();
  await look(page, "locked");
});

test("C07 screens: a chart by an ordinary right", async ({ hospital, page }) => {
  const who = await physician(hospital, "Dr Sofia Lindqvist");
  await who.signIn(page);
  await (await find(page, "Ellison", "p-000001")).click();
  await expect(page.getByText(/^\d+ observations\.$/)).toBeVisible();
  await look(page, "chart");
  await page.getByRole("button", { name: "Results", exact: true }).click();
  await look(page, "chart-results");
  await page.getByRole("button", { name: "Write a note" }).click();
  await look(page, "chart-note");
});

test("C07 screens: cases, policy, ledger, people", async ({ hospital, page }) => {
  const officer = await hospital.newPerson({ roles: ["privacy-officer"], name: "Petra Holm" });
  await officer.signIn(page, "/console/work");
  await expect(page.getByRole("grid")).toBeVisible();
  await look(page, "cases");
  await page.getByLabel("Person, patient or words").fill(reviewed.id);
  await page.getByRole("grid").getByRole("link").first().click();
  await expect(page.getByRole("main").getByText(reviewed.name).first()).toBeVisible();
  await look(page, "case");
  await go(page, "Policy");
  await look(page, "policy");
  await go(page, "Ledger");
  await page.getByRole("button", { name: "Verify now" }).click();
  await expect(page.getByRole("heading", { name: "The ledger is what was signed" })).toBeVisible({ timeout: 30_000 });
  await look(page, "ledger");
  await go(page, "People");
  await expect(page.getByRole("button", { name: "Dr Ama Osei" })).toBeVisible();
  await look(page, "people");
  await page.getByRole("button", { name: "Dr Ama Osei" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await look(page, "people-one");
});
