/** Time and chance as arguments, so that tests own both. */

export interface Clock {
  /** Milliseconds since the epoch, by this machine's clock. */
  now(): number;
  /** Calls `then` after `ms`; the result calls it off. */
  after(ms: number, then: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, then) {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
};

/** A number in [0, 1). */
export type Random = () => number;

const FIRST_MS = 250;
const MOST_MS = 8_000;

/**
 * How long to wait before try number `attempt` (0 is the first retry): doubling, capped, and spread over the upper half
 * so that many clients of a restarted server do not come back in step.
 */
export function backoffMs(attempt: number, random: Random): number {
  const ceiling = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(ceiling / 2 + (ceiling / 2) * random());
}
