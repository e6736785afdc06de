/** Hours in words: reasons of errors, steps of an explanation, dates and zones. */
import type { FieldProblem, Holiday, HoursStep } from "@madoguchi/protocol";
import { isTextKey, type T } from "../../shared/text.tsx";
import { holidayName, type Errors } from "./model.ts";

/** What is wrong with the input at `place`; null where nothing is. */
export function wrong(t: T, errors: Errors, place: string): string | null {
  const error = errors.get(place);
  return error === undefined ? null : reasonText(t, error);
}

export function reasonText(t: T, error: FieldProblem): string {
  const time = /\.(start|end)$/.test(error.field) && !error.field.includes("fixed");
  const key = `hours.wrong.${error.reason ?? (time ? "bad_time" : "other")}`;
  return isTextKey(key) ? t(key, error.params ?? {}) : t("hours.wrong.other");
}

/** Errors whose place no input shows: they are listed above the buttons. */
export function otherErrors(errors: Errors, shown: (place: string) => boolean): FieldProblem[] {
  return [...errors.values()].filter((error) => !shown(error.field));
}

const NAMES = new Map<string, Intl.DisplayNames>();

/** Making one takes milliseconds, and lists of countries need hundreds of names. */
function displayNames(language: string, type: "language" | "region"): Intl.DisplayNames {
  const key = `${language} ${type}`;
  const names = NAMES.get(key) ?? new Intl.DisplayNames(language, { type });
  NAMES.set(key, names);
  return names;
}

export function languageName(code: string, language: string): string {
  return displayNames(language, "language").of(code) ?? code;
}

export function countryName(code: string, language: string): string {
  return displayNames(language, "region").of(code) ?? code;
}

/** Countries to choose from, in the order of their names. */
export function countryOptions(codes: readonly string[], language: string): { value: string; label: string }[] {
  const { compare } = new Intl.Collator(language);
  return codes.map((code) => ({ value: code, label: countryName(code, language) })).sort((a, b) => compare(a.label, b.label));
}

/** `11/27(金) 18:00` in a zone. */
export function momentIn(at: string, zone: string, language: string): string {
  return new Intl.DateTimeFormat(language, {
    timeZone: zone,
    month: "numeric",
    day: "numeric",
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(new Date(at));
}

/** `11/23(月)` of a date without a zone. */
export function dayName(date: string, language: string, year = false): string {
  return new Intl.DateTimeFormat(language, {
    timeZone: "UTC",
    ...(year ? { year: "numeric" as const } : {}),
    month: "numeric",
    day: "numeric",
    weekday: "short",
  }).format(new Date(`${date}T00:00:00Z`));
}

/** When a holiday is, in words. */
export function whenText(t: T, holiday: Holiday, language: string): string {
  const { fixed, nth } = holiday;
  if (fixed !== null && fixed !== undefined) {
    const day = (one: { month: number; day: number }): string =>
      new Intl.DateTimeFormat(language, { timeZone: "UTC", month: "numeric", day: "numeric" }).format(
        new Date(Date.UTC(2024, one.month - 1, one.day)),
      );
    const range = fixed.start.month === fixed.end.month && fixed.start.day === fixed.end.day;
    const days = range ? day(fixed.start) : `${day(fixed.start)}–${day(fixed.end)}`;
    return fixed.year === null || fixed.year === undefined ? t("hours.every_year", { days }) : t("hours.in_year", { days, year: fixed.year });
  }
  if (nth === null || nth === undefined) return "";
  const month = new Intl.DateTimeFormat(language, { timeZone: "UTC", month: "long" }).format(new Date(Date.UTC(2024, nth.month - 1, 1)));
  return t("hours.nth_of", { month, occurrence: t(`hours.nth.${nth.occurrence}`), day: t(`hours.day.${nth.weekday}`) });
}

interface Names {
  queue: (id: string) => string;
  language: string;
}

/** A step of an explanation as a sentence. */
export function stepText(t: T, step: HoursStep, names: Names): string {
  const { params } = step;
  const by = params["by"];
  const key = `hours.step.${step.code}${step.code === "custom_hours" ? `.${by ?? ""}` : ""}`;
  if (!isTextKey(key)) return step.code;
  const day = params["day"];
  const dayKey = `hours.day.${day ?? ""}`;
  return t(key, {
    ...params,
    ...(params["queue"] === undefined ? {} : { queue: names.queue(params["queue"]) }),
    ...(params["language"] === undefined ? {} : { language: languageName(params["language"], names.language) }),
    ...(params["channel"] === undefined ? {} : { channel: t(params["channel"] === "chat" ? "hours.channel.chat" : "hours.channel.call") }),
    ...(isTextKey(dayKey) ? { day: t(dayKey) } : {}),
    ...(params["date"] === undefined ? {} : { date: dayName(params["date"], names.language, true) }),
    holiday: holidayName(step.names, names.language),
  });
}
