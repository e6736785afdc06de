import { duration, isoDuration } from "@madoguchi/client";
import { useCallback, type ReactNode } from "react";
import { useClock } from "./hooks.ts";

interface Limits {
  warning: number;
  danger: number;
}

/** How long something has lasted, second by second; its colour and weight say when that is too long. */
export function Elapsed({ since, limits }: { since: string | null | undefined; limits?: Limits }): ReactNode {
  const start = since === null || since === undefined ? null : Date.parse(since);
  const text = useClock(useCallback((now: number) => (start === null ? "–" : duration(now - start)), [start]));
  const level = useClock(
    useCallback(
      (now: number) => {
        if (start === null || limits === undefined) return "";
        return now - start >= limits.danger ? "danger" : now - start >= limits.warning ? "warning" : "";
      },
      [start, limits],
    ),
  );
  return (
    <time className="elapsed" data-level={level === "" ? undefined : level}>
      {text}
    </time>
  );
}

/** A span that is over. */
export function Span({ from, to }: { from: string | null | undefined; to: string | null | undefined }): ReactNode {
  if (from === null || from === undefined || to === null || to === undefined) return "–";
  const ms = Date.parse(to) - Date.parse(from);
  return <time dateTime={isoDuration(ms)}>{duration(ms)}</time>;
}

/** How long is left, never below zero. */
export function useSecondsLeft(until: string | null): number {
  const end = until === null ? 0 : Date.parse(until);
  return useClock(useCallback((now: number) => Math.max(0, Math.ceil((end - now) / 1000)), [end]));
}
