// looks.ts - a screen at two widths: axe looks at it, nothing is out of reach sideways, and SHOTS names a folder for its pictures.

import { expect, type Page } from "@playwright/test";
import { noViolations } from "./axe";

export async function looks(page: Page, name: string) {
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 800 });
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect.soft(beyond, `${name} at ${String(width)}: pixels out of reach`).toBe(0);
    if (process.env["SHOTS"]) await page.screenshot({ path: `${process.env["SHOTS"]}/${name}-${String(width)}.png`, fullPage: true });
    await noViolations(page, `${name}, ${String(width)}`);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
}
