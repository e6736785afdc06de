/** One flush per drawn frame, however many messages arrive in it. */

/** Calls the function once, soon; before the next frame is drawn where one is drawn at all. */
export type Scheduler = (flush: () => void) => void;

const HIDDEN_MS = 100;

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
