import { describe, expect, it } from "vitest";
import { granted, reordered } from "./model.ts";

const USERS = { view: "users.view", edit: "users.edit" };

describe("a page's rights", () => {
  it("gives View with Edit, and takes Edit with View", () => {
    expect(granted(USERS, {}, "edit", true)).toEqual({ "users.view": "all", "users.edit": "all" });
    expect(granted(USERS, { "users.view": "all", "users.edit": "all", monitor: "all" }, "view", false)).toEqual({ monitor: "all" });
    expect(granted(USERS, { "users.view": "all", "users.edit": "all" }, "edit", false)).toEqual({ "users.view": "all" });
  });

  it("keeps the scope that the page has", () => {
    expect(granted(USERS, { "users.view": "assigned_teams" }, "edit", true)).toEqual({
      "users.view": "assigned_teams",
      "users.edit": "assigned_teams",
    });
  });

  it("knows pages that have one of the two only", () => {
    expect(granted({ view: null, edit: "monitor_chats.edit" }, {}, "edit", true)).toEqual({ "monitor_chats.edit": "all" });
  });
});

describe("the order of roles", () => {
  it("moves one place and no further than the ends", () => {
    expect(reordered(["a", "b", "c"], "b", -1)).toEqual(["b", "a", "c"]);
    expect(reordered(["a", "b", "c"], "b", 1)).toEqual(["a", "c", "b"]);
    expect(reordered(["a", "b", "c"], "a", -1)).toEqual(["a", "b", "c"]);
    expect(reordered(["a", "b", "c"], "c", 1)).toEqual(["a", "b", "c"]);
  });
});
