import type { ViewName, ViewParams, ViewRows } from "@madoguchi/protocol";
import { systemClock, type Clock } from "./clock.ts";
import type { Connection, Subscription } from "./connection.ts";

interface Shared {
  subscription: Subscription<never>;
  users: number;
  letGo: (() => void) | null;
}

const LINGER_MS = 15_000;

/** Shares subscriptions between readers of the same view, and keeps one a little after its last reader has gone. */
export class Views {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #shared = new Map<string, Shared>();

  constructor(connection: Connection, clock: Clock = systemClock) {
    this.#connection = connection;
    this.#clock = clock;
  }

  /** Returns the view if somebody holds it already, else null. */
  peek<View extends ViewName>(
    view: View,
    ...params: ViewParams[View] extends undefined ? [] : [ViewParams[View]]
  ): Subscription<ViewRows[View]> | null {
    return (this.#shared.get(keyOf(view, params[0]))?.subscription ?? null);
  }

  /** Returns the view; `release` it when you no longer read it. */
  hold<View extends ViewName>(
    view: View,
    ...params: ViewParams[View] extends undefined ? [] : [ViewParams[View]]
  ): { subscription: Subscription<ViewRows[View]>; release: () => void } {
    const key = keyOf(view, params[0]);
    let shared = this.#shared.get(key);
    if (shared === undefined) {
      const subscription = this.#connection.subscribe(view, ...params) as unknown as Subscription<never>;
      this.#shared.set(key, (shared = { subscription, users: 0, letGo: null }));
    }
    const held = shared;
    held.users++;
    // It may be ours again: a chat that came back, a right that was given.
    if (held.users === 1 && held.subscription.status.get().phase === "refused") held.subscription.retry();
    held.letGo?.();
    held.letGo = null;
    let released = false;
    return {
      subscription: held.subscription,
      release: () => {
        if (released) return;
        released = true;
        held.users--;
        if (held.users > 0) return;
        held.letGo = this.#clock.after(LINGER_MS, () => {
          this.#shared.delete(key);
          held.subscription.close();
        });
      },
    };
  }
}

function keyOf(view: ViewName, params: unknown): string {
  return `${view} ${JSON.stringify(params ?? null)}`;
}
