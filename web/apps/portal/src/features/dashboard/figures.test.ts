import type { Figures, FiguresRow } from "@madoguchi/protocol";
import { describe, expect, it } from "vitest";
import { abandonLevel, intervalLabel, liveOf, percent, serviceLevel, span } from "./figures.ts";
import { before, daysOf, readDashboardSearch } from "./period.ts";

const GOALS = { version: 0, answer_s: 20, service_level: 0.8, short_abandon_s: 5 };
const figures = (more: Partial<Figures>): Figures => ({ service_level: null, abandon_rate: null, ...more }) as Figures;

describe("figures", () => {
  it("are dashes where there is nothing to divide by", () => {
    expect([percent(null, "en"), span(null), percent(0.825, "en", 1), span(18.4)]).toEqual(["–", "–", "82.5%", "0:18"]);
  });

  it("say how far they are from the goal", () => {
    expect([0.85, 0.8, 0.79, 0.69, null].map((level) => serviceLevel(figures({ service_level: level }), GOALS))).toEqual([
      "",
      "",
      "warning",
      "danger",
      "",
    ]);
    expect([null, 0.04, 0.05, 0.1].map((rate) => abandonLevel(figures({ abandon_rate: rate })))).toEqual([
      "",
      "",
      "warning",
      "danger",
    ]);
  });

  it("of both channels have the oldest waiting consumer", () => {
    const row = {
      call: { waiting: 2, longest_since: "2026-11-23T12:00:05Z", working: 1 },
      chat: { waiting: 1, longest_since: "2026-11-23T12:00:01Z", working: 4 },
    } as FiguresRow;
    expect(liveOf(row, undefined)).toEqual({ waiting: 3, longest_since: "2026-11-23T12:00:01Z", working: 5 });
    expect(liveOf(row, "call").waiting).toBe(2);
  });

  it("name intervals in the centre's time", () => {
    expect(intervalLabel("2026-11-23T21:00+09:00", "hour")).toBe("21:00");
    expect(intervalLabel("2026-11-23T00:00+09:00", "day")).toBe("11/23");
  });
});

describe("period", () => {
  it("is counted from the centre's day", () => {
    expect(before("2026-03-01", 1)).toBe("2026-02-28");
    expect(daysOf({}, "2026-11-23")).toEqual({ from: "2026-11-23", to: "2026-11-23" });
    expect(daysOf({ period: "yesterday" }, "2026-11-01")).toEqual({ from: "2026-10-31", to: "2026-10-31" });
    expect(daysOf({ period: "week" }, "2026-11-23")).toEqual({ from: "2026-11-17", to: "2026-11-23" });
    expect(daysOf({ period: "custom", to: "2026-11-02" }, "2026-11-23")).toEqual({ from: "2026-11-02", to: "2026-11-02" });
  });

  it("reads from the address what is of the right kind", () => {
    expect(readDashboardSearch({ period: "custom", from: "2026-11-01", to: 7, channel: "fax", queue: "q" })).toEqual({
      period: "custom",
      from: "2026-11-01",
      queue: "q",
    });
    expect(readDashboardSearch({ period: "moon", tab: "agents" })).toEqual({ tab: "agents" });
  });
});
