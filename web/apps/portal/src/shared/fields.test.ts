import { ProblemError, translator } from "@madoguchi/client";
import { describe, expect, it } from "vitest";
import en from "../text/en.json";
import { changedText, fieldName, valueWord } from "./fields.ts";

const t = translator(en);

describe("fields that the server names", () => {
  it("calls fields as their pages do", () => {
    expect(fieldName(t, "chat_limit")).toBe("Chats at once");
    expect(fieldName(t, "settings.routing.offer_s")).toBe("Routing › How long an offer stands");
    expect(fieldName(t, "grants.settings.queues.edit")).toBe("Permissions › Settings - Queues › Edit");
    expect(fieldName(t, "grants.monitor")).toBe("Permissions › Monitor calls and view live chats");
    expect(fieldName(t, "assignments.*.users")).toBe("Assigned › All languages › Agents");
    expect(fieldName(t, "names.ja")).toBe("Name › Japanese");
    expect(fieldName(t, "what_a_newer_server_has")).toBe("what_a_newer_server_has");
  });

  it("have values that the pages have words for", () => {
    expect([valueWord(t, "colour", "violet"), valueWord(t, "colour", "info"), valueWord(t, "grants.roles.edit", "all")]).toEqual(["Violet", "Blue", "Everybody"]);
    expect([valueWord(t, "settings.routing.kind", "multicast"), valueWord(t, "scope", "own")]).toEqual(["All at once (multicast)", "Only its author"]);
    expect([valueWord(t, "location", "all"), valueWord(t, "colour", "pink")]).toEqual([null, null]);
  });

  it("tells who was faster, and in which fields", () => {
    const at = "2026-11-27T12:00:00.000Z";
    const changed = [
      { by: "Max", at, action: "changed", fields: ["location"] },
      { by: "Max", at, action: "changed", fields: ["location", "email"] },
      { by: "", at, action: "changed", fields: ["roles"] },
    ];
    const problem = new ProblemError({ code: "stale_version", changed });
    expect(changedText(t, problem)).toBe("Max changed: Location, E-mail. The system changed: Roles.");
    expect(changedText(t, new ProblemError({ code: "stale_version" }))).toBe("");
  });
});
