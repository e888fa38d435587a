import type { Page } from "@playwright/test";
import { generateKeyPairSync, randomBytes, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { noViolations } from "./axe";
import { expect, fromBase32, Person, test, type Hospital } from "./hospital";
import { looks } from "./looks";

async function openAs(hospital: Hospital, page: Page, roles: string[], view = "staff") {
  const person = await hospital.newPerson({ roles });
  await person.signIn(page, `/console/people?view=${view}`);
  await expect(page.getByRole("heading", { name: "People", level: 1 })).toBeVisible();
  return person;
}

function search(page: Page) {
  return page.getByLabel("Name, user name or department");
}

async function openPerson(page: Page, person: { id: string; name: string }) {
  await search(page).fill(person.id);
  await expect(page.getByText(/^1 person of/)).toBeVisible();
  await page.getByRole("button", { name: person.name }).click();
  return page.getByRole("dialog", { name: person.name });
}

test("the roster: who can break the glass today, who cannot although their role says so, and what they lack", async ({ hospital, page }) => {
  await openAs(hospital, page, ["privacy-officer"]);
  await expect(page.getByText(/^\d+ people of \d+$/)).toBeVisible();
  await noViolations(page, "the roster");
  await search(page).fill("osei");
  const row = page.getByRole("listitem").filter({ hasText: "a.osei" });
  await expect(row.getByText("physician")).toBeVisible();
  await expect(row.getByText("Can break the glass")).toBeVisible();
  await search(page).fill("");
  await page.getByLabel("Glass", { exact: true }).selectOption("lacking");
  const rows = page.getByRole("tabpanel", { name: "Staff" }).getByRole("list").getByRole("listitem");
  await expect(rows.first()).toContainText("Lacks: password, authenticator");
  const lacking = await rows.count();
  await expect(page.getByText("Cannot, although their role says so").first().locator("..")).toContainText(String(lacking));
  await page.getByLabel("Role", { exact: true }).selectOption("paramedic");
  await expect(async () => expect(await rows.count()).toBeLessThan(lacking)).toPass();
  await page.getByRole("tab", { name: "Roles" }).click();
  await expect(page.getByRole("rowheader", { name: "physician" })).toBeVisible();
  await noViolations(page, "roles");
  await page.getByRole("button", { name: "registrar" }).click();
  await expect(page.getByRole("button", { name: "Ruth Hall" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Ama Osei" })).toHaveCount(0);
});

test("an officer who is no administrator is not offered what administrators may do", async ({ hospital, page }) => {
  const nurse = await hospital.newPerson({ roles: ["nurse"] });
  await openAs(hospital, page, ["privacy-officer"]);
  await expect(search(page)).toBeVisible();
  await expect(page.getByRole("button", { name: "Enrol somebody" })).toHaveCount(0);
  const dialog = await openPerson(page, nurse);
  await expect(dialog.getByText("Only administrators change what is said of people.")).toBeVisible();
  await expect(dialog.getByText("Password, authenticator and passkeys")).toHaveCount(0);
  await expect(dialog.getByRole("button", { name: "Sign out everywhere" })).toBeVisible();
  await noViolations(page, "a person, for an officer");
  await page.keyboard.press("Escape");
  await page.getByRole("tab", { name: "Terminals" }).click();
  await expect(page.getByText("ed-1")).toBeVisible();
  await expect(page.getByRole("button", { name: "Enrol a terminal" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: /Renew the secret/ })).toHaveCount(0);
});

test("somebody new is enrolled, with password and authenticator, and can sign in", async ({ hospital, page }) => {
  test.setTimeout(120_000);
  await openAs(hospital, page, ["administrator"]);
  const id = `t.${randomBytes(5).toString("hex")}`;
  const name = "נועה <script>alert(1)</script> Ørsted";
  await page.getByRole("button", { name: "Enrol somebody" }).click();
  const enrol = page.getByRole("dialog", { name: "Enrol somebody" });
  await enrol.getByRole("button", { name: "Enrol" }).click();
  await expect(enrol.getByText("Enter 1 to 64 letters")).toBeVisible();
  await expect(enrol.getByText("Enter their name")).toBeVisible();
  await noViolations(page, "enrolling, with what is missing");
  await enrol.getByLabel("User name").fill("a.osei");
  await expect(enrol.getByText("Somebody is enrolled under this user name")).toBeVisible();
  await enrol.getByLabel("User name").fill(id);
  await enrol.getByLabel("Name", { exact: true }).fill(name);
  await enrol.getByLabel("Department").fill("cardiology");
  await enrol.getByLabel("nurse", { exact: true }).check();
  await enrol.getByRole("button", { name: "Enrol" }).click();

  const person = page.getByRole("dialog", { name });
  await expect(person.getByText("Lacks: password, authenticator")).toBeVisible();
  await person.getByText("Password, authenticator and passkeys").click();
  const password = randomBytes(12).toString("base64url");
  await person.getByLabel("New password").fill("short");
  await person.getByRole("button", { name: "Set password" }).click();
  await expect(person.getByText("Enter at least 8 characters")).toBeVisible();
  await person.getByLabel("New password").fill(password);
  await person.getByRole("button", { name: "Set password" }).click();
  await expect(person.getByText("The password is set.")).toBeVisible();
  await expect(person.getByLabel("New password")).toHaveValue("");
  await person.getByRole("button", { name: "Enrol authenticator" }).click();
  const asked = page.getByRole("dialog", { name: `Enrol an authenticator for ${name}?` });
  await noViolations(page, "before an authenticator is enrolled");
  await asked.getByRole("button", { name: "Enrol authenticator" }).click();
  const once = page.getByRole("dialog", { name: `The authenticator of ${name}` });
  const secret = (await once.getByRole("definition").first().innerText()).replace(/\s/g, "");
  await expect(once.getByText(new RegExp(`^otpauth://totp/.*secret=${secret}`))).toBeVisible();
  await noViolations(page, "a secret that is shown once");
  await page.keyboard.press("Escape");
  await expect(once).toBeVisible();
  await once.getByRole("button", { name: "It is passed on" }).click();
  await expect(page.getByText(secret.slice(0, 4))).toHaveCount(0);
  await expect(person.getByText("Can break the glass")).toBeVisible();
  const session = (await new Person(hospital.url, id, name, password, fromBase32(secret)).must("GET", "/api/v1/session")) as { name: string };
  expect(session.name).toBe(name);
});

test("a proof that is too old is asked for in place, and what was typed goes on from there", async ({ hospital, page }) => {
  test.setTimeout(90_000);
  const nurse = await hospital.newPerson({ roles: ["nurse"] });
  const admin = await openAs(hospital, page, ["administrator"]);
  // As a quarter of an hour after signing in.
  await page.route(
    `**/api/v1/staff/${nurse.id}/password`,
    (route) =>
      route.fulfill({
        status: 401,
        contentType: "application/problem+json",
        json: { type: "urn:halligan:problem:step-up-needed", title: "", status: 401, detail: "", code: "", max_age_seconds: 900 },
      }),
    { times: 1 },
  );
  const person = await openPerson(page, nurse);
  await person.getByText("Password, authenticator and passkeys").click();
  await person.getByLabel("New password").fill("another passphrase");
  await person.getByRole("button", { name: "Set password" }).click();
  const proof = page.getByRole("dialog", { name: "Prove that it is you" });
  await noViolations(page, "a code, asked over a person");
  await proof.getByLabel("One-time code").fill(await admin.code());
  await proof.getByRole("button", { name: "Confirm" }).click();
  await expect(person.getByText("The password is set.")).toBeVisible();
});

test("roles are changed and a person deactivated only when asked once more, and it ends their sessions", async ({ hospital, page }) => {
  const nurse = await hospital.newPerson({ roles: ["nurse"], name: "Nora Wechsel" });
  await nurse.must("GET", "/api/v1/session");
  await openAs(hospital, page, ["administrator"]);
  const dialog = await openPerson(page, nurse);
  await dialog.getByText("Change what is said of them").click();
  await noViolations(page, "a person, for an administrator");
  await dialog.getByLabel("Department").fill("ward-z");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("ward-z")).toBeVisible();
  expect((await nurse.ask("GET", "/api/v1/session")).status()).toBe(200);

  await dialog.getByLabel("therapist").check();
  await dialog.getByRole("button", { name: "Save" }).click();
  const asked = page.getByRole("dialog", { name: "Change what Nora Wechsel may do?" });
  await expect(asked.getByText("From now on Nora Wechsel has these roles: nurse, therapist.")).toBeVisible();
  await noViolations(page, "before roles are changed");
  await asked.getByRole("button", { name: "Cancel" }).click();
  expect((await nurse.ask("GET", "/api/v1/session")).status()).toBe(200);
  await dialog.getByRole("button", { name: "Save" }).click();
  await asked.getByRole("button", { name: "Change roles" }).click();
  await expect(dialog.getByText("nurse, therapist")).toBeVisible();
  expect((await nurse.ask("GET", "/api/v1/session")).status()).toBe(401);

  await dialog.getByRole("checkbox", { name: "Active" }).uncheck();
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByRole("dialog", { name: "Change what Nora Wechsel may do?" }).getByRole("button", { name: "Deactivate" }).click();
  await expect(dialog.getByText("Not active").first()).toBeVisible();
});

test("a person is signed out everywhere, by an officer, after being asked once more", async ({ hospital, page }) => {
  const nurse = await hospital.newPerson({ roles: ["nurse"], name: "Nora Weg" });
  await nurse.must("GET", "/api/v1/session");
  await openAs(hospital, page, ["privacy-officer"]);
  const dialog = await openPerson(page, nurse);
  await dialog.getByRole("button", { name: "Sign out everywhere" }).click();
  const asked = page.getByRole("dialog", { name: "Sign Nora Weg out everywhere?" });
  await expect(asked.getByText("Every session of Nora Weg ends at once, and every glass in it.")).toBeVisible();
  await noViolations(page, "before somebody is signed out");
  await asked.getByRole("button", { name: "Sign out everywhere" }).click();
  await expect(dialog.getByText("1 session has ended.")).toBeVisible();
  expect((await nurse.ask("GET", "/api/v1/session")).status()).toBe(401);
});

test("nobody changes their own roles; a change by somebody else shows without reloading", async ({ hospital, page }) => {
  const administrator = await openAs(hospital, page, ["administrator"]);
  const dialog = await openPerson(page, administrator);
  await dialog.getByText("Change what is said of them").click();
  await expect(dialog.getByText("Your roles, and whether you are active, are for somebody else to change.")).toBeVisible();
  await expect(dialog.getByRole("checkbox")).toHaveCount(0);
  await page.keyboard.press("Escape");
  const nurse = await hospital.newPerson({ roles: ["nurse"], name: "Neu <b>Hier</b>" });
  await search(page).fill(nurse.id);
  await expect(page.getByRole("button", { name: "Neu <b>Hier</b>" })).toBeVisible();
});

test("a refusal of the server is said where it was asked", async ({ hospital, page }) => {
  const nurse = await hospital.newPerson({ roles: ["nurse"], name: "Nora Bleibt" });
  await openAs(hospital, page, ["administrator"]);
  const dialog = await openPerson(page, nurse);
  await dialog.getByText("Change what is said of them").click();
  await dialog.getByLabel("interface").check();
  await dialog.getByRole("button", { name: "Save" }).click();
  const asked = page.getByRole("dialog", { name: "Change what Nora Bleibt may do?" });
  await asked.getByRole("button", { name: "Change roles" }).click();
  await expect(asked.getByRole("alert")).toContainText("the role interface goes with no other role");
  await page.route("**/api/v1/staff/*", (route) => route.abort());
  await asked.getByRole("button", { name: "Change roles" }).click();
  await expect(asked.getByRole("alert")).toContainText("The server cannot be reached.");
  await asked.getByRole("button", { name: "Cancel" }).click();
  await expect(dialog.getByLabel("interface")).toBeChecked();
});

test("terminals: one is enrolled, and its secret, shown once, tells where a session stands", async ({ hospital, page, request }) => {
  await openAs(hospital, page, ["administrator"], "terminals");
  const terminal = `t-${randomBytes(4).toString("hex")}`;
  await expect(page.getByText("ed-1")).toBeVisible();
  await noViolations(page, "terminals");
  await page.getByRole("button", { name: "Enrol a terminal" }).click();
  const enrol = page.getByRole("dialog", { name: "Enrol a terminal" });
  await enrol.getByLabel("Name of the terminal").fill("ed-1");
  await enrol.getByLabel("Place").fill("a b");
  await enrol.getByRole("button", { name: "Enrol a terminal" }).click();
  await expect(enrol.getByText("A terminal is enrolled under this name")).toBeVisible();
  await expect(enrol.getByText("Enter an id, or kind/id")).toBeVisible();
  await noViolations(page, "a terminal, with what is wrong");
  await enrol.getByLabel("Name of the terminal").fill(terminal);
  await enrol.getByLabel("Place").fill("ward-a");
  await enrol.getByRole("button", { name: "Enrol a terminal" }).click();
  await page.getByRole("button", { name: `Renew the secret of ${terminal}` }).click();
  await page.getByRole("dialog", { name: `Renew the secret of ${terminal}?` }).getByRole("button", { name: "Renew secret" }).click();
  const once = page.getByRole("dialog", { name: `The secret of ${terminal}` });
  const secret = await once.getByRole("definition").innerText();
  await once.getByRole("button", { name: "It is passed on" }).click();
  const nurse = await hospital.newPerson({ roles: ["nurse"] });
  const body = { user: nurse.id, password: nurse.password, code: await nurse.code(), terminal: { id: terminal, secret } };
  const made = await request.post(`${hospital.url}/api/v1/sessions`, { data: body });
  expect(((await made.json()) as { place: string }).place).toBe("ward-a");
  await page.getByRole("button", { name: `Change ${terminal}` }).click();
  const change = page.getByRole("dialog", { name: `Change ${terminal}` });
  await change.getByLabel("Active").uncheck();
  await change.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: terminal }).getByText("Not active")).toBeVisible();
});

test("terminals: a certificate is taken from a file without its key, is shown, and taken away", async ({ hospital, page }) => {
  await openAs(hospital, page, ["administrator"], "terminals");
  const pem = readFileSync(fileURLToPath(new URL("vectors/terminal.pem", import.meta.url)));
  const hash = new X509Certificate(pem).fingerprint256.replaceAll(":", "").toLowerCase();
  await page.getByRole("button", { name: "Certificate of ed-1" }).click();
  const dialog = page.getByRole("dialog", { name: "Certificate of ed-1" });
  await dialog.getByRole("button", { name: "Use this certificate" }).click();
  await expect(dialog.getByText("Choose a file")).toBeVisible();
  const key = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" });
  const choose = (name: string, buffer: Buffer) =>
    dialog.getByLabel("File with its certificate").setInputFiles({ name, mimeType: "application/x-pem-file", buffer });
  await choose("key.pem", Buffer.from(key));
  await expect(dialog.getByText("There is no certificate in that file")).toBeVisible();
  await noViolations(page, "a terminal's certificate, with what is wrong");
  await looks(page, "terminal-certificate");
  await choose("both.pem", Buffer.concat([Buffer.from(key), pem]));
  const sent = page.waitForRequest((request) => request.url().endsWith("/certificate"));
  await dialog.getByRole("button", { name: "Use this certificate" }).click();
  expect((await sent).postData()).not.toContain("PRIVATE KEY");
  const line = page.getByRole("listitem").filter({ has: page.getByText("ed-1", { exact: true }) });
  await expect(line.getByText(`${hash.slice(0, 16)}…`)).toBeVisible();

  await page.getByRole("button", { name: "Certificate of ed-1" }).click();
  await expect(dialog.getByText(hash)).toBeVisible();
  await looks(page, "terminal-certificate-known");
  await choose("terminal.der", new X509Certificate(pem).raw);
  await dialog.getByRole("button", { name: "Use this one instead" }).click();
  await expect(dialog).toBeHidden();
  await expect(line.getByText(`${hash.slice(0, 16)}…`)).toBeVisible();
  await looks(page, "terminals-certificate");

  await page.getByRole("button", { name: "Certificate of ed-1" }).click();
  await dialog.getByRole("button", { name: "Take it away" }).click();
  await dialog.getByRole("button", { name: "Take it away now" }).click();
  await expect(line.getByText("…")).toHaveCount(0);
});

test("several hundred people are searched and sorted without waiting", async ({ hospital, page }) => {
  const many = Array.from({ length: 800 }, (_, i) => ({
    staff: `m.${String(i)}`,
    name: `${String.fromCharCode(65 + (i % 26))}. Łukasz Müller ${String(i)}`,
    roles: i % 3 === 0 ? ["nurse"] : ["physician"],
    department: `ward-${String(i % 9)}`,
    active: i % 11 !== 0,
    factors: ["password", "totp"],
    passkeys: [],
    ways: [{ way: "password", last: null }],
    password_lock: "no",
    may_break: true,
    lacks: i % 5 === 0 ? ["totp"] : [],
    can_break: i % 5 !== 0 && i % 11 !== 0,
  }));
  await page.route("**/api/v1/staff", (route) => route.fulfill({ json: many }));
  await openAs(hospital, page, ["privacy-officer"]);
  await expect(page.getByText("800 people of 800")).toBeVisible();
  const took = await page.evaluate(async () => {
    const field = document.querySelector<HTMLInputElement>("#roster-text")!;
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")!.set!;
    const began = performance.now();
    set.call(field, "lukasz muller 799");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    while (!document.body.innerText.includes("1 person of 800")) await new Promise((next) => requestAnimationFrame(next));
    return performance.now() - began;
  });
  test.info().annotations.push({ type: "ms until 800 people are searched", description: String(Math.round(took)) });
  expect(took).toBeLessThan(1000);
  await search(page).fill("");
  await page.getByRole("button", { name: "Show more" }).click();
  await expect(page.getByRole("tabpanel", { name: "Staff" }).getByRole("list").getByRole("listitem")).toHaveCount(300);
});

test("who may not see the people's page is told so", async ({ hospital, page }) => {
  const nurse = await hospital.newPerson({ roles: ["nurse"] });
  await nurse.signIn(page, "/console/people");
  await expect(page.getByText("Your roles do not allow this.")).toBeVisible();
});
