import fc from "fast-check";
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

  it("holds what applying every frame by itself would give, in the same order", () => {
    const row = fc.record({ id: fc.constantFrom("a", "b", "c", "d", "e"), n: fc.integer({ min: 0, max: 2 }) });
    const frame = fc.record({ whole: fc.boolean(), put: fc.array(row), gone: fc.array(fc.constantFrom("a", "b", "c")), flush: fc.boolean() });
    fc.assert(
      fc.property(fc.array(frame), (frames) => {
        const batch = new FrameBatch(() => undefined);
        const store = new RowStore<Row>(batch);
        let plain = new Map<string, Row>();
        for (const { whole, put, gone, flush } of frames) {
          if (whole) {
            plain = new Map(put.map((each) => [each.id, each]));
            store.snapshot(put);
          } else {
            const away = gone.filter((id) => put.every((each) => each.id !== id));
            for (const id of away) plain.delete(id);
            for (const each of put) plain.set(each.id, each);
            store.delta(put, away);
          }
          if (!flush) continue;
          const before = store.ids();
          batch.flush();
          expect(store.all()).toEqual([...plain.values()]);
          expect(store.ids()).toEqual([...plain.keys()]);
          if (before.join() !== store.ids().join()) expect(store.ids()).not.toBe(before);
        }
      }),
    );
  });
});
