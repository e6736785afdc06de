import { describe, expect, it } from "vitest";
import { readPeopleSearch, shownTeams, treeStep, type Team } from "./model.ts";

const team = (id: string, parent: string | null, depth: number): Team => ({ id, version: 1, name: id, parent, depth, members: 0, managers: 0 });
const TEAMS = [team("support", null, 0), team("tokyo", "support", 1), team("night", "tokyo", 2), team("sales", null, 0)];
const NONE = new Set<string>();

describe("the tree of teams", () => {
  it("hides what is below a closed team", () => {
    expect(shownTeams(TEAMS, new Set(["support"])).map((one) => one.id)).toEqual(["support", "sales"]);
    expect(shownTeams(TEAMS, new Set(["tokyo"])).map((one) => one.id)).toEqual(["support", "tokyo", "sales"]);
  });

  it("moves up and down through what is shown", () => {
    expect(treeStep(TEAMS, NONE, "tokyo", "ArrowDown")).toEqual({ focus: "night" });
    expect(treeStep(TEAMS, new Set(["tokyo"]), "tokyo", "ArrowDown")).toEqual({ focus: "sales" });
    expect(treeStep(TEAMS, NONE, "support", "ArrowUp")).toBeNull();
    expect(treeStep(TEAMS, NONE, "support", "End")).toEqual({ focus: "sales" });
  });

  it("opens with the right arrow and closes or goes to the parent with the left one", () => {
    expect(treeStep(TEAMS, new Set(["support"]), "support", "ArrowRight")).toEqual({ toggle: "support" });
    expect(treeStep(TEAMS, NONE, "support", "ArrowRight")).toEqual({ focus: "tokyo" });
    expect(treeStep(TEAMS, NONE, "support", "ArrowLeft")).toEqual({ toggle: "support" });
    expect(treeStep(TEAMS, NONE, "night", "ArrowLeft")).toEqual({ focus: "tokyo" });
    expect(treeStep(TEAMS, NONE, "sales", "ArrowRight")).toBeNull();
  });
});

describe("the page's URL", () => {
  it("keeps what it knows and leaves out the rest", () => {
    expect(readPeopleSearch({ q: 12, role: "agent", status: "gone", page: 1, x: 1 })).toEqual({ q: "12", role: "agent" });
    expect(readPeopleSearch({ status: "all", page: 3 })).toEqual({ status: "all", page: 3 });
  });
});
