import { systemClock, type Clock } from "./clock.ts";

/** One beat a second for all timers on screen; runs only while somebody listens. */
export class Ticker {
  readonly #clock: Clock;
  readonly #read: () => number;
  #now: number;
  #stop: (() => void) | null = null;
  readonly #listeners = new Set<() => void>();

  /** `read` gives the time to show, usually the server's. */
  constructor(read: () => number, clock: Clock = systemClock) {
    this.#clock = clock;
    this.#read = read;
    this.#now = read();
  }

  /** Milliseconds, the same between two beats. */
  readonly get = (): number => this.#now;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#stop === null) this.#beat();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#stop?.();
      this.#stop = null;
    };
  };

  #beat(): void {
    this.#now = this.#read();
    // Beats fall on the second, so that all timers turn together.
    this.#stop = this.#clock.after(1000 - (this.#now % 1000), () => {
      this.#beat();
      for (const listener of [...this.#listeners]) listener();
    });
  }
}
