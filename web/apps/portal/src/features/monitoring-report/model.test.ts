import type { Http } from "@madoguchi/client";
import { describe, expect, it } from "vitest";
import { monitoringApi, monitoringQuery, readMonitoringSearch } from "./model.ts";

const http = { url: (path: string) => path } as unknown as Http;

describe("the Supervisor Monitoring report", () => {
  it("reads its filters from the URL and leaves out what makes no sense", () => {
    expect(readMonitoringSearch({ supervisor: "user_1", from: "2026-11-27", to: "soon", q: "x" })).toEqual({
      supervisor: "user_1",
      from: "2026-11-27",
    });
    expect(readMonitoringSearch({ supervisor: 7 })).toEqual({});
  });

  it("asks for whole days where the reader is", () => {
    const query = monitoringQuery({ from: "2026-11-27", to: "2026-11-27", supervisor: "user_1" });
    const span = Date.parse(query.get("until") ?? "") - Date.parse(query.get("since") ?? "");
    expect(span).toBe(24 * 3_600_000);
    expect(query.get("supervisor")).toBe("user_1");
  });

  it("takes the ledger away whole, and the report as it is filtered", () => {
    const api = monitoringApi(http);
    expect(api.ledgerUrl({ supervisor: "user_1" }, "json")).toBe("/reports/monitoring/ledger?format=json");
    expect(api.exportUrl({ supervisor: "user_1" }, "ja")).toBe("/reports/monitoring/export?supervisor=user_1&language=ja");
  });
});
