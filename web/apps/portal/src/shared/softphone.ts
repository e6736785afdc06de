import { MediaLeg, Observable, systemClock, type Clock, type Leadership, type LineStorage, type Negotiate, type PortalApi } from "@madoguchi/client";
import type { DeskCallRow } from "@madoguchi/protocol";
import { microphoneConstraints, type Settings } from "./settings.ts";

export interface SoftphoneOptions {
  api: Pick<PortalApi, "connectCall" | "mute">;
  settings: Observable<Settings>;
  leadership: Pick<Leadership, "leading" | "take">;
  /** Remembers over a reload which call this tab held. */
  memory: LineStorage | null;
  clock?: Clock;
  createLeg?: (call: string, muted: boolean) => MediaLeg;
}

const KEY = "madoguchi.call";
const REATTACH_MS = 800;

/**
 * Joins the agent's voice to his calls. It follows the desk's rows: a call of his that has no voice gets this tab's, if
 * this tab leads; a call that is gone loses it. A reload therefore mends itself.
 */
export class Softphone {
  /** Call id to this tab's leg. */
  readonly legs = new Observable<ReadonlyMap<string, MediaLeg>>(new Map());
  readonly #options: SoftphoneOptions;
  readonly #clock: Clock;
  #rows: readonly DeskCallRow[] = [];
  #watched = new Map<string, () => void>();
  #retries = new Map<string, () => void>();
  /** Call id to the mute that was chosen here and that the server's row does not show yet. */
  #wanted = new Map<string, boolean>();
  /** Calls that were adopted and are not on the desk yet. */
  #expected = new Set<string>();
  #telling = new Map<string, Promise<unknown>>();
  #stopLeading: () => void;

  constructor(options: SoftphoneOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#stopLeading = options.leadership.leading.subscribe(() => this.#leadershipChanged());
  }

  /** Makes the voice fit the desk. Call on every change of its call rows. */
  follow(rows: readonly DeskCallRow[]): void {
    this.#rows = rows;
    const ids = new Set(rows.map((row) => row.id));
    for (const id of ids) this.#expected.delete(id);
    for (const id of this.legs.get().keys()) if (!ids.has(id) && !this.#expected.has(id)) this.#drop(id);
    for (const row of rows) this.#fit(row);
  }

  /** Takes a call with the voice that it has in this tab already. Its row on the desk may come later. */
  adopt(call: string, leg: MediaLeg): Negotiate {
    this.#options.leadership.take();
    this.#drop(call);
    this.#expected.add(call);
    this.#hold(call, leg);
    return this.#negotiateFor(call);
  }

  /** Brings the call's voice to this tab. */
  useHere(call: string): void {
    this.#options.leadership.take();
    const leg = this.legs.get().get(call);
    if (leg === undefined) this.#attach(call);
    else if (leg.state.get().phase === "failed") void leg.start();
    else leg.reconnect();
  }

  /** Asks for the microphone ahead of the first call, so that its question does not delay the answer. */
  async prepare(): Promise<"granted" | "denied"> {
    const devices = (globalThis.navigator as Partial<Navigator> | undefined)?.mediaDevices;
    if (devices === undefined) return "denied";
    try {
      const stream = await devices.getUserMedia({ audio: microphoneConstraints(this.#options.settings.get()) });
      for (const track of stream.getTracks()) track.stop();
      return "granted";
    } catch {
      return "denied";
    }
  }

  /** Silences the microphone at once, then tells the server; several changes are told in their order. */
  async mute(call: string, on: boolean): Promise<void> {
    this.legs.get().get(call)?.mute(on);
    this.#wanted.set(call, on);
    const before = this.#telling.get(call) ?? Promise.resolve();
    const told = before.catch(() => undefined).then(() => this.#options.api.mute(call, on));
    this.#telling.set(call, told);
    try {
      await told;
    } catch (error) {
      if (this.#telling.get(call) === told) {
        this.#wanted.delete(call);
        this.legs.get().get(call)?.mute(!on);
      }
      throw error;
    }
  }

  close(): void {
    this.#stopLeading();
    for (const id of [...this.legs.get().keys()]) this.#drop(id);
  }

  #fit(row: DeskCallRow): void {
    const leg = this.legs.get().get(row.id);
    if (leg !== undefined) {
      const wanted = this.#wanted.get(row.id);
      if (wanted === row.muted) this.#wanted.delete(row.id);
      // A row from before the server heard of it must not open the microphone again.
      else if (wanted === undefined && leg.state.get().muted !== row.muted) leg.mute(row.muted);
      return;
    }
    if (!this.#options.leadership.leading.get()) return;
    const silent = row.my_media === "none" || row.my_media === "lost";
    if (silent || this.#remembered() === row.id) this.#attach(row.id);
  }

  #attach(call: string): void {
    if (this.legs.get().has(call)) return;
    const muted = this.#rows.find((row) => row.id === call)?.muted ?? false;
    const leg = this.#options.createLeg?.(call, muted) ?? this.#newLeg(call, muted);
    this.#hold(call, leg);
    void leg.start();
  }

  #hold(call: string, leg: MediaLeg): void {
    this.legs.set(new Map(this.legs.get()).set(call, leg));
    this.#watched.set(
      call,
      leg.state.subscribe(() => this.#legChanged(call, leg)),
    );
    this.#remember(call);
  }

  #negotiateFor(call: string): Negotiate {
    return async (offer) => (await this.#options.api.connectCall(call, offer)).answer;
  }

  #newLeg(call: string, muted: boolean): MediaLeg {
    const settings = this.#options.settings.get();
    return new MediaLeg({
      negotiate: this.#negotiateFor(call),
      audio: microphoneConstraints(settings),
      sinkId: settings.speaker,
      muted,
    });
  }

  /** A path that the server closed is built again only where the server says that the call has no voice. */
  #legChanged(call: string, leg: MediaLeg): void {
    if (leg.state.get().phase !== "ended" || this.#retries.has(call)) return;
    const cancel = this.#clock.after(REATTACH_MS, () => {
      this.#retries.delete(call);
      const row = this.#rows.find((each) => each.id === call);
      if (row === undefined || leg.state.get().phase !== "ended") return;
      if (row.my_media === "none" || row.my_media === "lost") leg.reconnect();
    });
    this.#retries.set(call, cancel);
  }

  #leadershipChanged(): void {
    if (this.#options.leadership.leading.get()) {
      for (const row of this.#rows) this.#fit(row);
      return;
    }
    for (const id of [...this.legs.get().keys()]) this.#drop(id);
  }

  #drop(call: string): void {
    this.#retries.get(call)?.();
    this.#retries.delete(call);
    this.#watched.get(call)?.();
    this.#watched.delete(call);
    this.#wanted.delete(call);
    this.#telling.delete(call);
    const legs = new Map(this.legs.get());
    legs.get(call)?.close();
    legs.delete(call);
    this.legs.set(legs);
    if (this.#remembered() === call) this.#options.memory?.removeItem(KEY);
  }

  #remembered(): string | null {
    return this.#options.memory?.getItem(KEY) ?? null;
  }

  #remember(call: string): void {
    try {
      this.#options.memory?.setItem(KEY, call);
    } catch {
      // Without memory the page waits until the server sees that the voice is gone.
    }
  }
}
