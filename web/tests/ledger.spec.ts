import type { Page } from "@playwright/test";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { noViolations } from "./axe";
import { expect, test, type Hospital } from "./hospital";

async function open(hospital: Hospital, page: Page, roles = ["ledger-reader"]) {
  const reader = await hospital.newPerson({ roles });
  await reader.signIn(page, "/console/ledger");
  await expect(page.getByRole("heading", { name: "Ledger", level: 1 })).toBeVisible();
  return reader;
}

async function verify(page: Page) {
  await page.getByRole("button", { name: "Verify now" }).click();
}

const isTrue = "The ledger is what was signed";
const isUntrue = "This ledger is not what was signed";

test("the ledger is verified in the browser, and goes on from what this browser saw before", async ({ hospital, page }) => {
  const reader = await open(hospital, page);
  await expect(page.getByText("This browser has not verified this ledger yet.")).toBeVisible();
  await noViolations(page, "the ledger before it was verified");
  await verify(page);
  await expect(page.getByRole("heading", { name: isTrue })).toBeVisible();
  await expect(page.getByText("This is the first checkpoint that this browser has verified.")).toBeVisible();
  await noViolations(page, "the ledger, verified");
  const first = (await reader.must("GET", "/api/v1/ledger")) as { checkpoint_size: number };
  await hospital.newPerson({ roles: ["nurse"] });
  await page.reload();
  await expect(page.getByText(/This browser last verified it on/)).toBeVisible();
  await expect(async () => {
    const now = (await reader.must("GET", "/api/v1/ledger")) as { checkpoint_size: number };
    expect(now.checkpoint_size).toBeGreaterThan(first.checkpoint_size);
  }).toPass();
  await verify(page);
  await expect(page.getByText(/It goes on from the checkpoint of [\d,]+ entries that this browser verified/)).toBeVisible();
});

test("what this browser keeps of the ledger is nothing of anybody", async ({ hospital, page }) => {
  await open(hospital, page);
  await verify(page);
  await expect(page.getByRole("heading", { name: isTrue })).toBeVisible();
  const kept = await page.evaluate(() => Object.entries(localStorage));
  expect(kept.map(([key]) => key)).toEqual(["halligan.ledger"]);
  const value = JSON.parse(kept[0]![1]) as { seen: object };
  expect(Object.keys(value).sort()).toEqual(["compared", "key", "seen"]);
  expect(Object.keys(value.seen).sort()).toEqual(["at", "root", "size"]);
});

test("a changed tile is named on the screen, with the entries in it", async ({ hospital, page }) => {
  await open(hospital, page);
  await page.route("**/ledger/tile/0/000", async (route) => {
    const answer = await route.fetch();
    const body = Buffer.from(await answer.body());
    body[1234]! ^= 1;
    await route.fulfill({ response: answer, body });
  });
  await verify(page);
  await expect(page.getByRole("alert").getByRole("heading", { name: isUntrue })).toBeVisible();
  await expect(page.getByText("Something among the entries 0 to 255 was changed.")).toBeVisible();
  await expect(page.getByText("The tile 0/000 is not the one that was signed")).toBeVisible();
  await expect(page.getByText(isTrue)).toHaveCount(0);
  await noViolations(page, "a changed tile");
  await page.unroute("**/ledger/tile/0/000");
  await verify(page);
  await expect(page.getByRole("heading", { name: isTrue })).toBeVisible();
});

test("a checkpoint whose signature or size was changed is named on the screen", async ({ hospital, page }) => {
  await open(hospital, page);
  await page.route("**/ledger/checkpoint", async (route) => {
    const answer = await route.fetch();
    const note = (await answer.text()).replace(/(\S+)\n$/, (_, blob: string) => {
      const bytes = Buffer.from(blob, "base64");
      bytes[20]! ^= 1;
      return `${bytes.toString("base64")}\n`;
    });
    await route.fulfill({ response: answer, body: note });
  });
  await verify(page);
  await expect(page.getByText("The signature of the checkpoint is wrong.")).toBeVisible();
  await page.unroute("**/ledger/checkpoint");
  await page.route("**/ledger/checkpoint", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: (await answer.text()).replace(/\n(\d+)\n/, (_, size) => `\n${String(Number(size) - 1)}\n`) });
  });
  await verify(page);
  await expect(page.getByText("The signature of the checkpoint is wrong.")).toBeVisible();
  await expect(page.getByRole("heading", { name: isUntrue })).toBeVisible();
});

test("a ledger that became shorter is told from one that is another", async ({ hospital, page }) => {
  const reader = await open(hospital, page);
  const old = await (await reader.ask("GET", "/ledger/checkpoint")).text();
  await hospital.newPerson({ roles: ["nurse"] });
  await expect(async () => {
    expect(await (await reader.ask("GET", "/ledger/checkpoint")).text()).not.toBe(old);
  }).toPass();
  await verify(page);
  await expect(page.getByRole("heading", { name: isTrue })).toBeVisible();
  await page.route("**/ledger/checkpoint", (route) => route.fulfill({ contentType: "text/plain", body: old }));
  await verify(page);
  await expect(page.getByText(/The ledger has become shorter: this browser saw [\d,]+ entries, and now only [\d,]+ are signed./)).toBeVisible();
  await noViolations(page, "a shorter ledger");
  await page.unroute("**/ledger/checkpoint");
  // Another history before: as if this browser had seen another root at that size.
  await page.evaluate(() => {
    const kept = JSON.parse(localStorage.getItem("halligan.ledger")!) as { seen: { root: string } };
    kept.seen.root = kept.seen.root.startsWith("A") ? `B${kept.seen.root.slice(1)}` : `A${kept.seen.root.slice(1)}`;
    localStorage.setItem("halligan.ledger", JSON.stringify(kept));
  });
  await page.reload();
  await verify(page);
  await expect(page.getByText(/The first [\d,]+ entries are others than those that this browser saw before./)).toBeVisible();
});

test("the key is compared with one from outside; another key that the server names is not believed by itself", async ({ hospital, page }) => {
  const reader = await open(hospital, page);
  const { log_key } = (await reader.must("GET", "/api/v1/ledger")) as { log_key: string };
  await expect(page.getByText("Believed at first sight")).toBeVisible();
  const given = page.getByLabel("Key from outside");
  await given.fill(`${log_key.slice(0, -2)}xx`);
  await page.getByRole("button", { name: "Compare" }).click();
  await expect(page.getByText("This is no key of a log, or a letter of it is wrong")).toBeVisible();
  await noViolations(page, "a wrong key");
  await given.fill(log_key);
  await page.getByRole("button", { name: "Compare" }).click();
  await expect(page.getByText("It is the same key.")).toBeVisible();
  await expect(page.getByText("Compared", { exact: true })).toBeVisible();
  const other = "halligan.example/other+" + keyOf("halligan.example/other").text.split("+").slice(1).join("+");
  await page.route("**/api/v1/ledger", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...((await answer.json()) as object), log_key: other } });
  });
  await page.reload();
  await expect(page.getByText("The server now names another key.")).toBeVisible();
  await noViolations(page, "another key");
  await verify(page);
  await expect(page.getByRole("heading", { name: isTrue })).toBeVisible();
  await page.getByRole("button", { name: "Believe the other key" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Believe it" }).click();
  await verify(page);
  await expect(page.getByText("The checkpoint is not signed with the key that this browser believes.")).toBeVisible();
});

test("receipts, of the server's and kept ones, prove an entry here in the browser", async ({ hospital, page }) => {
  const reader = await open(hospital, page);
  const index = page.getByLabel("Number of the entry");
  const check = page.getByRole("button", { name: "Check", exact: true });
  await check.click();
  await expect(page.getByText("Enter the number of an entry")).toBeVisible();
  await index.fill("17");
  await check.click();
  await expect(page.getByText(/Entry 17 is in the ledger, as it was among its first [\d,]+ entries/)).toBeVisible();
  await noViolations(page, "a receipt that holds");
  const kept = await (await reader.ask("GET", "/ledger/receipt/21")).text();
  await page.getByText("Check a receipt that somebody has kept").click();
  await page.getByLabel("The receipt").fill(kept);
  await check.click();
  await expect(page.getByText(/Entry 21 is in the ledger/)).toBeVisible();
  await page.getByLabel("The receipt").fill(kept.replace("index 21", "index 22"));
  await check.click();
  await expect(page.getByText("The entry that the ledger has at this place is not the one that the receipt was given for.")).toBeVisible();
  await page.getByLabel("The receipt").fill("hello");
  await check.click();
  await expect(page.getByText("This is no receipt: it begins with")).toBeVisible();
  await noViolations(page, "no receipt");
});

test("entries in clear are shown when asked for, and that is an entry; administrators are not offered them", async ({ hospital, page }) => {
  let asked = 0;
  page.on("request", (request) => {
    if (request.url().includes("/api/v1/entries")) ++asked;
  });
  const reader = await open(hospital, page);
  await expect(page.getByText("Every look at entries is written down as an entry, with your name.")).toBeVisible();
  expect(asked).toBe(0);
  await page.getByLabel("From number").fill("0");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await expect(page.getByText("Entries 0 to 49, the newest first.")).toBeVisible();
  expect(asked).toBe(1);
  await noViolations(page, "entries in clear");
  await page.getByRole("button", { name: "Newer" }).click();
  await expect(page.getByText("Entries 50 to 99, the newest first.")).toBeVisible();
  const { size } = (await reader.must("GET", "/api/v1/ledger")) as { size: number };
  await page.getByLabel("From number").fill(String(size - 45)); // others write, too
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await expect(page.getByText("ledger-read").first()).toBeVisible();
  await expect(page.getByText("entries from 50, at most 50")).toBeVisible();
  const administrator = await hospital.newPerson({ roles: ["administrator"] });
  await page.getByRole("button", { name: "Sign out" }).click();
  await administrator.signIn(page, "/console/ledger");
  await expect(page.getByRole("button", { name: "Verify now" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Entries in clear" })).toHaveCount(0);
});

test("a server that goes away while the ledger is verified is no proof of anything", async ({ hospital, page }) => {
  await open(hospital, page);
  await page.route("**/ledger/tile/**", (route) => route.abort());
  await verify(page);
  await expect(page.getByText("It could not be verified. That says nothing about the ledger, either way.")).toBeVisible();
  await expect(page.getByText("The server cannot be reached. Nothing was done; try again in a moment.")).toBeVisible();
  await page.unroute("**/ledger/tile/**");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { name: isTrue })).toBeVisible();
});

test("who may not see the ledger's page is told so", async ({ hospital, page }) => {
  const nurse = await hospital.newPerson({ roles: ["nurse"] });
  await nurse.signIn(page, "/console/ledger");
  await expect(page.getByText("Your roles do not allow this.")).toBeVisible();
  await expect(page.getByRole("link", { name: "Ledger" })).toHaveCount(0);
});

function sha256(...parts: Uint8Array[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function keyOf(name: string) {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  const material = Buffer.concat([Buffer.of(1), raw]);
  const id = sha256(Buffer.from(`${name}\n`), material).subarray(0, 4);
  return { privateKey, id, text: `${name}+${id.toString("hex")}+${material.toString("base64")}` };
}

/** The root over `size` leaves that are all the same, and the hash of a full tile of them, and of 256 such tiles. */
function uniform(leaf: Buffer, size: number) {
  const perfect = [leaf];
  for (let height = 1; height < 40; ++height) perfect.push(sha256(Buffer.of(1), perfect[height - 1]!, perfect[height - 1]!));
  const root = (count: number): Buffer => {
    const height = Math.floor(Math.log2(count));
    if (2 ** height === count) return perfect[height]!;
    return sha256(Buffer.of(1), perfect[height]!, root(count - 2 ** height));
  };
  return { root: root(size), hashAt: (level: number) => perfect[8 * level]! };
}

test("a large ledger is verified without the page standing still, and can be called off", async ({ hospital, page }) => {
  const size = Number(process.env["LEDGER_SIZE"] ?? 100_000);
  test.setTimeout(180_000);
  const name = "large.example/log";
  const { privateKey, id, text } = keyOf(name);
  const leaves = uniform(sha256(Buffer.from("\0entry")), size);
  const body = `${name}\n${String(size)}\n${leaves.root.toString("base64")}\n`;
  const signature = Buffer.concat([id, sign(null, Buffer.from(body), privateKey)]).toString("base64");
  await page.route("**/api/v1/ledger", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...((await answer.json()) as object), log_key: text, origin: name, checkpoint_size: size } });
  });
  await page.route("**/ledger/checkpoint", (route) => route.fulfill({ contentType: "text/plain", body: `${body}\n\u2014 ${name} ${signature}\n` }));
  await page.route("**/ledger/tile/**", (route) => {
    const [, level = "0", width = "256"] = /tile\/(\d)\/[x\d/]+(?:\.p\/(\d+))?$/.exec(route.request().url()) ?? [];
    return route.fulfill({ contentType: "application/octet-stream", body: Buffer.concat(Array(Number(width)).fill(leaves.hashAt(Number(level)))) });
  });
  await open(hospital, page);
  await verify(page);
  await expect(page.getByText(/^[1-9][\d,]+ of 1[\d,]+ entries$/)).toBeVisible();
  await noViolations(page, "while a ledger is verified");
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByRole("progressbar")).toHaveCount(0);
  await expect(page.getByText(isTrue)).toHaveCount(0);
  await page.evaluate(() => {
    const held = window as unknown as { longest: number };
    held.longest = 0;
    let last = performance.now();
    const tick = () => {
      const now = performance.now();
      held.longest = Math.max(held.longest, now - last);
      last = now;
      setTimeout(tick, 5);
    };
    tick();
  });
  await verify(page);
  await expect(page.getByRole("heading", { name: isTrue })).toBeVisible({ timeout: 150_000 });
  const longest = await page.evaluate(() => (window as unknown as { longest: number }).longest);
  test.info().annotations.push({ type: "longest standstill in ms", description: String(Math.round(longest)) });
  expect(longest).toBeLessThan(1000);
});
