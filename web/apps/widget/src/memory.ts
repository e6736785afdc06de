import type { LineStorage } from "@madoguchi/client";

const TOKEN = "madoguchi.consumer";
const ONGOING = "madoguchi.ongoing";

/** What a page remembers of its consumer. Where storage is forbidden, it forgets, and everything else works. */
export class Memory {
  readonly lines: LineStorage | null;
  readonly #kept: Storage | null;

  constructor(kept: Storage | null, lines: Storage | null) {
    this.#kept = kept;
    this.lines = lines;
  }

  static ofPage(): Memory {
    return new Memory(available("localStorage"), available("sessionStorage"));
  }

  get token(): string | undefined {
    return this.#get(TOKEN);
  }

  set token(token: string | undefined) {
    this.#set(TOKEN, token);
  }

  /** Whether a call or chat was going on when the page was left. */
  get ongoing(): boolean {
    return this.#get(ONGOING) === "yes";
  }

  set ongoing(ongoing: boolean) {
    this.#set(ONGOING, ongoing ? "yes" : undefined);
  }

  #get(key: string): string | undefined {
    try {
      return this.#kept?.getItem(key) ?? undefined;
    } catch {
      return undefined;
    }
  }

  #set(key: string, value: string | undefined): void {
    try {
      if (value === undefined) this.#kept?.removeItem(key);
      else this.#kept?.setItem(key, value);
    } catch {
      // Full or forbidden: the consumer is then a new one after a reload.
    }
  }
}

function available(name: "localStorage" | "sessionStorage"): Storage | null {
  try {
    return window[name];
  } catch {
    return null;
  }
}
