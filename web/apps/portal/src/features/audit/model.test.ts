import { translator } from "@madoguchi/client";
import { describe, expect, it } from "vitest";
import en from "../../text/en.json";
import { changedText, fieldName } from "../../shared/fields.ts";
import { ProblemError } from "@madoguchi/client";
import { auditQuery, readAuditSearch, valueText } from "./model.ts";

const t = translator(en);

describe("the audit log", () => {
  it("reads its filters from the URL and leaves out what makes no sense", () => {
    expect(readAuditSearch({ q: 12, subject: "moon", from: "2026-11-27", to: "soon", by: "user_1" })).toEqual({
      q: "12",
      from: "2026-11-27",
      by: "user_1",
    });
  });

  it("asks for whole days where the reader is", () => {
    const query = auditQuery({ from: "2026-11-27", to: "2026-11-27" });
    const span = Date.parse(query.get("until") ?? "") - Date.parse(query.get("since") ?? "");
    expect(span).toBe(24 * 3_600_000);
    expect(new Date(query.get("since") ?? "").getHours()).toBe(0);
  });

  it("says values in words", () => {
    const names = { user_1: "Ana" };
    expect(valueText(t, null, names)).toBe("–");
    expect(valueText(t, ["user_1", "user_2"], names)).toBe("Ana, user_2");
    expect(valueText(t, false, names)).toBe("No");
    expect(valueText(t, [{ channel: "chat", queues: [] }], names)).toBe("channel: chat, queues: –");
  });

  it("calls fields as their pages do", () => {
    expect(fieldName(t, "chat_limit")).toBe("Chats at once");
    expect(fieldName(t, "settings.routing.offer_s")).toBe("Routing › How long an offer stands");
    expect(fieldName(t, "grants.settings.queues.edit")).toBe("Permissions › Settings - Queues › Edit");
    expect(fieldName(t, "assignments.*.users")).toBe("Assigned › All languages › Agents");
    expect(fieldName(t, "names.ja")).toBe("Name › Japanese");
    expect(fieldName(t, "what_a_newer_server_has")).toBe("what_a_newer_server_has");
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
