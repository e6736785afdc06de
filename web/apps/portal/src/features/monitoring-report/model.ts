import type { Http } from "@madoguchi/client";
import type { components } from "@madoguchi/protocol";

type Schemas = components["schemas"];
export type Listened = Schemas["ListenedOut"];
export type ListenedPage = Schemas["ListenedPageOut"];
export type Listener = Schemas["ListenerOut"];
export type LedgerState = Schemas["LedgerStateOut"];

/** What the URL of the page says. */
export interface MonitoringSearch {
  /** A user's id. */
  supervisor?: string;
  /** Dates as people write them, both inclusive. */
  from?: string;
  to?: string;
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

export function readMonitoringSearch(raw: Record<string, unknown>): MonitoringSearch {
  const search: MonitoringSearch = {};
  const supervisor = raw["supervisor"];
  if (typeof supervisor === "string" && supervisor !== "") search.supervisor = supervisor;
  for (const key of ["from", "to"] as const) {
    const value = raw[key];
    if (typeof value === "string" && DATE.test(value)) search[key] = value;
  }
  return search;
}

/** The midnight at the beginning of a date where the reader is, `days` later. */
function midnight(date: string, days: number): string {
  const [year = 0, month = 1, day = 1] = date.split("-").map(Number);
  return new Date(year, month - 1, day + days).toISOString();
}

/** The period as the server asks for it. */
function period(search: MonitoringSearch): URLSearchParams {
  const query = new URLSearchParams();
  if (search.from !== undefined) query.set("since", midnight(search.from, 0));
  if (search.to !== undefined) query.set("until", midnight(search.to, 1));
  return query;
}

/** The same question as the server asks for it. */
export function monitoringQuery(search: MonitoringSearch): URLSearchParams {
  const query = period(search);
  if (search.supervisor !== undefined) query.set("supervisor", search.supervisor);
  return query;
}

export function monitoringApi(http: Http) {
  return {
    page: (search: MonitoringSearch, before: number | null): Promise<ListenedPage> => {
      const query = monitoringQuery(search);
      if (before !== null) query.set("before", String(before));
      return http.get(`/reports/monitoring?${query.toString()}`);
    },
    supervisors: (): Promise<Listener[]> => http.get("/reports/monitoring/supervisors"),
    state: (): Promise<LedgerState> => http.get("/reports/monitoring/state"),
    exportUrl: (search: MonitoringSearch, language: string): string => {
      const query = monitoringQuery(search);
      query.set("language", language);
      return http.url(`/reports/monitoring/export?${query.toString()}`);
    },
    /** The ledger of the period, whoever listened: with anybody left out it could not be verified. */
    ledgerUrl: (search: MonitoringSearch, format: "csv" | "json"): string => {
      const query = period(search);
      query.set("format", format);
      return http.url(`/reports/monitoring/ledger?${query.toString()}`);
    },
  };
}
