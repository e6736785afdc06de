import { describe, expect, it } from "vitest";
import { choices } from "./dispositions.ts";

const entry = (id: string, more: object = {}) => ({
  id,
  names: { en: id, ja: `${id}の` },
  parent: null,
  version: 1,
  queues: [] as string[],
  notes_required: false,
  position: 0,
  ...more,
});

describe("choices", () => {
  it("offers leaves that fit, under their headings, and no headings", () => {
    const all = [entry("returns"), entry("damaged", { parent: "returns" }), entry("other"), entry("sold", { queues: ["q1"] })];
    expect(choices(all, "q1", "en").map((one) => one.label)).toEqual(["returns › damaged", "other", "sold"]);
    expect(choices(all, null, "ja").map((one) => one.label)).toEqual(["returnsの › damagedの", "otherの"]);
  });

  it("offers nothing under a heading of another queue", () => {
    expect(choices([entry("returns", { queues: ["q2"] }), entry("damaged", { parent: "returns" })], "q1", "en")).toEqual([]);
  });
});
