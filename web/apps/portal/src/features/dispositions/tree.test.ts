import type { Disposition } from "@madoguchi/protocol";
import { describe, expect, it } from "vitest";
import { branchesOf, matching, moved } from "./tree.ts";

const entry = (id: string, parent: string | null = null, ja = id): Disposition => ({
  id,
  version: 1,
  names: { en: id, ja },
  parent,
  queues: [],
  notes_required: false,
  position: 0,
});

// Entries of a heading need not stand together in the list.
const ALL = [entry("sales"), entry("other"), entry("sold", "sales", "成約"), entry("lost", "sales"), entry("stray", "gone")];
const tree = branchesOf(ALL);

const ids = (found: ReturnType<typeof branchesOf>): string[] => found.flatMap((branch) => [branch.entry.id, ...branch.below.map((one) => one.id)]);

describe("the tree of dispositions", () => {
  it("keeps what has lost its heading", () => {
    expect(ids(tree)).toEqual(["sales", "sold", "lost", "other", "stray"]);
  });

  it("is searched in all languages, and a heading brings what is below it", () => {
    expect(ids([...matching(tree, " 成約 ")])).toEqual(["sales", "sold"]);
    expect(ids([...matching(tree, "ＳＡＬＥＳ")])).toEqual(["sales", "sold", "lost"]);
    expect(matching(tree, "nothing")).toEqual([]);
    expect(matching(tree, " ")).toBe(tree);
  });

  it("moves a heading with all that is below it, and an entry within its heading", () => {
    expect(moved(tree, "sales", "down")).toEqual(["other", "sales", "sold", "lost", "stray"]);
    expect(moved(tree, "lost", "up")).toEqual(["sales", "lost", "sold", "other", "stray"]);
    expect(moved(tree, "lost", "down")).toBeNull();
    expect(moved(tree, "sales", "up")).toBeNull();
    expect(moved(tree, "nobody", "down")).toBeNull();
  });
});
