import type { MenuEntry } from "@madoguchi/protocol";
import { describe, expect, it } from "vitest";
import { levelAt, pathTo } from "./levels.ts";

const entry = (id: string, ...entries: MenuEntry[]): MenuEntry => ({
  id,
  names: { en: id, ja: id },
  channels: entries.length === 0 ? ["chat"] : [],
  entries,
});
const MENU = [entry("shop", entry("orders", entry("returns"), entry("delivery")), entry("gifts")), entry("billing")];

describe("a menu with levels", () => {
  it("is walked by the ids of its levels", () => {
    expect(levelAt(MENU, [])).toEqual({ of: null, entries: MENU, path: [] });
    const level = levelAt(MENU, ["shop", "orders"]);
    expect([level.of?.id, level.entries.map((each) => each.id)]).toEqual(["orders", ["returns", "delivery"]]);
  });

  it("stops where the menu has changed meanwhile", () => {
    expect(levelAt(MENU, ["shop", "gone", "returns"]).path).toEqual(["shop"]);
    expect(levelAt(MENU, ["billing"]).path).toEqual([]);
  });

  it("knows what is above a queue", () => {
    expect(pathTo(MENU, "returns")).toEqual(["shop", "orders"]);
    expect(pathTo(MENU, "gifts")).toEqual(["shop"]);
    expect(pathTo(MENU, "billing")).toEqual([]);
    expect(pathTo(MENU, "unknown")).toEqual([]);
  });
});
