import { consoleUrl, expect, test } from "./hospital";

test("signing in, signing out, and nothing in between without it", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  await page.goto(consoleUrl("/console/work"));
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await physician.fillIn(page);
  await expect(page.getByRole("banner").getByText(physician.name)).toBeVisible();
  await page.reload();
  await expect(page.getByRole("banner").getByText(physician.name)).toBeVisible();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByText("You have signed out")).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
});
