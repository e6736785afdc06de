import { placeholders } from "@madoguchi/client";
import { expect, test } from "vitest";
import en from "./en.json" with { type: "json" };
import ja from "./ja.json" with { type: "json" };

test("every text exists in both languages, in the same place, with the same placeholders", () => {
  expect(Object.keys(ja)).toEqual(Object.keys(en));
  for (const [key, text] of Object.entries(en)) {
    expect([key, placeholders(ja[key as keyof typeof ja])]).toEqual([key, placeholders(text)]);
  }
});
