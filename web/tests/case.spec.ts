// One case on one page: what it is about, what links the two, what was sought beside what was opened, and the finding.

import { noViolations } from "./axe";
import { answers, breakGlass, prompts, read, somePatients } from "./cases";
import { expect, test, type Hospital, type Person } from "./hospital";

async function aCase(hospital: Hospital, facts: { relation: string; from: string; to: string }[] = []) {
  const physician = await hospital.newPerson({ roles: ["physician"], facts });
  const [patient = ""] = somePatients(hospital, 1, physician.id);
  const broken = await breakGlass(physician, patient);
  return { physician, patient, ...broken };
}

const officer = (hospital: Hospital): Promise<Person> => hospital.newPerson({ roles: ["privacy-officer"] });

test("a case shows what was sought beside what was opened, in time, and that nothing links them", async ({ hospital, page }) => {
  const made = await aCase(hospital);
  await read(made.physician, made.patient, "AllergyIntolerance");
  await read(made.physician, made.patient, "Condition");
  await made.physician.must("POST", `/api/v1/glass/${made.glass}/close`, {});
  const person = await officer(hospital);
  await person.signIn(page, `/console/work/${made.case}`);
  await expect(page.getByRole("heading", { name: "Broken glass", level: 1 })).toBeVisible();

  const sought = page.getByRole("region", { name: "What was said to be sought" });
  for (const text of [...prompts, ...answers]) await expect(sought.getByText(text)).toBeVisible();
  const opened = page.getByRole("region", { name: "What was actually opened" });
  await expect(opened.getByText("AllergyIntolerance").first()).toBeVisible();
  await expect(opened.getByText("Condition").first()).toBeVisible();

  const time = page.getByRole("region", { name: "What happened" }).getByRole("listitem");
  const told = (await time.allTextContents()).join("\n");
  const order = ["The glass was broken: Clinical access", "AllergyIntolerance", "The glass ended: closed by its opener", "To be looked at by then"];
  expect(order.map((text) => told.indexOf(text)).every((at, index, all) => at >= 0 && (index === 0 || at > all[index - 1]!))).toBe(true);

  const relations = page.getByRole("region", { name: "What links them" });
  await expect(relations.getByText("No relation that held at the time leads from the person to the patient.")).toBeVisible();
  await noViolations(page);
});

test("what links the two is drawn, and said as a list as well", async ({ hospital, page }) => {
  const made = await aCase(hospital, [{ relation: "member", from: "me", to: "team/night-team" }]);
  const fact = { relation: "referral", from: "team/night-team", to: `patient/${made.patient}` };
  await hospital.admin().must("POST", "/api/v1/facts", { facts: [fact] });
  const person = await officer(hospital);
  await person.signIn(page, `/console/work/${made.case}`);
  const relations = page.getByRole("region", { name: "What links them" });
  await expect(relations.getByText("One way leads from the person to the patient.")).toBeVisible();
  await relations.getByText("The same as a list").click();
  const list = relations.getByRole("listitem");
  await expect(list.filter({ hasText: "member" })).toContainText(`${made.physician.name}, member, night-team (team)`);
  await expect(list.filter({ hasText: "links them" })).toHaveCount(2);
  await expect(list.filter({ hasText: "referral" }).filter({ hasText: "night-team" })).toContainText(made.patient);
  await noViolations(page);
});

test("what began after the case links nobody in it", async ({ hospital, page }) => {
  const made = await aCase(hospital, [{ relation: "member", from: "me", to: "team/late-team" }]);
  await made.physician.must("POST", "/api/v1/charts/~/referrals", { team: "late-team" }, { "Halligan-Patient": made.patient });
  const person = await officer(hospital);
  await person.signIn(page, `/console/work/${made.case}`);
  const relations = page.getByRole("region", { name: "What links them" });
  await expect(relations.getByText("No relation that held at the time leads from the person to the patient.")).toBeVisible();
  await relations.getByText("The same as a list").click();
  await expect(relations.getByRole("listitem").filter({ hasText: "late-team (team), referral" })).toContainText(made.patient);
  await expect(relations.getByRole("listitem").filter({ hasText: "links them" })).toHaveCount(0);
});

test("cases that are closed are listed when somebody asks, with what was found", async ({ hospital, page }) => {
  const made = await aCase(hospital);
  const person = await officer(hospital);
  await person.must("POST", `/api/v1/cases/${made.case}/close`, { finding: "training", comment: "talk about it" });
  await person.signIn(page, "/console/work");
  await page.getByText("Closed cases").click();
  const row = page.getByRole("row").filter({ hasText: made.patient }).filter({ hasText: made.physician.name });
  await expect(row).toContainText("Training");
  await expect(row).toContainText(person.id);
  await noViolations(page);
  await row.getByRole("link", { name: "Broken glass" }).click();
  await expect(page.getByText("talk about it").first()).toBeVisible();
});

test("P9: nobody closes their own case, and the page says why", async ({ hospital, page }) => {
  const both = await hospital.newPerson({ roles: ["physician", "privacy-officer"] });
  const [patient = ""] = somePatients(hospital, 1, both.id);
  await read(both, patient, "Condition"); // on the right of a privacy officer, which somebody else reviews
  const { cases } = (await both.must("GET", "/api/v1/cases?mine=true")) as { cases: { case: string }[] };
  expect(cases).toHaveLength(1);
  await both.signIn(page, `/console/work/${cases[0]!.case}`);
  await expect(page.getByRole("heading", { name: "This case is about you" })).toBeVisible();
  await expect(page.getByText("Nobody closes a case about themselves, whatever roles they have.", { exact: false })).toBeVisible();
  await expect(page.getByRole("radio")).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Close the case" })).toHaveCount(0);
  await page.keyboard.press("a");
  await expect(page.getByRole("radio")).toHaveCount(0);
  await noViolations(page);
  await page.getByLabel("Why did you open this chart?").fill("I was asked to look at it");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText("I was asked to look at it").first()).toBeVisible();
  await expect(page.getByText("Justified", { exact: true })).toBeVisible();
});

test("a case that somebody else closed meanwhile says so, shows how, and keeps what was typed", async ({ hospital, page }) => {
  const made = await aCase(hospital);
  const [one, other] = [await officer(hospital), await officer(hospital)];
  // No live events here: the page finds out by being refused.
  await page.route("**/api/v1/events", (route) => route.abort());
  await one.signIn(page, `/console/work/${made.case}`);
  await page.getByRole("radio", { name: "Inappropriate" }).check();
  await page.getByLabel("Comment").fill("nobody asked for her <b>");
  await other.must("POST", `/api/v1/cases/${made.case}/close`, { finding: "training", comment: "talked to" });
  await page.getByRole("button", { name: "Close the case" }).click();
  await expect(page.getByText("Somebody else closed this case while you were looking at it.", { exact: false })).toBeVisible();
  await expect(page.getByText(`Closed by ${other.id} on`, { exact: false })).toBeVisible();
  await expect(page.getByText("talked to").first()).toBeVisible();
  await expect(page.getByLabel("Why does this finding not stand?")).toHaveValue("nobody asked for her <b>");
  await noViolations(page);
  await page.getByRole("button", { name: "Open it again" }).click();
  await expect(page.getByText("The case is open again.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Close the case" })).toBeVisible();
  const time = page.getByRole("region", { name: "What happened" });
  await expect(time.getByText(`Opened again by ${one.id}`)).toBeVisible();
  await expect(time.getByText(`Closed by ${other.id}: Training`)).toBeVisible();
});

test("a case that is closed under one's eyes shows it by itself", async ({ hospital, page }) => {
  const made = await aCase(hospital);
  const [one, other] = [await officer(hospital), await officer(hospital)];
  await one.signIn(page, `/console/work/${made.case}`);
  await page.getByLabel("Comment").fill("half a sentence");
  await other.must("POST", `/api/v1/cases/${made.case}/close`, { finding: "appropriate" });
  await expect(page.getByText("Somebody else closed this case while you were looking at it.", { exact: false })).toBeVisible();
  await expect(page.getByLabel("Why does this finding not stand?")).toHaveValue("half a sentence");
});

test("closing sends once however often the button is pressed, and waits out a server that is away", async ({ hospital, page }) => {
  const made = await aCase(hospital);
  const person = await officer(hospital);
  await person.signIn(page, `/console/work/${made.case}`);
  await page.getByRole("radio", { name: "Appropriate", exact: true }).check();
  await page.getByLabel("Comment").fill("spoke with the theatre");
  await page.route("**/close", (route) => route.abort());
  await page.getByRole("button", { name: "Close the case" }).click();
  await expect(page.getByRole("alert").getByText("The server cannot be reached", { exact: false })).toBeVisible();
  await expect(page.getByLabel("Comment")).toHaveValue("spoke with the theatre");
  await noViolations(page);
  await page.unroute("**/close");
  let sent = 0;
  page.on("request", (request) => {
    if (request.url().endsWith("/close")) sent += 1;
  });
  await page.getByRole("button", { name: "Close the case" }).dblclick();
  await expect(page.getByText("Closed: Appropriate.")).toBeVisible();
  expect(sent).toBe(1);
});

test("printing a case is written down before it is done, and not done when it cannot be written", async ({ hospital, page }) => {
  const made = await aCase(hospital);
  const person = await officer(hospital);
  await page.addInitScript(() => {
    window.print = () => document.body.setAttribute("data-printed", "yes");
  });
  await person.signIn(page, `/console/work/${made.case}`);
  await page.route("**/api/v1/copies", (route) => route.abort());
  await page.getByRole("button", { name: "Print" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  expect(await page.locator("body").getAttribute("data-printed")).toBeNull();
  await page.unroute("**/api/v1/copies");
  const recorded = page.waitForResponse("**/api/v1/copies");
  await page.getByRole("button", { name: "Print" }).click();
  expect((await recorded).status()).toBe(204);
  await expect(page.locator("body")).toHaveAttribute("data-printed", "yes");
});

test("a case that is not there, or not for one's eyes, is said to be neither", async ({ hospital, page }) => {
  const made = await aCase(hospital);
  const stranger = await hospital.newPerson({ roles: ["nurse"] });
  await stranger.signIn(page, `/console/work/${made.case}`);
  await expect(page.getByText("There is no case here that you may see.")).toBeVisible();
  await expect(page.getByText(made.patient)).toHaveCount(0);
  await noViolations(page);
});
