// Finds the workspaces and runs a program in each, with the Node that runs this first on PATH.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

export const root = dirname(import.meta.dirname);

export interface Workspace {
  name: string;
  folder: string;
  scripts: Record<string, string>;
}

export function workspaces(group: "apps" | "packages"): Workspace[] {
  return readdirSync(join(root, group))
    .map((name) => join(root, group, name))
    .filter((folder) => existsSync(join(folder, "package.json")))
    .map((folder) => {
      const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
        name: string;
        scripts?: Record<string, string>;
      };
      return { name: manifest.name, folder, scripts: manifest.scripts ?? {} };
    });
}

/** Runs Node with `args` in `folder`; returns whether it went well. */
export function run(folder: string, args: string[]): boolean {
  const path = `${dirname(process.execPath)}${delimiter}${process.env["PATH"] ?? ""}`;
  const done = spawnSync(process.execPath, args, { cwd: folder, stdio: "inherit", env: { ...process.env, PATH: path } });
  return done.status === 0;
}
