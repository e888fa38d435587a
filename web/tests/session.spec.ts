import { consoleUrl, expect, test, type Hospital, type Person } from "./hospital";
import { startProxy } from "./proxy";
import { noViolations } from "./axe";
import type { Browser, BrowserContext, Page } from "@playwright/test";

// Pages come from the program as it was built; what is typed into the search stands for whatever somebody types.
const field = (page: Page) => page.getByRole("main").getByRole("textbox").or(page.getByRole("main").getByRole("combobox")).or(page.getByRole("main").getByRole("searchbox")).first();

async function unlock(page: Page, person: Person) {
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Unlock" }).click();
}

test("signing out ends everything at once, in other tabs too", async ({ hospital, page, context }) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  await physician.signIn(page);
  const other = await context.newPage();
  await other.goto(page.url());
  await expect(other.getByRole("banner").getByText(physician.name)).toBeVisible();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByText("You have signed out")).toBeVisible();
  await expect(other.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(other.getByRole("banner")).toBeHidden();
});

test("C04: two sessions of one person are independent", async ({ hospital, page, browser }) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  await physician.signIn(page);
  const elsewhere = await browser.newContext({ ignoreHTTPSErrors: true });
  const other = await elsewhere.newPage();
  await physician.signIn(other);
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByText("You have signed out")).toBeVisible();
  await other.reload();
  await expect(other.getByRole("banner").getByText(physician.name)).toBeVisible();
  await elsewhere.close();
});

test("a locked screen shows nothing, a reload does not open it, and what was typed is there afterwards", async ({
  hospital,
  page,
}) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  await physician.signIn(page);
  await field(page).fill("zz");
  await page.getByRole("button", { name: "Lock" }).click();
  await expect(page.getByRole("heading", { name: "Locked" })).toBeVisible();
  await expect(page.getByRole("navigation")).toBeHidden();
  await unlock(page, physician);
  await expect(field(page)).toHaveValue("zz");
  await page.getByRole("button", { name: "Lock" }).click();
  await expect(page.getByRole("heading", { name: "Locked" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Locked" })).toBeVisible();
  await page.getByLabel("Password", { exact: true }).fill("not the password");
  await page.getByRole("button", { name: "Unlock" }).click();
  await expect(page.getByText("This password is wrong.")).toBeVisible();
  await unlock(page, physician);
  await expect(page.getByRole("banner").getByText(physician.name)).toBeVisible();
});

test("who unlocks, or signs in again, is where they were: the title of the tab, and the focus", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  await physician.signIn(page);
  await expect(page).toHaveTitle("Find a patient – Halligan");
  await field(page).fill("zz");
  // As when nobody has touched it: the focus is in the page, and another tab has locked it.
  const [other] = await moreTabs(page, 1);
  await other!.getByRole("button", { name: "Lock" }).click();
  await expect(page).toHaveTitle("Locked – Halligan");
  await unlock(page, physician);
  await expect(page).toHaveTitle("Find a patient – Halligan");
  await expect(field(page)).toBeFocused();
  await hospital.admin().must("POST", `/api/v1/staff/${physician.id}/sign-out`, {});
  await expect(page).toHaveTitle("Sign in – Halligan");
  await physician.fillIn(page);
  await expect(page).toHaveTitle("Find a patient – Halligan");
  await expect(field(page)).toBeFocused();
});

test("ten wrong passwords end a locked session, and it says so", async ({ hospital, page }) => {
  test.setTimeout(120_000);
  const physician = await hospital.newPerson({ roles: ["physician"] });
  await physician.signIn(page);
  await page.getByRole("button", { name: "Lock" }).click();
  const statuses: number[] = [];
  while (statuses.filter((status) => status !== 429).length < 10) {
    const answered = page.waitForResponse((answer) => answer.url().endsWith("/session/unlock"));
    await page.getByLabel("Password", { exact: true }).fill("not the password");
    await page.getByRole("button", { name: "Unlock" }).click();
    const answer = await answered;
    statuses.push(answer.status());
    if (answer.status() !== 429) continue;
    await expect(page.getByText(/Too many attempts failed from here\. Try again in (1 second|\d+ seconds)\.$/)).toBeVisible();
    await page.waitForTimeout(1000 * ((await answer.json()) as { retry_after_seconds: number }).retry_after_seconds);
  }
  expect(statuses).toContain(429);
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(page.getByText("has ended after ten wrong passwords")).toBeVisible();
  await physician.fillIn(page);
  await expect(page.getByRole("banner").getByText(physician.name)).toBeVisible();
});

test("a shared workstation passes from one person to the next", async ({ hospital, page }) => {
  const first = await hospital.newPerson({ roles: ["physician"] });
  const second = await hospital.newPerson({ roles: ["nurse"] });
  await first.signIn(page);
  await field(page).fill("zz");
  await page.getByRole("banner").getByRole("link", { name: "Mine" }).click();
  await expect(page.getByRole("main").getByRole("heading", { level: 1 })).toHaveText("Mine");
  await page.getByRole("button", { name: "Lock" }).click();
  await page.getByRole("button", { name: "Sign in as somebody else" }).click();
  await second.fillIn(page);
  await expect(page.getByRole("banner").getByText(second.name)).toBeVisible();
  await expect(page.getByRole("main").getByRole("heading", { level: 1 })).toHaveText("Find a patient");
  await expect(field(page)).toHaveValue("");
});

test("a session that an officer ends is over on the screen, and goes on where it was", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  await physician.signIn(page);
  await field(page).fill("zz");
  await hospital.admin().must("POST", `/api/v1/staff/${physician.id}/sign-out`, {});
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(page.getByRole("navigation")).toBeHidden();
  await expect(page.getByLabel("User name")).toHaveValue(physician.id);
  await physician.fillIn(page);
  await expect(field(page)).toHaveValue("zz");
});

test("the end of a session is announced, and put off by one press", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  // As if nothing had happened for a long time: only what the page hears of its idle time is changed.
  let near = true;
  await page.route("**/api/v1/session", async (route) => {
    if (!near || route.request().method() !== "GET") return route.continue();
    // The browser adds this header after Playwright has taken the request over.
    const headers = { ...(await route.request().allHeaders()), "sec-fetch-site": "same-origin" };
    const answer = await route.fetch({ headers });
    const session = (await answer.json()) as { idle_until: string };
    const soon = new Date(Date.now() + 90_000).toISOString();
    await route.fulfill({ response: answer, json: { ...session, idle_until: soon } });
  });
  await physician.signIn(page);
  await expect(page.getByRole("alert").getByText(/You will be signed out in 1:\d\d/)).toBeVisible();
  const asked = page.waitForResponse((answer) => answer.url().endsWith("/api/v1/session/extend"));
  await page.route("**/api/v1/session/extend", (route) => {
    near = false;
    return route.continue();
  });
  await page.getByRole("button", { name: "Stay signed in" }).click();
  expect((await asked).status()).toBe(200);
  await expect(page.getByRole("button", { name: "Stay signed in" })).toBeHidden();
});

test("the server goes and comes back: what was typed stays", async ({ hospital, browser }) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  const proxy = await startProxy(hospital.folder);
  const context = await browser.newContext({ ignoreHTTPSErrors: true, proxy: { server: proxy.url } });
  const page = await context.newPage();
  await physician.signIn(page);
  await field(page).fill("zz");
  const lost = page.getByText("The server cannot be reached. What you typed is kept");
  await expect(lost).toBeHidden();
  proxy.goAway();
  await expect(lost).toBeVisible();
  await expect(field(page)).toHaveValue("zz");
  proxy.comeBack();
  await expect(lost).toBeHidden({ timeout: 20_000 });
  await expect(field(page)).toHaveValue("zz");
  await context.close();
  proxy.stop();
});

test("wrong and missing answers are said, and the code is asked for again", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  await page.goto(`${process.env["HALLIGAN_CONSOLE"] ?? hospital.url}/console/`);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert").getByRole("link")).toHaveCount(3);
  await page.getByRole("alert").getByRole("link", { name: "Enter your password" }).click();
  await expect(page.getByLabel("Password", { exact: true })).toBeFocused();
  await page.getByLabel("User name").fill(physician.id);
  await page.getByLabel("Password", { exact: true }).fill("wrong");
  await page.getByLabel("One-time code").fill("000000");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("User name, password or code is wrong.")).toBeVisible();
  await expect(page.getByLabel("User name")).toHaveValue(physician.id);
  await expect(page.getByLabel("One-time code")).toHaveValue("");
});

test("behind a locked screen, and one whose session is over, the document holds nothing of a patient", async ({
  hospital,
  page,
}) => {
  test.setTimeout(120_000);
  const physician = await hospital.newPerson({ roles: ["physician"] });
  const words = ["Tomasz", "p-000002", "Penicillin"];
  const holds = async () => {
    const html = await page.content();
    return words.filter((word) => html.includes(word));
  };
  const lockAndLook = async (where: string) => {
    await page.getByRole("button", { name: "Lock" }).click();
    await expect(page.getByRole("heading", { name: "Locked" })).toBeVisible();
    await expect.poll(holds, { message: `locked, with ${where} behind` }).toEqual([]);
    await unlock(page, physician);
    await expect(page.getByRole("banner").getByText(physician.name)).toBeVisible();
  };
  const go = (way: string) => page.getByRole("banner").getByRole("link", { name: way }).click();
  await physician.signIn(page);
  await field(page).fill("Wójcik");
  await expect(page.getByRole("option").filter({ hasText: "p-000002" })).toBeVisible();
  await lockAndLook("a search");
  await field(page).fill("Wójcik ");
  await page.getByRole("option").filter({ hasText: "p-000002" }).click();
  await page.getByRole("radio", { name: "Clinical access" }).check();
  for (const box of await page.getByRole("dialog").getByRole("textbox").all()) await box.fill("as was said");
  await page.getByRole("button", { name: "Break the glass" }).click();
  await expect(page.getByText("Penicillin").first()).toBeVisible();
  await lockAndLook("a chart");
  await expect(page.getByText("Penicillin").first()).toBeVisible();
  await page.getByRole("link", { name: "Who broke the glass" }).click();
  await expect(page.getByText("as was said").first()).toBeVisible();
  await lockAndLook("the viewer");
  await go("Work");
  await expect(page.getByText("p-000002").first()).toBeVisible();
  await lockAndLook("work");
  await go("Mine");
  await expect(page.getByText("p-000002").first()).toBeVisible();
  await lockAndLook("one's own accesses");
  await go("Open chart");
  await expect(page.getByText("Penicillin").first()).toBeVisible();
  await hospital.admin().must("POST", `/api/v1/staff/${physician.id}/sign-out`, {});
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect.poll(holds, { message: "over, with a chart behind" }).toEqual([]);
});

const signedIn = (page: Page) => page.getByRole("button", { name: "Sign out" });
const locked = (page: Page) => page.getByRole("heading", { name: "Locked" });
const asksToSignIn = (page: Page) => page.getByRole("heading", { name: "Sign in" });

async function moreTabs(page: Page, count: number): Promise<Page[]> {
  const tabs: Page[] = [];
  for (let made = 0; made < count; made += 1) {
    const tab = await page.context().newPage();
    await tab.goto(page.url());
    await expect(signedIn(tab)).toBeVisible();
    tabs.push(tab);
  }
  return tabs;
}

test("eight tabs work, hear of everything by one stream, and go on hearing when the tab that had it is closed", async ({
  hospital,
  page,
}) => {
  test.setTimeout(120_000);
  const physician = await hospital.newPerson({ roles: ["physician"] });
  const streams: Page[] = [];
  page.context().on("request", (request) => {
    if (request.url().endsWith("/api/v1/events")) streams.push(request.frame().page());
  });
  await physician.signIn(page);
  const others = await moreTabs(page, 7);
  await page.bringToFront();
  await page.getByRole("button", { name: "Lock" }).click();
  for (const tab of [page, ...others]) await expect(locked(tab)).toBeVisible();
  await unlock(page, physician);
  for (const tab of [page, ...others]) await expect(signedIn(tab)).toBeVisible();
  expect(new Set(streams)).toEqual(new Set([page]));

  await page.close();
  await expect.poll(() => new Set(streams).size).toBe(2);
  await hospital.admin().must("POST", `/api/v1/staff/${physician.id}/sign-out`, {});
  for (const tab of others) await expect(asksToSignIn(tab)).toBeVisible();
});

test("a tab that the browser has frozen leads no longer", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  await physician.signIn(page);
  const [other] = await moreTabs(page, 1);
  const devtools = await page.context().newCDPSession(page);
  const taken = other!.waitForRequest((request) => request.url().endsWith("/api/v1/events"), { timeout: 40_000 });
  await devtools.send("Debugger.enable");
  await devtools.send("Debugger.pause"); // as frozen: it runs no more
  await taken;
  await expect(other!.getByText("The server cannot be reached.")).toBeHidden();
});

/** A browser whose way to the server can be cut. */
async function behindProxy(hospital: Hospital, browser: Browser) {
  const proxy = await startProxy(hospital.folder);
  const context = await browser.newContext({ ignoreHTTPSErrors: true, proxy: { server: proxy.url } });
  const stop = async () => {
    await context.close();
    proxy.stop();
  };
  return { proxy, context, page: await context.newPage(), stop };
}

/** The screen locks when nobody has touched it for so long. */
const lockAfter = (context: BrowserContext, seconds: number) =>
  context.route("**/api/v1/hospital", async (route) => {
    const answer = await route.fetch();
    const told = (await answer.json()) as object;
    await route.fulfill({ response: answer, json: { ...told, lock_seconds: seconds } });
  });

test("Lock covers every tab at once where the server is away, and is the server's when it is back", async ({ hospital, browser }) => {
  test.setTimeout(120_000);
  const physician = await hospital.newPerson({ roles: ["physician"] });
  const { proxy, page, stop } = await behindProxy(hospital, browser);
  await physician.signIn(page);
  const [other] = await moreTabs(page, 1);
  await page.bringToFront();
  await field(page).fill("zz");
  proxy.goAway();
  await page.getByRole("button", { name: "Lock" }).click();
  for (const tab of [page, other!]) {
    await expect(locked(tab)).toBeVisible({ timeout: 2000 });
    await expect(tab.getByText("This workstation stays locked until the server is back")).toBeVisible();
    await expect(tab.getByRole("navigation")).toBeHidden();
  }
  await noViolations(page, "locked, out of contact");
  await unlock(page, physician);
  await expect(page.getByText("Nothing was done; try again in a moment.")).toBeVisible();
  await expect(locked(page)).toBeVisible();
  const told = page.context().waitForEvent("response", {
    predicate: (answer) => answer.url().endsWith("/api/v1/session/lock") && answer.status() === 204,
    timeout: 30_000,
  });
  proxy.comeBack();
  await told;
  await expect(page.getByText("This workstation stays locked until the server is back")).toBeHidden();
  await unlock(page, physician);
  await expect(field(page)).toHaveValue("zz");
  await expect(signedIn(other!)).toBeVisible();
  await stop();
});

test("a lock that the server does not have yet outlives a reload", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  await physician.signIn(page);
  await page.route("**/api/v1/session**", (route) => route.abort());
  await page.getByRole("button", { name: "Lock" }).click();
  await expect(locked(page)).toBeVisible();
  await page.reload();
  await expect(locked(page)).toBeVisible();
  await expect(page.getByText("This workstation stays locked until the server is back")).toBeVisible();
  await page.unroute("**/api/v1/session**");
  await expect(page.getByText(`${physician.name} is signed in.`)).toBeVisible({ timeout: 20_000 });
  await expect(locked(page)).toBeVisible();
  await expect(page.getByText("This workstation stays locked until the server is back")).toBeHidden({ timeout: 20_000 });
  await unlock(page, physician);
  await expect(signedIn(page)).toBeVisible();
});

test("signing out covers at once where the server is away, says that it is not confirmed, and is in the end", async ({ hospital, browser }) => {
  test.setTimeout(120_000);
  const physician = await hospital.newPerson({ roles: ["physician"] });
  const { proxy, page, stop } = await behindProxy(hospital, browser);
  await physician.signIn(page);
  const [other] = await moreTabs(page, 1);
  await page.bringToFront();
  proxy.goAway();
  await page.getByRole("button", { name: "Sign out" }).click();
  for (const tab of [page, other!]) {
    await expect(asksToSignIn(tab)).toBeVisible({ timeout: 2000 });
    await expect(tab.getByRole("navigation")).toBeHidden();
    await expect(tab.getByText("The server has not confirmed yet that you are signed out.")).toBeVisible();
  }
  await noViolations(page, "signed out, not confirmed");
  proxy.comeBack();
  await expect(page.getByText("You have signed out")).toBeVisible({ timeout: 30_000 });
  await page.reload();
  await expect(asksToSignIn(page)).toBeVisible();
  await expect(asksToSignIn(other!)).toBeVisible();
  await stop();
});

test("the walk-away lock covers though its request is lost, and sends it again", async ({ hospital, page, context }) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  await lockAfter(context, 3);
  let sent = 0;
  await page.route("**/api/v1/session/lock", async (route) => {
    sent += 1;
    if (sent === 1) await route.abort();
    else await route.continue();
  });
  await page.goto(consoleUrl("/console/"));
  await physician.fillIn(page);
  await expect(locked(page)).toBeVisible({ timeout: 20_000 });
  await expect.poll(() => sent).toBe(2);
  await page.reload();
  await expect(locked(page)).toBeVisible();
  await context.unrouteAll({ behavior: "wait" });
});

test("a machine that is woken by its mouse after the time is locked, in every tab", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  await physician.signIn(page);
  const [other] = await moreTabs(page, 1);
  // As after a sleep: the wall clock has gone on, and the touch comes before any timer.
  for (const touched of [false, true])
    await page.evaluate((asleep) => {
      const slept = asleep ? 20 * 60_000 : 0;
      const now = Date.now.bind(Date);
      Date.now = () => now() + slept;
      window.dispatchEvent(new PointerEvent("pointermove"));
    }, touched);
  await expect(locked(page)).toBeVisible();
  await expect(locked(other!)).toBeVisible();
});

test("who works in one tab is locked out by no other", async ({ hospital, page, context }) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  await lockAfter(context, 6);
  const other = await context.newPage();
  await other.goto(consoleUrl("/console/"));
  await physician.signIn(page);
  await expect(signedIn(other)).toBeVisible();
  await page.bringToFront();
  const begun = Date.now();
  await expect
    .poll(
      async () => {
        await page.mouse.move(Math.random() * 300, Math.random() * 300);
        expect(await locked(other).isVisible()).toBe(false);
        expect(await locked(page).isVisible()).toBe(false);
        return Date.now() - begun;
      },
      { timeout: 20_000, intervals: [300] },
    )
    .toBeGreaterThan(10_000);
  await expect(locked(page)).toBeVisible();
  await expect(locked(other)).toBeVisible();
  await context.unrouteAll({ behavior: "wait" });
});

test("a session ends on the screen by the time, whether the server can be reached or not", async ({ hospital, browser }) => {
  test.setTimeout(120_000);
  const physician = await hospital.newPerson({ roles: ["physician"] });
  const { proxy, page, stop } = await behindProxy(hospital, browser);
  let soon: string | null = null;
  await page.route("**/api/v1/session", async (route) => {
    if (route.request().method() !== "GET") return route.continue();
    const headers = { ...(await route.request().allHeaders()), "sec-fetch-site": "same-origin" };
    const answer = await route.fetch({ headers });
    const session = (await answer.json()) as object;
    soon ??= new Date(Date.now() + 15_000).toISOString();
    await route.fulfill({ response: answer, json: { ...session, idle_until: soon } });
  });
  await physician.signIn(page);
  await field(page).fill("zz");
  // Away first: what is asked before the end, by a page that took long until here, must not be told the true one.
  proxy.goAway();
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await expect(asksToSignIn(page)).toBeVisible({ timeout: 20_000 });
  await expect(page.getByRole("navigation")).toBeHidden();
  proxy.comeBack(); // which knows better, for the page was told of an end that is none
  await expect(field(page)).toHaveValue("zz");
  await expect(signedIn(page)).toBeVisible({ timeout: 20_000 });
  await stop();
});

test("a page that is covered asks for nothing but how the session stands", async ({ hospital, browser }) => {
  test.setTimeout(120_000);
  const physician = await hospital.newPerson({ roles: ["physician"] });
  const { proxy, page, stop } = await behindProxy(hospital, browser);
  await physician.signIn(page);
  await page.getByRole("banner").getByRole("link", { name: "Work" }).click();
  await expect(page.getByRole("main").getByRole("heading", { level: 1 })).toHaveText("Work");
  const lockedThere = page.waitForResponse("**/api/v1/session/lock");
  await page.getByRole("button", { name: "Lock" }).click();
  await expect(locked(page)).toBeVisible();
  await lockedThere; // what is cut off is asked again
  proxy.goAway();
  const away = page.getByText("This workstation stays locked until the server is back");
  await expect(away).toBeVisible();
  const before = proxy.seen.length;
  proxy.comeBack(); // a new stream, after which pages ask for everything afresh
  await expect(away).toBeHidden({ timeout: 20_000 });
  await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
  // Without what Chromium asks its own maker.
  const asked = () => proxy.seen.slice(before).flatMap(({ target }) => (target === "" ? [] : [target]));
  await expect.poll(() => asked().filter((target) => target === "/api/v1/session").length).toBeGreaterThan(1);
  expect(new Set(asked())).toEqual(new Set(["/api/v1/events", "/api/v1/session"]));
  await unlock(page, physician);
  await expect(signedIn(page)).toBeVisible();
  await stop();
});
