/** Whether a queue is closed to who looks, and when it opens, in his own time. */
import type { ClosedQueue } from "@madoguchi/protocol";
import { textIn, type Language } from "./text.ts";

export type Closed = ClosedQueue;

interface Asked {
  queue: string;
  channel: string;
  language: string;
}

/** The entry that closes what is asked for; null where it is open, or has opened since. */
export function closedFor(all: readonly Closed[], asked: Asked, now: number): Closed | null {
  const found = all.find(
    (each) => each.queue === asked.queue && each.channel === asked.channel && each.language === asked.language,
  );
  if (found === undefined || (found.opens_at !== null && now >= Date.parse(found.opens_at))) return null;
  return found;
}

/** When it opens, as a sentence; empty where nobody knows. `zone` is for tests: else it is the browser's. */
export function closedAt(closed: Closed, language: Language, now: number, zone?: string): string {
  if (closed.opens_at === null) return "";
  const opens = new Date(closed.opens_at);
  const zoned = zone === undefined ? {} : { timeZone: zone };
  const day = (at: Date): string => new Intl.DateTimeFormat("en-CA", { dateStyle: "short", ...zoned }).format(at);
  const today = day(opens) === day(new Date(now));
  const time = new Intl.DateTimeFormat(language, {
    ...(today ? {} : { weekday: "short" as const, month: "long" as const, day: "numeric" as const }),
    hour: "numeric",
    minute: "2-digit",
    ...(language === "ja" ? { hourCycle: "h23" as const } : {}),
    ...zoned,
  }).format(opens);
  return textIn(language)(today ? "closed.today" : "closed.opens", { time });
}
