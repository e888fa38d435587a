// many-cases.ts - cases that nobody caused, in the shape in which the server tells them, for what takes more of them than a test can make.

import type { Page } from "@playwright/test";
import type { Case } from "../src/api/types";

const first = Date.UTC(2026, 9, 1);
const minute = 60_000;
const names = ["Dr Ama Osei", "Ngozi Okafor", "Till Brandt", "محمد عبد الرحمن", "Łukasz Żółć", "王小明", "Siân O’Neill"];
const kinds = ["glass", "glass", "glass", "seal", "access"] as const;

export function madeUpCases(count: number): Case[] {
  return Array.from({ length: count }, (_, index): Case => {
    const opened = first + index * 7 * minute;
    const kind = kinds[index % kinds.length]!;
    return {
      case: `c-${String(index).padStart(6, "0")}`,
      kind,
      state: index % 4 === 1 ? "justified" : "owed",
      late: index % 5 === 0,
      staff: `staff.${index % 300}`,
      name: `${names[index % names.length]!} ${index % 300}`,
      patient: `p-${String((index * 7) % 3000).padStart(6, "0")}`,
      glass: kind === "glass" ? `g-${index}` : null,
      rule: kind === "glass" ? "clinical-access" : "vip-and-employees",
      queue: "privacy",
      reviewer: "privacy-officer",
      reviewers: ["privacy-officer"],
      rank: index % 50 === 0 ? 1 : 0,
      cause: "glass broken for clinical-access",
      opened_at: new Date(opened).toISOString(),
      due: new Date(opened + 24 * 60 * minute).toISOString(),
      justification: index % 4 === 1 ? { at: new Date(opened).toISOString(), text: "asked for by the theatre" } : null,
      justified_before: [],
      explanation: null,
      closing: null,
      reopened: 0,
      reopenings: [],
    };
  });
}

/** Answers for the list of cases in the server's place: pages, newest first. */
export async function serveCases(page: Page, cases: Case[]): Promise<void> {
  const newest = [...cases].reverse();
  await page.route("**/api/v1/cases?*", async (route) => {
    const query = new URL(route.request().url()).searchParams;
    const limit = Number(query.get("limit") ?? 50);
    const staff = query.get("staff");
    const list = staff === null ? newest : newest.filter((held) => held.staff === staff);
    const from = query.has("after") ? list.findIndex((held) => held.case === query.get("after")) + 1 : 0;
    await route.fulfill({ json: { cases: list.slice(from, from + limit), more: from + limit < list.length } });
  });
}
