// build.mjs - the console as files to be served: hashed names, minified, with a .br beside each.
//
//   node web/build.mjs --out DIR    index.html and assets/
//   node web/build.mjs --types-only only the types of the API, from spec/http-api.yaml
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import { build } from "esbuild";
import openapiTypes, { astToString } from "openapi-typescript";
import * as sass from "sass";
import { themeSettings, withTheme } from "./theme.mjs";

const web = dirname(fileURLToPath(import.meta.url));

export async function makeTypes() {
  const spec = new URL("../spec/http-api.yaml", import.meta.url);
  const types = astToString(await openapiTypes(spec, { silent: true }));
  const file = join(web, "src/api/schema.ts");
  const text = `// Made from spec/http-api.yaml by build.mjs.\n${types}`;
  try {
    if (readFileSync(file, "utf8") === text) return;
  } catch {
    // not there yet
  }
  writeFileSync(file, text);
}

function style() {
  const file = join(web, "src/styles/console.scss");
  const { css } = sass.compileString(readFileSync(file, "utf8").replace("/* theme */", themeSettings()), {
    url: pathToFileURL(file),
    loadPaths: [join(web, "node_modules")],
    style: "compressed",
    quietDeps: true,
  });
  return withTheme(withIcons(css));
}

// The design system's icons go into the style sheet: there is no other place that they could be asked for at.
function withIcons(css) {
  const icons = join(web, "node_modules/nhsuk-frontend/dist/nhsuk/assets/images");
  return css.replace(/url\("?\/assets\/images\/([\w-]+\.svg)"?\)/g, (_, name) =>
    `url("data:image/svg+xml;base64,${readFileSync(join(icons, name)).toString("base64")}")`);
}

function hashed(name, bytes) {
  const dot = name.lastIndexOf(".");
  const hash = createHash("sha256").update(bytes).digest("base64url").replace(/[-_]/g, "").slice(0, 10);
  return `${name.slice(0, dot)}-${hash}${name.slice(dot)}`;
}

export async function makeConsole(out, { fast = false } = {}) {
  await makeTypes();
  rmSync(out, { recursive: true, force: true });
  mkdirSync(join(out, "assets"), { recursive: true });
  const made = await build({
    entryPoints: { console: join(web, "src/main.tsx") },
    outdir: join(out, "assets"),
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    minify: !fast,
    metafile: true,
    legalComments: "none",
    define: { "process.env.NODE_ENV": fast ? '"development"' : '"production"' },
    logLevel: "warning",
  });
  const { outputs } = made.metafile;
  const script = Object.keys(outputs).find((name) => outputs[name].entryPoint?.endsWith("src/main.tsx"));
  const asset = (name) => `/console/assets/${name.split("/").pop()}`;
  const css = style();
  const styleName = hashed("console.css", css);
  writeFileSync(join(out, "assets", styleName), css);
  const icon = readFileSync(join(web, "src/icon.svg"));
  const iconName = hashed("icon.svg", icon);
  writeFileSync(join(out, "assets", iconName), icon);
  writeFileSync(
    join(out, "index.html"),
    readFileSync(join(web, "index.html"), "utf8")
      .replace("%STYLE%", `/console/assets/${styleName}`)
      .replace("%ICON%", `/console/assets/${iconName}`)
      .replace("%SCRIPT%", asset(script))
      .replace("%PARTS%", partsOf(outputs, script).map((name) => `<link rel="modulepreload" href="${asset(name)}">`).join("\n")),
  );
  if (!fast) compress(join(out, "assets"));
}

// What the first page's script imports, and what that imports: asked for at once, not one after the other.
function partsOf(outputs, script) {
  const parts = new Set([script]);
  for (const name of parts)
    for (const { path, kind } of outputs[name].imports) if (kind === "import-statement") parts.add(path);
  parts.delete(script);
  return [...parts];
}

function compress(folder) {
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, name));
    const small = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
    if (small.length < bytes.length) writeFileSync(join(folder, `${name}.br`), small);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const at = process.argv.indexOf("--out");
  if (process.argv.includes("--types-only")) await makeTypes();
  else if (at > 0 && process.argv[at + 1]) await makeConsole(resolve(process.argv[at + 1]));
  else {
    console.error("usage: node build.mjs --out DIR | --types-only");
    process.exit(2);
  }
}
