import { backoffMs, systemClock, type Clock, type Random } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { Observable } from "./observable.ts";
import { asProblem, type ProblemError } from "./problem.ts";

/** A line that somebody wrote and that may not have arrived yet. */
export interface OutgoingLine {
  chat: string;
  client_id: string;
  text: string;
  /** Milliseconds by the server's clock. */
  at: number;
  /** `sent`: on the server's disk, its row is on the way. */
  state: "sending" | "sent" | "failed";
  problem: ProblemError | null;
}

/** Where lines outlive a reload; sessionStorage fits. */
export interface LineStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export interface OutboxOptions {
  newId: () => string;
  clock?: Clock;
  random?: Random;
  storage?: LineStorage | null;
  storageKey?: string;
}

/** Refusals that time alone will mend. */
const LATER: ReadonlySet<string> = new Set([
  "timeout",
  "unavailable",
  "storage_unavailable",
  "too_fast",
  "too_many_commands",
  "too_many_requests",
]);

/**
 * Sends chat lines, each chat's in order, one under way at a time. A line keeps its `client_id` over reconnects and reloads,
 * and the server makes one line of one id, so nothing is lost and nothing doubled.
 */
export class Outbox {
  /** All lines not yet seen as rows, oldest first. */
  readonly lines = new Observable<readonly OutgoingLine[]>([]);
  readonly #connection: Connection;
  readonly #newId: () => string;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #storage: LineStorage | null;
  readonly #key: string;
  readonly #sending = new Set<string>();
  readonly #waiting = new Map<string, () => void>();
  #attempts = new Map<string, number>();

  constructor(connection: Connection, options: OutboxOptions) {
    this.#connection = connection;
    this.#newId = options.newId;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#storage = options.storage ?? null;
    this.#key = options.storageKey ?? "madoguchi.outbox";
    this.#load();
    connection.status.subscribe(() => this.#pump());
    this.#pump();
  }

  /** Queues a line; returns its id. */
  send(chat: string, text: string): string {
    const client_id = this.#newId();
    const line: OutgoingLine = { chat, client_id, text, at: this.#connection.now(), state: "sending", problem: null };
    this.#set([...this.lines.get(), line]);
    this.#pump();
    return client_id;
  }

  /** Tries a failed line again, with the same id. */
  retry(clientId: string): void {
    this.#change(clientId, { state: "sending", problem: null });
    this.#pump();
  }

  /** Forgets a line: its row has arrived, or its writer gave it up. */
  forget(clientIds: Iterable<string>): void {
    const gone = new Set(clientIds);
    const rest = this.lines.get().filter((line) => !gone.has(line.client_id));
    if (rest.length === this.lines.get().length) return;
    this.#set(rest);
    this.#pump();
  }

  #pump(): void {
    if (!this.#connection.live) return;
    const chats = new Set(this.lines.get().map((line) => line.chat));
    for (const chat of chats) this.#next(chat);
  }

  #next(chat: string): void {
    if (this.#sending.has(chat) || this.#waiting.has(chat)) return;
    const line = this.lines.get().find((each) => each.chat === chat && each.state === "sending");
    if (line === undefined) return;
    this.#sending.add(chat);
    void this.#connection
      .command("chat.send", { chat, client_id: line.client_id, text: line.text })
      .then(
        () => {
          this.#attempts.delete(chat);
          this.#change(line.client_id, { state: "sent" });
          return true;
        },
        (error: unknown) => this.#failed(line, asProblem(error)),
      )
      .then((goOn) => {
        this.#sending.delete(chat);
        if (goOn && this.#connection.live) this.#next(chat);
      });
  }

  /** Returns whether the next line may go now. */
  #failed(line: OutgoingLine, problem: ProblemError): boolean {
    // Not answered means not known: only the same id again is safe.
    if (problem.code === "disconnected") return true;
    if (LATER.has(problem.code)) {
      const attempt = this.#attempts.get(line.chat) ?? 0;
      this.#attempts.set(line.chat, attempt + 1);
      this.#waiting.set(
        line.chat,
        this.#clock.after(backoffMs(attempt + 1, this.#random), () => {
          this.#waiting.delete(line.chat);
          this.#pump();
        }),
      );
      return false;
    }
    this.#change(line.client_id, { state: "failed", problem });
    return true;
  }

  #change(clientId: string, change: Partial<OutgoingLine>): void {
    this.#set(this.lines.get().map((line) => (line.client_id === clientId ? { ...line, ...change } : line)));
  }

  #set(lines: readonly OutgoingLine[]): void {
    this.lines.set(lines);
    const keep = lines.filter((line) => line.state !== "sent");
    try {
      if (keep.length === 0) this.#storage?.removeItem(this.#key);
      else this.#storage?.setItem(this.#key, JSON.stringify(keep.map(({ problem: _, ...line }) => line)));
    } catch {
      // Storage may be full or forbidden: lines then live as long as the page.
    }
  }

  #load(): void {
    try {
      const kept = this.#storage?.getItem(this.#key);
      if (kept === null || kept === undefined) return;
      const lines = JSON.parse(kept) as Omit<OutgoingLine, "problem">[];
      this.lines.set(lines.map((line) => ({ ...line, problem: null })));
    } catch {
      // Unreadable leftovers of another version are not worth a failure.
    }
  }
}
