// administrators.spec.ts - what takes two administrators, asked for in one browser and agreed to in another; and where people
// come from: providers, directories, systems that enrol people.

import type { Browser, Page } from "@playwright/test";
import { expect, test, type Person } from "./hospital";
import { startHouse, type House } from "./house";
import { looks } from "./looks";

const mfa = "urn:halligan:demo:mfa";
const account = { user: "d.one", name: "Dr Dana One", password: "there", code: "246810" };

test.describe.configure({ mode: "serial" });

let house: House;
let silva: Person;
let moreau: Person;
test.beforeAll(async () => {
  house = await startHouse({
    policy: (demo, issuer) => `${demo}
[administration]
two_people = ["roles", "factors", "terminals"]

[[provider]]
name = "login"
label = "St. Elsewhere sign-in"
issuer = "${issuer}"
client = "halligan"
person = "preferred_username"
groups = "groups"
scopes = ["profile"]
ask = "${mfa}"
second_factor = ["${mfa}"]

[[directory]]
name = "ldap"
label = "Staff directory"
url = "ldaps://127.0.0.1:9"
bind = "cn=halligan,dc=example"
people = "ou=people,dc=example"

[[provisioning]]
name = "hr"
label = "Human resources"

[[group]]
from = "login"
name = "Physicians"
roles = ["physician"]
`,
    names: ["login"],
  });
  silva = house.hospital.cast("adm.silva");
  moreau = house.hospital.cast("adm.moreau");
});
test.afterAll(() => house.stop());

async function signedIn(browser: Browser, person: Person, path: string): Promise<Page> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.goto(house.at(path));
  await person.fillIn(page);
  await expect(page.getByRole("banner").getByText(person.name)).toBeVisible();
  return page;
}

const act = (page: Page, text: string) => page.getByRole("article").filter({ hasText: text });

async function agree(page: Page, text: string) {
  await act(page, text).getByRole("button", { name: "Agree" }).click();
  const asked = page.getByRole("dialog", { name: "Agree to this?" });
  await expect(asked.getByText(text)).toBeVisible();
  await asked.getByRole("button", { name: "Agree" }).click();
  await expect(asked).toBeHidden();
  await expect(act(page, text).getByText("Agreed: may be done")).toBeVisible();
}

test("one administrator enrols a nurse, another agrees, and the first does it", async ({ browser }) => {
  test.setTimeout(180_000);
  const first = await signedIn(browser, silva, "/console/people");
  const second = await signedIn(browser, moreau, "/console/people?view=acts");
  await expect(second.getByText("Nothing waits.")).toBeVisible();
  await looks(second, "acts-none");

  const enrol = async () => {
    await first.getByRole("button", { name: "Enrol somebody" }).click();
    const dialog = first.getByRole("dialog", { name: "Enrol somebody" });
    await dialog.getByLabel("User name").fill("n.new");
    await dialog.getByLabel("Name", { exact: true }).fill("Nadia New");
    await dialog.getByRole("checkbox", { name: "nurse" }).check();
    await dialog.getByRole("button", { name: "Enrol" }).click();
    return dialog;
  };
  const dialog = await enrol();
  await expect(dialog.getByText("This takes two administrators, and nothing is done yet.")).toBeVisible();
  await dialog.getByRole("link", { name: "See what waits" }).scrollIntoViewIfNeeded();
  await looks(first, "second-needed");
  await dialog.getByRole("link", { name: "See what waits" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(first.getByRole("tab", { name: /^Second administrator/, selected: true })).toBeVisible();
  await expect(act(first, "Nadia New: nurse").getByText("Waits for somebody to agree")).toBeVisible();
  await expect(act(first, "Nadia New: nurse").getByRole("button", { name: "Agree" })).toHaveCount(0);
  await looks(first, "acts-own");

  // The other sees it without doing anything; their tab says how many.
  await expect(act(second, "Nadia New: nurse")).toBeVisible({ timeout: 20_000 });
  await expect(second.getByRole("tab", { name: "Second administrator 1 waits for you" })).toBeVisible();
  await looks(second, "acts-other");
  await agree(second, "Nadia New: nurse");
  await looks(second, "acts-agreed-other");

  await expect(act(first, "Nadia New: nurse").getByText(`Agreed by`, { exact: true })).toBeVisible({ timeout: 20_000 });
  await expect(act(first, "Nadia New: nurse")).toContainText(moreau.name);
  await looks(first, "acts-agreed");
  await act(first, "Nadia New: nurse").getByRole("link", { name: "Go and do it" }).click();
  await enrol();
  await expect(first.getByRole("dialog", { name: "Nadia New" })).toBeVisible();
  await first.keyboard.press("Escape");
  await first.getByRole("tab", { name: /^Second administrator/ }).click();
  await expect(first.getByText("Nothing waits.")).toBeVisible();
  await first.context().close();
  await second.context().close();
});

test("where something was asked, it is said what became of it: refused, and agreed to", async ({ browser }) => {
  test.setTimeout(180_000);
  const first = await signedIn(browser, silva, "/console/people?view=terminals");
  const second = await signedIn(browser, moreau, "/console/people?view=acts");
  await first.getByRole("button", { name: "Enrol a terminal" }).click();
  const dialog = first.getByRole("dialog", { name: "Enrol a terminal" });
  await dialog.getByLabel("Name of the terminal").fill("t-new");
  await dialog.getByLabel("Place").fill("ward-a");
  await dialog.getByRole("button", { name: "Enrol a terminal" }).click();
  await expect(dialog.getByText("It waits for another one")).toBeVisible();

  const text = "terminal t-new at ward-a";
  await expect(act(second, text)).toBeVisible({ timeout: 20_000 });
  await act(second, text).getByRole("button", { name: "Say no" }).click();
  const no = second.getByRole("dialog", { name: "Say no to this?" });
  await looks(second, "acts-refuse");
  await no.getByRole("button", { name: "Say no" }).click();
  await expect(act(second, text)).toHaveCount(0);
  await expect(dialog.getByText("It waits no more: somebody said no, or its time is over.")).toBeVisible({ timeout: 20_000 });

  await dialog.getByRole("button", { name: "Enrol a terminal" }).click();
  await expect(act(second, text)).toBeVisible({ timeout: 20_000 });
  await agree(second, text);
  await expect(dialog.getByText(`${moreau.name} has agreed.`)).toBeVisible({ timeout: 20_000 });
  await looks(first, "second-agreed");
  await dialog.getByRole("button", { name: "Enrol a terminal" }).click();
  await expect(dialog).toBeHidden();
  await expect(first.getByRole("listitem").filter({ hasText: "t-new" })).toBeVisible();

  // What one asked for oneself can be taken back.
  await first.getByRole("button", { name: "Renew the secret of t-new" }).click();
  const renew = first.getByRole("dialog", { name: "Renew the secret of t-new?" });
  await renew.getByRole("button", { name: "Renew secret" }).click();
  await renew.getByRole("link", { name: "See what waits" }).click();
  await act(first, "a new secret for terminal t-new").getByRole("button", { name: "Take it back" }).click();
  await first.getByRole("dialog", { name: "Take this back?" }).getByRole("button", { name: "Take it back" }).click();
  await expect(first.getByText("Nothing waits.")).toBeVisible();
  await first.context().close();
  await second.context().close();
});

test("where people come from: how each stands, a secret that nobody is shown, a token that is shown once", async ({ browser }) => {
  test.setTimeout(180_000);
  const page = await signedIn(browser, silva, "/console/people?view=sources");
  const row = (name: string) => page.getByRole("listitem").filter({ hasText: name });
  await expect(row("St. Elsewhere sign-in")).toContainText("Answers");
  await expect(row("Staff directory")).toContainText("Cannot be asked yet");
  await expect(row("Human resources")).toContainText("Has no token");
  await looks(page, "sources");

  await row("Staff directory").getByRole("button", { name: /^Set secret/ }).click();
  const dialog = page.getByRole("dialog", { name: "Secret for Staff directory" });
  await dialog.getByRole("button", { name: "Keep it" }).click();
  await expect(dialog.getByText("Enter the secret")).toBeVisible();
  await dialog.getByLabel("Secret", { exact: true }).fill("a word between the two");
  await looks(page, "source-secret");
  await dialog.getByRole("button", { name: "Keep it" }).click();
  await expect(page.getByText("The secret for Staff directory is kept.")).toBeVisible();
  await expect(row("Staff directory")).toContainText("A secret is kept");
  await expect(row("Staff directory")).toContainText("cannot be reached", { timeout: 60_000 });
  await expect(row("Staff directory")).toContainText("Down");
  await looks(page, "sources-down");
  expect(await page.content()).not.toContain("a word between the two");

  await row("Human resources").getByRole("button", { name: /^Make token/ }).click();
  const make = page.getByRole("dialog", { name: "Make the token of Human resources?" });
  await make.getByRole("button", { name: "Make token" }).click();
  await expect(make.getByText("This takes two administrators, and nothing is done yet.")).toBeVisible();
  await looks(page, "token-waits");
  const [waiting] = (await moreau.must("GET", "/api/v1/acts")) as { act: string }[];
  await moreau.must("POST", `/api/v1/acts/${waiting!.act}/agree`, {});
  await expect(make.getByText(`${moreau.name} has agreed.`)).toBeVisible({ timeout: 20_000 });
  await make.getByRole("button", { name: "Make token" }).click();
  const once = page.getByRole("dialog", { name: "The token of Human resources" });
  await expect(once.getByText(house.at("/scim/v2"))).toBeVisible();
  await looks(page, "token");
  const token = await once.locator("dd").nth(1).innerText();
  const ask = () => fetchStatus(page, token);
  expect(await ask()).toBe(200);
  await once.getByRole("button", { name: "It is passed on" }).click();
  expect(await page.content()).not.toContain(token);
  await expect(row("Human resources")).toContainText("May speak");
  await looks(page, "sources-token");

  await row("Human resources").getByRole("button", { name: /^Stop/ }).click();
  await page.getByRole("dialog", { name: "Stop Human resources?" }).getByRole("button", { name: "Stop" }).click();
  await expect(row("Human resources")).toContainText("Has no token");
  expect(await ask()).toBe(401);
  await page.context().close();
});

test("a system is told when sessions end, is behind while it takes nothing, and is told nothing any more", async ({ browser }) => {
  test.setTimeout(120_000);
  const page = await signedIn(browser, silva, "/console/people?view=sources");
  await expect(page.getByText("No system is told.")).toBeVisible();
  await page.getByRole("button", { name: "Tell a system" }).click();
  const dialog = page.getByRole("dialog", { name: "Tell a system" });
  await dialog.getByLabel("Name of the system").fill("archive");
  await dialog.getByLabel("Address for events").fill("http://archive.example.org/events");
  await dialog.getByRole("button", { name: "Tell a system" }).click();
  await expect(dialog.getByText("Enter an address that begins with https://")).toBeVisible();
  await expect(dialog.getByText("Enter the secret")).toBeVisible();
  await looks(page, "receiver-wrong");
  await dialog.getByLabel("Address for events").fill("https://127.0.0.1:9/events");
  await dialog.getByLabel("Audience").fill("urn:archive");
  await dialog.getByLabel("Secret", { exact: true }).fill("shown to the archive alone");
  await dialog.getByRole("button", { name: "Tell a system" }).click();
  await expect(dialog).toBeHidden();
  const row = page.getByRole("listitem").filter({ hasText: "https://127.0.0.1:9/events" });
  await expect(row).toContainText("Told");
  await expect(row).toContainText("as urn:archive");
  expect(await page.content()).not.toContain("shown to the archive alone");

  const other = await signedIn(browser, moreau, "/console/people");
  await other.getByRole("button", { name: "Sign out" }).click();
  await expect(other.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(row).toContainText("1 event waits", { timeout: 40_000 });
  await looks(page, "receivers");

  await row.getByRole("button", { name: "Stop" }).click();
  await page.getByRole("dialog", { name: "Tell archive nothing any more?" }).getByRole("button", { name: "Stop" }).click();
  await expect(row).toContainText("Told nothing any more");
  await page.context().close();
  await other.context().close();
});

/** What a system is told that asks with the token. */
async function fetchStatus(page: Page, token: string): Promise<number> {
  const answer = await page.request.get(house.at("/scim/v2/Users"), { headers: { Authorization: `Bearer ${token}` } });
  return answer.status();
}

test("another account at the provider is let in for somebody, by two administrators, and ends what was begun by it", async ({ browser, page }) => {
  test.setTimeout(180_000);
  const enrolled = { name: account.name, roles: [], department: "test", active: true };
  await silva.must("PUT", `/api/v1/staff/${account.user}`, enrolled);
  await house.provider.control({ accounts: [{ ...account, groups: ["Physicians", "Choir"] }] });
  await page.goto(house.at("/console/"));
  await page.getByRole("button", { name: "Continue with St. Elsewhere sign-in" }).click();
  await page.getByLabel("User name").fill(account.user);
  await page.getByLabel("Password").fill(account.password);
  await page.getByLabel("Code").fill(account.code);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("banner").getByText(account.name)).toBeVisible();

  const office = await signedIn(browser, silva, `/console/people?view=staff&person=${account.user}`);
  const person = office.getByRole("dialog", { name: account.name });
  await expect(person.getByText("login: Physicians (physician)")).toBeVisible();
  await person.getByText("Password, authenticator and passkeys").click();
  await person.getByRole("heading", { name: "Accounts elsewhere" }).scrollIntoViewIfNeeded();
  await looks(office, "person-elsewhere");
  await person.getByRole("button", { name: "Let another account at St. Elsewhere sign-in in" }).click();
  const asked = office.getByRole("dialog", { name: `Let another account at St. Elsewhere sign-in be ${account.name}’s?` });
  const does = asked.getByRole("button", { name: "Let another account at St. Elsewhere sign-in in" });
  await does.click();
  await expect(asked.getByText("This takes two administrators, and nothing is done yet.")).toBeVisible();
  await looks(office, "forget");
  const [waiting] = (await moreau.must("GET", "/api/v1/acts")) as { act: string }[];
  await moreau.must("POST", `/api/v1/acts/${waiting!.act}/agree`, {});
  await does.click();
  await expect(person.getByText("1 session has ended. Their next sign-in there binds them anew.")).toBeVisible();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await office.context().close();
});
