import type { Page } from "@playwright/test";
import { randomBytes } from "node:crypto";
import { noViolations } from "./axe";
import { expect, fromBase32, Person, test, toBase32, type Hospital } from "./hospital";

interface InForce {
  version: string;
  text: string;
}

// Whatever a test brings into force, the text of before is in force again after it.

async function inForce(person: Person): Promise<InForce> {
  return (await person.must("GET", "/api/v1/policy")) as InForce;
}

async function propose(person: Person, text: string, note: string): Promise<string> {
  return ((await person.must("POST", "/api/v1/policy/proposals", { text, note })) as { version: string }).version;
}

async function sign(person: Person, version: string) {
  await person.must("POST", `/api/v1/policy/proposals/${version}/sign`, {});
}

/** A harmless change: one more place that no rule speaks of. */
function withPlace(text: string): string {
  const name = `room-${randomBytes(4).toString("hex")}`;
  return text.replace("[places]\n", `[places]\n${name} = { ids = ["${name}"] }\n`);
}

async function restore(text: string, one: Person, other: Person) {
  await sign(other, await propose(one, text, "As it was"));
}

/** Two who count as two people. */
async function twoOfficers(hospital: Hospital) {
  const one = await hospital.newPerson({ roles: ["administrator"], name: "Olga Eins" });
  const other = await hospital.newPerson({ roles: ["privacy-officer"], name: "Zwei <script>alert(2)</script>" });
  return { one, other };
}

async function tab(page: Page, name: string | RegExp) {
  await page.getByRole("tab", { name }).click();
}

function proposal(page: Page, note: string) {
  return page.getByRole("article", { name: note });
}

test("the policy in force: who proposed and signed it, its reasons in plain words, its text", async ({ hospital, page }) => {
  const { other } = await twoOfficers(hospital);
  await other.signIn(page, "/console/policy");
  await expect(page.getByText("Proposed by")).toBeVisible();
  const clinical = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: "Clinical access" }) });
  await expect(clinical.getByText("Who has one of these roles: physician, nurse, therapist.")).toBeVisible();
  await expect(clinical.getByText("A proof of identity by totp, not older than 5 minutes.")).toBeVisible();
  await expect(clinical.getByText("After 10 minutes without an access.")).toBeVisible();
  await expect(clinical.getByText("Somebody else with the role privacy-officer, within 24 hours.")).toBeVisible();
  const threat = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: "Threat to life" }) });
  await expect(threat.getByText("Answers within 30 minutes after it has opened: What was the emergency?")).toBeVisible();
  await noViolations(page, "the policy in force");

  const text = page.getByRole("region", { name: "Text of the policy" });
  await page.getByLabel("Search in the text").fill("psychotherapy");
  await expect(page.getByText("1 of 3")).toBeVisible();
  await page.getByLabel("Search in the text").press("Enter");
  await expect(page.getByText("2 of 3")).toBeVisible();
  await expect(text.locator("mark.h-mark-current")).toBeInViewport();
  await page.getByLabel("Search in the text").fill("no such word");
  await expect(page.getByText("Not found")).toBeVisible();
  await page.getByRole("navigation", { name: "What stands where" }).getByRole("button", { name: "life-threat" }).click();
  await expect(text).toBeFocused();
  await expect(text.getByText('"life-threat"')).toBeInViewport();
});

test("C07 the views of the policy by keyboard alone", async ({ hospital, page }) => {
  const { other } = await twoOfficers(hospital);
  await other.signIn(page, "/console/policy");
  await page.getByRole("tab", { name: "In force" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("tab", { name: /Waiting/ })).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("textbox", { name: "The new text" })).toBeVisible();
  await page.keyboard.press("End");
  await expect(page.getByRole("heading", { name: "Why is it decided like this?" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Why is it decided like this?" })).toBeVisible();
});

test("a policy with errors is refused at its lines, and what was typed stays", async ({ hospital, page }) => {
  const { one } = await twoOfficers(hospital);
  await one.signIn(page, "/console/policy?view=propose");
  const field = page.getByRole("textbox", { name: "The new text" });
  await expect(page.getByRole("button", { name: "Propose", exact: true })).toBeDisabled();
  const { text } = await inForce(one);
  const broken = text.replace("[[seal]]", "[[seel]]").replace('idle = "10m"', "idle = 10");
  const line = broken.split("\n").findIndex((each) => each.includes("idle = 10,")) + 1;
  await field.fill(broken);
  await page.getByRole("button", { name: "Propose", exact: true }).click();
  await expect(page.getByText("Say what is changed, and why")).toBeVisible();
  await page.getByLabel("What is changed, and why").fill("Broken on purpose");
  await page.getByRole("button", { name: "Propose", exact: true }).click();
  const alert = page.getByRole("alert").filter({ hasText: "Nothing was proposed." });
  await expect(alert.getByRole("heading", { name: "The policy has 2 errors." })).toBeVisible();
  await noViolations(page, "a policy refused");
  await alert.getByRole("button", { name: new RegExp(`Line ${String(line)}, column`) }).click();
  await expect(field).toBeFocused();
  const at = await field.evaluate((element: HTMLTextAreaElement) => element.value.slice(0, element.selectionStart).split("\n").length);
  expect(at).toBe(line);
  await expect(field).toHaveValue(broken);
  // On another page and back, it is still there.
  await page.getByRole("link", { name: "Ledger" }).click();
  await expect(page.getByRole("heading", { name: "Ledger", level: 1 })).toBeVisible();
  await page.getByRole("link", { name: "Policy" }).click();
  await tab(page, "Propose");
  await expect(field).toHaveValue(broken);
  await expect(page.getByLabel("What is changed, and why")).toHaveValue("Broken on purpose");
  await page.getByText("Your changes, line by line").click();
  await expect(page.getByText("goes: [[seal]]")).toBeVisible();
  await expect(page.getByText("comes: [[seel]]")).toBeVisible();
  await noViolations(page, "one's own changes");
  await page.getByRole("button", { name: "Begin again with the policy in force" }).click();
  await expect(field).toHaveValue(text);
});

test("a server that is away keeps what was typed; pressing again proposes once", async ({ hospital, page }) => {
  const { one } = await twoOfficers(hospital);
  const { text } = await inForce(one);
  await one.signIn(page, "/console/policy?view=propose");
  const note = `Away ${randomBytes(3).toString("hex")}`;
  await page.getByRole("textbox", { name: "The new text" }).fill(withPlace(text));
  await page.getByLabel("What is changed, and why").fill(note);
  const keys: (string | undefined)[] = [];
  let away = true;
  await page.route("**/api/v1/policy/proposals", async (route) => {
    keys.push(route.request().headers()["idempotency-key"]);
    if (!away) return route.continue();
    // It arrives, and the answer is lost.
    await route.fetch();
    return route.abort();
  });
  await page.getByRole("button", { name: "Propose", exact: true }).click();
  await expect(page.getByText("The server cannot be reached.").first()).toBeVisible();
  await expect(page.getByLabel("What is changed, and why")).toHaveValue(note);
  away = false;
  await page.getByRole("button", { name: "Propose", exact: true }).click();
  await expect(page.getByText("Proposed", { exact: true })).toBeVisible();
  expect(keys).toHaveLength(2);
  expect(keys[0]).toBe(keys[1]);
  const { proposals } = (await one.must("GET", "/api/v1/policy")) as { proposals: { note: string }[] };
  expect(proposals.filter((each) => each.note === note)).toHaveLength(1);
});

test("proposed by one, signed by another, in force for both without reloading", async ({ hospital, page, browser }) => {
  test.setTimeout(120_000);
  const { one, other } = await twoOfficers(hospital);
  const before = await inForce(one);
  const note = `A room ${randomBytes(3).toString("hex")}`;
  const second = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
  await other.signIn(second, "/console/policy?view=waiting");
  await one.signIn(page, "/console/policy?view=propose");
  await page.getByRole("textbox", { name: "The new text" }).fill(withPlace(before.text));
  await page.getByLabel("What is changed, and why").fill(note);
  await page.getByRole("button", { name: "Propose", exact: true }).click();
  await expect(page.getByText("Proposed", { exact: true })).toBeVisible();
  await expect(page.getByText(/Added.*places room-/)).toBeVisible();
  await noViolations(page, "proposed");
  await page.getByRole("button", { name: "Show what waits" }).click();
  await expect(proposal(page, note).getByText("You proposed this. Somebody else has to sign it.")).toBeVisible();
  await expect(proposal(page, note).getByRole("button", { name: "Sign" })).toHaveCount(0);

  // The other's screen was told.
  await expect(proposal(second, note)).toBeVisible();
  await expect(proposal(second, note).getByText("Olga Eins")).toBeVisible();
  await noViolations(second, "a proposal that waits");
  await proposal(second, note).getByRole("button", { name: "Sign" }).click();
  const dialog = second.getByRole("dialog", { name: "Put this policy in force?" });
  await expect(dialog.getByText(`Olga Eins proposes: ${note}`)).toBeVisible();
  await expect(dialog.getByText("It adds 1, changes 0 and removes 0 statements.")).toBeVisible();
  await expect(dialog.getByText("Open glass that it would no longer give ends at once")).toBeVisible();
  await noViolations(second, "before signing");
  try {
    await dialog.getByRole("button", { name: "Sign" }).click();
    await expect(second.getByText("The policy is in force.")).toBeVisible();
    await expect(proposal(second, note)).toHaveCount(0);
    await expect(proposal(page, note)).toHaveCount(0);
    await tab(page, "In force");
    await expect(page.getByText("Signed by").locator("..")).toContainText("Zwei <script>alert(2)</script>");
    expect((await inForce(one)).version).not.toBe(before.version);
  } finally {
    if ((await inForce(one)).version !== before.version) await restore(before.text, one, other);
    await second.context().close();
  }
});

test("a proposal that another policy has overtaken is not signed, and its text is not lost", async ({ hospital, page }) => {
  test.setTimeout(120_000);
  const { one, other } = await twoOfficers(hospital);
  const before = await inForce(one);
  const note = `Overtaken ${randomBytes(3).toString("hex")}`;
  const overtaken = withPlace(before.text);
  await propose(one, overtaken, note);
  await other.signIn(page, "/console/policy?view=waiting");
  // What the server tells of the other signature does not reach this screen.
  await proposal(page, note).getByRole("button", { name: "Sign" }).click();
  const dialog = page.getByRole("dialog");
  await page.route(/\/api\/v1\/(policy|events)$/, (route) => route.abort());
  try {
    await sign(other, await propose(one, withPlace(before.text), "Quicker"));
    await dialog.getByRole("button", { name: "Sign" }).click();
    await expect(dialog.getByText("Another policy came into force since this was proposed")).toBeVisible();
    await noViolations(page, "a conflict");
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await proposal(page, note).getByRole("button", { name: "Go on with its text" }).click();
    await expect(page.getByRole("textbox", { name: "The new text" })).toHaveValue(overtaken);
    await expect(page.getByLabel("What is changed, and why")).toHaveValue(note);
  } finally {
    await page.unrouteAll();
    await restore(before.text, one, other);
  }
});

test("whoever enrolled the other does not count as a second person", async ({ hospital, page }) => {
  const administrator = await hospital.newPerson({ roles: ["administrator"] });
  const id = `t.${randomBytes(5).toString("hex")}`;
  const [password, secret] = [randomBytes(12).toString("base64url"), toBase32(randomBytes(20))];
  await administrator.must("PUT", `/api/v1/staff/${id}`, { name: "Enrolled by them", roles: ["privacy-officer"], active: true });
  await administrator.must("PUT", `/api/v1/staff/${id}/password`, { password });
  await administrator.must("POST", `/api/v1/staff/${id}/totp`, { secret });
  const enrolled = new Person(hospital.url, id, "Enrolled by them", password, fromBase32(secret));
  const note = `One hand ${randomBytes(3).toString("hex")}`;
  await propose(administrator, withPlace((await inForce(administrator)).text), note);
  await enrolled.signIn(page, "/console/policy?view=waiting");
  await proposal(page, note).getByRole("button", { name: "Sign" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Sign" }).click();
  await expect(dialog.getByText("You and the proposer do not count as two people here")).toBeVisible();
  await noViolations(page, "not two people");
});

test("why is it so: a decision is taken apart, rule by rule; a reference code is looked up", async ({ hospital, page }) => {
  const physician = await hospital.newPerson({ roles: ["physician"] });
  const opened = (await physician.must("POST", "/api/v1/charts/~/open", {}, { "Halligan-Patient": "p-000002" })) as { code: string };
  const { other } = await twoOfficers(hospital);
  const urls: string[] = [];
  page.on("request", (request) => urls.push(request.url()));
  await other.signIn(page, "/console/policy?view=why");
  await page.getByRole("button", { name: "Explain" }).click();
  await expect(page.getByText("Enter the id of a patient")).toBeVisible();
  await page.getByLabel("Who", { exact: true }).fill(physician.id);
  await page.getByLabel("Whose chart").fill("p-000002");
  await page.getByRole("button", { name: "Explain" }).click();
  await expect(page.getByText(/It can be had for a reason: .*Clinical access, Threat to life/)).toBeVisible();
  await expect(page.getByRole("button", { name: "Show clinical-access in the text" })).toBeVisible();
  await noViolations(page, "a decision taken apart");
  await page.getByLabel("Who", { exact: true }).fill("a.osei");
  await page.getByLabel("Whose chart").fill("p-000001");
  await page.getByRole("button", { name: "Explain" }).click();
  await expect(page.getByText("It goes without asking, by the rule open-referral.")).toBeVisible();
  await expect(page.getByText("referral(team/cardiology, patient/p-000001)").first()).toBeVisible();
  await page.getByLabel("Whose chart").fill("p-000010");
  await page.getByRole("button", { name: "Explain" }).click();
  await expect(page.getByText("excluded-by-patient").first()).toBeVisible();
  await page.getByLabel("Who", { exact: true }).fill("nobody.at.all");
  await page.getByRole("button", { name: "Explain" }).click();
  await expect(page.getByText("Nobody is enrolled under this user name")).toBeVisible();

  await page.getByRole("textbox", { name: "Reference code" }).fill("zzzzzz");
  await page.getByRole("button", { name: "Look it up" }).click();
  await expect(page.getByText("No code that this server remembers reads like this.")).toBeVisible();
  await page.getByRole("textbox", { name: "Reference code" }).fill(opened.code.toLowerCase().replace("-", " "));
  await page.getByRole("button", { name: "Look it up" }).click();
  await expect(page.getByText("p-000002", { exact: true })).toBeVisible();
  await expect(page.getByText(physician.name)).toBeVisible();
  await noViolations(page, "a code looked up");
  expect(urls.filter((url) => url.includes("p-0000"))).toEqual([]);
  await page.getByLabel("Who", { exact: true }).fill("a.osei");
  await page.getByLabel("Whose chart").fill("p-000001");
  await page.getByRole("button", { name: "Explain" }).click();
  await page.getByRole("button", { name: "Show open-referral in the text" }).click();
  const shown = page.getByRole("region", { name: "Text of the policy" }).locator("li.h-line-shown + li");
  await expect(shown).toContainText('"open-referral"');
  await expect(shown).toBeInViewport();
});

test("who may not see the policy's page is told so", async ({ hospital, page }) => {
  const nurse = await hospital.newPerson({ roles: ["nurse"] });
  await nurse.signIn(page, "/console/policy");
  await expect(page.getByText("Your roles do not allow this.")).toBeVisible();
  await expect(page.getByRole("link", { name: "Policy" })).toHaveCount(0);
});

test("the policy may be printed by the browser's own command; why something is so, of a patient, may not", async ({ hospital, page }) => {
  const { other } = await twoOfficers(hospital);
  await other.signIn(page, "/console/policy?view=why");
  await page.getByLabel("Whose chart").fill("p-000001");
  await page.getByLabel("Who", { exact: true }).fill("a.osei");
  await page.getByRole("button", { name: "Explain" }).click();
  await expect(page.getByText("referral(team/cardiology, patient/p-000001)").first()).toBeVisible();
  const sentence = page.getByText("Nothing of a patient is printed in this way.");
  await page.emulateMedia({ media: "print" });
  await expect(sentence).toBeVisible();
  await expect(page.getByText("p-000001").filter({ visible: true })).toHaveCount(0);
  await expect(page.getByLabel("Whose chart")).toBeHidden();
  await page.emulateMedia({ media: "screen" });
  await tab(page, "In force");
  await page.emulateMedia({ media: "print" });
  await expect(page.getByText("Proposed by")).toBeVisible();
  await expect(sentence).toBeHidden();
});
