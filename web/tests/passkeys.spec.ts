import type { Page } from "@playwright/test";
import { noViolations } from "./axe";
import { consoleUrl, expect, test } from "./hospital";

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
  await expect(dialog.getByRole("listitem")).toContainText("blue key");
  await noViolations(page);
  await dialog.getByRole("button", { name: "Close" }).click();

  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Use a passkey instead" }).click();
  await expect(page.getByRole("banner").getByText(physician.name)).toBeVisible();
  await page.getByRole("button", { name: "Your passkeys" }).click();
  await expect(page.getByRole("dialog", { name: "Your passkeys" }).getByRole("listitem")).toContainText("Last used");
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
