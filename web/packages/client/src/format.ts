/** Numbers and times for people. */

/** `m:ss` below an hour, `h:mm:ss` from there; never negative. */
export function duration(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const seconds = String(total % 60).padStart(2, "0");
  const minutes = Math.floor(total / 60) % 60;
  const hours = Math.floor(total / 3600);
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
}

/** An ISO 8601 duration for `<time datetime>`. */
export function isoDuration(ms: number): string {
  return `PT${Math.max(0, Math.floor(ms / 1000))}S`;
}

const SIZES = ["B", "kB", "MB", "GB"] as const;

/** A file's size in decimal units. */
export function fileSize(bytes: number, language: string): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < SIZES.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit > 0 && value < 10 ? 1 : 0;
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value)} ${SIZES[unit] ?? "B"}`;
}

/** `14:03` */
export function timeOfDay(at: string, language: string): string {
  return new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(at));
}

/** Formats are dear to make, and tables use them in every row. */
const DATES = new Map<string, Intl.DateTimeFormat>();

/** `11/23 14:03`, with the year where it is another than that of `now`. */
export function dateAndTime(at: string, language: string, now: number): string {
  const date = new Date(at);
  const sameYear = date.getFullYear() === new Date(now).getFullYear();
  const key = `${language} ${String(sameYear)}`;
  let format = DATES.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(language, {
      ...(sameYear ? {} : { year: "numeric" as const }),
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
    DATES.set(key, format);
  }
  return format.format(date);
}
