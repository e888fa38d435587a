import type { Page } from "@playwright/test";
import { noViolations } from "./axe";
import { consoleUrl, expect, test } from "./hospital";
import { looks } from "./looks";

/** The console by its name: passkeys have none for an address in numbers. */
const named = (path: string) => consoleUrl(path).replace("127.0.0.1", "localhost");

/** An authenticator of this browser's, whose owner is there and is verified; gives how to change that. */
async function authenticator(page: Page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    verifies: (isUserVerified: boolean) => devtools.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }),
  };
}

async function enrol(page: Page, name: string) {
  await page.getByRole("button", { name: "Your passkeys" }).click();
  const dialog = page.getByRole("dialog", { name: "Your passkeys" });
  await dialog.getByLabel("A name for a new one").fill(name);
  await dialog.getByRole("button", { name: "Enrol a passkey" }).click();
  await expect(dialog.getByText("Enrolled. It signs you in from now on.")).toBeVisible();
  return dialog;
}

test("B01 a passkey is enrolled, and signs in without a password", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  await authenticator(page);
  await page.goto(named("/console/work"));
  await physician.fillIn(page);
  await expect(page.getByRole("banner").getByText(physician.name)).toBeVisible();
  const dialog = await enrol(page, "blue key");
  await expect(dialog.getByRole("listitem").first()).toContainText("blue key");
  await noViolations(page);
  await dialog.getByRole("button", { name: "Close" }).click();

  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Use a passkey instead" }).click();
  await expect(page.getByRole("banner").getByText(physician.name)).toBeVisible();
  await page.getByRole("button", { name: "Your passkeys" }).click();
  await expect(page.getByRole("dialog", { name: "Your passkeys" }).getByRole("listitem").first()).toContainText("Last used");
});

test("nobody whom the authenticator does not verify signs in, and a passkey that was taken away signs nobody in", async ({
  hospital,
  page,
}) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  const held = await authenticator(page);
  await page.goto(named("/console/work"));
  await physician.fillIn(page);
  const dialog = await enrol(page, "ward telephone");
  await dialog.getByRole("button", { name: "Close" }).click();
  await page.getByRole("button", { name: "Sign out" }).click();

  await held.verifies(false);
  await page.getByRole("button", { name: "Use a passkey instead" }).click();
  await expect(page.getByText("No passkey of yours was found here")).toBeVisible();
  await held.verifies(true);
  await page.getByRole("button", { name: "Use a passkey instead" }).click();
  await page.getByRole("button", { name: "Your passkeys" }).click();
  const own = page.getByRole("dialog", { name: "Your passkeys" });
  await own.getByRole("button", { name: "Take away ward telephone" }).click();
  await page.getByRole("dialog", { name: "Take ward telephone away?" }).getByRole("button", { name: "Take away" }).click();
  await expect(own.getByText("You have none yet.")).toBeVisible();
  await own.getByRole("button", { name: "Close" }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Use a passkey instead" }).click();
  await expect(page.getByText("This passkey does not sign anybody in here")).toBeVisible();
});

test("a locked screen is unlocked by a passkey, and by none that its owner did not confirm", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  const held = await authenticator(page);
  await page.goto(named("/console/"));
  await physician.fillIn(page);
  await (await enrol(page, "blue key")).getByRole("button", { name: "Close" }).click();
  await page.getByLabel("Name or number").fill("half a name");
  await page.getByRole("button", { name: "Lock" }).click();
  await expect(page.getByRole("heading", { name: "Locked" })).toBeVisible();
  await looks(page, "locked");

  await held.verifies(false);
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await expect(page.getByText("No passkey of yours was confirmed.")).toBeVisible();
  await looks(page, "locked-refused");
  await held.verifies(true);
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await expect(page.getByRole("heading", { name: "Locked" })).toBeHidden();
  await expect(page.getByRole("banner").getByText(physician.name)).toBeVisible();
  await expect(page.getByLabel("Name or number")).toHaveValue("half a name");
});

test("a screen that was opened by its number offers no passkey to unlock it", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  await physician.signIn(page);
  await page.getByRole("button", { name: "Lock" }).click();
  await expect(page.getByRole("button", { name: "Unlock" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Use a passkey" })).toHaveCount(0);
});

test("a fresh proof is given by a passkey, and what was begun goes on", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  const held = await authenticator(page);
  await page.goto(named("/console/"));
  await physician.fillIn(page);
  const own = await enrol(page, "blue key");
  // As a quarter of an hour after signing in.
  await page.route(
    "**/api/v1/session/passkeys/*",
    (route) =>
      route.fulfill({
        status: 401,
        contentType: "application/problem+json",
        json: { type: "urn:halligan:problem:step-up-needed", title: "", status: 401, detail: "", code: "", max_age_seconds: 900 },
      }),
    { times: 1 },
  );
  await own.getByRole("button", { name: "Take away blue key" }).click();
  await page.getByRole("dialog", { name: "Take blue key away?" }).getByRole("button", { name: "Take away" }).click();
  const proof = page.getByRole("dialog", { name: "Prove that it is you" });
  await looks(page, "step-up");
  await held.verifies(false);
  await proof.getByRole("button", { name: "Use a passkey" }).click();
  await expect(proof.getByText("No passkey of yours was confirmed.")).toBeVisible();
  await held.verifies(true);
  const proved = page.waitForResponse("**/api/v1/session/step-up/passkey");
  await proof.getByRole("button", { name: "Use a passkey" }).click();
  expect((await proved).status()).toBe(200);
  await expect(proof).toBeHidden();
  await expect(own.getByText("You have none yet.")).toBeVisible();
});

test("whoever practises breaking the glass is told by which way, and the roster shows when", async ({ hospital, page, browser }) => {
  test.setTimeout(90_000);
  const physician = await hospital.newPerson({ roles: ["physician"] });
  const never = await hospital.newPerson({ roles: ["physician"] });
  await authenticator(page);
  await page.goto(named("/console/"));
  await physician.fillIn(page);
  const own = await enrol(page, "blue key");
  const practice = own.getByRole("region", { name: "Practise breaking the glass" });
  await expect(practice.getByText("Signed in by password and code, as now: not practised yet.")).toBeVisible();
  await expect(practice.getByText("Signed in by passkey: not practised yet.")).toBeVisible();
  await practice.getByRole("button", { name: "Practise now" }).scrollIntoViewIfNeeded();
  await looks(page, "practise");
  // As some minutes after signing in.
  await page.route(
    "**/api/v1/rehearsals",
    (route) =>
      route.fulfill({
        status: 401,
        contentType: "application/problem+json",
        json: { type: "urn:halligan:problem:step-up-needed", title: "", status: 401, detail: "", code: "", max_age_seconds: 120 },
      }),
    { times: 1 },
  );
  await practice.getByRole("button", { name: "Practise now" }).click();
  await page.getByRole("dialog", { name: "Prove that it is you" }).getByRole("button", { name: "Use a passkey" }).click();
  await expect(practice.getByText("Practised: signed in by password and code, proved by a passkey.")).toBeVisible();
  await expect(practice.getByRole("listitem").filter({ hasText: "Signed in by password and code, proved by a passkey: last" })).toBeVisible();
  await practice.getByRole("button", { name: "Practise now" }).scrollIntoViewIfNeeded();
  await looks(page, "practised");

  const office = await (await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 900 } })).newPage();
  const administrator = await hospital.newPerson({ roles: ["administrator"] });
  await administrator.signIn(office, "/console/people");
  const row = async (id: string) => {
    await office.getByLabel("Name, user name or department").fill(id);
    await expect(office.getByText(/^1 person of /)).toBeVisible();
    return office.getByRole("main").getByRole("listitem").filter({ hasText: id });
  };
  await expect(await row(physician.id)).toContainText(/Last rehearsed \d+ \w+ \d{4}, by password and code/);
  await expect(await row(never.id)).toContainText("Never rehearsed");
  await office.getByLabel("Name, user name or department").fill("");
  await office.getByLabel("Sorted by").selectOption("Rehearsed least lately");
  await expect(office.getByRole("main").getByRole("listitem").first()).toContainText("Never rehearsed");
  await looks(office, "roster-rehearsed");
  await office.context().close();
});

test("an administrator takes away a passkey that was lost, and it signs nobody in any more", async ({ hospital, page, browser }) => {
  test.setTimeout(90_000);
  const physician = await hospital.newPerson({ roles: ["physician"] });
  await authenticator(page);
  await page.goto(named("/console/"));
  await physician.fillIn(page);
  const own = await enrol(page, "ward telephone");
  await looks(page, "own-passkeys");
  await own.getByRole("button", { name: "Close" }).click();

  const office = await (await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 900 } })).newPage();
  const administrator = await hospital.newPerson({ roles: ["administrator"] });
  await administrator.signIn(office, "/console/people");
  await office.getByLabel("Name, user name or department").fill(physician.id);
  await office.getByRole("button", { name: physician.name }).click();
  const person = office.getByRole("dialog", { name: physician.name });
  await person.getByText("Password, authenticator and passkeys").click();
  const passkeys = person.getByRole("region", { name: "Passkeys" });
  await expect(passkeys.getByRole("listitem")).toContainText("ward telephone");
  await expect(passkeys.getByRole("listitem")).toContainText("Not used yet.");
  await passkeys.scrollIntoViewIfNeeded();
  await looks(office, "passkeys-of-another");
  await passkeys.getByRole("button", { name: "Take away ward telephone" }).click();
  const asked = office.getByRole("dialog", { name: "Take ward telephone away?" });
  await expect(asked.getByText(`It signs ${physician.name} in no more.`)).toBeVisible();
  await looks(office, "passkey-goes");
  await asked.getByRole("button", { name: "Take away" }).click();
  await expect(passkeys).toHaveCount(0);
  await office.context().close();

  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await page.getByRole("button", { name: "Use a passkey instead" }).click();
  await expect(page.getByText("This passkey does not sign anybody in here")).toBeVisible();
});
