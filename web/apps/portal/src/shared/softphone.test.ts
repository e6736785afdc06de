import { MediaLeg, Observable, type MediaState } from "@madoguchi/client";
import { FakeClock } from "@madoguchi/client/testing";
import type { DeskCallRow } from "@madoguchi/protocol";
import { describe, expect, it, vi } from "vitest";
import type { Settings } from "./settings.ts";
import { Softphone } from "./softphone.ts";

const row = (id: string, more: Partial<DeskCallRow> = {}): DeskCallRow =>
  ({ id, kind: "call", my_media: "none", muted: false, ...more }) as DeskCallRow;

class Memory {
  readonly items = new Map<string, string>();
  getItem = (key: string): string | null => this.items.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.items.set(key, value);
  removeItem = (key: string): void => void this.items.delete(key);
}

function bed(leading = true, memory = new Memory()) {
  const clock = new FakeClock();
  const lead = new Observable(leading);
  const made: { call: string; leg: MediaLeg; state: Observable<MediaState> }[] = [];
  const mute = vi.fn((_call: string, _on: boolean) => Promise.resolve());
  const phone = new Softphone({
    api: { connectCall: () => Promise.resolve({ leg: "l", answer: "a" }), mute },
    settings: new Observable({} as Settings),
    leadership: { leading: lead, take: () => lead.set(true) },
    memory,
    clock,
    createLeg: (call, muted) => {
      const leg = new MediaLeg({ negotiate: () => Promise.resolve(""), muted });
      vi.spyOn(leg, "start").mockResolvedValue();
      vi.spyOn(leg, "reconnect").mockReturnValue();
      made.push({ call, leg, state: leg.state });
      return leg;
    },
  });
  return { clock, lead, made, memory, mute, phone };
}

const set = (state: Observable<MediaState>, change: Partial<MediaState>): void => state.set({ ...state.get(), ...change });

describe("softphone", () => {
  it("gives a call without voice this tab's, once", () => {
    const { phone, made } = bed();
    phone.follow([row("a")]);
    phone.follow([row("a", { my_media: "connecting" })]);
    phone.follow([row("a", { my_media: "lost" })]);
    expect(made.map((each) => each.call)).toEqual(["a"]);
  });

  it("leaves a call alone whose voice is elsewhere, until told to use it here", () => {
    const { phone, made } = bed();
    phone.follow([row("a", { my_media: "connected" })]);
    expect(made).toEqual([]);
    phone.useHere("a");
    expect(made).toHaveLength(1);
  });

  it("takes its own call up again after a reload, without waiting for the server to notice", () => {
    const memory = new Memory();
    bed(true, memory).phone.follow([row("a")]);
    const after = bed(true, memory);
    after.phone.follow([row("a", { my_media: "connected" })]);
    expect(after.made).toHaveLength(1);
  });

  it("stays silent in a tab that does not lead, and follows when it does", () => {
    const { phone, made, lead } = bed(false);
    phone.follow([row("a")]);
    expect(made).toEqual([]);
    lead.set(true);
    expect(made).toHaveLength(1);
    lead.set(false);
    expect(made[0]?.leg.state.get().phase).toBe("closed");
    expect(phone.legs.get().size).toBe(0);
  });

  it("frees the voice when the call is gone", () => {
    const { phone, made, memory } = bed();
    phone.follow([row("a")]);
    phone.follow([]);
    expect(made[0]?.leg.state.get().phase).toBe("closed");
    expect(memory.items.size).toBe(0);
  });

  it("starts muted where the server says so, and follows the server's mute", () => {
    const { phone, made } = bed();
    phone.follow([row("a", { muted: true })]);
    expect(made[0]?.state.get().muted).toBe(true);
    set(made[0]!.state, { phase: "connected" });
    phone.follow([row("a", { muted: false, my_media: "connected" })]);
    expect(made[0]?.state.get().muted).toBe(false);
  });

  it("does not fight for a voice that another device took, but rebuilds one that nobody has", () => {
    const { phone, made, clock } = bed();
    phone.follow([row("a")]);
    const { state, leg } = made[0]!;
    set(state, { phase: "ended" });
    phone.follow([row("a", { my_media: "connected" })]);
    clock.pass(2_000);
    expect(leg.reconnect).not.toHaveBeenCalled();
    set(state, { phase: "connected" });
    set(state, { phase: "ended" });
    phone.follow([row("a", { my_media: "lost" })]);
    clock.pass(2_000);
    expect(leg.reconnect).toHaveBeenCalledTimes(1);
  });

  it("takes a mute back that the server did not accept", async () => {
    const { phone, made, mute } = bed();
    phone.follow([row("a")]);
    mute.mockRejectedValueOnce(new Error("no"));
    await expect(phone.mute("a", true)).rejects.toThrow("no");
    expect(made[0]?.state.get().muted).toBe(false);
  });

  it("is not unmuted by a row that is older than the mute", async () => {
    const { phone, made } = bed();
    phone.follow([row("a")]);
    await phone.mute("a", true);
    phone.follow([row("a", { muted: false, on_hold: true })]);
    expect(made[0]?.state.get().muted).toBe(true);
    phone.follow([row("a", { muted: true })]);
    phone.follow([row("a", { muted: false })]);
    expect(made[0]?.state.get().muted).toBe(false);
  });

  it("tells quick changes in their order", async () => {
    const { phone, mute } = bed();
    phone.follow([row("a")]);
    await Promise.all([phone.mute("a", true), phone.mute("a", false), phone.mute("a", true)]);
    expect(mute.mock.calls).toEqual([
      ["a", true],
      ["a", false],
      ["a", true],
    ]);
  });
});
