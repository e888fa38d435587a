// The page of one's work: one's own open glass, the list of cases, its keys, and what arrives while one looks.

import { texts } from "../src/texts";
import { noViolations } from "./axe";
import { breakGlass, somePatients } from "./cases";
import { consoleUrl, expect, test } from "./hospital";
import { madeUpCases, serveCases } from "./many-cases";

const officerRoles = { roles: ["privacy-officer"] };

test("one's own open glass counts down and is closed from the page of work", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  const [patient = ""] = somePatients(hospital, 1, physician.id);
  await breakGlass(physician, patient);
  await physician.signIn(page, "/console/work");
  const own = page.getByRole("region", { name: "Your open glass" });
  await expect(own.getByText(/Ends in \d+:\d\d/)).toBeVisible();
  await expect(own.getByText("Opened in another session of yours")).toBeVisible();
  await noViolations(page);
  await own.getByRole("button", { name: `Close the glass on ${patient} now` }).click();
  await expect(own.getByText(`The glass on ${patient} is closed.`)).toBeVisible();
  await expect(own.getByText(/Ends in/)).toHaveCount(0);
  const { glass } = (await physician.must("GET", "/api/v1/glass")) as { glass: unknown[] };
  expect(glass).toHaveLength(0);
});

test("an open case about oneself is justified from the page of work", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  const [patient = ""] = somePatients(hospital, 1, physician.id);
  const broken = await breakGlass(physician, patient);
  await physician.signIn(page, "/console/work");
  const about = page.getByRole("region", { name: "Open cases about you" });
  await expect(about.getByRole("link", { name: `Broken glass, ${patient}` })).toBeVisible();
  await about.getByRole("button", { name: "Say why" }).click();
  await about.getByRole("button", { name: "Send" }).click();
  await expect(about.getByText("Write why you opened this chart")).toBeVisible();
  await noViolations(page);
  const why = "Called to the theatre <script>alert(1)</script> إلى غرفة العمليات";
  await about.getByLabel("Why did you open this chart?").fill(why);
  await about.getByRole("button", { name: "Send" }).click();
  await expect(about.getByText("It is written down.")).toBeVisible();
  await expect(about.getByText(why)).toBeVisible();
  const held = (await physician.must("GET", `/api/v1/cases/${broken.case}`)) as { justification: { text: string } };
  expect(held.justification.text).toBe(why);
});

test("what is written while a reason is sent stays, and is said not to be sent", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  const [patient = ""] = somePatients(hospital, 1, physician.id);
  const broken = await breakGlass(physician, patient);
  let release = () => {};
  await page.route("**/justify", async (route) => {
    await new Promise<void>((done) => {
      release = done;
    });
    await route.continue();
  });
  await physician.signIn(page, "/console/work");
  const about = page.getByRole("region", { name: "Open cases about you" });
  await about.getByRole("button", { name: "Say why" }).click();
  const why = about.getByLabel("Why did you open this chart?");
  const send = async (change: string | null) => {
    const asked = page.waitForRequest("**/justify");
    await about.getByRole("button", { name: "Send" }).click();
    await asked;
    if (change !== null) await why.fill(change);
    release();
  };
  await why.fill("Called");
  await send("Called to the theatre");
  await expect(about.getByText(texts.work.justify.doneBefore)).toBeVisible();
  await expect(about.locator("blockquote").getByText("Called", { exact: true })).toBeVisible();
  await expect(why).toHaveValue("Called to the theatre");
  await noViolations(page, "a reason that went on while it was sent");
  await send(null);
  await expect(about.getByText("It is written down.", { exact: true })).toBeVisible();
  await expect(why).toHaveCount(0);
  const held = (await physician.must("GET", `/api/v1/cases/${broken.case}`)) as { justification: { text: string } };
  expect(held.justification.text).toBe("Called to the theatre");
});

test("B04: each break makes a case, and each is reviewed on the screen", async ({ hospital, page }) => {
  const officer = await hospital.newPerson(officerRoles);
  const physician = await hospital.newPerson({ roles: ["physician"], name: `Dr Zora Büyükşehir ${Date.now() % 10000}` });
  const patients = somePatients(hospital, 3, physician.id);
  const broken = [];
  for (const patient of patients) broken.push(await breakGlass(physician, patient));
  await officer.signIn(page, "/console/work");
  await page.getByLabel("Person, patient or words").fill(physician.id);
  await expect(page.getByRole("grid").getByRole("link", { name: physician.name })).toHaveCount(3);
  await noViolations(page);

  await page.getByRole("row", { name: patients[0] }).getByRole("link").click();
  await expect(page.getByRole("heading", { name: "Broken glass", level: 1 })).toBeVisible();
  for (const finding of ["Appropriate", "Training", "Mistaken"]) {
    await page.getByRole("radio", { name: finding, exact: true }).check();
    await page.getByLabel("Comment").fill(`seen by ${officer.name}`);
    await page.getByRole("button", { name: "Close the case" }).click();
    await expect(page.getByText(`Closed: ${finding}.`)).toBeVisible();
    if (finding !== "Mistaken") {
      await page.getByRole("region", { name: "Your finding" }).getByRole("button", { name: "Next case" }).click();
      await expect(page.getByRole("button", { name: "Close the case" })).toBeVisible();
    }
  }
  await page.getByRole("link", { name: "Back to the list" }).click();
  await expect(page.getByText("No case fits what you chose.")).toBeVisible();
  const { cases } = (await officer.must("GET", `/api/v1/cases?staff=${physician.id}`)) as {
    cases: { case: string; closing: { finding: string; reviewer: string } | null }[];
  };
  expect(cases.map((held) => held.case).sort()).toEqual(broken.map((each) => each.case).sort());
  expect(cases.map((held) => held.closing?.finding).sort()).toEqual(["appropriate", "mistaken", "training"]);
  for (const held of cases) expect(held.closing?.reviewer).toBe(officer.id);
});

test("a new case arrives, and one closed by somebody else leaves, without reloading", async ({ hospital, page }) => {
  const officer = await hospital.newPerson(officerRoles);
  const other = await hospital.newPerson(officerRoles);
  const physician = await hospital.newPerson({ roles: ["physician"] });
  const [patient = ""] = somePatients(hospital, 1, physician.id);
  await officer.signIn(page, "/console/work");
  await page.getByLabel("Person, patient or words").fill(physician.id);
  await expect(page.getByText(/of [\d,]+ cases|No case fits|nothing to look at/).first()).toBeVisible();
  const links = page.getByRole("grid").getByRole("link", { name: physician.name });
  await expect(links).toHaveCount(0);
  const broken = await breakGlass(physician, patient);
  await expect(links).toHaveCount(1);
  await other.must("POST", `/api/v1/cases/${broken.case}/close`, { finding: "appropriate" });
  await expect(links).toHaveCount(0);
});

test("an explained case takes one key, which can be taken back", async ({ hospital, page }) => {
  const officer = await hospital.newPerson(officerRoles);
  const person = { ...madeUpCases(1)[0]!, state: "explained" as const, name: "Dr Explained", case: "c-explained" };
  person.explanation = { at: person.opened_at, rule: "referral-arrived", relations: "staff : member / referral" };
  await serveCases(page, [person, ...madeUpCases(2).slice(1)]);
  const sent: unknown[] = [];
  await page.route("**/api/v1/cases/c-explained/close", async (route) => {
    sent.push(route.request().postDataJSON());
    const closing = { reviewer: officer.id, finding: "appropriate", comment: "", at: person.opened_at };
    await route.fulfill({ json: { ...person, state: "closed", closing } });
  });
  await page.route("**/api/v1/cases/c-explained/reopen", async (route) => {
    sent.push(route.request().postDataJSON());
    await route.fulfill({ json: person });
  });
  await officer.signIn(page, "/console/work");
  await expect(page.getByRole("link", { name: "Dr Explained" })).toBeVisible();
  await page.getByRole("link", { name: "Dr Explained" }).focus();
  await page.keyboard.press("a");
  await expect(page.getByText("The case of Dr Explained is closed: Appropriate.")).toBeVisible();
  await expect(page.getByRole("link", { name: "Dr Explained" })).toHaveCount(0);
  await page.keyboard.press("u");
  await expect(page.getByRole("link", { name: "Dr Explained" })).toBeVisible();
  expect(sent).toEqual([
    { finding: "appropriate" },
    { comment: "Closed by a slip of the hand; opened again at once." },
  ]);
});

test("C07: a hundred cases by the keyboard alone", async ({ hospital, page }) => {
  const officer = await hospital.newPerson(officerRoles);
  const physician = await hospital.newPerson({ roles: ["physician"] });
  const patients = somePatients(hospital, 3, physician.id);
  for (const patient of patients) await breakGlass(physician, patient);
  await officer.signIn(page, "/console/work");
  await expect(page.getByRole("grid")).toBeVisible();
  await page.getByRole("heading", { name: "Work", level: 1 }).focus();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys" })).toBeVisible();
  await noViolations(page);
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  await page.keyboard.type(physician.id);
  await expect(page.getByRole("grid").getByRole("link")).toHaveCount(3);
  await page.keyboard.press("Tab");
  await page.getByRole("heading", { name: "Cases to look at" }).evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.keyboard.press("j");
  await expect(page.getByRole("grid").getByRole("link").nth(0)).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("grid").getByRole("link").nth(1)).toBeFocused();
  await page.keyboard.press("k");
  await page.keyboard.press("Enter");
  for (let left = 3; left > 0; left -= 1) {
    await expect(page.getByRole("button", { name: "Close the case" })).toBeVisible();
    await page.keyboard.press("a");
    await expect(page.getByLabel("Comment")).toBeFocused();
    await page.keyboard.type("spoke with the ward");
    await page.keyboard.press("Control+Enter");
    await expect(page.getByText("Closed: Appropriate.")).toBeVisible();
    if (left > 1) await page.keyboard.press("Enter");
  }
  await page.keyboard.press("b");
  await expect(page.getByText("No case fits what you chose.")).toBeVisible();
});

test("a key that is not explained leads to the case with its finding chosen, and the keys can be turned off", async ({
  hospital,
  page,
}) => {
  const officer = await hospital.newPerson(officerRoles);
  const physician = await hospital.newPerson({ roles: ["physician"] });
  const [patient = ""] = somePatients(hospital, 1, physician.id);
  await breakGlass(physician, patient);
  await officer.signIn(page, "/console/work");
  await page.getByLabel("Person, patient or words").fill(physician.id);
  const link = page.getByRole("grid").getByRole("link", { name: physician.name });
  await link.focus();
  await page.keyboard.press("t");
  await expect(page.getByRole("radio", { name: "Training", exact: true })).toBeChecked();
  await expect(page.getByLabel("Comment")).toBeFocused();
  await page.getByRole("button", { name: "Close the case" }).click();
  await expect(page.getByText("Write what you found")).toBeVisible();
  await page.getByRole("button", { name: "Keys", exact: true }).click();
  await page.getByRole("checkbox", { name: "Use these keys" }).uncheck();
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await page.getByRole("heading", { level: 1 }).focus();
  await page.keyboard.press("b");
  await expect(page.getByRole("radio", { name: "Training", exact: true })).toBeVisible();
});

test("A10: thirty people on one chart are one line with thirty names, and are closed together", async ({ hospital, page }) => {
  const officer = await hospital.newPerson(officerRoles);
  const all = madeUpCases(40).map((held, index) => ({
    ...held,
    ...(index < 30 ? { patient: "p-000007", name: `Nurse Number ${index + 1}`, staff: `n.${index}` } : {}),
  }));
  await serveCases(page, all);
  let closed = 0;
  await page.route("**/api/v1/cases/*/close", async (route) => {
    const id = route.request().url().split("/").at(-2);
    const held = all.find((each) => each.case === id)!;
    if (held.name === "Nurse Number 3") {
      await route.fulfill({
        status: 409,
        contentType: "application/problem+json",
        json: { type: "urn:halligan:problem:same-person", title: "", status: 409, detail: "", code: "H-1" },
      });
      return;
    }
    closed += 1;
    const closing = { reviewer: officer.id, ...route.request().postDataJSON(), at: held.opened_at };
    await route.fulfill({ json: { ...held, state: "closed", closing } });
  });
  await officer.signIn(page, "/console/work");
  await page.getByLabel("Together").selectOption("By patient");
  const group = page.getByRole("row", { name: "p-000007" });
  await expect(group).toHaveCount(1);
  await expect(group).toContainText("30 people");
  for (const number of [1, 15, 30]) await expect(group).toContainText(`Nurse Number ${number}`);
  await noViolations(page);
  await group.getByRole("button").click();
  await expect(page.getByRole("link", { name: "Nurse Number 1", exact: true })).toBeVisible();
  await group.getByRole("button").click();
  await group.getByRole("checkbox").check();
  await page.getByRole("button", { name: "Close them together" }).click();
  const dialog = page.getByRole("dialog", { name: "Close 30 cases together" });
  await dialog.getByRole("radio", { name: "Inappropriate" }).check();
  await dialog.getByRole("button", { name: "Close them" }).click();
  await expect(dialog.getByText("Write what you found")).toBeVisible();
  await noViolations(page);
  await dialog.getByLabel("Comment").fill("read out of curiosity");
  await dialog.getByRole("button", { name: "Close them" }).click();
  await expect(page.getByText("These stay open")).toBeVisible();
  await expect(page.getByText(/Nurse Number 3: You have enrolled this person/)).toBeVisible();
  expect(closed).toBe(29);
});

test("everybody's open glass is read on demand only, and is revoked with a comment", async ({ hospital, page }) => {
  const officer = await hospital.newPerson(officerRoles);
  const physician = await hospital.newPerson({ roles: ["physician"] });
  const [patient = ""] = somePatients(hospital, 1, physician.id);
  await breakGlass(physician, patient);
  let looks = 0;
  page.on("request", (request) => {
    if (request.url().includes("/api/v1/glass?all=true")) looks += 1;
  });
  await officer.signIn(page, "/console/work");
  await expect(page.getByRole("heading", { name: "Cases to look at" })).toBeVisible();
  expect(looks).toBe(0);
  await page.getByRole("button", { name: "Show everybody’s open glass" }).click();
  const revoke = page.getByRole("button", { name: `Revoke the glass of ${physician.name} on ${patient}` });
  await expect(revoke).toBeVisible();
  expect(looks).toBe(1);
  await noViolations(page);
  await revoke.click();
  const dialog = page.getByRole("dialog", { name: "Revoke this glass" });
  await dialog.getByRole("button", { name: "Revoke", exact: true }).click();
  await expect(dialog.getByText("Write why you revoke it")).toBeVisible();
  await dialog.getByLabel("Why do you revoke it?").fill("nobody on the ward knows of it");
  // A lock, from another tab of this browser: nobody is named behind it, and what was typed stays.
  const other = await page.context().newPage();
  await other.goto(consoleUrl("/console/find"));
  await other.getByRole("button", { name: "Lock" }).click();
  await expect(page.getByRole("heading", { name: "Locked" })).toBeVisible();
  await expect.poll(() => page.content()).not.toContain(patient);
  await page.getByLabel("Password", { exact: true }).fill(officer.password);
  await page.getByRole("button", { name: "Unlock" }).click();
  await expect(dialog.getByText(patient)).toBeVisible();
  await dialog.getByRole("button", { name: "Revoke", exact: true }).dblclick();
  await expect(page.getByText(`The glass of ${physician.name} is revoked.`)).toBeVisible();
  await expect(revoke).toHaveCount(0);
  const { glass } = (await physician.must("GET", "/api/v1/glass")) as { glass: unknown[] };
  expect(glass).toHaveLength(0);
});

test("the list says when the server is away, and comes when it is back", async ({ hospital, page }) => {
  const officer = await hospital.newPerson(officerRoles);
  await officer.signIn(page, "/console/find");
  await page.route("**/api/v1/cases?*", (route) => route.abort());
  await page.getByRole("link", { name: "Work" }).click();
  await expect(page.getByRole("alert").getByText("The server cannot be reached", { exact: false })).toBeVisible({ timeout: 20_000 });
  await noViolations(page);
  await page.unroute("**/api/v1/cases?*");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("nothing of a patient is in an address on the way through the cases", async ({ hospital, page }) => {
  const officer = await hospital.newPerson(officerRoles);
  const physician = await hospital.newPerson({ roles: ["physician"] });
  const [patient = ""] = somePatients(hospital, 1, physician.id);
  await breakGlass(physician, patient);
  const urls: string[] = [];
  page.on("request", (request) => urls.push(request.url()));
  await officer.signIn(page, "/console/work");
  await page.getByLabel("Person, patient or words").fill(patient);
  await page.getByRole("grid").getByRole("link", { name: physician.name }).click();
  await expect(page.getByText(patient).first()).toBeVisible();
  urls.push(page.url(), consoleUrl("/"));
  expect(urls.filter((url) => url.includes(patient))).toEqual([]);
  expect(await page.title()).not.toContain(patient);
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toContain(patient);
});

test("a flood of other people's glass and cases is read in a few requests, and while it lasts", async ({ hospital, page }) => {
  const officer = await hospital.newPerson(officerRoles);
  await officer.signIn(page);
  const other = await page.context().newPage();
  await serveCases(other, madeUpCases(40));
  await other.goto(consoleUrl("/console/work"));
  await expect(other.getByRole("grid")).toBeVisible();
  const looks = { glass: 0, cases: 0, session: 0 };
  other.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (pathname === "/api/v1/glass") looks.glass += 1;
    if (pathname === "/api/v1/cases") looks.cases += 1;
    if (pathname === "/api/v1/session") looks.session += 1;
  });
  // As from the tab that has the stream.
  const { session } = (await page.evaluate(async () => (await fetch("/api/v1/session")).json())) as { session: string };
  await page.evaluate(
    async (of) => {
      const tab = new BroadcastChannel("halligan-live");
      const tell = (kind: string, data: object) => tab.postMessage({ session: of, is: "event", event: { kind, data } });
      for (let n = 0; n < 400; n += 1) {
        tell("glass", { glass: `g-${String(n)}`, change: "opened", by: null, own: false, this_session: false });
        tell("case", { case: `c-${String(n % 40).padStart(6, "0")}`, change: "opened", own: false });
        await new Promise((done) => setTimeout(done, 5));
      }
    },
    session,
  );
  expect(looks.cases).toBeGreaterThan(0);
  expect(looks.cases).toBeLessThan(60);
  expect(looks.glass).toBe(0);
  expect(looks.session).toBeLessThan(3);
});
