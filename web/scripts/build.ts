// Builds every app that has a build script; names given as arguments (portal, widget) choose some.
import { basename } from "node:path";
import { run, workspaces } from "./workspaces.ts";

const wanted = process.argv.slice(2);
const apps = workspaces("apps").filter(
  (app) => app.scripts["build"] !== undefined && (wanted.length === 0 || wanted.includes(basename(app.folder))),
);
const failed = apps.filter((app) => !run(app.folder, ["--run", "build"]));
if (failed.length > 0) {
  console.error(`These did not build: ${failed.map((app) => app.name).join(", ")}`);
  process.exit(1);
}
