// The chart: open by an ordinary right (C02, A04) and by a glass, added to, shut from elsewhere, read again, printed.

import type { Page } from "@playwright/test";
import { texts } from "../src/texts";
import { noViolations } from "./axe";
import { consoleUrl, expect, test, type Hospital } from "./hospital";
import { startProxy } from "./proxy";

const cardiologist = (hospital: Hospital) =>
  hospital.newPerson({ roles: ["physician"], facts: [{ relation: "member", from: "me", to: "team/cardiology" }] });

async function openChart(page: Page, id: string) {
  await page.getByRole("combobox", { name: "Name or number" }).fill(id);
  await page.getByRole("listbox").getByRole("option").filter({ hasText: id }).click();
  await expect(page.getByRole("heading", { name: "Emergency set" })).toBeVisible();
}

const banner = (page: Page) => page.getByRole("region", { name: "Patient" });
const part = (page: Page, name: string) => page.getByRole("region", { name, exact: true });

/** Breaks the glass in the session of this page, as its dialog would. */
async function breakGlass(page: Page, patient: string, body: object): Promise<string> {
  const broken = await page.evaluate(
    async ([id, given]) => {
      const session = (await (await fetch("/api/v1/session")).json()) as { csrf: string };
      const answer = await fetch("/api/v1/charts/~/break", {
        method: "POST",
        headers: { "Content-Type": "application/json", "Halligan-CSRF": session.csrf, "Halligan-Patient": id },
        body: JSON.stringify(given),
      });
      return (await answer.json()) as { glass?: string };
    },
    [patient, body] as const,
  );
  if (!broken.glass) throw new Error(`no glass: ${JSON.stringify(broken)}`);
  return broken.glass;
}
const clinical = {
  reason: "clinical-access",
  details: ["What are you looking for?", "Who needs it?", "Why is it needed?"].map((prompt) => ({ prompt, answer: "for the test" })),
};

test("C02 A04 an open referral opens the chart without glass, and says so; the emergency set is there", async ({ hospital, page }) => {
  const physician = await cardiologist(hospital);
  await physician.signIn(page);
  await openChart(page, "p-000001");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(banner(page)).toContainText("Margaret Ellison");
  await expect(banner(page)).toContainText(/14 Mar 1952 \(7\d years\)/);
  await expect(banner(page)).toContainText("Female");
  await expect(banner(page)).toContainText("p-000001");
  await expect(banner(page)).toContainText(/Cardiology has had an open referral since \d+ \w+ 20\d\d\./);
  await expect(banner(page).getByText("Penicillin")).toBeVisible();
  await expect(part(page, "Allergies").getByRole("listitem")).toContainText("Severe");
  await expect(part(page, "Medicines")).toContainText("furosemide 40 mg tablet");
  await expect(part(page, "Problems")).toContainText("Heart failure");
  await expect(part(page, "Alerts")).toContainText("At risk for falls");
  await expect(part(page, "Directives")).toContainText("Consent to the use of records");
  await expect(part(page, "Blood group")).toContainText("Not recorded here.");
  await expect(part(page, "Last results").getByRole("row").filter({ hasText: "Natriuretic" })).toContainText("High");
  expect(await physician.must("GET", "/api/v1/cases?mine=true")).toMatchObject({ cases: [] });
  await expect(page.getByText(/^\d+ observations\.$/)).toBeVisible();
  await noViolations(page);
});

test("results over time: a plot with the range, and the same as a table; notes are text", async ({ hospital, page }) => {
  const physician = await cardiologist(hospital);
  await physician.signIn(page);
  await openChart(page, "p-000001");
  await page.getByRole("navigation", { name: "What was measured" }).getByRole("button", { name: /^Hemoglobin A1c/ }).click();
  await expect(page.locator(".h-plot canvas")).toBeVisible();
  await expect(page.getByText("Shaded: reference range 4 to 6 %")).toBeVisible();
  const table = page.getByRole("region", { name: /^Values: Hemoglobin A1c/ }).getByRole("table");
  await expect(table.getByRole("row").nth(1)).toContainText("%");
  await page.getByText("Discharge summary").click();
  await expect(page.getByText("Diagnosis: pneumonia.")).toBeVisible();
  await noViolations(page);
});

test("what is hidden is shown as hidden, and what it takes can be asked", async ({ hospital, page }) => {
  const physician = await cardiologist(hospital);
  await physician.signIn(page);
  await breakGlass(page, "p-000008", { reason: "life-threat" });
  await openChart(page, "p-000008");
  await expect(page.getByText(/There may be more here that takes glass/).first()).toBeVisible();
  await expect(page.getByRole("region", { name: "Notes and letters" })).toContainText("There may be more here that takes glass: Notes, Letters.");
  await noViolations(page);
  await page.getByRole("region", { name: "Notes and letters" }).getByRole("button", { name: "See what it takes" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
});

test("what is labelled and hidden is offered by its label, and is there after its own reason", async ({ hospital, page }) => {
  const physician = await cardiologist(hospital);
  await physician.signIn(page);
  await breakGlass(page, "p-000008", clinical);
  await openChart(page, "p-000008");
  const set = page.getByRole("region", { name: "Emergency set" });
  await expect(set).toContainText(/There may be more here that takes glass: .*Problems/);
  await set.getByRole("button", { name: "See what it takes" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText(/marked alcohol/i);
  await expect(dialog.getByRole("radio")).toHaveCount(1);
  await noViolations(page);
  await dialog.getByRole("radio", { name: /Threat to life/ }).check();
  await dialog.getByRole("button", { name: "Break the glass" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(banner(page).getByRole("timer")).toBeVisible();
  await expect(part(page, "Problems").getByText(/alcohol/i).first()).toBeVisible();
});

test("a note and a measurement are added once, and are there", async ({ hospital, page }) => {
  const physician = await cardiologist(hospital);
  await physician.signIn(page);
  await openChart(page, "p-000001");
  const creates: string[] = [];
  page.on("request", (request) => {
    if (request.method() === "POST" && /\/fhir\/\w+$/.test(request.url())) creates.push(request.url());
  });
  await page.getByRole("button", { name: "Write a note" }).click();
  await page.getByRole("button", { name: "Add to the chart" }).click();
  await expect(page.getByText("Write something first")).toBeVisible();
  await noViolations(page);
  const words = `Seen at night. <b>Stable</b> ${String(Date.now())}`;
  await page.getByRole("textbox", { name: "Note" }).fill(words);
  await page.getByRole("button", { name: "Add to the chart" }).dblclick();
  await expect(page.getByText("Added to the chart.")).toBeVisible();
  expect(creates).toHaveLength(1);
  await page.getByRole("region", { name: "Notes and letters" }).getByText("Note", { exact: true }).first().click();
  await expect(page.getByText(words)).toBeVisible();

  await page.getByRole("button", { name: "Record a measurement" }).click();
  await page.getByRole("combobox", { name: "Measurement" }).selectOption("Temperature");
  await page.getByRole("textbox", { name: "Value (°C)" }).fill("3700");
  await page.getByRole("button", { name: "Add to the chart" }).click();
  await expect(page.getByText(/nobody has that/)).toBeVisible();
  await noViolations(page);
  await page.getByRole("textbox", { name: "Value (°C)" }).fill("38,4");
  await page.getByRole("button", { name: "Add to the chart" }).click();
  await expect(page.getByText("Added to the chart.")).toBeVisible();
  const temperature = page.getByRole("navigation", { name: "What was measured" }).getByRole("button", { name: /^Body temperature/ });
  await expect(temperature).toContainText("38.4 °C");
});

test("what is written while a note or a measurement is sent stays, and is said not to be in the chart", async ({ hospital, page }) => {
  const physician = await cardiologist(hospital);
  await physician.signIn(page);
  await openChart(page, "p-000001");
  const sent: string[] = [];
  let release = () => {};
  await page.route(/\/fhir\/(DocumentReference|Observation)$/, async (route) => {
    await new Promise<void>((done) => {
      release = done;
    });
    sent.push(route.request().postData() ?? "");
    await route.continue();
  });
  const send = async () => {
    const before = sent.length;
    await page.getByRole("button", { name: "Add to the chart" }).click();
    await expect(page.getByRole("button", { name: "Adding" })).toBeVisible();
    return async () => {
      release();
      await expect.poll(() => sent.length).toBe(before + 1);
    };
  };
  const [added, before] = [page.getByText("Added to the chart.", { exact: true }), page.getByText(texts.chart.add.addedBefore)];
  const note = page.getByRole("textbox", { name: "Note" });
  await page.getByRole("button", { name: "Write a note" }).click();
  await note.fill("First line.");
  const arrive = await send();
  await note.fill("First line. Second line.");
  await arrive();
  await expect(before).toBeVisible();
  await expect(added).toHaveCount(0);
  await expect(note).toHaveValue("First line. Second line.");
  await noViolations(page, "a note that went on while it was sent");
  // Without a change meanwhile it is forgotten.
  await note.fill("Second line.");
  await (await send())();
  await expect(added).toBeVisible();
  await expect(before).toHaveCount(0);
  await expect(note).toHaveCount(0);
  const written = sent.map((body) => (JSON.parse(body) as { content: { attachment: { data: string } }[] }).content[0]?.attachment.data ?? "");
  expect(written.map((data) => Buffer.from(data, "base64").toString())).toEqual(["First line.", "Second line."]);

  await page.getByRole("button", { name: "Record a measurement" }).click();
  await expect(added).toHaveCount(0);
  await page.getByRole("combobox", { name: "Measurement" }).selectOption("Temperature");
  const value = page.getByRole("textbox", { name: "Value (°C)" });
  await value.fill("37,5");
  const measured = await send();
  await value.fill("38,5");
  await measured();
  await expect(before).toBeVisible();
  await expect(value).toHaveValue("38,5");
  await page.getByRole("button", { name: "Throw away" }).click();
  await expect(before).toHaveCount(0);
});

test("no answer to what was sent: it is kept, and nobody pretends to know", async ({ hospital, page }) => {
  const physician = await cardiologist(hospital);
  await physician.signIn(page);
  await openChart(page, "p-000001");
  await page.getByRole("button", { name: "Write a note" }).click();
  await page.getByRole("textbox", { name: "Note" }).fill("lost on the way");
  await page.route("**/fhir/DocumentReference", (route) => route.abort());
  await page.getByRole("button", { name: "Add to the chart" }).click();
  await expect(page.getByText(/nobody knows whether it was written/)).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Note" })).toHaveValue("lost on the way");
  await noViolations(page);
});

test("a session that ends while a note is written: nothing is shown, and the note is there afterwards", async ({ hospital, page }) => {
  const physician = await cardiologist(hospital);
  await physician.signIn(page);
  await openChart(page, "p-000001");
  await page.getByRole("button", { name: "Write a note" }).click();
  await page.getByRole("textbox", { name: "Note" }).fill("not finished");
  await hospital.admin().must("POST", `/api/v1/staff/${physician.id}/sign-out`, {});
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(page.getByText("Margaret Ellison")).toHaveCount(0);
  await page.getByLabel("Password", { exact: true }).fill(physician.password);
  await page.getByLabel("One-time code").fill(await physician.code());
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("Your session had ended. Whatever was open in it was shut.")).toBeVisible();
  await expect(page.getByRole("textbox", { name: "What you were writing" })).toHaveValue("not finished");
  await page.getByRole("button", { name: "Open it again" }).click();
  await expect(page.getByRole("textbox", { name: "Note" })).toHaveValue("not finished");
});

test("who may read but not add is told why", async ({ hospital, page }) => {
  const officer = await hospital.newPerson({ roles: ["privacy-officer"] });
  await officer.signIn(page);
  await openChart(page, "p-000001");
  await expect(banner(page)).toContainText("Somebody else will look at this access.");
  await page.getByRole("button", { name: "Write a note" }).click();
  await expect(page.getByText(/You may read this chart, but not add to it\./)).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Note" })).toHaveCount(0);
  await noViolations(page);
});

test("a glass that is revoked shuts the chart at once; what was being written is kept, not sent", async ({ hospital, page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const physician = await cardiologist(hospital);
  await physician.signIn(page);
  const glass = await breakGlass(page, "p-000002", clinical);
  await openChart(page, "p-000002");
  await expect(banner(page).getByRole("timer")).toContainText(/Glass: Clinical access\. Ends in (59|60):\d\d\./);
  await noViolations(page);
  await page.getByRole("button", { name: "Write a note" }).click();
  await page.getByRole("textbox", { name: "Note" }).fill("half a sentence");
  await hospital.admin().must("POST", `/api/v1/glass/${glass}/revoke`, { comment: "test" });
  await expect(page.getByRole("heading", { name: "This chart is shut" })).toBeVisible({ timeout: 3000 });
  await expect(page.getByText(/^Its glass was revoked/)).toBeVisible();
  await expect(page.getByText("Penicillin")).toHaveCount(0);
  await expect(page.getByRole("textbox", { name: "What you were writing" })).toHaveValue("half a sentence");
  await page.getByRole("button", { name: "Copy" }).click();
  await expect(page.getByText("Copied.")).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("half a sentence");
  await noViolations(page);
  // Asking again takes the glass again.
  await page.getByRole("button", { name: "Open it again" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
});

test("Close now ends the glass, and says so", async ({ hospital, page }) => {
  const physician = await cardiologist(hospital);
  await physician.signIn(page);
  await breakGlass(page, "p-000002", clinical);
  await openChart(page, "p-000002");
  await page.getByRole("button", { name: "Close now" }).click();
  await expect(page.getByText("You have closed it.")).toBeVisible();
  await expect.poll(async () => page.evaluate(async () => ((await (await fetch("/api/v1/session")).json()) as { glass: unknown[] }).glass.length)).toBe(0);
});

/** As where the policy has no walk-away lock, which would come before the glass's own end here. */
async function withoutLock(page: Page) {
  await page.route("**/api/v1/hospital", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...((await answer.json()) as object), lock_seconds: null } });
  });
}

test("not used: its countdown is right after a reload too, and shuts the chart when the server cannot be reached", async ({ hospital, page }) => {
  const physician = await cardiologist(hospital);
  await withoutLock(page);
  await physician.signIn(page);
  await breakGlass(page, "p-000002", clinical);
  await page.clock.install();
  await openChart(page, "p-000002");
  await expect(banner(page).getByRole("timer")).toContainText(/Sooner without use: in (9:5\d|10:00)\./);
  await page.reload();
  await expect(banner(page).getByRole("timer")).toContainText(/Sooner without use: in (9:5\d|10:00)\./);
  await expect(part(page, "Allergies")).toContainText("Penicillin");
  await expect(page.getByText(/^\d+ observations\.$/)).toBeVisible();
  await outOfReach(page);
  await page.clock.fastForward("09:30");
  await expect(banner(page).getByRole("timer")).toContainText(/Sooner without use: in 0:[0-3]\d\./);
  await page.clock.fastForward("00:40");
  await expect(page.getByText("Its glass has ended because the chart was not used, and the server could not be asked.")).toBeVisible();
  await expect(page.getByText("Penicillin")).toHaveCount(0);
});

/** The server is away from here on. Each answer tells its time: none may be on its way when the clock is moved. */
async function outOfReach(page: Page) {
  await page.clock.runFor(1500);
  await page.context().setOffline(true);
  // What a test answers itself would still tell the time: nothing of it is left under way.
  await page.unrouteAll({ behavior: "wait" });
}

/** As where neither the policy's reason nor the session idles. */
const neverIdle = (page: Page) =>
  page.route("**/api/v1/session", async (route) => {
    const answer = await route.fetch({ headers: { ...(await route.request().allHeaders()), "sec-fetch-site": "same-origin" } });
    const session = (await answer.json()) as { glass: object[]; until: string };
    const glass = session.glass.map((each) => ({ ...each, idle_until: null, idle_seconds: 0 }));
    await route.fulfill({ response: answer, json: { ...session, glass, idle_until: session.until } });
  });

/** A chart that is open by a glass which only its lifetime ends, and a clock that the test moves. */
async function openByGlassOnAClock(hospital: Hospital, page: Page) {
  await withoutLock(page);
  await (await cardiologist(hospital)).signIn(page);
  await breakGlass(page, "p-000002", clinical);
  await neverIdle(page);
  await page.clock.install();
  await openChart(page, "p-000002");
}

test("its own countdown shuts the chart when the server cannot be reached", async ({ hospital, page }) => {
  await openByGlassOnAClock(hospital, page);
  await expect(page.getByText(/^\d+ observations\.$/)).toBeVisible();
  await outOfReach(page);
  await page.clock.fastForward("59:30");
  await expect(banner(page).getByRole("timer")).toContainText("Ends in 0:");
  await page.clock.fastForward("00:40");
  await expect(page.getByText("Its glass has reached its end.")).toBeVisible();
  await expect(page.getByText("Penicillin")).toHaveCount(0);
});

test("so it does while the viewer is looked at, and nothing of it stays", async ({ hospital, page }) => {
  await openByGlassOnAClock(hospital, page);
  await page.getByRole("link", { name: "Who broke the glass" }).click();
  await expect(page.getByText("for the test").first()).toBeVisible();
  await outOfReach(page);
  await page.clock.fastForward("01:01:00");
  await expect(page.getByText("Its glass has reached its end.")).toBeVisible();
  await expect(page.getByText("for the test")).toHaveCount(0);
});

test("where a glass for a part of the chart ends out of reach, what it showed goes and the clock says so", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"], facts: [{ relation: "attending", from: "me", to: "patient/p-000008" }] });
  await withoutLock(page);
  await physician.signIn(page);
  await openChart(page, "p-000008");
  await breakGlass(page, "p-000008", { reason: "life-threat", cell: { type: "Observation", labels: ["ETH"] } });
  await neverIdle(page);
  await page.clock.install();
  await page.reload();
  await expect(banner(page).getByRole("timer")).toContainText("Ends in");
  await expect(page.getByText(/^\d+ observations\.$/)).toBeVisible();
  await outOfReach(page);
  await page.clock.fastForward("01:01:00");
  await expect(banner(page)).toContainText("It has ended.");
  await expect(page.getByText(/^\d+ observations\.$/)).toHaveCount(0);
  await expect(banner(page)).toContainText("You are attending this patient");
});

test("a right that ended while the server was out of reach shuts the chart, and asking so is no access", async ({ hospital, browser }) => {
  const team = `team/t-${Math.random().toString(36).slice(2, 8)}`;
  const admin = hospital.admin();
  const referral = { relation: "referral", from: team, to: "patient/p-000002" };
  await admin.must("POST", "/api/v1/facts", { facts: [referral] });
  const physician = await hospital.newPerson({ roles: ["physician"], facts: [{ relation: "member", from: "me", to: team }] });
  const proxy = await startProxy(hospital.folder);
  const context = await browser.newContext({ ignoreHTTPSErrors: true, proxy: { server: proxy.url } });
  const page = await context.newPage();
  await physician.signIn(page);
  await openChart(page, "p-000002");
  await expect(page.getByText(/^\d+ observations\.$/)).toBeVisible();
  const lost = page.getByText("The server cannot be reached. What you typed is kept");
  const opens = () => proxy.seen.filter(({ method, target }) => method === "POST" && target.endsWith("/open")).length;
  // Nothing has changed: the chart stays, and nobody has opened it anew.
  proxy.goAway();
  await expect(lost).toBeVisible();
  proxy.comeBack();
  await expect(lost).toBeHidden({ timeout: 20_000 });
  await expect(part(page, "Allergies")).toContainText("Penicillin");
  proxy.goAway();
  await expect(lost).toBeVisible();
  await admin.must("POST", "/api/v1/facts", { facts: [{ ...referral, ended: true }] });
  proxy.comeBack();
  await expect(page.getByRole("heading", { name: "This chart is shut" })).toBeVisible({ timeout: 20_000 });
  await expect(page.getByText("Penicillin")).toHaveCount(0);
  expect(opens()).toBe(1);
  await context.close();
  proxy.stop();
});

test("C04 two tabs have one chart in front of them: the first one says why it is shut", async ({ hospital, page, context }) => {
  const physician = await cardiologist(hospital);
  await physician.signIn(page);
  await breakGlass(page, "p-000002", clinical);
  await openChart(page, "p-000002");
  const other = await context.newPage();
  await other.goto(consoleUrl("/console/find"));
  await openChart(other, "p-000001");
  await expect(page.getByRole("heading", { name: "This chart is shut" })).toBeVisible();
  await expect(page.getByText(/another chart was opened|Another chart was opened/)).toBeVisible();
  await expect(other.getByRole("heading", { name: "Emergency set" })).toBeVisible();
});

test("a reload opens the chart in focus again; going back to the search keeps it open", async ({ hospital, page }) => {
  const physician = await cardiologist(hospital);
  await physician.signIn(page);
  await openChart(page, "p-000001");
  const looked: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/patients/search")) looked.push(request.url());
  });
  await page.reload();
  await expect(banner(page)).toContainText("Margaret Ellison");
  await expect(banner(page)).toContainText(/14 Mar 1952 \(7\d years\)/);
  await expect(banner(page)).toContainText("Female");
  expect(looked, "whose chart it is says the chart; nobody is searched for").toEqual([]);
  await expect(part(page, "Problems")).toContainText("Heart failure");
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Find a patient" })).toBeVisible();
  await page.getByRole("link", { name: "Back to the chart" }).or(page.getByRole("link", { name: "Open chart" })).first().click();
  await expect(banner(page)).toContainText("Margaret Ellison");
  await expect(page).toHaveURL(/\/console\/chart$/);
});

test("what fails does so by itself, and can be asked again", async ({ hospital, page }) => {
  const physician = await cardiologist(hospital);
  await physician.signIn(page);
  await page.route("**/fhir/Condition/_search", (route) => route.fulfill({ status: 502, json: { resourceType: "OperationOutcome", issue: [{ severity: "error", code: "transient", details: { text: "the record system cannot be reached" } }] } }));
  await openChart(page, "p-000001");
  await expect(part(page, "Allergies")).toContainText("Penicillin");
  await expect(part(page, "Problems").getByRole("alert")).toContainText("The record system cannot be used", { timeout: 20_000 });
  await noViolations(page);
  await page.unroute("**/fhir/Condition/_search");
  await part(page, "Problems").getByRole("button", { name: "Try again" }).click();
  await expect(part(page, "Problems")).toContainText("Heart failure");
});

test("printing is written down first, and not done where it was not", async ({ hospital, page }) => {
  const physician = await cardiologist(hospital);
  await physician.signIn(page);
  await openChart(page, "p-000001");
  await page.evaluate(() => {
    window.print = () => {
      document.documentElement.dataset["printed"] = String(Number(document.documentElement.dataset["printed"] ?? "0") + 1);
    };
  });
  await page.route("**/copies", (route) => route.abort());
  await page.getByRole("button", { name: "Print" }).click();
  await expect(page.getByText("The server cannot be reached. Nothing was done; try again in a moment.")).toBeVisible();
  await expect(page.locator("html")).not.toHaveAttribute("data-printed");
  await page.unroute("**/copies");
  await page.getByRole("button", { name: "Print" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-printed", "1");
  const { accesses } = await physician.must("GET", "/api/v1/accesses");
  expect(accesses.map(({ form }: { form: string }) => form)).toContain("print");
  await page.emulateMedia({ media: "print" });
  await expect(banner(page)).toBeVisible();
  await expect(page.getByRole("navigation", { name: "Main" })).toBeHidden();
  await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
  await expect(banner(page), "once printed, the next sheet is written down again").toBeHidden();
});

test("what the browser's own command prints is a sentence, and nothing of a patient", async ({ hospital, page }) => {
  const physician = await cardiologist(hospital);
  await physician.signIn(page);
  await openChart(page, "p-000001");
  const sentence = page.getByText("Nothing of a patient is printed in this way.");
  await expect(sentence).toBeHidden();
  for (const path of ["chart", "every glass", "mine", "search"]) {
    if (path === "every glass") await page.getByRole("link", { name: "Who broke the glass" }).click();
    if (path === "mine") await page.getByRole("link", { name: "Mine", exact: true }).click();
    if (path === "search") {
      await page.getByRole("link", { name: "Find a patient" }).click();
      await page.getByRole("combobox", { name: "Name or number" }).fill("p-000001");
      await expect(page.getByRole("listbox").getByRole("option").first()).toBeVisible();
    }
    await page.emulateMedia({ media: "print" });
    await expect(sentence, path).toBeVisible();
    await expect(page.getByRole("main"), path).toBeHidden();
    await expect(page.getByText("Margaret Ellison").filter({ visible: true }), path).toHaveCount(0);
    await page.emulateMedia({ media: "screen" });
  }
});

test("5,000 observations: the emergency set does not wait for them, and the page holds few rows", async ({ hospital, page }) => {
  const physician = await cardiologist(hospital);
  await physician.signIn(page);
  let release = () => {};
  const held = new Promise<void>((done) => {
    release = done;
  });
  const made = (from: number) =>
    Array.from({ length: 500 }, (_, n) => ({
      search: { mode: "match" },
      resource: {
        resourceType: "Observation", id: `o-${String(from + n)}`, status: "final",
        category: [{ coding: [{ code: "laboratory" }] }],
        code: { coding: [{ system: "http://loinc.org", code: `c-${String(n % 4)}` }], text: `Substance ${String(n % 4)}` },
        effectiveDateTime: new Date(Date.UTC(2026, 0, 1) - (from + n) * 3_600_000).toISOString(),
        valueQuantity: { value: (from + n) % 97, unit: "mmol/L" },
        referenceRange: [{ low: { value: 20 }, high: { value: 80 } }],
      },
    }));
  const bundle = (page: number) => ({
    resourceType: "Bundle", type: "searchset", entry: made(page * 500),
    link: page < 9 ? [{ relation: "next", url: `https://records/fhir/Observation?page=${String(page + 1)}` }] : [],
  });
  await page.route("**/fhir/Observation/_search", async (route) => {
    const asked = new URLSearchParams(route.request().postData() ?? "");
    if (asked.has("code") || asked.has("category")) return route.continue();
    await held;
    return route.fulfill({ json: bundle(0) });
  });
  await page.route(/\/fhir\/Observation\?page=/, (route) =>
    route.fulfill({ json: bundle(Number(new URL(route.request().url()).searchParams.get("page"))) }),
  );
  await openChart(page, "p-000001");
  for (const [name, text] of [["Allergies", "Penicillin"], ["Medicines", "furosemide"], ["Problems", "Heart failure"]] as const)
    await expect(part(page, name)).toContainText(text);
  await expect(page.getByText("Reading: Results over time")).toBeVisible();
  release();
  await expect(page.getByText("5000 observations.")).toBeVisible();
  await expect(page.getByRole("region", { name: "Values: Substance 0" })).toBeVisible();
  expect(await page.getByRole("row").count()).toBeLessThan(100);
  const box = page.getByRole("region", { name: "Values: Substance 0" });
  await box.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await expect(box.getByRole("table")).toHaveAttribute("aria-rowcount", "1251");
  await expect(box.locator('tr[aria-rowindex="1251"]')).toBeVisible();
});

test("on a telephone, and at 320 pixels, whose chart it is stays in sight and nothing is lost", async ({ hospital, page }) => {
  const physician = await cardiologist(hospital);
  await physician.signIn(page);
  await breakGlass(page, "p-000002", clinical);
  await page.setViewportSize({ width: 320, height: 640 });
  await openChart(page, "p-000002");
  await expect(page.getByText(/^\d+ observations\.$/)).toBeVisible();
  await page.evaluate(() => window.scrollTo(0, 1500));
  await expect(banner(page).getByText("Tomasz Wójcik")).toBeInViewport();
  await expect(banner(page).getByRole("button", { name: "Close now" })).toBeInViewport();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  await noViolations(page);
});

test("what is printed is what was in front all the while: neither another patient's chart nor one after a lock", async ({ hospital, page }) => {
  const team = `team/t-${Math.random().toString(36).slice(2, 8)}`;
  const referrals = ["p-000001", "p-000002"].map((id) => ({ relation: "referral", from: team, to: `patient/${id}` }));
  const physician = await hospital.newPerson({ roles: ["physician"], facts: [{ relation: "member", from: "me", to: team }, ...referrals] });
  await page.addInitScript(() => {
    window.print = () => document.documentElement.setAttribute("data-printed", "yes");
  });
  await physician.signIn(page);
  await openChart(page, "p-000001");
  const pressed = async () => {
    let answer = () => {};
    const slow = new Promise<void>((done) => {
      answer = done;
    });
    await page.route("**/copies", async (route) => {
      await slow;
      await route.continue();
    });
    await page.getByRole("button", { name: "Print" }).click();
    return async () => {
      const answered = page.waitForResponse((each) => each.url().endsWith("/copies"));
      answer();
      await (await answered).finished();
      await page.evaluate(() => new Promise((done) => setTimeout(done))); // what waits for the answer has gone on
      await expect(page.locator("html")).not.toHaveAttribute("data-printed");
      await page.unroute("**/copies");
    };
  };

  let answered = await pressed();
  await page.getByRole("link", { name: "Find a patient" }).click();
  await openChart(page, "p-000002");
  await answered();

  answered = await pressed();
  await page.getByRole("button", { name: "Lock" }).click();
  await page.getByLabel("Password", { exact: true }).fill(physician.password);
  await page.getByRole("button", { name: "Unlock" }).click();
  await expect(banner(page)).toContainText("Wójcik");
  await answered();

  await page.getByRole("button", { name: "Print" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-printed", "yes");
});
