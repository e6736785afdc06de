/** Which days the dashboard is about. All dates are the centre's, as `2026-11-23`. */

export const PERIODS = ["today", "yesterday", "week", "month", "custom"] as const;
export type PeriodName = (typeof PERIODS)[number];

export interface DashboardSearch {
  /** Today where there is none. */
  period?: PeriodName;
  from?: string;
  to?: string;
  queue?: string;
  channel?: "call" | "chat";
  tab?: "agents";
}

/** A change of it; what becomes undefined is taken out of the address. */
export type DashboardChange = { [Key in keyof DashboardSearch]?: DashboardSearch[Key] | undefined };

export function changed(search: DashboardSearch, change: DashboardChange): DashboardSearch {
  return readDashboardSearch({ ...search, ...change });
}

export interface Days {
  from: string;
  to: string;
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** Reads the URL's search, dropping what is not of the right kind. */
export function readDashboardSearch(raw: Record<string, unknown>): DashboardSearch {
  const result: DashboardSearch = {};
  const period = PERIODS.find((each) => each === raw["period"]);
  if (period !== undefined && period !== "today") result.period = period;
  for (const key of ["from", "to"] as const) {
    const value = raw[key];
    if (period === "custom" && typeof value === "string" && DATE.test(value)) result[key] = value;
  }
  if (typeof raw["queue"] === "string" && raw["queue"] !== "") result.queue = raw["queue"];
  if (raw["channel"] === "call" || raw["channel"] === "chat") result.channel = raw["channel"];
  if (raw["tab"] === "agents") result.tab = "agents";
  return result;
}

/** The days of a period, seen from the centre's present day. */
export function daysOf(search: DashboardSearch, today: string): Days {
  switch (search.period ?? "today") {
    case "today":
      return { from: today, to: today };
    case "yesterday":
      return { from: before(today, 1), to: before(today, 1) };
    case "week":
      return { from: before(today, 6), to: today };
    case "month":
      return { from: before(today, 29), to: today };
    case "custom": {
      const from = search.from ?? search.to ?? today;
      return { from, to: search.to ?? from };
    }
  }
}

/** The date `days` days before `date`. */
export function before(date: string, days: number): string {
  const at = new Date(`${date}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() - days);
  return at.toISOString().slice(0, 10);
}
