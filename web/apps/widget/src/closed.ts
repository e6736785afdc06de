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

/** When it opens, as a sentence; empty where nobody knows. `timeZone` is for tests: else it is the browser's. */
export function closedAt({ opens_at }: Closed, language: Language, timeZone?: string): string {
  if (opens_at === null) return "";
  const time = new Date(opens_at).toLocaleString(language, {
    month: "long",
    day: "numeric",
    weekday: "short",
    hour: "numeric",
    minute: "2-digit",
    timeZone,
  });
  return textIn(language)("closed.opens", { time });
}
