import { expect, test } from "vitest";
import { firstLanguage, textIn } from "./text.ts";

test("the page's language counts more than the browser's, and an attribute more than both", () => {
  expect(firstLanguage(null, "en", ["ja-JP"])).toBe("en");
  expect(firstLanguage("ja", "en", ["en-US"])).toBe("ja");
  expect(firstLanguage(null, "", ["de-DE", "en-GB"])).toBe("en");
  expect(firstLanguage(null, "", ["de-DE"])).toBe("ja");
});

test("placeholders are filled in", () => {
  expect(textIn("en")("chat.typing", { name: "Sato" })).toBe("Sato is typing…");
});
