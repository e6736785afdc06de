/** One flush per drawn frame, however many messages arrive in it. */

/** Calls the function once, soon; before the next frame is drawn where one is drawn at all. */
export type Scheduler = (flush: () => void) => void;

const HIDDEN_MS = 100;
const PACE_MS = 28;

/** A hidden page draws no frames, and may become hidden while one is awaited: a timer runs beside the frame. */
export const frameScheduler: Scheduler = (flush) => {
  let done = false;
  const once = (): void => {
    if (done) return;
    done = true;
    clearTimeout(timer);
    flush();
  };
  const timer = setTimeout(once, typeof requestAnimationFrame === "function" ? HIDDEN_MS : 0);
  if (typeof requestAnimationFrame === "function") requestAnimationFrame(once);
};

/**
 * Flushes with drawn frames, and not with all of them where there is always something to flush: a stream of changes is
 * drawn some thirty times a second. Nobody sees the difference, and the page has half of the work. A change that comes
 * after a pause is drawn with the next frame.
 */
export function pacedFrames(now: () => number = () => performance.now()): Scheduler {
  let last = -Infinity;
  return (flush) => {
    const draw = (): void => {
      frameScheduler(() => {
        last = now();
        flush();
      });
    };
    const rest = last + PACE_MS - now();
    if (rest <= 0) draw();
    else setTimeout(draw, rest);
  };
}

/** Gathers flushes of several stores into one. */
export class FrameBatch {
  readonly #schedule: Scheduler;
  readonly #waiting = new Set<() => void>();

  constructor(schedule: Scheduler = frameScheduler) {
    this.#schedule = schedule;
  }

  add(flush: () => void): void {
    if (this.#waiting.size === 0) this.#schedule(() => this.flush());
    this.#waiting.add(flush);
  }

  flush(): void {
    const now = [...this.#waiting];
    this.#waiting.clear();
    for (const flush of now) flush();
  }
}
