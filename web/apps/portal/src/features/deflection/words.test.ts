import type { DeflectionPlan } from "@madoguchi/protocol";
import { describe, expect, it } from "vitest";
import { samePlan, withKind } from "./words.ts";

const plan = (...kinds: DeflectionPlan["kinds"]): DeflectionPlan => ({ kinds, queue: "", number: "", texts: {} });

describe("options", () => {
  it("are one on the phone", () => {
    expect(withKind(plan("message"), "queue", true, true).kinds).toEqual(["queue"]);
  });

  it("are several in an app, but another queue excludes them", () => {
    expect(withKind(plan("email"), "phone_number", true, false).kinds).toEqual(["email", "phone_number"]);
    expect(withKind(plan("email", "phone_number"), "queue", true, false).kinds).toEqual(["queue"]);
    expect(withKind(plan("queue"), "email", true, false).kinds).toEqual(["email"]);
    expect(withKind(plan("email", "phone_number"), "email", false, false).kinds).toEqual(["phone_number"]);
  });

  it("are the same in any order, and with texts of nothing but spaces", () => {
    expect(samePlan(plan("email", "phone_number"), plan("phone_number", "email"))).toBe(true);
    expect(samePlan(plan("message"), { ...plan("message"), texts: { en: " " } })).toBe(true);
    expect(samePlan(plan("message"), { ...plan("message"), texts: { en: "Later." } })).toBe(false);
  });
});
