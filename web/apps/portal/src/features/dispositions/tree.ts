import type { Disposition } from "@madoguchi/protocol";
import { searchable } from "../../shared/labels.ts";

/** An entry of the first level with what is below it; with something below it, it is a heading. */
export interface Branch {
  entry: Disposition;
  below: readonly Disposition[];
}

export type Way = "up" | "down";

/** The tree, in the order of the list. What is under a heading that is gone stands on the first level. */
export function branchesOf(all: readonly Disposition[]): Branch[] {
  const known = new Set(all.map((one) => one.id));
  return all
    .filter((one) => one.parent === null || !known.has(one.parent))
    .map((entry) => ({ entry, below: all.filter((one) => one.parent === entry.id) }));
}

/** What has the words in one of its names. A heading that has them comes with all that is below it. */
export function matching(tree: readonly Branch[], words: string): readonly Branch[] {
  const wanted = searchable(words.trim());
  const has = (one: Disposition): boolean => Object.values(one.names).some((name) => searchable(name).includes(wanted));
  if (wanted === "") return tree;
  return tree.flatMap((branch) => {
    if (has(branch.entry)) return [branch];
    const below = branch.below.filter(has);
    return below.length === 0 ? [] : [{ entry: branch.entry, below }];
  });
}

/** Ids of all in the order after one has changed places with its neighbour of the same level; null at the end. */
export function moved(tree: readonly Branch[], id: string, way: Way): string[] | null {
  const heading = tree.find((branch) => branch.below.some((one) => one.id === id));
  const siblings = heading === undefined ? tree.map((branch) => branch.entry.id) : heading.below.map((one) => one.id);
  const from = siblings.indexOf(id);
  const to = way === "up" ? from - 1 : from + 1;
  const other = siblings[to];
  if (from < 0 || other === undefined) return null;
  const after = [...siblings];
  after[from] = other;
  after[to] = id;
  const belowOf = (branch: Branch): string[] => (branch === heading ? after : branch.below.map((one) => one.id));
  const byId = new Map(tree.map((branch) => [branch.entry.id, branch]));
  const order = heading === undefined ? after.flatMap((one) => byId.get(one) ?? []) : tree;
  return order.flatMap((branch) => [branch.entry.id, ...belowOf(branch)]);
}
