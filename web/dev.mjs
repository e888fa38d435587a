// dev.mjs - the console from its sources, before a Halligan that runs already; built anew at each page load.
//
//   node web/dev.mjs --server https://127.0.0.1:8443 --tls build/demo/data [--port 9443]
//
// Everything but /console/ is handed on. For whoever works on the console; nothing of this is shipped.
import { createServer } from "node:https";
import { request } from "node:https";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { makeConsole } from "./build.mjs";

const { values } = parseArgs({
  options: {
    server: { type: "string", default: "https://127.0.0.1:8443" },
    tls: { type: "string", default: "build/demo/data" },
    port: { type: "string", default: "9443" },
    out: { type: "string" },
  },
});
const out = values.out ?? fileURLToPath(new URL(`../build/console-dev-${values.port}`, import.meta.url));
const kinds = { js: "text/javascript", css: "text/css", svg: "image/svg+xml", map: "application/json" };
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
  "require-trusted-types-for 'script'; trusted-types 'none'";

async function page(response) {
  try {
    await makeConsole(out, { fast: true });
  } catch (error) {
    response.writeHead(500, { "Content-Type": "text/plain" }).end(String(error.message));
    return;
  }
  response
    .writeHead(200, { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy })
    .end(readFileSync(join(out, "index.html")));
}

function asset(name, response) {
  const file = join(out, "assets", name);
  if (!/^[\w.-]+$/.test(name) || !existsSync(file) || !statSync(file).isFile()) {
    response.writeHead(404).end();
    return;
  }
  response
    .writeHead(200, { "Content-Type": kinds[name.split(".").pop()] ?? "application/octet-stream" })
    .end(readFileSync(file));
}

function handOn(from, response) {
  const target = new URL(from.url, values.server);
  const onwards = request(
    target,
    { method: from.method, headers: { ...from.headers, host: target.host }, rejectUnauthorized: false },
    (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    },
  );
  onwards.on("error", () => response.destroy());
  response.on("close", () => onwards.destroy());
  from.pipe(onwards);
}

createServer(
  { cert: readFileSync(join(values.tls, "tls.crt")), key: readFileSync(join(values.tls, "tls.key")) },
  (from, response) => {
    const path = from.url.split("?")[0];
    if (path === "/") response.writeHead(302, { Location: "/console/" }).end();
    else if (path.startsWith("/console/assets/")) asset(path.slice(16), response);
    else if (path.startsWith("/console")) page(response);
    else handOn(from, response);
  },
).listen(Number(values.port), "127.0.0.1", () => console.log(`https://127.0.0.1:${values.port}/console/`));
