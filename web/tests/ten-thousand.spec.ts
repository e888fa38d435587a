// Ten thousand cases in one list: it scrolls from end to end, and is narrowed as one types.

import { expect, test } from "./hospital";
import { madeUpCases, serveCases } from "./many-cases";

// Recording every change of the page would take longer than the page does.
test.use({ trace: "off" });

test("ten thousand cases scroll", async ({ hospital, page }) => {
  const officer = await hospital.newPerson({ roles: ["privacy-officer"] });
  await serveCases(page, madeUpCases(10_000));
  await officer.signIn(page, "/console/work");
  await expect(page.getByText("10,000 cases")).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole("grid")).toHaveAttribute("aria-rowcount", "10001");
  // Three times, and the best of them counts: what only a busy machine does is no fault of the list.
  const passes: number[] = [];
  for (let pass = 0; pass < 3; pass += 1) {
    const { longest, bottom } = await page.evaluate(async () => {
      window.scrollTo(0, 0);
      const frame = () => new Promise<number>((next) => requestAnimationFrame(next));
      let before = await frame();
      let longest = 0;
      const steps = 60;
      for (let step = 1; step <= steps; step += 1) {
        window.scrollTo(0, ((document.documentElement.scrollHeight - innerHeight) * step) / steps);
        const now = await frame();
        longest = Math.max(longest, now - before);
        before = now;
      }
      return { longest: Math.round(longest), bottom: window.scrollY };
    });
    expect(bottom).toBeGreaterThan(300_000);
    passes.push(longest);
  }
  console.log(`10,000 cases: the longest frame of each scroll from end to end: ${passes.join(", ")} ms`);
  expect(Math.min(...passes)).toBeLessThan(1000);
  await expect(page.getByRole("grid").getByRole("link").last()).toBeVisible();
  expect(await page.getByRole("grid").getByRole("link").count()).toBeLessThan(100);
  const began = Date.now();
  await page.getByLabel("Person, patient or words").fill("p-000123");
  await expect(page.getByText(/^\d+ of 10,000 cases$/)).toBeVisible();
  console.log(`10,000 cases: narrowed in ${Date.now() - began} ms`);
});
