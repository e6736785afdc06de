import type { QueueDetails, SettingDescription } from "@madoguchi/protocol";
import { describe, expect, it } from "vitest";
import { draftOf, queueChange, same, withAssigned, withSetting } from "./draft.ts";

const field = (name: string, kind: SettingDescription["kind"]): SettingDescription => ({
  name,
  kind,
  choices: [],
  least: null,
  most: null,
  unit: "",
  members: [],
});
const GROUPS = { ...field("groups", "records"), members: [field("name", "text"), field("wait_s", "number"), { ...field("skills", "records"), members: [field("level", "whole")] }] };
const SECTIONS = [{ name: "routing", fields: [field("policy", "choice"), field("offer_s", "number")] }];
const DETAILS: QueueDetails = {
  id: "queue_1",
  channel: "web",
  leaf: true,
  version: 3,
  names: { en: "Returns" },
  hidden: false,
  path: [],
  assignments: [{ language: "", users: ["user_1"], teams: [] }],
  settings: {
    routing: {
      policy: { value: "deltacast", source: "global", own: false, inherited: "deltacast", inherited_from: "global" },
      offer_s: { value: 12.5, source: "queue_1", own: true, inherited: 20, inherited_from: "global" },
    },
  },
};

describe("a draft of a queue", () => {
  it("holds only what is set here, and sends numbers as numbers", () => {
    const draft = draftOf(DETAILS);
    expect(draft.settings).toEqual({ routing: { offer_s: "12.5" } });
    expect(queueChange({ ...draft, names: { en: "Returns", ja: " " } }, 3, SECTIONS)).toEqual({
      version: 3,
      names: { en: "Returns" },
      hidden: false,
      settings: { routing: { offer_s: 12.5 } },
      assignments: [{ language: null, users: ["user_1"], teams: [] }],
    });
  });

  it("takes full-width digits, and leaves what is no number to the server", () => {
    const settings = (value: string) => queueChange({ ...draftOf(DETAILS), settings: { routing: { offer_s: value } } }, 1, SECTIONS).settings;
    expect(settings("１５")).toEqual({ routing: { offer_s: 15 } });
    expect(settings("")).toEqual({ routing: { offer_s: "" } });
    expect(settings("soon")).toEqual({ routing: { offer_s: "soon" } });
  });

  it("sends numbers in records as numbers, at every depth", () => {
    const groups = [{ name: "first", wait_s: "4５", skills: [{ level: "2" }] }];
    const change = queueChange({ ...draftOf(DETAILS), settings: { routing: { groups } } }, 1, [{ name: "routing", fields: [GROUPS] }]);
    expect(change.settings).toEqual({ routing: { groups: [{ name: "first", wait_s: 45, skills: [{ level: 2 }] }] } });
  });

  it("gives a setting back to the parent", () => {
    const set = withSetting({}, "routing", "offer_s", "9");
    expect(set).toEqual({ routing: { offer_s: "9" } });
    expect(withSetting(set, "routing", "offer_s", undefined)).toEqual({});
  });

  it("assigns per language and forgets who is left for none", () => {
    const one = withAssigned(DETAILS.assignments, "ja", "users", "user_2", true);
    expect(one).toEqual([...DETAILS.assignments, { language: "ja", users: ["user_2"], teams: [] }]);
    expect(withAssigned(one, "ja", "users", "user_2", false)).toEqual(DETAILS.assignments);
    expect(withAssigned([], "", "teams", "team_1", true)).toEqual([{ language: "", users: [], teams: ["team_1"] }]);
  });

  it("is the same whatever the order of its keys", () => {
    expect(same({ a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 })).toBe(true);
    expect(same({ a: [1, 2] }, { a: [2, 1] })).toBe(false);
  });
});
