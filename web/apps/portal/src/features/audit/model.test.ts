import { translator } from "@madoguchi/client";
import { describe, expect, it } from "vitest";
import type { T } from "../../shared/text.tsx";
import { auditQuery, readAuditSearch, valueText } from "./model.ts";

const t = translator({ "audit.yes": "Yes", "audit.no": "No", "audit.comma": ", " }) as T;

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
    expect(valueText(t, "x", null, names)).toBe("–");
    expect(valueText(t, "x", ["user_1", "user_2"], names)).toBe("Ana, user_2");
    expect(valueText(t, "x", false, names)).toBe("No");
    expect(valueText(t, "x", [{ channel: "chat", queues: [] }], names)).toBe("channel: chat, queues: –");
  });
});
