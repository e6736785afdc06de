import { describe, expect, it, vi } from "vitest";
import { Leadership } from "./leader.ts";

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe("leadership", () => {
  it("is one's own where the browser refuses locks, and it is asked for once", async () => {
    const request = vi.fn(() => Promise.reject(new DOMException("no storage", "SecurityError")));
    const leadership = new Leadership("name", { request });
    await settled();
    expect(leadership.leading.get()).toBe(true);
    expect(request).toHaveBeenCalledTimes(1);
  });

  it("is one's own where asking throws, or there is nothing to ask", () => {
    const request = (): never => {
      throw new DOMException("no storage", "SecurityError");
    };
    expect(new Leadership("name", { request }).leading.get()).toBe(true);
    expect(new Leadership("name", null).leading.get()).toBe(true);
  });

  it("waits in line again after another tab took over", async () => {
    let taken: (reason: unknown) => void = () => undefined;
    const request = vi
      .fn()
      .mockImplementationOnce((_name: string, _options: unknown, lead: () => Promise<void>) => {
        void lead();
        return new Promise((_resolve, reject) => {
          taken = reject;
        });
      })
      .mockImplementation(() => new Promise(() => undefined));
    const leadership = new Leadership("name", { request });
    expect(leadership.leading.get()).toBe(true);
    taken(new DOMException("stolen", "AbortError"));
    await settled();
    expect(leadership.leading.get()).toBe(false);
    expect(request).toHaveBeenCalledTimes(2);
  });
});
