import type { HoursWeek } from "@madoguchi/protocol";
import { describe, expect, it } from "vitest";
import {
  asTime,
  changedParts,
  errorsOf,
  importedHoliday,
  levelOf,
  nextSpan,
  OFFICE,
  overMidnight,
  spansOf,
  withMode,
  withSpans,
} from "./model.ts";

const EMPTY: HoursWeek = { mode: "always", days: {} };

describe("times that people type", () => {
  it.each([
    ["9", "09:00"],
    ["930", "09:30"],
    ["9:30", "09:30"],
    ["９：３０", "09:30"],
    ["9時", "09:00"],
    ["9時30分", "09:30"],
    ["24:00", "24:00"],
    [" 1800 ", "18:00"],
  ])("reads %s as %s", (typed, time) => expect(asTime(typed)).toBe(time));

  it.each(["", "noon", "24:01", "9:75", "25", "12345"])("leaves %s as it is", (typed) => expect(asTime(typed)).toBe(typed));
});

describe("a week", () => {
  it("begins with office hours once it is not round the clock", () => {
    const week = withMode(EMPTY, "per_day");
    expect(spansOf(week, "fri")).toEqual([OFFICE]);
    expect(spansOf(week, "sat")).toEqual([]);
  });

  it("makes weekdays as Monday and the weekend as Saturday", () => {
    const week: HoursWeek = {
      mode: "per_day",
      days: { mon: [OFFICE], tue: [], sat: [{ start: "10:00", end: "12:00" }], sun: [] },
    };
    const alike = withMode(week, "weekdays");
    expect(spansOf(alike, "fri")).toEqual([OFFICE]);
    expect(spansOf(alike, "sun")).toEqual([{ start: "10:00", end: "12:00" }]);
  });

  it("keeps its spans when the way of writing is only tried", () => {
    const week = withSpans({ mode: "per_day" }, ["tue"], [OFFICE]);
    expect(spansOf(withMode(withMode(week, "always"), "per_day"), "tue")).toEqual([OFFICE]);
  });

  it("copies spans, so that a change of one day does not change another", () => {
    const week = withSpans({ mode: "per_day" }, ["mon", "tue"], [OFFICE]);
    expect(spansOf(week, "mon")[0]).not.toBe(spansOf(week, "tue")[0]);
  });

  it("puts a new span after the last", () => {
    expect(nextSpan([])).toEqual(OFFICE);
    expect(nextSpan([{ start: "09:00", end: "12:00" }])).toEqual({ start: "13:00", end: "15:00" });
    expect(nextSpan([{ start: "09:00", end: "21:30" }])).toEqual({ start: "22:00", end: "24:00" });
    expect(nextSpan([{ start: "22:00", end: "02:00" }])).toEqual({ start: "22:00", end: "24:00" });
  });

  it("knows which spans go on after midnight", () => {
    expect(overMidnight({ start: "22:00", end: "02:00" })).toBe(true);
    for (const end of ["23:00", "24:00", "00:00", "x"]) expect(overMidnight({ start: "22:00", end })).toBe(false);
  });
});

it("keeps the first error of each place", () => {
  const errors = errorsOf([
    { field: "name", detail: "is missing", reason: "missing" },
    { field: "name", detail: "is taken", reason: "taken" },
  ]);
  expect(errors.get("name")?.reason).toBe("missing");
});

it("names what differs between two records", () => {
  expect(changedParts({ name: "a", weekly: { mode: "always" } }, { name: "b", weekly: { mode: "always" } })).toEqual(["name"]);
});

it("imports a holiday on its date in its year", () => {
  const day = { month: 5, day: 6 };
  expect(importedHoliday("2026-05-06", { ja: "振替休日" }).fixed).toEqual({ start: day, end: day, year: 2026 });
});

it("tells open from partly open, closed, and hours that the clock leaves out", () => {
  expect([{ minutes: 60, open: 60 }, { minutes: 60, open: 1 }, { minutes: 60, open: 0 }, { minutes: 0, open: 0 }].map(levelOf)).toEqual([
    "open",
    "partly",
    "closed",
    "none",
  ]);
});
