import { expect, test } from "vitest";
import { Memory } from "./memory.ts";

function storage(broken = false): Storage {
  const kept = new Map<string, string>();
  const guard = (): void => {
    if (broken) throw new DOMException("forbidden", "SecurityError");
  };
  return {
    get length() {
      return kept.size;
    },
    clear: () => kept.clear(),
    key: () => null,
    getItem: (key) => (guard(), kept.get(key) ?? null),
    setItem: (key, value) => (guard(), void kept.set(key, value)),
    removeItem: (key) => (guard(), void kept.delete(key)),
  };
}

test("a page remembers its consumer and that something goes on", () => {
  const kept = storage();
  const memory = new Memory(kept, null);
  memory.token = "abc";
  memory.ongoing = true;

  const later = new Memory(kept, null);
  expect([later.token, later.ongoing]).toEqual(["abc", true]);

  later.ongoing = false;
  expect(memory.ongoing).toBe(false);
});

test("forbidden storage is no failure", () => {
  const memory = new Memory(storage(true), null);
  memory.token = "abc";

  expect([memory.token, memory.ongoing]).toEqual([undefined, false]);
});
