import type { AgentRow } from "@madoguchi/protocol";
import { describe, expect, it, vi } from "vitest";
import { Arming, type ArmedMemory } from "./arming.ts";

const ref = (id: string) => ({ id, consumer: { id: "c", name: `Consumer of ${id}`, anonymous: true }, queue: null });
const ana = (calls: string[] = [], chats: string[] = []): AgentRow =>
  ({ id: "ana", kind: "agent", name: "Ana", calls: calls.map(ref), chats: chats.map(ref) }) as unknown as AgentRow;

function bed(memory: ArmedMemory | null = null) {
  const start = vi.fn<(call: string, name: string, then: string, agreed: () => void) => void>();
  return { start, arming: new Arming({ monitorings: { start: start as never }, memory, storageKey: "armed" }) };
}

describe("arming for an agent's next interaction (MON-10)", () => {
  it("listens to the next call, not to the one that she has", () => {
    const { arming, start } = bed();
    arming.arm(ana(["old"]));
    arming.follow([ana(["old"])]);
    expect(start).not.toHaveBeenCalled();
    arming.follow([ana()]);
    arming.follow([ana(["new"])]);
    arming.follow([ana(["new"])]);
    expect(start.mock.calls.map(([call, name]) => [call, name])).toEqual([["new", "Consumer of new"]]);
  });

  it("waits until it really listens, and goes on waiting when nobody answered", () => {
    const { arming, start } = bed();
    arming.arm(ana());
    arming.follow([ana(["unanswered"])]);
    expect(arming.armed.get()).toHaveLength(1);
    arming.follow([ana()]);
    arming.follow([ana(["answered"])]);
    start.mock.calls[1]![3]();
    expect(arming.armed.get()).toEqual([]);
  });

  it("offers the next chat, and forgets it when it has gone", () => {
    const { arming, start } = bed();
    arming.arm(ana([], ["old"]));
    arming.follow([ana([], ["old", "new"])]);
    expect(arming.armed.get()[0]!.chat).toEqual({ id: "new", name: "Consumer of new" });
    arming.follow([ana([], ["old"])]);
    expect(arming.armed.get()[0]!.chat).toBeNull();
    arming.follow([ana([], ["newest"])]);
    expect(arming.armed.get()[0]!.chat?.id).toBe("newest");
    expect(start).not.toHaveBeenCalled();
  });

  it("gives up an agent whom one may see no more, and says so", () => {
    const { arming } = bed();
    arming.arm(ana());
    expect(arming.follow([]).map((one) => one.name)).toEqual(["Ana"]);
    expect(arming.armed.get()).toEqual([]);
  });

  it("outlives a reload, and a damaged memory is an empty one", () => {
    const kept = new Map<string, string>();
    const memory = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) };
    bed(memory).arming.arm(ana());
    expect(bed(memory).arming.armed.get().map((one) => one.name)).toEqual(["Ana"]);
    kept.set("armed", "{");
    expect(bed(memory).arming.armed.get()).toEqual([]);
  });
});
