import { Observable } from "./observable.ts";

/** What leadership needs of `navigator.locks`. */
export type Locks = Pick<LockManager, "request">;

/**
 * Of several tabs of one browser one leads: it rings and holds the voice. Where locks are not to be had (partitioned or
 * blocked storage) every tab leads, and the server decides between them.
 */
export class Leadership {
  readonly leading = new Observable(false);
  readonly #name: string;
  readonly #locks: Locks | null;
  #release: (() => void) | null = null;
  #closed = false;

  constructor(name: string, locks: Locks | null) {
    this.#name = name;
    this.#locks = locks;
    this.#stand(false);
  }

  /** Takes over from whichever tab leads. */
  take(): void {
    if (!this.leading.get()) this.#stand(true);
  }

  close(): void {
    this.#closed = true;
    this.#release?.();
  }

  #stand(steal: boolean): void {
    if (this.#locks === null) {
      this.leading.set(true);
      return;
    }
    let granted = false;
    const lead = (): Promise<void> =>
      new Promise((resolve) => {
        granted = true;
        if (this.#closed) {
          resolve();
          return;
        }
        this.#release = resolve;
        this.leading.set(true);
      });
    try {
      this.#locks.request(this.#name, steal ? { steal: true } : {}, lead).catch(() => {
        if (this.#closed) return;
        if (!granted) {
          // Within another site's page a browser may refuse locks, by an answer or by throwing: nobody is there to ask.
          this.leading.set(true);
          return;
        }
        // Another tab took over: wait in line for the time when it is gone.
        this.leading.set(false);
        this.#release = null;
        this.#stand(false);
      });
    } catch {
      this.leading.set(true);
    }
  }
}
