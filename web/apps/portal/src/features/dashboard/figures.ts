import { duration } from "@madoguchi/client";
import type { Figures, FiguresRow, Goals, LiveFigures } from "@madoguchi/protocol";
import type { DashboardSearch } from "./period.ts";

export type Level = "" | "warning" | "danger";

/** `82 %`, or a dash where there is nothing to divide by. */
export function percent(part: number | null | undefined, language: string, digits = 0): string {
  if (part === null || part === undefined) return "–";
  return new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: digits }).format(part);
}

/** `1,200`, or a dash. */
export function count(value: number | undefined, language: string): string {
  return value === undefined ? "–" : new Intl.NumberFormat(language).format(value);
}

/** `0:18`, or a dash. */
export function span(seconds: number | null | undefined): string {
  return seconds === null || seconds === undefined ? "–" : duration(Math.round(seconds) * 1000);
}

/** How far the service level is from its goal: more than a tenth below is far. */
export function serviceLevel(figures: Figures, goals: Goals): Level {
  if (figures.service_level === null || figures.service_level >= goals.service_level) return "";
  return figures.service_level < goals.service_level - 0.1 ? "danger" : "warning";
}

const ABANDONED = { warning: 0.05, danger: 0.1 };

export function abandonLevel(figures: Figures): Level {
  const rate = figures.abandon_rate;
  if (rate === null || rate < ABANDONED.warning) return "";
  return rate < ABANDONED.danger ? "warning" : "danger";
}

/** What is live in the chosen channel, or in both. */
export function liveOf(row: FiguresRow, channel: DashboardSearch["channel"]): LiveFigures {
  if (channel !== undefined) return row[channel];
  const since = [row.call.longest_since, row.chat.longest_since].filter((at) => at !== null && at !== undefined).sort();
  return {
    waiting: row.call.waiting + row.chat.waiting,
    longest_since: since[0] ?? null,
    working: row.call.working + row.chat.working,
  };
}

export function todayOf(row: FiguresRow, channel: DashboardSearch["channel"]): Figures {
  return row.today[channel ?? "all"];
}

/** `21:00` or `11/23`: when an interval begins, in the centre's time as the server wrote it. */
export function intervalLabel(at: string, interval: string): string {
  return interval === "day" ? at.slice(5, 10).replace("-", "/") : at.slice(11, 16);
}
