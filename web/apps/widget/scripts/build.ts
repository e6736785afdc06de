// Builds the loader, the widget and the widget's own page, and refuses what has grown too heavy for a guest on a page.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "vite";

const KB = 1024;
/** Most bytes of each script, compressed with gzip. */
const BUDGET = { loader: 2 * KB, widget: 25 * KB } as const;

const folder = join(import.meta.dirname, "..");
const out = join(folder, "../../../src/madoguchi/static/widget");
rmSync(out, { recursive: true, force: true });
for (const mode of ["loader", "widget", "page"]) {
  await build({ root: mode === "page" ? join(folder, "page") : folder, mode, configFile: join(folder, "vite.config.ts"), logLevel: "warn" });
}
for (const [name, most] of Object.entries(BUDGET)) {
  const file = join(out, `${name}.js`);
  const content = readFileSync(file);
  const size = gzipSync(content, { level: 9 }).length;
  if (size > most) {
    process.stderr.write(`${name}.js is ${size} bytes with gzip; ${most} are allowed.\n`);
    process.exitCode = 1;
  }
  writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
  writeFileSync(`${file}.br`, brotliCompressSync(content));
}
