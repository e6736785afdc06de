// Type-checks the packages, the apps and the workspace's own scripts, each by its own tsconfig.json.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root, run, workspaces } from "./workspaces.ts";

const compiler = join(root, "node_modules/typescript7/bin/tsc");
const folders = [...workspaces("packages"), ...workspaces("apps")].map((each) => each.folder);
const projects = [root, ...folders].filter((folder) => existsSync(join(folder, "tsconfig.json")));
const failed = projects.filter((folder) => !run(folder, [compiler, "--noEmit", "-p", "tsconfig.json"]));
if (failed.length > 0) {
  console.error(`Type errors in: ${failed.join(", ")}`);
  process.exit(1);
}
