import { describe, expect, it, vi } from "vitest";
import { FrameBatch } from "./frames.ts";
import { RowStore } from "./rows.ts";

interface Row {
  id: string;
  n: number;
}

describe("row store", () => {
  it("flushes once for many messages in one frame", () => {
    let flush = (): void => undefined;
    const schedule = vi.fn((then: () => void) => void (flush = then));
    const store = new RowStore<Row>(new FrameBatch(schedule));
    const any = vi.fn();
    store.subscribeAll(any);
    for (let n = 0; n < 50; n++) store.delta([{ id: "a", n }], []);
    expect(schedule).toHaveBeenCalledTimes(1);
    expect(store.get("a")).toBeUndefined();
    flush();
    expect(any).toHaveBeenCalledTimes(1);
    expect(store.get("a")?.n).toBe(49);
  });

  it("tells only the readers of rows that changed, and keeps ids the same until membership changes", () => {
    const batch = new FrameBatch(() => undefined);
    const store = new RowStore<Row>(batch);
    store.snapshot([
      { id: "a", n: 1 },
      { id: "b", n: 1 },
    ]);
    batch.flush();
    const ids = store.ids();
    const a = vi.fn();
    const b = vi.fn();
    const members = vi.fn();
    store.subscribeRow("a", a);
    store.subscribeRow("b", b);
    store.subscribeIds(members);
    store.delta([{ id: "a", n: 2 }, { id: "b", n: 1 }], []);
    batch.flush();
    expect([a.mock.calls.length, b.mock.calls.length, members.mock.calls.length]).toEqual([1, 0, 0]);
    expect(store.ids()).toBe(ids);
    store.delta([], ["b"]);
    batch.flush();
    expect(b).toHaveBeenCalledTimes(1);
    expect(store.ids()).toEqual(["a"]);
  });

  it("keeps the identity of rows that a snapshot repeats", () => {
    const batch = new FrameBatch(() => undefined);
    const store = new RowStore<Row>(batch);
    store.snapshot([{ id: "a", n: 1 }]);
    batch.flush();
    const before = store.get("a");
    const all = store.all();
    store.snapshot([{ id: "a", n: 1 }]);
    batch.flush();
    expect(store.get("a")).toBe(before);
    expect(store.all()).toBe(all);
  });

  it("stops telling whoever unsubscribed", () => {
    const batch = new FrameBatch(() => undefined);
    const store = new RowStore<Row>(batch);
    const a = vi.fn();
    store.subscribeRow("a", a)();
    store.delta([{ id: "a", n: 2 }], []);
    batch.flush();
    expect(a).not.toHaveBeenCalled();
  });
});
