import type { AgentRow, QueueInfo } from "@madoguchi/protocol";
import { reorder } from "@madoguchi/ui/order";
import { leastWidth } from "@madoguchi/ui/tracks";
import { describe, expect, it } from "vitest";
import { comparator, readBoardSearch, sinceValue, sortOf } from "./board.ts";
import { altCode, isSend, type KeyPress } from "./keys.ts";
import { agentLook, queueLabel, queuePath, searchable } from "./labels.ts";

const press = (code: string, more: Partial<KeyPress> = {}): KeyPress => ({
  code,
  altKey: true,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  repeat: false,
  isComposing: false,
  getModifierState: () => false,
  ...more,
});

describe("keys", () => {
  it("takes Alt with a key, and leaves AltGraph, composing and other modifiers alone", () => {
    expect(altCode(press("KeyA"))).toBe("KeyA");
    expect(altCode(press("KeyA", { altKey: false }))).toBeNull();
    expect(altCode(press("KeyA", { getModifierState: () => true }))).toBeNull();
    for (const modifier of ["ctrlKey", "metaKey", "shiftKey", "repeat", "isComposing"] as const) {
      expect(altCode(press("KeyA", { [modifier]: true }))).toBeNull();
    }
  });

  it("does not send what an input method is still composing", () => {
    const enter = { key: "Enter", shiftKey: false, isComposing: false, keyCode: 13 };
    expect(isSend(enter)).toBe(true);
    expect(isSend({ ...enter, isComposing: true })).toBe(false);
    expect(isSend({ ...enter, keyCode: 229 })).toBe(false);
    expect(isSend({ ...enter, shiftKey: true })).toBe(false);
  });
});

describe("boards", () => {
  it("reads its URL and drops what does not fit", () => {
    expect(readBoardSearch({ q: 123, queue: "queue_1", sort: ["x"], desc: true, other: "x" })).toEqual({
      q: "123",
      queue: "queue_1",
      desc: true,
    });
    const usual = { column: "talk", descending: true };
    expect(sortOf({ sort: "nonsense" }, ["talk"], usual)).toBe(usual);
    expect(sortOf({ sort: "talk" }, ["talk"], usual)).toEqual({ column: "talk", descending: false });
  });

  it("sorts stably, both ways, longest last", () => {
    const rows = [
      { id: "a", at: "2026-11-23T10:00:00Z" },
      { id: "b", at: null },
      { id: "c", at: "2026-11-23T11:00:00Z" },
      { id: "d", at: "2026-11-23T11:00:00Z" },
    ];
    const value = (row: { id: string; at: string | null }): number => sinceValue(row.at);
    expect([...rows].sort(comparator(value, false)).map((row) => row.id)).toEqual(["b", "c", "d", "a"]);
    expect([...rows].sort(comparator(value, true)).map((row) => row.id)).toEqual(["a", "c", "d", "b"]);
  });

  it("counts the changes that wait while the pointer rests on a table", () => {
    expect(reorder(["a", "b"], ["a", "b"])).toBe(0);
    expect(reorder(["a", "b"], ["b", "c", "d"])).toBe(3);
    expect(reorder(["a", "b", "c"], ["b", "a", "c"])).toBe(2);
  });

  it("knows how much room the columns of a table need at least", () => {
    expect(leastWidth([{ width: "100px" }, { width: "minmax(90px, 1.5fr)" }, { width: "44px" }])).toBe(100 + 90 + 44 + 2 * 12 + 24);
  });
});

describe("labels", () => {
  it("says what an agent does before what he chose", () => {
    const look = (status: AgentRow["status"], occupancy: AgentRow["occupancy"]): string => agentLook(status, occupancy).label;
    expect(look("break", "in_call")).toBe("status.in_call");
    expect(look("break", "idle")).toBe("status.break");
    expect(look("unheard_of" as "break", "idle")).toBe("status.unavailable");
  });

  it("writes the menu path in the user's language", () => {
    const names = { en: "Returns", ja: "返品・交換" };
    const queue = { id: "q", names, path: [{ en: "Orders", ja: "注文・配送" }, names] };
    expect(queuePath(queue, "ja")).toBe("注文・配送 > 返品・交換");
    expect(queuePath(null, "en")).toBe("–");
  });

  it("tells queues of the same name in several menus apart by their channel", () => {
    const names = { en: "Billing", ja: "請求" };
    const queue = (id: string, channel: string, own = names): QueueInfo => ({ id, names: own, path: [own], channels: [channel], agents: 0, available: 0 });
    const queues = [queue("a", "web"), queue("b", "sms"), queue("c", "web", { en: "Returns", ja: "返品" })];
    expect(queues.map((each) => queueLabel(each, queues, (key) => key, "ja"))).toEqual(["請求 · queues.channel.web", "請求 · queues.channel.sms", "返品"]);
  });

  it("finds full-width digits by plain ones", () => {
    expect(searchable("０３－ＡＢＣ")).toBe("03-abc");
  });
});
