import { expect, test } from "vitest";
import { closedAt, closedFor, type Closed } from "./closed.ts";

const CLOSED: Closed = {
  queue: "queue_1",
  channel: "chat",
  language: "ja",
  opens_at: "2026-11-24T00:00:00.000Z",
  zone: "Asia/Tokyo",
  message: "",
};
const ASKED = { queue: "queue_1", channel: "chat", language: "ja" };
const BEFORE = Date.parse("2026-11-23T12:00:00Z");

test("only the very queue, channel and language are closed", () => {
  expect(closedFor([CLOSED], ASKED, BEFORE)).toBe(CLOSED);
  for (const other of [{ queue: "queue_2" }, { channel: "call" }, { language: "en" }]) {
    expect(closedFor([CLOSED], { ...ASKED, ...other }, BEFORE)).toBeNull();
  }
});

test("it opens by itself when its time has come, and never where none is known", () => {
  expect(closedFor([CLOSED], ASKED, Date.parse("2026-11-23T23:59:59.999Z"))).toBe(CLOSED);
  expect(closedFor([CLOSED], ASKED, Date.parse("2026-11-24T00:00:00Z"))).toBeNull();
  const never = { ...CLOSED, opens_at: null };
  expect(closedFor([never], ASKED, Date.parse("2036-01-01T00:00:00Z"))).toBe(never);
});

test("the next opening is said with its day, in the reader's own time", () => {
  expect(closedAt(CLOSED, "ja", "Asia/Tokyo")).toBe("11月24日(火) 9:00 に再開します。");
  expect(closedAt(CLOSED, "en", "Asia/Tokyo")).toMatch(/^We open again on Tue, November 24 at 9:00\sAM\.$/);
  expect(closedAt(CLOSED, "en", "America/New_York")).toMatch(/^We open again on Mon, November 23 at 7:00\sPM\.$/);
  expect(closedAt({ ...CLOSED, opens_at: null }, "en")).toBe("");
});
