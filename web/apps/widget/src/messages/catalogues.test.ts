import { placeholders } from "@madoguchi/client";
import { expect, test } from "vitest";
import en from "./en.json" with { type: "json" };
import ja from "./ja.json" with { type: "json" };

test("every text exists in both languages with the same placeholders", () => {
  expect(Object.keys(ja).sort()).toEqual(Object.keys(en).sort());
  for (const [key, text] of Object.entries(en)) {
    expect([key, placeholders(ja[key as keyof typeof ja])]).toEqual([key, placeholders(text)]);
  }
});
