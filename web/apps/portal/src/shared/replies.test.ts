import { describe, expect, it } from "vitest";
import { fillIn, unknownVariables } from "./replies.ts";

describe("the variables of canned replies", () => {
  it("are filled in wherever they stand", () => {
    const names = { consumer: "佐藤", agent: "渡辺" };
    expect(fillIn("{consumer} 様、{agent} です。{consumer} 様 {other}", names)).toBe("佐藤 様、渡辺 です。佐藤 様 {other}");
  });

  it("are told from what only looks like one", () => {
    expect(unknownVariables("{consumer} {name} {agent} {name} {} {a b}")).toEqual(["name"]);
  });
});
