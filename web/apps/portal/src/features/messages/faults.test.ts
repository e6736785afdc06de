import { describe, expect, it } from "vitest";
import { firstFault, letters, type Rule } from "./faults.ts";

const rule: Rule = {
  variables: ["COMPANY", "KEY"],
  required: ["KEY"],
  longest: 30,
  known: new Set(["COMPANY", "KEY", "AGENT"]),
};

describe("a text's first fault", () => {
  it("is none where all variables are known and the required ones are there", () => {
    expect(firstFault("Press @{KEY} for @{COMPANY}.", rule)).toBeNull();
  });

  it.each([
    ["  … ", "empty", 0, ""],
    ["😀 @{AGENT} @{KEY}", "misplaced_variable", 2, "AGENT"],
    ["@{KEY} @{WHO}", "unknown_variable", 7, "WHO"],
    ["@{KEY} @{COMPANY and", "unclosed_variable", 7, "COMPANY"],
    ["Press a key.", "missing_variable", 12, "KEY"],
    [`@{KEY} ${"x".repeat(30)}`, "too_long", 30, ""],
  ])("of %j is %s", (text, kind, position, name) => {
    expect(firstFault(text, rule)).toEqual({ kind, position, name });
  });

  it("counts characters as the server does", () => {
    expect(letters("お客様😀")).toBe(4);
  });
});
