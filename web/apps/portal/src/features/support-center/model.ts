/** Hours as they are edited: plain functions over the records, and which error belongs to which input. */
import type { FieldProblem, Holiday, HoursSpan, HoursWeek } from "@madoguchi/protocol";

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Day = (typeof DAYS)[number];
export const WEEKDAYS: readonly Day[] = DAYS.slice(0, 5);
export const WEEKEND: readonly Day[] = DAYS.slice(5);
export const OCCURRENCES = ["1", "2", "3", "4", "last"] as const;

export const OFFICE: HoursSpan = { start: "09:00", end: "18:00" };

export function spansOf(week: HoursWeek, day: Day): readonly HoursSpan[] {
  return week.days?.[day] ?? [];
}

/** The week with other spans on some days. */
export function withSpans(week: HoursWeek, days: readonly Day[], spans: readonly HoursSpan[]): HoursWeek {
  const changed = Object.fromEntries(days.map((day) => [day, spans.map((span) => ({ ...span }))]));
  return { ...week, days: { ...week.days, ...changed } };
}

/** The week written another way. Where Monday to Friday must be alike, they become as Monday; a first choice is office hours. */
export function withMode(week: HoursWeek, mode: HoursWeek["mode"]): HoursWeek {
  const empty = DAYS.every((day) => spansOf(week, day).length === 0);
  const start = empty && mode !== "always" ? withSpans(week, WEEKDAYS, [OFFICE]) : week;
  if (mode !== "weekdays") return { ...start, mode };
  const weekdays = withSpans({ ...start, mode }, WEEKDAYS, spansOf(start, "mon"));
  return withSpans(weekdays, WEEKEND, spansOf(start, "sat"));
}

/** A span after those that are there: an hour later, as long as the day has room. */
export function nextSpan(spans: readonly HoursSpan[]): HoursSpan {
  const last = spans.at(-1);
  if (last === undefined) return OFFICE;
  const hour = Number(last.end.slice(0, 2));
  if (last.end <= last.start || hour >= 22) return { start: "22:00", end: "24:00" };
  return { start: clock(hour + 1), end: clock(Math.min(hour + 3, 24)) };
}

function clock(hour: number): string {
  return `${String(hour).padStart(2, "0")}:00`;
}

/** What people type as a time, as `HH:MM`; unchanged where it is none. */
export function asTime(typed: string): string {
  const text = typed.normalize("NFKC").trim();
  const found = /^(\d{1,2})(?:[:時.]?(\d{2})分?|[:時]?)$/.exec(text);
  if (found === null) return typed;
  const [, hour = "", minute = "00"] = found;
  return Number(hour) * 60 + Number(minute) > 24 * 60 || Number(minute) > 59 ? typed : `${hour.padStart(2, "0")}:${minute}`;
}

export function overMidnight(span: HoursSpan): boolean {
  return /^\d\d:\d\d$/.test(span.start) && /^\d\d:\d\d$/.test(span.end) && span.end < span.start && span.end !== "00:00";
}

/** Errors of inputs by their place, the first of each. */
export type Errors = ReadonlyMap<string, FieldProblem>;

export const NO_ERRORS: Errors = new Map();

export function errorsOf(errors: readonly FieldProblem[]): Errors {
  const found = new Map<string, FieldProblem>();
  for (const error of errors) if (!found.has(error.field)) found.set(error.field, error);
  return found;
}

/** The places that differ between two records, by the name of their outermost part. */
export function changedParts(mine: Readonly<Record<string, unknown>>, theirs: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(mine).filter((key) => JSON.stringify(mine[key]) !== JSON.stringify(theirs[key]));
}

export function sameRecord(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

export interface MonthDay {
  month: number;
  day: number;
}

export function asMonthDay(date: string): MonthDay {
  return { month: Number(date.slice(5, 7)), day: Number(date.slice(8, 10)) };
}

/** A national holiday as an entry of a folder: on its date in its year. */
export function importedHoliday(date: string, names: Readonly<Record<string, string>>): Holiday {
  const day = asMonthDay(date);
  return { names: { ...names }, fixed: { start: day, end: day, year: Number(date.slice(0, 4)) }, nth: null, closed: [], messages: {} };
}

export function holidayName(names: Readonly<Record<string, string>>, language: string): string {
  return names[language] ?? names["en"] ?? Object.values(names)[0] ?? "";
}

/** Open, partly open or closed: what a cell of the week shows. `none` is an hour that the clock leaves out. */
export type Level = "open" | "partly" | "closed" | "none";

export function levelOf(cell: { minutes: number; open: number }): Level {
  if (cell.minutes === 0) return "none";
  if (cell.open === 0) return "closed";
  return cell.open === cell.minutes ? "open" : "partly";
}
