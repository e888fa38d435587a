// ways-in.spec.ts - getting in without one's own factors: an emergency card, a colleague's word.

import type { Page } from "@playwright/test";
import { randomBytes } from "node:crypto";
import { consoleUrl, expect, test, type Hospital } from "./hospital";
import { looks } from "./looks";

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

async function makeCards(page: Page, hospital: Hospital): Promise<Card[]> {
  const administrator = await hospital.newPerson({ roles: ["administrator"] });
  await administrator.signIn(page, "/console/people?view=cards");
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
  await desk.getByRole("button", { name: "Use an emergency card" }).click();
  await looks(desk, "no-terminal");
  await standAt(desk, await terminal(hospital));
  await desk.goto(consoleUrl("/console/"));

  const began = Date.now();
  const { code, pin, card } = cards[0]!;
  await desk.getByRole("button", { name: "Use an emergency card" }).click();
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

  await desk.getByRole("button", { name: "Use an emergency card" }).click();
  await desk.keyboard.type(code);
  await desk.keyboard.press("Enter");
  await desk.keyboard.type(pin);
  await desk.keyboard.press("Enter");
  await expect(desk.getByText("was used before")).toBeVisible();
  await looks(desk, "card");

  // Nobody closes what was done with the card before it is known whose doing it was.
  const reviewer = await hospital.newPerson({ roles: ["privacy-officer"] });
  const review = await (await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 900 } })).newPage();
  await reviewer.signIn(review, "/console/work");
  await review.getByLabel("Person, patient or words").fill(`card.${card}`);
  await review.getByRole("grid").getByRole("link").first().click();
  await review.getByRole("radio", { name: "Appropriate", exact: true }).check();
  await review.getByRole("button", { name: "Close the case" }).click();
  await expect(review.getByRole("alert").getByText("nobody has said yet who used this card")).toBeVisible();
  await review.getByRole("link", { name: "See the card, and say who it was" }).click();
  await expect(review.getByRole("tab", { name: "Emergency cards", selected: true })).toBeVisible();
  await review.context().close();

  // Whoever it was says so first; then somebody who looks at such things says otherwise.
  const newcomer = await hospital.newPerson({ roles: ["nurse"] });
  await newcomer.signIn(desk);
  await desk.getByRole("contentinfo").getByRole("link", { name: "Emergency cards" }).click();
  const used = desk.getByRole("region", { name: "I used an emergency card" });
  await used.getByRole("button", { name: "It was me" }).click();
  await expect(used.getByText("Enter the first four letters of the code on the card")).toBeVisible();
  const unused = used.getByLabel("First four letters of the code");
  await unused.fill(cards[1]!.card);
  await used.getByRole("button", { name: "It was me" }).click();
  await expect(used.getByText("No card that was used begins so.")).toBeVisible();
  await looks(desk, "used-card");
  const sent = desk.waitForRequest((request) => request.url().endsWith("/assign"));
  await unused.fill(code.toLowerCase());
  await used.getByRole("button", { name: "It was me" }).click();
  expect((await sent).url(), "the rest of the code is nobody's to send").toMatch(new RegExp(`/cards/${card}/assign$`));
  await expect(used.getByText("It is written down that it was you, also in the chart that you opened.")).toBeVisible();
  await desk.context().close();

  await page.reload();
  const row = page.getByRole("region", { name: "Nurses' desk" }).getByRole("listitem").filter({ hasText: card });
  await expect(row.getByText(`by ${newcomer.name}`)).toBeVisible();
  await row.getByRole("button", { name: "Say otherwise" }).click();
  const dialog = page.getByRole("dialog", { name: /^Who used card/ });
  await dialog.getByRole("button", { name: "Say who it was" }).click();
  await expect(dialog.getByRole("radiogroup").or(dialog.getByRole("group")).getByText("Say who it was")).toBeVisible();
  await dialog.getByRole("radio", { name: "Somebody else" }).check();
  await dialog.getByRole("button", { name: "Say who it was" }).click();
  await expect(dialog.getByText("Enter the user name of whoever used it")).toBeVisible();
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
  await page.getByRole("button", { name: "Ask a colleague to vouch" }).click();
  await standAt(page, next);
  await page.getByRole("button", { name: "Back to user name and password" }).click();
  await colleague.fillIn(page);
  await expect(page.getByRole("banner").getByText(colleague.name)).toBeVisible();

  const desk = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
  await desk.goto(consoleUrl("/console/"));
  await desk.getByRole("button", { name: "Ask a colleague to vouch" }).click();
  await standAt(desk, here);
  await desk.getByLabel("User name").fill(asking.id);
  await desk.getByRole("button", { name: "Ask", exact: true }).click();
  const number = desk.locator(".h-vouch-number");
  await expect(number).toHaveText(/^\d\d$/);
  await looks(desk, "asking");

  await page.getByRole("button", { name: "Vouch for a colleague" }).click();
  const dialog = page.getByRole("dialog", { name: "Vouch for a colleague" });
  await expect(dialog.getByLabel(`Number on the screen of ${asking.name}`)).toBeFocused();
  await page.keyboard.type("7");
  await page.keyboard.press("Enter");
  await expect(dialog.getByText("Enter the two digits on their screen")).toBeVisible();
  await dialog.getByLabel(`Number on the screen of ${asking.name}`).fill(await number.innerText());
  await looks(page, "vouching");
  await dialog.getByRole("button", { name: "Vouch", exact: true }).click();
  await expect(dialog.getByText(`${asking.name} is signed in now.`)).toBeVisible();
  await expect(desk.getByRole("banner").getByText(asking.name)).toBeVisible();
  await desk.context().close();

  // It is a case, about no patient.
  const officer = await hospital.newPerson({ roles: ["privacy-officer"] });
  const review = await (await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 900 } })).newPage();
  await officer.signIn(review, "/console/work");
  await review.getByLabel("Person, patient or words").fill(asking.id);
  const row = review.getByRole("row").filter({ hasText: asking.name });
  await expect(row).toContainText("No patient");
  await expect(row).toContainText("Signed in on a colleague’s word");
  await expect(row).toContainText(colleague.id);
  await looks(review, "queue");
  await row.getByRole("link", { name: asking.name }).click();
  await expect(review.getByRole("heading", { name: "Signed in on a colleague’s word", level: 1 })).toBeVisible();
  await expectNoChart(review);
  await looks(review, "case-vouched");

  // Whom it is about says what happened, and the officer reads it.
  await dialog.getByRole("button", { name: "Close" }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await asking.signIn(page, "/console/work");
  const about = page.getByRole("region", { name: "Open cases about you" });
  await expect(about.getByText(colleague.id, { exact: false }).first()).toBeVisible();
  await about.getByRole("button", { name: "Say why" }).click();
  await about.getByLabel("What happened?").fill("my telephone was in the theatre");
  await looks(page, "about-me");
  await about.getByRole("button", { name: "Send" }).click();
  await review.reload();
  await expect(review.getByText("my telephone was in the theatre").first()).toBeVisible();
  await review.getByRole("radio", { name: "Appropriate", exact: true }).check();
  await review.getByRole("button", { name: "Close the case" }).click();
  await expect(review.getByText("Closed: Appropriate.")).toBeVisible();
  await review.context().close();
});

/** Nothing on the page of a case speaks of a chart that there is none of. */
async function expectNoChart(page: Page) {
  const main = page.getByRole("main");
  await expect(main.getByText("No patient")).toBeVisible();
  await expect(main.getByText("There was a good reason for it.")).toBeVisible();
  for (const name of ["What was said to be sought", "What was actually opened", "What links them"])
    await expect(main.getByRole("region", { name })).toHaveCount(0);
  await expect(main.getByText("chart", { exact: false })).toHaveCount(0);
}

test("who asks for a colleague may stop, and one wrong number ends it", async ({ hospital, page, browser }) => {
  test.setTimeout(90_000);
  const here = await terminal(hospital, "ward-c");
  const next = await terminal(hospital, "ward-c");
  const asking = await hospital.newPerson({ roles: ["physician"] });
  const colleague = await hospital.newPerson({ roles: ["nurse"] });
  await page.goto(consoleUrl("/console/"));
  await page.getByRole("button", { name: "Ask a colleague to vouch" }).click();
  await standAt(page, next);
  await page.getByRole("button", { name: "Back to user name and password" }).click();
  await colleague.fillIn(page);
  await page.getByRole("button", { name: "Vouch for a colleague" }).click();
  const dialog = page.getByRole("dialog", { name: "Vouch for a colleague" });
  await expect(dialog.getByText("Nobody at your place asks for it.")).toBeVisible();
  await looks(page, "vouching-nobody");

  const desk = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
  await desk.goto(consoleUrl("/console/"));
  await desk.getByRole("button", { name: "Ask a colleague to vouch" }).click();
  await standAt(desk, here);
  const ask = async () => {
    await desk.getByLabel("User name").fill(asking.id);
    await desk.getByRole("button", { name: "Ask", exact: true }).click();
    await expect(desk.locator(".h-vouch-number")).toHaveText(/^\d\d$/);
    return Number(await desk.locator(".h-vouch-number").innerText());
  };
  await ask();
  const field = dialog.getByLabel(`Number on the screen of ${asking.name}`);
  await expect(field).toBeVisible();
  await desk.getByRole("button", { name: "Stop" }).click();
  await expect(desk.getByLabel("User name")).toBeVisible();

  const both = page.waitForResponse(async (answer) => answer.url().endsWith("/api/v1/vouches") && ((await answer.json()) as object[]).length === 2);
  const number = await ask();
  await both;
  await expect(dialog.getByRole("listitem"), "the number of before stands on no screen").toHaveCount(1);
  await field.fill(String(number === 99 ? 10 : number + 1));
  await dialog.getByRole("button", { name: "Vouch", exact: true }).click();
  await expect(dialog.getByRole("alert").filter({ hasText: `${asking.name}: ` })).toBeVisible();
  await expect(dialog.getByText("Nobody at your place asks for it.")).toBeVisible();
  await looks(page, "vouching-refused");
  await desk.context().close();
});

test("a keeper counts the drawer, and what is missing is a case about no patient", async ({ hospital, page, browser }) => {
  test.setTimeout(120_000);
  interface Held {
    drawer: string;
    cards: { card: string; number: number; stage: string }[];
  }
  const admin = hospital.admin();
  const { cards } = (await admin.must("POST", "/api/v1/drawers/nurses-desk/cards", { count: 3 })) as { cards: Card[] };
  const [kept, lost, fresh] = [cards[0]!, cards[1]!, cards[2]!];
  const silva = hospital.cast("adm.silva");
  const held = ((await silva.must("GET", "/api/v1/drawers")) as Held[]).find((each) => each.drawer === "nurses-desk")!.cards;
  const sealed = held.filter((card) => ["made", "sealed"].includes(card.stage) && card.card !== fresh.card);
  await silva.must("POST", "/api/v1/drawers/nurses-desk/count", { sealed: sealed.map((card) => card.number) });

  const keeper = await hospital.newPerson({ roles: ["nurse"] });
  await keeper.signIn(page);
  await page.getByRole("contentinfo").getByRole("link", { name: "Emergency cards" }).click();
  await expect(page.getByRole("heading", { name: "Emergency cards", level: 1 })).toBeVisible();
  const drawer = page.getByRole("region", { name: "Nurses' desk" });
  const row = (card: Card) => drawer.getByRole("listitem").filter({ hasText: `${card.card}-` });
  await expect(row(kept).getByText("ready")).toBeVisible();
  await expect(drawer.getByRole("button", { name: "Make cards" })).toHaveCount(0);
  await looks(page, "keeper");

  await drawer.getByRole("button", { name: "Count the seals" }).click();
  const count = page.getByRole("dialog", { name: "Count Nurses' desk" });
  const tick = (card: { number: number }) => count.getByRole("checkbox", { name: new RegExp(`^${String(card.number)}( new)?$`) });
  for (const card of sealed.filter((each) => each.card !== lost.card)) await tick(card).check();
  await count.getByRole("button", { name: "That is what lies there" }).click();
  await expect(count.getByRole("alert").getByText(`One card is missing: ${String(lost.number)}.`)).toBeVisible();
  await expect(count.getByText(`Not in the drawer yet: ${String(fresh.number)}.`)).toBeVisible();
  await looks(page, "count");
  await count.getByRole("button", { name: "One is missing" }).click();
  await expect(count).toBeHidden();
  await expect(row(lost).getByText("missing at a count")).toBeVisible();

  // The administrator who made the card has enrolled this keeper: somebody else lays it in first.
  await drawer.getByRole("button", { name: "Count the seals" }).click();
  for (const card of [...sealed.filter((each) => each.card !== lost.card), fresh]) await tick(card).check();
  await count.getByRole("button", { name: "That is what lies there" }).click();
  await expect(count.getByRole("alert").getByText(`Somebody counts card ${String(fresh.number)} first who did not make it`)).toBeVisible();
  await page.keyboard.press("Escape");
  await row(fresh).getByRole("button", { name: "Retire" }).click();
  await page.getByRole("dialog", { name: `Retire card ${String(fresh.number)}?` }).getByRole("button", { name: "Retire" }).click();
  await expect(row(fresh).getByText("taken out of use")).toBeVisible();

  const officer = await hospital.newPerson({ roles: ["privacy-officer"] });
  const review = await (await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 900 } })).newPage();
  await officer.signIn(review, "/console/work");
  await review.getByLabel("Person, patient or words").fill(lost.card);
  const line = review.getByRole("row").filter({ hasText: "Card lost or spoiled" });
  await expect(line).toContainText("No patient");
  await looks(review, "queue-card");
  await line.getByRole("link").click();
  await expect(review.getByRole("heading", { name: "Card lost or spoiled", level: 1 })).toBeVisible();
  await expectNoChart(review);
  await looks(review, "case-card");

  // As the case of a card that was used, and nobody has said by whom.
  await review.route(/\/api\/v1\/cases\/[^/]+$/, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...((await answer.json()) as object), kind: "unassigned-card" } });
  });
  await review.reload();
  await expect(review.getByRole("heading", { name: "Card that nobody is named for", level: 1 })).toBeVisible();
  await review.getByRole("link", { name: "See the card, and say who it was" }).click();
  await expect(review.getByRole("tab", { name: "Emergency cards", selected: true })).toBeVisible();
  await expect(review.getByRole("region", { name: "Nurses' desk" })).toBeVisible();
  await review.context().close();
});

test("who keeps no drawer sees none, and may say of themself that they used a card", async ({ hospital, page }) => {
  const clerk = await hospital.newPerson({ roles: ["registrar"] });
  await clerk.signIn(page, "/console/cards");
  await expect(page.getByRole("region", { name: "I used an emergency card" })).toBeVisible();
  await expect(page.getByRole("main").getByRole("region")).toHaveCount(1);
  await expect(page.getByRole("alert")).toHaveCount(0);
  await looks(page, "cards-none");
});
