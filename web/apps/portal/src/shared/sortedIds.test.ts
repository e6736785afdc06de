import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { comparator } from "./board.ts";
import { SortedIds } from "./sortedIds.ts";

interface Row {
  id: string;
  value: number;
  shown: boolean;
}

const row = fc.record({ id: fc.integer({ min: 0, max: 99 }).map(String), value: fc.integer({ min: 0, max: 5 }), shown: fc.boolean() });
const steps = fc.array(fc.record({ put: fc.array(row, { maxLength: 90 }), gone: fc.array(fc.integer({ min: 0, max: 99 }).map(String)) }));

describe("sorted ids", () => {
  it("are what filtering and sorting everything anew would give, whatever changes", () => {
    fc.assert(
      fc.property(steps, fc.boolean(), (changes, descending) => {
        const compare = comparator<Row>((each) => each.value, descending);
        const sorted = new SortedIds<Row>((each) => each.shown, compare);
        let rows = new Map<string, Row>();
        for (const { put, gone } of changes) {
          rows = new Map(rows);
          for (const id of gone) rows.delete(id);
          for (const each of put) rows.set(each.id, each);
          const all = [...rows.values()];
          const expected = all.filter((each) => each.shown).sort(compare).map((each) => each.id);
          expect(sorted.of(all)).toEqual(expected);
        }
      }),
    );
  });

  it("stay the same array until something moves, and look at what is new alone", () => {
    let looked = 0;
    const sorted = new SortedIds<Row>(
      () => {
        looked++;
        return true;
      },
      comparator((each) => each.value, false),
    );
    const rows = Array.from({ length: 1000 }, (_, n) => ({ id: String(n), value: n, shown: true }));
    const first = sorted.of(rows);
    expect(looked).toBe(1000);
    expect(sorted.of(rows.map((each) => (each.id === "5" ? { ...each } : each)))).toBe(first);
    expect(looked).toBe(1001);
  });
});
