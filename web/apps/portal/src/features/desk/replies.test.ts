import { describe, expect, it } from "vitest";
import { fillIn } from "../../shared/replies.ts";
import { findReplies, replyQuery, replyText } from "./replies.ts";

const reply = (shortcut: string, texts: Record<string, string>, queue: string | null = null) => ({
  id: shortcut,
  shortcut,
  texts,
  version: 1,
  scope: queue === null ? "global" : "queue",
  queue,
});

describe("canned replies", () => {
  it("are looked for only by a slash at the beginning and one word", () => {
    expect(replyQuery("/")).toBe("");
    expect(replyQuery("/あいさつ")).toBe("あいさつ");
    expect(replyQuery("/he llo")).toBeNull();
    expect(replyQuery("1/2")).toBeNull();
  });

  it("are found by shortcut first, then by text, and only for the chat's queue", () => {
    const all = [reply("bye", { en: "hello again" }), reply("hello", { en: "Hi" }), reply("hell", { en: "x" }, "q2"), reply("no", { en: "z" })];
    expect(findReplies(all, "q1", "en", "ＨＥＬＬＯ").map((one) => one.shortcut)).toEqual(["hello", "bye"]);
    expect(findReplies(all, "q2", "en", "hell").map((one) => one.shortcut)).toEqual(["hell", "hello", "bye"]);
  });

  it("speak the chat's language where they can, and know the names", () => {
    const one = reply("hi", { en: "Dear {consumer}, {agent} here. {other}", ja: "{consumer} 様" });
    expect(fillIn(replyText(one, "ja"), { consumer: "佐藤", agent: "渡辺" })).toBe("佐藤 様");
    expect(fillIn(replyText(one, "de"), { consumer: "Sato", agent: "Abe" })).toBe("Dear Sato, Abe here. {other}");
  });
});
