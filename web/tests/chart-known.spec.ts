// That there is none is said only where it is known: not where a part was refused, has failed or was cut short.

import type { Page } from "@playwright/test";
import { ApiProblem } from "../src/api/problem";
import { noneText, resourcesOf, together } from "../src/chart/together";
import { texts } from "../src/texts";
import { noViolations } from "./axe";
import { expect, test, type Hospital } from "./hospital";

const patient = "p-000062";
const attending = (hospital: Hospital) =>
  hospital.newPerson({ roles: ["physician"], facts: [{ relation: "attending", from: "me", to: `patient/${patient}` }] });
const part = (page: Page, name: string) => page.getByRole("region", { name, exact: true });
const json = "application/fhir+json";
const bundle = (resources: object[], more: object = {}) => ({
  contentType: json,
  body: JSON.stringify({ resourceType: "Bundle", type: "searchset", entry: resources.map((resource) => ({ search: { mode: "match" }, resource })), ...more }),
});
const suppressed = { entry: [{ search: { mode: "outcome" }, resource: { resourceType: "OperationOutcome", issue: [{ severity: "information", code: "suppressed" }] } }] };
const outcome = (status: number, text: string) => ({
  status, contentType: json, body: JSON.stringify({ resourceType: "OperationOutcome", issue: [{ severity: "error", code: "exception", details: { text } }] }),
});
const medicine = (resourceType: string, text: string) => ({ resourceType, id: text, status: "active", medicationCodeableConcept: { text } });

/** What the searches for these types are answered with, in this page. */
async function answers(page: Page, given: Record<string, object>) {
  await page.unrouteAll();
  for (const [type, answer] of Object.entries(given)) await page.route(`**/fhir/${type}/_search`, (route) => route.fulfill(answer));
}

async function open(page: Page) {
  await page.getByRole("combobox", { name: "Name or number" }).fill(patient);
  await page.getByRole("listbox").getByRole("option").filter({ hasText: patient }).click();
  await expect(page.getByRole("heading", { name: "Emergency set" })).toBeVisible();
}

test("a part of several types is known only where each of them is", () => {
  const query = (error: unknown, mayBeMore = false, cut = false) => ({
    isPending: false, error, refetch: () => undefined, ...(error === null ? { data: { resources: [], mayBeMore, cut } } : {}),
  });
  const told = (...queries: ReturnType<typeof query>[]) => {
    const found = together(Object.fromEntries(queries.map((each, at) => [`T${String(at)}`, each])));
    return found.error === null ? noneText(found, "none") : "error";
  };
  const sound = query(null);
  const { noneRead, noneShown } = texts.chart;
  expect(told(sound)).toBe("none");
  expect(told(sound, sound)).toBe("none");
  const less: [ReturnType<typeof query>, string][] = [
    [query(null, true), noneShown], [query(new ApiProblem(403, "denied")), noneShown], [query(new ApiProblem(403, "glass-needed")), noneShown],
    [query(new ApiProblem(404, "not-found")), noneShown], [query(new ApiProblem(502, "record-system-failed")), noneRead],
    [query(new TypeError("no network")), noneRead], [query(null, false, true), noneRead],
  ];
  for (const [other, said] of less) {
    expect(told(sound, other)).toBe(said);
    expect(told(other, sound)).toBe(said);
    expect(told(other, other)).not.toBe("none");
  }
  // What was read before it was refused is not shown any more.
  const before = { ...sound, error: new ApiProblem(403, "denied"), data: { resources: [1], mayBeMore: true, cut: true } };
  expect(resourcesOf(before)).toEqual([]);
  expect(together({ A: before, B: sound })).toMatchObject({ hidden: [], shut: ["A"], cut: false });
  expect(together({ A: sound, B: { ...sound, isPending: true } }).isPending).toBe(true);
});

test("medicines: one of the two hidden, refused or failed, and the other is there", async ({ hospital, page }) => {
  const physician = await attending(hospital);
  await physician.signIn(page);
  const card = part(page, "Medicines");
  await answers(page, { MedicationRequest: bundle([]), MedicationStatement: bundle([], suppressed) });
  await open(page);
  await expect(card).toContainText(texts.chart.noneShown);
  await expect(part(page, "Emergency set")).toContainText(/takes glass: .*Medicines taken/);
  for (const [refused, other] of [["MedicationStatement", "MedicationRequest"], ["MedicationRequest", "MedicationStatement"]] as const) {
    await answers(page, { [refused]: outcome(403, "no rule covers it"), [other]: bundle([]) });
    await page.reload();
    await expect(card).toContainText(texts.chart.noneShown);
    await expect(card).toContainText(`Shut to you: ${texts.chart.types[refused] ?? ""}.`);
    await answers(page, { [refused]: outcome(403, "no rule covers it"), [other]: bundle([medicine(other, "Digoxin")]) });
    await page.reload();
    await expect(card.getByRole("listitem")).toContainText("Digoxin");
    await answers(page, { [refused]: outcome(502, "away"), [other]: bundle([medicine(other, "Digoxin")]) });
    await page.reload();
    await expect(card.getByRole("alert")).toContainText(`Not read: ${texts.chart.types[refused] ?? ""}.`, { timeout: 20_000 });
    await expect(card.getByRole("listitem")).toContainText("Digoxin");
  }
  await noViolations(page, "medicines that were read in part");
  await answers(page, { MedicationRequest: bundle([]), MedicationStatement: bundle([]) });
  await card.getByRole("button", { name: "Try again" }).click();
  await expect(card.getByRole("alert")).toHaveCount(0);
});

test("notes and documents: none is said to be recorded where one of the types was not read", async ({ hospital, page }) => {
  const physician = await attending(hospital);
  await physician.signIn(page);
  const none = { DocumentReference: bundle([]), Composition: bundle([]), DiagnosticReport: bundle([]) };
  const [notes, documents] = [part(page, "Notes and letters"), part(page, "Reports and documents")];
  await answers(page, none);
  await open(page);
  await expect(notes).toContainText("No note is recorded.");
  await expect(documents).toContainText("No report or document is recorded.");
  for (const [failed, where] of [["Composition", [notes]], ["DocumentReference", [notes, documents]], ["DiagnosticReport", [documents]]] as const) {
    await answers(page, { ...none, [failed]: outcome(502, "away") });
    await page.reload();
    for (const one of where) {
      await expect(one.getByRole("alert")).toContainText(`Not read: ${texts.chart.types[failed] ?? ""}.`, { timeout: 20_000 });
      await expect(one).toContainText(texts.chart.noneRead);
    }
  }
  await answers(page, { ...none, Composition: bundle([], suppressed) });
  await page.reload();
  await expect(notes).toContainText(texts.chart.noneShown);
  await expect(notes).toContainText("There may be more here that takes glass: Letters.");
});

test("more than is read at once is said to be more", async ({ hospital, page }) => {
  const physician = await attending(hospital);
  await physician.signIn(page);
  const endless = (type: string) => bundle([], { link: [{ relation: "next", url: `https://records/fhir/${type}?page=next` }] });
  await answers(page, { Condition: endless("Condition"), Composition: endless("Composition") });
  for (const type of ["Condition", "Composition"]) await page.route(`**/fhir/${type}?page=next`, (route) => route.fulfill(endless(type)));
  await open(page);
  for (const name of ["Problems", "Notes and letters"]) await expect(part(page, name)).toContainText(texts.chart.cut);
  await expect(part(page, "Problems")).toContainText(texts.chart.noneRead);
  await expect(part(page, "Allergies")).not.toContainText(texts.chart.cut);
});

test("no result of late, and the older ones cannot be read: nobody says that there is none", async ({ hospital, page }) => {
  const physician = await attending(hospital);
  await physician.signIn(page);
  await page.route("**/fhir/Observation/_search", (route) =>
    route.fulfill(new URLSearchParams(route.request().postData() ?? "").has("category") ? bundle([]) : outcome(502, "away")),
  );
  await open(page);
  await expect(part(page, "Last results").getByRole("alert")).toContainText("The record system cannot be used", { timeout: 20_000 });
  await page.unrouteAll();
  await part(page, "Last results").getByRole("button", { name: "Try again" }).click();
  await expect(part(page, "Last results").getByRole("alert")).toHaveCount(0);
});
