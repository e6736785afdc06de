import type { Clock } from "../clock.ts";

/** A clock that stands still until told. */
export class FakeClock implements Clock {
  #now = Date.parse("2026-11-23T12:00:00Z");
  #next = 0;
  readonly #timers = new Map<number, { at: number; then: () => void }>();

  readonly now = (): number => this.#now;

  after(ms: number, then: () => void): () => void {
    const id = this.#next++;
    this.#timers.set(id, { at: this.#now + ms, then });
    return () => {
      this.#timers.delete(id);
    };
  }

  /** Lets time pass; timers fire in order. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      let due: [number, { at: number; then: () => void }] | undefined;
      for (const entry of this.#timers) {
        if (entry[1].at <= end && (due === undefined || entry[1].at < due[1].at)) due = entry;
      }
      if (due === undefined) break;
      this.#timers.delete(due[0]);
      this.#now = due[1].at;
      due[1].then();
    }
    this.#now = end;
  }
}
