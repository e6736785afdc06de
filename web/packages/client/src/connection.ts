import {
  CLOSE,
  type AnyRow,
  type ClientFrame,
  type CommandName,
  type Commands,
  type ServerFrame,
  type ViewName,
  type ViewParams,
  type ViewRows,
} from "@madoguchi/protocol";
import { backoffMs, systemClock, type Clock, type Random } from "./clock.ts";
import { FrameBatch } from "./frames.ts";
import { Observable } from "./observable.ts";
import { ProblemError } from "./problem.ts";
import { RowStore } from "./rows.ts";
import type { OpenWire, Wire } from "./wire.ts";

export type ConnectionState = "connecting" | "authenticating" | "syncing" | "live" | "draining" | "closed";

type Event = "opened" | "welcomed" | "synced" | "lost" | "refused" | "stopping" | "stopped";

/** The whole life of a connection; an arrow that is not here is a bug. */
const TABLE: Readonly<Record<ConnectionState, Partial<Record<Event, ConnectionState>>>> = {
  connecting: { opened: "authenticating", lost: "connecting", refused: "closed", stopped: "closed" },
  authenticating: { welcomed: "syncing", lost: "connecting", refused: "closed", stopped: "closed" },
  syncing: { synced: "live", lost: "connecting", refused: "closed", stopping: "draining", stopped: "closed" },
  live: { lost: "connecting", refused: "closed", stopping: "draining", stopped: "closed" },
  draining: { lost: "closed", refused: "closed", stopped: "closed" },
  closed: {},
};

/** Returns the state that follows. */
export function advance(state: ConnectionState, event: Event): ConnectionState {
  const next = TABLE[state][event];
  if (next === undefined) throw new Error(`no arrow from ${state} by ${event}`);
  return next;
}

export interface ConnectionStatus {
  state: ConnectionState;
  /** Since when the data on screen is not live any more; null while it is, and before it ever was. */
  lostAt: number | null;
  /** When the next try comes, while waiting for it. */
  retryAt: number | null;
  /** Why it is closed. */
  reason: "sign_in" | "protocol" | "stopped" | null;
}

export type SubscriptionStatus = { phase: "loading" } | { phase: "live" } | { phase: "refused"; problem: ProblemError };

export interface ConnectionOptions {
  open: OpenWire;
  /** Asked before each hello; portal pages have none. */
  token?: () => string | undefined;
  clock?: Clock;
  random?: Random;
  batch?: FrameBatch;
}

/** A view that is being watched. Close it when nobody looks any more. */
export interface Subscription<Row extends AnyRow = AnyRow> {
  readonly rows: RowStore<Row>;
  readonly status: Observable<SubscriptionStatus>;
  /** Asks again after a refusal. */
  retry(): void;
  close(): void;
}

interface Watch {
  ref: string;
  view: ViewName;
  params: Record<string, string> | undefined;
  cursor: string | undefined;
  rows: RowStore<AnyRow>;
  status: Observable<SubscriptionStatus>;
}

interface Pending {
  resolve: (data: unknown) => void;
  reject: (error: ProblemError) => void;
  giveUp: () => void;
}

const PONG_S = 6;
const WELCOME_MS = 10_000;
const COMMAND_MS = 15_000;
const DRAIN_MS = 2_000;

/**
 * One realtime socket that keeps itself alive: hello, subscriptions with their cursors, commands with answers, pings, and
 * a new try with back-off whenever the socket is lost. What it watches survives; what it shows is never doubled.
 */
export class Connection {
  readonly status: Observable<ConnectionStatus>;
  readonly #open: OpenWire;
  readonly #token: () => string | undefined;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #batch: FrameBatch;
  readonly #watches = new Map<string, Watch>();
  readonly #commands = new Map<string, Pending>();
  readonly #unsynced = new Set<string>();
  #wire: Wire | null = null;
  #generation = 0;
  #refs = 0;
  #attempt = 0;
  #offsetMs = 0;
  #heartbeatMs = 10_000;
  #lastSent = 0;
  #started = false;
  #timers = new Map<string, () => void>();

  constructor(options: ConnectionOptions) {
    this.#open = options.open;
    this.#token = options.token ?? (() => undefined);
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#batch = options.batch ?? new FrameBatch();
    this.status = new Observable<ConnectionStatus>({ state: "connecting", lostAt: null, retryAt: null, reason: null });
  }

  /** The server's time in milliseconds, as well as we know it. */
  readonly now = (): number => this.#clock.now() + this.#offsetMs;

  get live(): boolean {
    return this.status.get().state === "live";
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#connect();
  }

  /** Lets running commands finish for a moment, then closes for good. */
  stop(): void {
    const state = this.status.get().state;
    if (state === "closed" || state === "draining") return;
    if (this.#commands.size > 0 && (state === "live" || state === "syncing")) {
      this.#move("stopping");
      this.#timer("drain", DRAIN_MS, () => this.#finish());
    } else {
      this.#finish();
    }
  }

  /** Retries at once instead of waiting; for when the browser says that the network is back. */
  nudge(): void {
    if (this.status.get().retryAt === null) return;
    this.#attempt = 0;
    this.#connect();
  }

  subscribe<View extends ViewName>(
    view: View,
    ...params: ViewParams[View] extends undefined ? [] : [ViewParams[View]]
  ): Subscription<ViewRows[View]> {
    const watch: Watch = {
      ref: `s${++this.#refs}`,
      view,
      params: params[0],
      cursor: undefined,
      rows: new RowStore<AnyRow>(this.#batch),
      status: new Observable<SubscriptionStatus>({ phase: "loading" }),
    };
    this.#watches.set(watch.ref, watch);
    if (this.#speaking()) this.#ask(watch);
    return {
      rows: watch.rows as unknown as RowStore<ViewRows[View]>,
      status: watch.status,
      retry: () => {
        if (watch.status.get().phase !== "refused" || !this.#watches.has(watch.ref)) return;
        watch.cursor = undefined;
        watch.status.set({ phase: "loading" });
        if (this.#speaking()) this.#ask(watch);
      },
      close: () => {
        if (!this.#watches.delete(watch.ref)) return;
        this.#synced(watch.ref);
        if (this.#speaking() && watch.status.get().phase !== "refused") {
          this.#send({ type: "unsubscribe", ref: watch.ref });
        }
      },
    };
  }

  /** Does something; rejects with a ProblemError, `disconnected` when the answer cannot come any more. */
  command<Name extends CommandName>(name: Name, data: Commands[Name]["data"]): Promise<Commands[Name]["reply"]> {
    if (!this.#speaking()) return Promise.reject(new ProblemError({ code: "disconnected" }));
    const ref = `c${++this.#refs}`;
    return new Promise((resolve, reject) => {
      const giveUp = this.#clock.after(COMMAND_MS, () => {
        this.#commands.delete(ref);
        reject(new ProblemError({ code: "timeout" }));
        this.#drained();
      });
      this.#commands.set(ref, { resolve: resolve as (data: unknown) => void, reject, giveUp });
      this.#send({ type: "command", ref, name, data });
    });
  }

  #speaking(): boolean {
    const { state } = this.status.get();
    return this.#wire !== null && (state === "syncing" || state === "live");
  }

  #connect(): void {
    const generation = ++this.#generation;
    this.#clearTimers();
    this.#update({ retryAt: null });
    const mine = (then: () => void): void => {
      if (generation === this.#generation) then();
    };
    this.#timer("welcome", WELCOME_MS, () => this.#drop());
    this.#wire = this.#open({
      opened: () =>
        mine(() => {
          this.#move("opened");
          const token = this.#token();
          this.#send(token === undefined ? { type: "hello", version: 1 } : { type: "hello", version: 1, token });
        }),
      received: (text) => mine(() => this.#receive(text)),
      closed: (code) => mine(() => this.#lost(code)),
    });
  }

  #receive(text: string): void {
    let frame: ServerFrame;
    try {
      frame = JSON.parse(text) as ServerFrame;
    } catch {
      this.#drop();
      return;
    }
    this.#timer("silence", 2 * this.#heartbeatMs + PONG_S * 1000, () => this.#drop());
    switch (frame.type) {
      case "welcome":
        this.#welcomed(frame.now, frame.heartbeat_s);
        break;
      case "snapshot": {
        const watch = this.#watches.get(frame.ref);
        if (watch === undefined) break;
        watch.cursor = frame.cursor;
        watch.rows.snapshot(frame.rows);
        watch.rows.flush();
        watch.status.set(frame.cursor === "" ? NO_LONGER : LIVE);
        this.#synced(frame.ref);
        break;
      }
      case "delta": {
        const watch = this.#watches.get(frame.ref);
        if (watch === undefined) break;
        watch.cursor = frame.cursor;
        watch.rows.delta(frame.put, frame.gone);
        if (watch.status.get().phase !== "live") watch.status.set(LIVE);
        this.#synced(frame.ref);
        break;
      }
      case "reply": {
        const pending = this.#take(frame.ref);
        pending?.resolve(frame.data);
        this.#drained();
        break;
      }
      case "problem":
        this.#problem(frame);
        break;
      case "pong":
        this.#pong(frame.now);
        break;
      default:
        // A newer server may say more than this client understands.
        break;
    }
  }

  #welcomed(now: string, heartbeatS: number): void {
    if (this.status.get().state !== "authenticating") {
      this.#drop();
      return;
    }
    this.#cancel("welcome");
    this.#setServerTime(now);
    if (heartbeatS > 0) this.#heartbeatMs = heartbeatS * 1000;
    this.#move("welcomed");
    const asked = [...this.#watches.values()].filter((watch) => watch.status.get().phase !== "refused");
    for (const watch of asked) this.#unsynced.add(watch.ref);
    for (const watch of asked) this.#ask(watch);
    if (asked.length === 0) this.#becomeLive();
    // A view without news may stay silent after a resume; the answer to this ping comes after anything it has to say.
    else this.#send({ type: "ping" });
    this.#beat();
  }

  #pong(now: string): void {
    this.#cancel("pong");
    this.#setServerTime(now);
    for (const ref of [...this.#unsynced]) {
      if (this.#watches.get(ref)?.cursor !== undefined) this.#synced(ref);
    }
  }

  #problem(frame: Extract<ServerFrame, { type: "problem" }>): void {
    const problem = new ProblemError({ ...frame, status: 0 });
    if (frame.ref === undefined || frame.ref === null) return;
    const watch = this.#watches.get(frame.ref);
    if (watch !== undefined) {
      watch.status.set({ phase: "refused", problem });
      this.#synced(frame.ref);
      return;
    }
    this.#take(frame.ref)?.reject(problem);
    this.#drained();
  }

  #ask(watch: Watch): void {
    this.#unsynced.add(watch.ref);
    this.#send({
      type: "subscribe",
      ref: watch.ref,
      view: watch.view,
      ...(watch.params === undefined ? {} : { params: watch.params }),
      ...(watch.cursor === undefined ? {} : { cursor: watch.cursor }),
    });
  }

  #synced(ref: string): void {
    this.#unsynced.delete(ref);
    if (this.#unsynced.size === 0 && this.status.get().state === "syncing") this.#becomeLive();
  }

  #becomeLive(): void {
    this.#attempt = 0;
    this.#move("synced", { lostAt: null });
  }

  #take(ref: string): Pending | undefined {
    const pending = this.#commands.get(ref);
    this.#commands.delete(ref);
    pending?.giveUp();
    return pending;
  }

  #drained(): void {
    if (this.status.get().state === "draining" && this.#commands.size === 0) this.#finish();
  }

  /** Gives the present socket up as dead. */
  #drop(): void {
    this.#wire?.close();
  }

  #lost(code: number): void {
    this.#wire = null;
    this.#clearTimers();
    this.#unsynced.clear();
    this.#failCommands();
    const { state, lostAt } = this.status.get();
    if (state === "draining") {
      this.#move("stopped", { reason: "stopped" });
      return;
    }
    if (code === CLOSE.signInNeeded || code === CLOSE.protocolViolation) {
      this.#generation++;
      this.#move("refused", { reason: code === CLOSE.signInNeeded ? "sign_in" : "protocol" });
      return;
    }
    const wasLive = state === "live";
    const wait = wasLive && code === CLOSE.restarting ? 50 + 200 * this.#random() : backoffMs(this.#attempt, this.#random);
    this.#attempt++;
    const now = this.#clock.now();
    this.#move("lost", { lostAt: wasLive ? now : lostAt, retryAt: now + wait });
    this.#timer("retry", wait, () => this.#connect());
  }

  #finish(): void {
    this.#generation++;
    const wire = this.#wire;
    this.#wire = null;
    this.#clearTimers();
    this.#failCommands();
    this.#move("stopped", { reason: "stopped" });
    wire?.close(1000);
  }

  #failCommands(): void {
    const pending = [...this.#commands.values()];
    this.#commands.clear();
    for (const each of pending) {
      each.giveUp();
      each.reject(new ProblemError({ code: "disconnected" }));
    }
  }

  #beat(): void {
    this.#timer("beat", this.#heartbeatMs, () => {
      if (this.#wire === null) return;
      if (this.#clock.now() - this.#lastSent >= this.#heartbeatMs - 50) this.#send({ type: "ping" });
      this.#beat();
    });
  }

  #send(frame: ClientFrame): void {
    this.#lastSent = this.#clock.now();
    if (frame.type === "ping") this.#timer("pong", PONG_S * 1000, () => this.#drop());
    this.#wire?.send(JSON.stringify(frame));
  }

  #setServerTime(now: string): void {
    const at = Date.parse(now);
    if (!Number.isNaN(at)) this.#offsetMs = at - this.#clock.now();
  }

  #move(event: Event, more: Partial<ConnectionStatus> = {}): void {
    this.#update({ ...more, state: advance(this.status.get().state, event) });
  }

  #update(change: Partial<ConnectionStatus>): void {
    this.status.set({ ...this.status.get(), ...change });
  }

  #timer(name: string, ms: number, then: () => void): void {
    this.#cancel(name);
    this.#timers.set(
      name,
      this.#clock.after(ms, () => {
        this.#timers.delete(name);
        then();
      }),
    );
  }

  #cancel(name: string): void {
    this.#timers.get(name)?.();
    this.#timers.delete(name);
  }

  #clearTimers(): void {
    for (const name of [...this.#timers.keys()]) this.#cancel(name);
  }
}

const LIVE: SubscriptionStatus = { phase: "live" };
/** The server took the view back: a chat that went to somebody else, for example. */
const NO_LONGER: SubscriptionStatus = { phase: "refused", problem: new ProblemError({ code: "no_longer_yours" }) };
