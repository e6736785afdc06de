import { expect, test } from "vitest";
import { firstLanguage, textIn, waiting } from "./text.ts";

test("the page's language counts more than the browser's, and an attribute more than both", () => {
  expect(firstLanguage(null, "en", ["ja-JP"])).toBe("en");
  expect(firstLanguage("ja", "en", ["en-US"])).toBe("ja");
  expect(firstLanguage(null, "", ["de-DE", "en-GB"])).toBe("en");
  expect(firstLanguage(null, "", ["de-DE"])).toBe("ja");
});

test("placeholders are filled in", () => {
  expect(textIn("en")("chat.typing", { name: "Sato" })).toBe("Sato is typing…");
});

test("who waits learns his place, and how long it takes where that is worth saying", () => {
  const text = textIn("en");
  expect(waiting(text, "call", undefined)).toBe("Waiting for an agent");
  expect(waiting(text, "call", { position: 2, wait_min: 1 })).toBe("Number 2 in the queue");
  expect(waiting(text, "call", { position: 2, wait_min: 4 })).toBe("Number 2 in the queue, about 4 minutes");
  expect(waiting(textIn("ja"), "chat", { position: 3, wait_min: null })).toBe("お問い合わせありがとうございます。順番は 3 番目です。");
});
