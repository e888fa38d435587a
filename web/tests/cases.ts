// cases.ts - glass that somebody breaks and cases that come of it, without a screen; and what axe finds on one.

import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Hospital, Person } from "./hospital";

export const prompts = ["What are you looking for?", "Who needs it?", "Why is it needed?"];
export const answers = ["what she must not be given", "the operating theatre", "she cannot speak for herself"];

/** Patients of the demo hospital who are not of the story, ever another: no test meets the cases of another one. */
export function somePatients(hospital: Hospital, count: number, salt: string): string[] {
  const { sizes } = JSON.parse(readFileSync(join(hospital.folder, "hospital/hospital.json"), "utf8")) as {
    sizes: { patients: number };
  };
  const story = 10;
  const span = sizes.patients - story;
  const first = createHash("sha256").update(salt).digest().readUInt32BE(0) % span;
  return Array.from({ length: count }, (_, index) => `p-${String(story + 1 + ((first + index) % span)).padStart(6, "0")}`);
}

export interface Broken {
  glass: string;
  case: string;
}

export async function breakGlass(person: Person, patient: string, reason = "clinical-access"): Promise<Broken> {
  const details = reason === "clinical-access" ? prompts.map((prompt, index) => ({ prompt, answer: answers[index] })) : [];
  return (await person.must(
    "POST",
    "/api/v1/charts/~/break",
    { reason, ...(details.length > 0 ? { details } : {}) },
    { "Halligan-Patient": patient },
  )) as Broken;
}

export async function read(person: Person, patient: string, type: string): Promise<void> {
  const found = await person.ask("GET", `/fhir/${type}?patient=${patient}`, undefined, { Accept: "application/fhir+json" });
  if (!found.ok()) throw new Error(`${type} of the chart cannot be read: ${await found.text()}`);
}

export async function expectNoAxeFindings(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  const found = violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.html).join(" | ")}`);
  expect(found, "what axe finds").toEqual([]);
}
