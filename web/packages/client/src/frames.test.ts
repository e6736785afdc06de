import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { pacedFrames } from "./frames.ts";

const FRAME_MS = 16;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
  vi.stubGlobal("requestAnimationFrame", (then: () => void) => setTimeout(then, FRAME_MS - (performance.now() % FRAME_MS)));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("paced frames", () => {
  it("flush with the next frame after a pause", () => {
    const flush = vi.fn();
    const schedule = pacedFrames();
    schedule(flush);
    vi.advanceTimersByTime(FRAME_MS);
    expect(flush).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1000);
    expect(flush).toHaveBeenCalledTimes(1);
    schedule(flush);
    vi.advanceTimersByTime(FRAME_MS);
    expect(flush).toHaveBeenCalledTimes(2);
  });

  it("flush some thirty times a second while changes stream, and let none of them wait long", () => {
    const schedule = pacedFrames();
    let waiting: number | null = null;
    let flushes = 0;
    let longest = 0;
    for (let ms = 0; ms < 1000; ms++) {
      if (waiting === null) {
        waiting = performance.now();
        schedule(() => {
          flushes++;
          longest = Math.max(longest, performance.now() - (waiting ?? 0));
          waiting = null;
        });
      }
      vi.advanceTimersByTime(1);
    }
    expect(flushes).toBeGreaterThan(25);
    expect(flushes).toBeLessThan(36);
    expect(longest).toBeLessThanOrEqual(3 * FRAME_MS);
  });

  it("flush in a hidden page, which draws no frames", () => {
    vi.stubGlobal("requestAnimationFrame", () => 0);
    const flush = vi.fn();
    pacedFrames()(flush);
    vi.advanceTimersByTime(100);
    expect(flush).toHaveBeenCalledTimes(1);
  });
});
