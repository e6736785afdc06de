import type { LiveQueueRow, QueueSums } from "@madoguchi/protocol";
import { describe, expect, it } from "vitest";
import { carries, channelOf, passes, standing, VALUES } from "./model.ts";

const nothing: QueueSums = {
  offered: 0,
  connected: 0,
  abandoned: 0,
  handle_s: null,
  longest_handle_s: null,
  wait_s: null,
  longest_wait_s: null,
  hold_s: null,
  longest_hold_s: null,
};
const names = { en: "Returns", ja: "返品・交換" };

function queue(more: Partial<LiveQueueRow> = {}): LiveQueueRow {
  return {
    id: "queue_1",
    kind: "queue",
    queue: { id: "queue_1", names, path: [{ en: "Orders", ja: "注文" }, names] },
    channels: ["web"],
    policy: "deltacast",
    spread: "all",
    priority: 4,
    agents: { assigned: 8, signed_in: 6, busy: 4, available: 2 },
    call: { waiting: 2, longest_since: "2026-11-23T12:00:10Z", working: 1 },
    chat: { waiting: 3, longest_since: "2026-11-23T12:00:05Z", working: 4 },
    last: { call: nothing, chat: { ...nothing, wait_s: 4 }, all: nothing },
    ...more,
  };
}

describe("live queues", () => {
  it("add up calls and chats unless one kind is asked for", () => {
    expect(standing(queue(), undefined)).toEqual({ waiting: 5, longest_since: "2026-11-23T12:00:05Z", working: 5 });
    expect(standing(queue(), "call").waiting).toBe(2);
    expect(channelOf({ channel: "call" })).toBe("call");
    expect(channelOf({ channel: "fax" })).toBeUndefined();
  });

  it("carry calls from telephones, chats from messages, and both from pages", () => {
    expect([carries(queue(), "call"), carries(queue(), "chat")]).toEqual([true, true]);
    expect(carries(queue({ channels: ["ivr"] }), "chat")).toBe(false);
    expect(carries(queue({ channels: ["sms"] }), "call")).toBe(false);
  });

  it("are found by any part of the menu path in both languages, and by menu and kind", () => {
    for (const q of ["返品", "returns", "ＯＲＤＥＲＳ", "注文 > 返品"]) expect([q, passes(queue(), { q })]).toEqual([q, true]);
    expect(passes(queue(), { q: "請求" })).toBe(false);
    expect(passes(queue(), { menu: "ivr" })).toBe(false);
    expect(passes(queue({ channels: ["ivr"] }), { channel: "chat" })).toBe(false);
    expect(passes(queue(), { queue: "queue_2" })).toBe(false);
  });

  it("sort what has not been yet before everything that has", () => {
    expect(VALUES["wait"]?.(queue(), "call")).toBeLessThan(0);
    expect(VALUES["wait"]?.(queue(), "chat")).toBe(4);
    expect(VALUES["longest"]?.(queue(), "chat")).toBeGreaterThan(Number(VALUES["longest"]?.(queue(), "call")));
  });
});
