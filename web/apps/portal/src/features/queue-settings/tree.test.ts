import type { QueueNodeRow, QueueTreeRow } from "@madoguchi/protocol";
import { describe, expect, it } from "vitest";
import { below, branches, chainOf, GLOBAL, keyStep, levels, visible } from "./tree.ts";

function node(id: string, parent: string | null, position: number, change: Partial<QueueNodeRow> = {}): QueueNodeRow {
  return {
    id,
    kind: "node",
    channel: "web",
    parent,
    position,
    key: null,
    names: { en: id, ja: id },
    leaf: true,
    hidden: false,
    staffed: true,
    agents: 1,
    teams: 0,
    own: 0,
    version: 1,
    ...change,
  };
}

const ROWS: QueueTreeRow[] = [
  { id: GLOBAL, kind: "global", own: 0, version: 1 },
  node("b", null, 2),
  node("a", null, 1, { leaf: false, agents: 0 }),
  node("a2", "a", 2, { agents: 0 }),
  node("a1", "a", 1),
  node("phone", null, 1, { channel: "ivr" }),
];
const TREE = branches(ROWS, "web");

describe("a menu tree", () => {
  it("is drawn in order, with places that screen readers can tell", () => {
    const items = visible(TREE, new Set(), true);
    expect(items.map((item) => [item.id, item.level, item.place, item.siblings])).toEqual([
      [GLOBAL, 1, 1, 1],
      ["a", 2, 1, 2],
      ["a1", 3, 1, 2],
      ["a2", 3, 2, 2],
      ["b", 2, 2, 2],
    ]);
  });

  it("opens and closes levels, large trees the other way round", () => {
    expect(visible(TREE, new Set(["a"]), true).map((item) => item.id)).toEqual([GLOBAL, "a", "b"]);
    expect(visible(TREE, new Set(), false).map((item) => item.open)).toEqual([true, false, undefined]);
    expect(visible(TREE, new Set(["a"]), false)).toHaveLength(5);
  });

  it("knows what is above and below", () => {
    expect(chainOf(TREE, "a2").map((each) => each.id)).toEqual(["a", "a2"]);
    expect(chainOf(TREE, "gone")).toEqual([]);
    expect(below(TREE, "a").map((each) => each.id)).toEqual(["a1", "a2"]);
  });

  it("offers as levels what has no agents and is not inside what is moved", () => {
    expect(levels(TREE, null).map((each) => each.id)).toEqual(["a", "a2"]);
    expect(levels(TREE, "a").map((each) => each.id)).toEqual([]);
    expect(levels(TREE, "a1").map((each) => each.id)).toEqual(["a", "a2"]);
  });

  it("is walked by arrow keys", () => {
    const items = visible(TREE, new Set(), true);
    const step = (at: number, key: string): unknown => keyStep(items, at, key);
    expect(step(0, "ArrowDown")).toEqual({ focus: 1 });
    expect(step(4, "ArrowDown")).toEqual({ focus: 4 });
    expect(step(0, "ArrowUp")).toEqual({ focus: 0 });
    expect(step(2, "Home")).toEqual({ focus: 0 });
    expect(step(2, "End")).toEqual({ focus: 4 });
    expect(step(1, "ArrowRight")).toEqual({ focus: 2 });
    expect(step(2, "ArrowRight")).toBeNull();
    expect(step(3, "ArrowLeft")).toEqual({ focus: 1 });
    expect(step(1, "ArrowLeft")).toEqual({ toggle: "a" });
    expect(step(4, "ArrowLeft")).toEqual({ focus: 0 });
    expect(step(0, "ArrowLeft")).toBeNull();
    expect(step(1, "x")).toBeNull();
    expect(step(9, "ArrowUp")).toBeNull();
    const closed = visible(TREE, new Set(["a"]), true);
    expect(keyStep(closed, 1, "ArrowRight")).toEqual({ toggle: "a" });
  });
});
