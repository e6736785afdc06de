import type { MessageRow } from "@madoguchi/protocol";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { backoffMs } from "./clock.ts";
import { timeline, TypingSignal } from "./chat.ts";
import { duration, fileSize } from "./format.ts";
import { fill, placeholders, preferredLanguage } from "./i18n.ts";
import { Leadership, type Locks } from "./leader.ts";
import { alertRound, loudness, Ringer } from "./sound.ts";
import { FakeClock } from "./testing/index.ts";
import { Ticker } from "./ticker.ts";

const message = (seq: number, sender: MessageRow["sender"], client_id: string | null = null): MessageRow => ({
  id: `m${seq}`,
  kind: "message",
  seq,
  at: "2026-11-23T12:00:00Z",
  sender,
  sender_id: sender,
  sender_name: sender,
  client_id,
  body: { type: "text", text: String(seq) },
});

describe("timeline", () => {
  it("puts a row in the place of the line it came from", () => {
    const line = { chat: "c", client_id: "x", text: "1", at: 0, state: "sent" as const, problem: null };
    expect(timeline([], [line], undefined, "agent").map((each) => each.kind)).toEqual(["outgoing"]);
    const lines = timeline([message(1, "agent", "x")], [line], undefined, "agent");
    expect(lines.map((each) => [each.kind, each.key])).toEqual([["row", "x"]]);
  });

  it("says how far each own line has come, and nothing of the other side's", () => {
    const rows = [message(1, "agent"), message(2, "consumer"), message(3, "agent"), message(4, "agent")];
    const receipts = { read: { agent: 9, consumer: 1 }, delivered: { agent: 9, consumer: 3 } };
    expect(timeline(rows, [], receipts, "agent").map((each) => (each.kind === "row" ? each.receipt : "?"))).toEqual([
      "read",
      null,
      "delivered",
      "sent",
    ]);
  });
});

describe("typing", () => {
  it("is said at the start, every three seconds, and at the end", () => {
    const say = vi.fn();
    let now = 0;
    const signal = new TypingSignal(say, () => now);
    for (now = 0; now < 4_000; now += 100) signal.input("a");
    signal.input("");
    signal.stop();
    expect(say.mock.calls.map(([typing]) => typing as boolean)).toEqual([true, true, false]);
  });
});

describe("ringer", () => {
  function context(): { created: AudioContext; loops: boolean[]; stops: number } {
    const record = { loops: [] as boolean[], stops: 0, created: null as unknown as AudioContext };
    record.created = {
      state: "suspended",
      sampleRate: 8_000,
      destination: {},
      resume() {
        (this as { state: string }).state = "running";
        return Promise.resolve();
      },
      createBuffer: () => ({ copyToChannel: () => undefined }),
      createBufferSource: () => {
        const source = {
          loop: false,
          buffer: null,
          connect: () => undefined,
          disconnect: () => undefined,
          start: () => record.loops.push(source.loop),
          stop: () => record.stops++,
        };
        return source;
      },
    } as unknown as AudioContext;
    return record;
  }

  it("rings when the state says so and sound is enabled, whichever comes first", async () => {
    const record = context();
    const ringer = new Ringer(() => record.created);
    ringer.follow("call");
    expect(record.loops).toEqual([]);
    await ringer.enable();
    expect(record.loops).toEqual([true]);
    ringer.follow("call");
    expect(record.loops).toEqual([true]);
    ringer.follow(null);
    expect(record.stops).toBe(1);
  });

  it("has tones that start and end in silence and stay in range", () => {
    for (const alert of ["call", "chat"] as const) {
      const samples = alertRound(alert, 8_000);
      expect(samples[0]).toBe(0);
      expect(samples.at(-1)).toBe(0);
      expect(Math.max(...samples.map(Math.abs))).toBeLessThanOrEqual(1);
      expect(loudness(samples)).toBeGreaterThan(0.4);
    }
  });
});

describe("leadership", () => {
  class FakeLocks {
    #queue: { lead: () => Promise<void>; lost: (error: Error) => void }[] = [];
    request = ((_name: string, options: LockOptions, lead: () => Promise<void>) =>
      new Promise<void>((resolve, reject) => {
        const entry = { lead, lost: reject };
        if (options.steal === true) this.#queue.shift()?.lost(new Error("stolen"));
        if (options.steal === true) this.#queue.unshift(entry);
        else this.#queue.push(entry);
        if (this.#queue[0] === entry) void this.#grant(entry, resolve);
      })) as unknown as Locks["request"];

    async #grant(entry: { lead: () => Promise<void> }, resolve: () => void): Promise<void> {
      await entry.lead();
      this.#queue = this.#queue.filter((each) => each !== entry);
      resolve();
      const next = this.#queue[0];
      if (next !== undefined) void this.#grant(next, () => undefined);
    }
  }

  it("has one leader; the next follows when it closes; anyone can take over", async () => {
    const locks = new FakeLocks();
    const [a, b] = [new Leadership("x", locks), new Leadership("x", locks)];
    expect([a.leading.get(), b.leading.get()]).toEqual([true, false]);
    b.take();
    await Promise.resolve();
    await Promise.resolve();
    expect([a.leading.get(), b.leading.get()]).toEqual([false, true]);
    b.close();
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    expect(a.leading.get()).toBe(true);
  });

  it("leads alone where there are no locks or they throw", () => {
    expect(new Leadership("x", null).leading.get()).toBe(true);
    const throwing = {
      request: () => {
        throw new Error("SecurityError");
      },
    } as unknown as Locks;
    expect(new Leadership("x", throwing).leading.get()).toBe(true);
  });
});

describe("small things", () => {
  it("spreads retries and caps them", () => {
    fc.assert(
      fc.property(fc.nat(100), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, chance) => {
        const wait = backoffMs(attempt, () => chance);
        expect(wait).toBeGreaterThanOrEqual(125);
        expect(wait).toBeLessThanOrEqual(8_000);
      }),
    );
  });

  it("writes durations and sizes for people", () => {
    expect([0, 59_999, 272_000, 3_600_000, 36_061_000, -5].map(duration)).toEqual([
      "0:00",
      "0:59",
      "4:32",
      "1:00:00",
      "10:01:01",
      "0:00",
    ]);
    expect([999, 1_000, 2_500_000, 20_000_000].map((size) => fileSize(size, "en"))).toEqual([
      "999 B",
      "1 kB",
      "2.5 MB",
      "20 MB",
    ]);
  });

  it("fills placeholders and leaves unknown ones", () => {
    expect(fill("{a} of {b} {c}", { a: 1, b: "two" })).toBe("1 of two {c}");
    expect(placeholders("{b} {a}")).toEqual(["a", "b"]);
  });

  it("chooses the language that the person prefers", () => {
    expect(preferredLanguage(["en", "ja"], ["fr", "ja-JP", "en"])).toBe("ja");
    expect(preferredLanguage(["en", "ja"], ["fr"])).toBe("en");
  });

  it("ticks once a second while somebody listens, and not after", () => {
    const clock = new FakeClock();
    const ticker = new Ticker(clock.now, clock);
    const listener = vi.fn();
    const stop = ticker.subscribe(listener);
    clock.pass(3_500);
    expect(listener).toHaveBeenCalledTimes(3);
    stop();
    clock.pass(5_000);
    expect(listener).toHaveBeenCalledTimes(3);
  });
});
