import { expect, test } from "vitest";
import { newId } from "./id.ts";

test("an id is long enough never to come twice, and needs no secure page", () => {
  const randomUUID = Object.getOwnPropertyDescriptor(crypto, "randomUUID");
  Object.defineProperty(crypto, "randomUUID", { value: undefined, configurable: true });
  const ids = new Set(Array.from({ length: 1000 }, newId));
  if (randomUUID === undefined) Reflect.deleteProperty(crypto, "randomUUID");
  else Object.defineProperty(crypto, "randomUUID", randomUUID);
  expect(ids.size).toBe(1000);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
});
