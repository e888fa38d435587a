// providers.spec.ts - the hospital's own sign-in, in a browser: signing in, unlocking and proving it by a real OpenID provider.

import type { Page } from "@playwright/test";
import { expect, test } from "./hospital";
import { startHouse, type House } from "./house";
import { looks } from "./looks";

const mfa = "urn:halligan:demo:mfa";
const password = "there";
const code = "246810";

function providerToml(name: string, label: string, issuer: string): string {
  return `
[[provider]]
name = "${name}"
label = "${label}"
issuer = "${issuer}"
client = "halligan"
person = "preferred_username"
scopes = ["profile"]
ask = "${mfa}"
second_factor = ["${mfa}"]
`;
}

let house: House;
test.beforeAll(async () => {
  house = await startHouse({
    policy: (demo, issuer) => demo + providerToml("login", "St. Elsewhere sign-in", issuer),
    names: ["login"],
  });
  const admin = house.hospital.admin();
  for (const [id, name] of [["d.one", "Dr Dana One"], ["d.two", "Dr Dan Two"]])
    await admin.must("PUT", `/api/v1/staff/${id!}`, { name, roles: ["physician"], department: "test", active: true });
  await house.provider.control({
    accounts: ["d.one", "d.two", "no.body"].map((user) => ({ user, name: user, password, code })),
  });
});
test.afterAll(() => house.stop());
test.beforeEach(() => house.provider.control({ down: false, alter: null }));

/** Fills in the provider's own page. */
async function fillIn(page: Page, user: string) {
  await expect(page.getByRole("heading", { name: "St. Elsewhere sign-in" })).toBeVisible();
  await page.getByLabel("User name").fill(user);
  await page.getByLabel("Password").fill(password);
  await page.getByLabel("Code").fill(code);
  await page.getByRole("button", { name: "Sign in" }).click();
}

async function signIn(page: Page, user: string, name: string, to = "/console/") {
  await page.goto(house.at(to));
  await page.getByRole("button", { name: "Continue with St. Elsewhere sign-in" }).click();
  await fillIn(page, user);
  await expect(page.getByRole("banner").getByText(name)).toBeVisible();
}

/** Presses a button that sends one to the provider in another window; gives that window. */
async function goElsewhere(page: Page, button: string): Promise<Page> {
  const [there] = await Promise.all([page.waitForEvent("popup"), page.getByRole("button", { name: button }).click()]);
  await expect(page.getByText("Go on in the window of St. Elsewhere sign-in. What you typed here is kept.")).toBeVisible();
  return there;
}

test("somebody signs in by the hospital's provider, and is where they were going", async ({ page }) => {
  await page.goto(house.at("/console/work"));
  await expect(page.getByRole("button", { name: "Continue with St. Elsewhere sign-in" })).toBeVisible();
  await looks(page, "one-provider");
  await signIn(page, "d.one", "Dr Dana One", "/console/work");
  expect(new URL(page.url()).pathname).toBe("/console/work");
  expect(new URL(page.url()).search).toBe("");
});

test("whom nobody knows here is told so, and so is whoever turns back at the provider", async ({ page }) => {
  await page.goto(house.at("/console/"));
  await page.getByRole("button", { name: "Continue with St. Elsewhere sign-in" }).click();
  await fillIn(page, "no.body");
  await expect(page.getByText("nobody works here under that name")).toBeVisible();
  expect(new URL(page.url()).search, "it is said once").toBe("");
  await looks(page, "nobody");
  await page.context().clearCookies();
  await page.getByRole("button", { name: "Continue with St. Elsewhere sign-in" }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByText("did not let you in")).toBeVisible();
});

test("a locked screen is unlocked by the provider in another window, and what was typed is there", async ({ page }) => {
  await signIn(page, "d.one", "Dr Dana One");
  await page.getByLabel("Name or number").fill("half a name");
  await page.getByRole("button", { name: "Lock" }).click();
  await expect(page.getByRole("heading", { name: "Locked" })).toBeVisible();
  await looks(page, "locked-by-provider");
  const closed = (there: Page) => (there.isClosed() ? Promise.resolve() : there.waitForEvent("close"));

  // Somebody else than the one whose screen it is; the provider knows nobody in this browser yet.
  await page.context().clearCookies({ domain: "127.0.0.1" });
  let there = await goElsewhere(page, "Unlock with St. Elsewhere sign-in");
  await looks(page, "locked-waiting");
  await fillIn(there, "d.two");
  await expect(page.getByText("confirmed another person than the one who is signed in here")).toBeVisible();
  await closed(there);
  await looks(page, "locked-another");

  await page.context().clearCookies({ domain: "127.0.0.1" });
  there = await goElsewhere(page, "Unlock with St. Elsewhere sign-in");
  await fillIn(there, "d.one");
  await expect(page.getByRole("heading", { name: "Locked" })).toBeHidden();
  await closed(there);
  await expect(page.getByLabel("Name or number")).toHaveValue("half a name");
});

test("the glass takes a fresh proof, which the provider gives in another window while the reasons typed stay", async ({ page }) => {
  test.setTimeout(90_000);
  await house.provider.control({ alter: "old_sign_in" }); // a day ago
  await signIn(page, "d.one", "Dr Dana One");
  await house.provider.control({ alter: null });
  await page.getByLabel("Name or number").fill("p-000002");
  await page.getByRole("option").filter({ hasText: "p-000002" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("radio", { name: "Clinical access" }).check();
  await dialog.getByLabel("What are you looking for?").fill("the allergy that she told of");
  await dialog.getByLabel("Who needs it?").fill("the anaesthetist");
  await dialog.getByLabel("Why is it needed?").fill("she goes to theatre now");
  await expect(dialog.getByLabel("One-time code")).toBeVisible();
  await looks(page, "glass-proof");

  // Who waits no more may use something else; the window that is left over changes nothing.
  const left = await goElsewhere(page, "Prove it with St. Elsewhere sign-in");
  await looks(page, "glass-waiting");
  await dialog.getByRole("button", { name: "Stop waiting" }).click();
  await expect(dialog.getByRole("button", { name: "Prove it with St. Elsewhere sign-in" })).toBeVisible();
  await left.close();

  const there = await goElsewhere(page, "Prove it with St. Elsewhere sign-in");
  await fillIn(there, "d.one");
  await expect(dialog.getByLabel("One-time code")).toBeHidden();
  await expect(dialog.getByText("That it is you was proved a moment ago.")).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Break the glass" })).toBeFocused();
  await expect(dialog.getByLabel("Who needs it?")).toHaveValue("the anaesthetist");
  await looks(page, "glass-proved");
  await dialog.getByRole("button", { name: "Break the glass" }).click();
  await expect(page.getByRole("region", { name: "Patient", exact: true }).getByText("p-000002")).toBeVisible();
});

test("what takes a fresh proof elsewhere is done after the provider gave it", async ({ page }) => {
  await house.provider.control({ alter: "old_sign_in" });
  await signIn(page, "d.two", "Dr Dan Two");
  await house.provider.control({ alter: null });
  await page.getByRole("button", { name: "Your passkeys" }).click();
  const own = page.getByRole("dialog", { name: "Your passkeys" });
  await own.getByLabel("A name for a new one").fill("blue key");
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await own.getByRole("button", { name: "Enrol a passkey" }).click();
  const proof = page.getByRole("dialog", { name: "Prove that it is you" });
  await looks(page, "step-up-provider");
  await expect(proof.getByRole("button", { name: "Prove it with St. Elsewhere sign-in" })).toBeVisible();
  const there = await goElsewhere(page, "Prove it with St. Elsewhere sign-in");
  await fillIn(there, "d.two");
  await expect(proof).toBeHidden();
  await expect(own.getByText("Enrolled. It signs you in from now on.")).toBeVisible();
});

test("a session that ended while somebody typed goes on by the provider, and nothing typed is lost", async ({ page }) => {
  await signIn(page, "d.one", "Dr Dana One");
  await page.getByLabel("Name or number").fill("half a name");
  await house.hospital.admin().must("POST", "/api/v1/staff/d.one/sign-out", {});
  await expect(page.getByText("ended by somebody who keeps watch")).toBeVisible();
  const there = await goElsewhere(page, "Continue with St. Elsewhere sign-in");
  // The provider may know them still, and asks nothing.
  await expect(page.getByRole("banner").getByText("Dr Dana One")).toBeVisible();
  await expect(page.getByLabel("Name or number")).toHaveValue("half a name");
  if (!there.isClosed()) await there.waitForEvent("close");
});

test("where no window opens, the way is here, and it is said what that costs", async ({ page }) => {
  await page.addInitScript(() => (window.open = () => null));
  await signIn(page, "d.one", "Dr Dana One", "/console/work");
  await page.getByRole("button", { name: "Lock" }).click();
  await page.getByRole("button", { name: "Unlock with St. Elsewhere sign-in" }).click();
  await expect(page.getByRole("alert").getByText("This browser opened no window for it.")).toBeVisible();
  await looks(page, "no-window");
  await page.getByRole("button", { name: "Go there in this window" }).click();
  await fillIn(page, "d.one");
  await expect(page.getByRole("banner").getByText("Dr Dana One")).toBeVisible();
  await expect(page).toHaveURL(house.at("/console/work"));
});

test("a provider that is down is said to be, with what there is instead, and is back by itself", async ({ page }) => {
  test.setTimeout(120_000);
  await page.goto(house.at("/console/"));
  await house.provider.control({ down: "refused" });
  const down = page.getByText("St. Elsewhere sign-in does not answer at the moment.");
  await expect(down).toBeVisible({ timeout: 45_000 });
  await looks(page, "provider-down");
  await expect(page.getByText("Use a passkey, or the password and code that are kept here.")).toBeVisible();
  await expect(page.getByRole("button", { name: /^Continue with/ })).toHaveCount(0);
  await house.provider.control({ down: false });
  await expect(page.getByRole("button", { name: /^Continue with/ })).toBeVisible({ timeout: 45_000 });
  await expect(down).toBeHidden();
});

test("three providers, one of them down", async ({ page }) => {
  test.setTimeout(90_000);
  const three = await startHouse({
    policy: (demo, issuer) =>
      demo +
      providerToml("login", "St. Elsewhere sign-in", issuer) +
      providerToml("agency", "Northern Staffing Agency", "https://127.0.0.1:9/agency") +
      providerToml("university", "University Medical School", issuer),
    names: ["login", "university"],
  });
  try {
    await page.goto(three.at("/console/"));
    await expect(page.getByText("Northern Staffing Agency does not answer at the moment.")).toBeVisible({ timeout: 45_000 });
    await expect(page.getByRole("button", { name: /^Continue with / })).toHaveCount(2);
    await looks(page, "three-providers");
  } finally {
    await three.stop();
  }
});
