import type { DeskRow } from "@madoguchi/protocol";
import { describe, expect, it } from "vitest";
import { order, select, sortDesk } from "./model.ts";

const make = (kind: string, id: string, more: object = {}): DeskRow =>
  ({ kind, id, started_at: `2026-11-23T10:00:${id.padStart(2, "0")}Z`, ...more }) as unknown as DeskRow;

describe("desk", () => {
  it("shows what was chosen, and the wrap-up of a conversation that ended", () => {
    const desk = sortDesk([make("call", "1"), make("chat", "2"), make("wrap_up", "3", { interaction: "9", channel: "chat" })]);
    expect(select(desk, "2")?.kind).toBe("chat");
    expect(select(desk, "9")).toMatchObject({ kind: "wrap_up", row: { id: "3" } });
  });

  it("falls back to the call, then the work after a call, then the oldest chat", () => {
    const wrapUp = make("wrap_up", "3", { interaction: "9", channel: "call" });
    expect(select(sortDesk([make("chat", "2"), make("call", "1")]), "gone")?.kind).toBe("call");
    expect(select(sortDesk([make("chat", "2"), wrapUp]), undefined)?.kind).toBe("wrap_up");
    expect(select(sortDesk([make("chat", "5"), make("chat", "2")]), undefined)?.row.id).toBe("2");
    expect(select(sortDesk([]), undefined)).toBeNull();
  });

  it("puts the offer first that runs out first", () => {
    const desk = sortDesk([make("offer", "1", { expires_at: "2026-11-23T10:00:20Z" }), make("offer", "2", { expires_at: "2026-11-23T10:00:10Z" })]);
    expect(desk.offers.map((offer) => offer.id)).toEqual(["2", "1"]);
  });

  it("moves through all that is in hand", () => {
    expect(order(sortDesk([make("wrap_up", "3"), make("chat", "2"), make("call", "1")]))).toEqual(["1", "2", "3"]);
  });
});
