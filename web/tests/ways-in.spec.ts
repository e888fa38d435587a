// ways-in.spec.ts - getting in without one's own factors: an emergency card, a colleague's word.

import type { Page } from "@playwright/test";
import { randomBytes } from "node:crypto";
import { noViolations } from "./axe";
import { consoleUrl, expect, test, type Hospital } from "./hospital";

interface Card {
  card: string;
  number: number;
  code: string;
  pin: string;
}

/** An enrolled terminal on a ward; gives its name and secret. */
async function terminal(hospital: Hospital, place = "ward-a") {
  const id = `t-${randomBytes(4).toString("hex")}`;
  await hospital.admin().must("PUT", `/api/v1/terminals/${id}`, { place, active: true });
  const { secret } = (await hospital.admin().must("POST", `/api/v1/terminals/${id}/secret`, {})) as { secret: string };
  return { id, secret };
}

/** Makes the browser that terminal, on the page of one of the other ways in. */
async function standAt(page: Page, at: { id: string; secret: string }) {
  await page.getByText("Make this browser a terminal").click();
  await page.getByLabel("Name of the terminal").fill(at.id);
  await page.getByLabel("Secret of the terminal", { exact: true }).fill(at.secret);
  await page.getByRole("button", { name: "Make it this terminal" }).click();
  await expect(page.getByText("this browser is none")).toBeHidden();
}

async function looks(page: Page, name: string) {
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 800 });
    if (process.env["SHOTS"]) await page.screenshot({ path: `${process.env["SHOTS"]}/${name}-${String(width)}.png` });
    await noViolations(page);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
}

async function makeCards(page: Page, hospital: Hospital): Promise<Card[]> {
  await hospital.admin().signIn(page, "/console/people?view=cards");
  const drawer = page.getByRole("region", { name: "Nurses' desk" });
  await drawer.getByRole("button", { name: "Make cards" }).click();
  const dialog = page.getByRole("dialog", { name: "Make cards for Nurses' desk" });
  await dialog.getByLabel("How many").fill("2");
  const answer = page.waitForResponse((response) => response.url().endsWith("/drawers/nurses-desk/cards"));
  await dialog.getByRole("button", { name: "Make cards" }).click();
  const made = (await (await answer).json()) as { cards: Card[] };
  const [download] = await Promise.all([page.waitForEvent("download"), dialog.getByRole("link", { name: "Cards (PDF)" }).click()]);
  expect(download.suggestedFilename()).toBe("nurses-desk-cards.pdf");
  await looks(page, "made");
  await dialog.getByRole("button", { name: "I have printed both" }).click();
  await looks(page, "drawer");
  return made.cards;
}

test("A06 a newcomer at an enrolled terminal gets to a chart by card, with everything else off", async ({ hospital, page, browser }) => {
  test.setTimeout(120_000);
  const cards = await makeCards(page, hospital);
  // Somebody whom the maker did not enrol.
  const officer = hospital.cast("adm.silva");
  const held = (await officer.must("GET", "/api/v1/drawers")) as { drawer: string; cards: { number: number; stage: string }[] }[];
  const ready = held.find((each) => each.drawer === "nurses-desk")!.cards.filter((card) => ["made", "sealed"].includes(card.stage));
  await officer.must("POST", "/api/v1/drawers/nurses-desk/count", { sealed: ready.map((card) => card.number) });

  const desk = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
  await desk.goto(consoleUrl("/console/"));
  await desk.getByRole("button", { name: "Take an emergency card" }).click();
  await looks(desk, "no-terminal");
  await standAt(desk, await terminal(hospital));
  await desk.goto(consoleUrl("/console/"));

  const began = Date.now();
  const { code, pin, card } = cards[0]!;
  await desk.getByRole("button", { name: "Take an emergency card" }).click();
  await expect(desk.getByLabel("Code of the card")).toBeFocused();
  await desk.keyboard.type(code.toLowerCase().replace(/-/g, ""));
  await expect(desk.getByLabel("Code of the card")).toHaveValue(code);
  await desk.keyboard.press("Enter");
  await desk.keyboard.type(pin);
  await desk.keyboard.press("Enter");
  await expect(desk.getByRole("banner").getByText(/^Card \d+ of/)).toBeVisible();
  await desk.getByLabel("Name or number").fill("p-000002");
  await desk.getByRole("option").filter({ hasText: "p-000002" }).click();
  await desk.getByRole("radio", { name: "Threat to life" }).check();
  await desk.getByRole("button", { name: "Break the glass" }).click();
  await expect(desk.getByRole("region", { name: "Patient", exact: true }).getByText("p-000002")).toBeVisible();
  const seconds = (Date.now() - began) / 1000;
  console.log(`from the page of signing in to the chart, by card: ${seconds.toFixed(1)} s`);
  expect(seconds).toBeLessThan(30);
  await expect(desk.getByRole("button", { name: "Your passkeys" })).toBeHidden();
  await desk.getByRole("button", { name: "Sign out" }).click();

  await desk.getByRole("button", { name: "Take an emergency card" }).click();
  await desk.keyboard.type(code);
  await desk.keyboard.press("Enter");
  await desk.keyboard.type(pin);
  await desk.keyboard.press("Enter");
  await expect(desk.getByText("was used before")).toBeVisible();
  await looks(desk, "card");

  await page.reload();
  const row = page.getByRole("region", { name: "Nurses' desk" }).getByRole("listitem").filter({ hasText: card });
  await expect(row.getByText("Who was it?")).toBeVisible();
  await row.getByRole("button", { name: "Say who it was" }).click();
  const dialog = page.getByRole("dialog", { name: /^Who used card/ });
  await looks(page, "assign");
  await dialog.getByLabel("User name").fill("n.okafor");
  await dialog.getByRole("button", { name: "Say who it was" }).click();
  await expect(row.getByText("by Ngozi Okafor")).toBeVisible();
});

test("A09 a colleague at the next terminal vouches by the number on the screen", async ({ hospital, page, browser }) => {
  test.setTimeout(90_000);
  const here = await terminal(hospital, "ward-b");
  const next = await terminal(hospital, "ward-b");
  const asking = await hospital.newPerson({ roles: ["physician"] });
  const colleague = await hospital.newPerson({ roles: ["nurse"] });
  await page.goto(consoleUrl("/console/"));
  await page.getByRole("button", { name: "Ask a colleague" }).click();
  await standAt(page, next);
  await page.getByRole("button", { name: "Back to user name and password" }).click();
  await colleague.fillIn(page);
  await expect(page.getByRole("banner").getByText(colleague.name)).toBeVisible();

  const desk = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
  await desk.goto(consoleUrl("/console/"));
  await desk.getByRole("button", { name: "Ask a colleague" }).click();
  await standAt(desk, here);
  await desk.getByLabel("User name").fill(asking.id);
  await desk.getByRole("button", { name: "Ask", exact: true }).click();
  const number = desk.locator(".h-vouch-number");
  await expect(number).toHaveText(/^\d\d$/);
  await looks(desk, "asking");

  await page.getByRole("button", { name: "Vouch for a colleague" }).click();
  const dialog = page.getByRole("dialog", { name: "Vouch for a colleague" });
  await dialog.getByLabel(`Number on the screen of ${asking.name}`).fill(await number.innerText());
  await looks(page, "vouching");
  await dialog.getByRole("button", { name: "Vouch", exact: true }).click();
  await expect(dialog.getByText(`${asking.name} is signed in now.`)).toBeVisible();
  await expect(desk.getByRole("banner").getByText(asking.name)).toBeVisible();
});
