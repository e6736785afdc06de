import { MediaLeg, Observable, type MediaFailure, type Negotiate, type PortalApi, type ProblemError, asProblem } from "@madoguchi/client";
import type { MonitoringMode, MonitoringRow } from "@madoguchi/protocol";
import { microphoneConstraints, type Settings } from "./settings.ts";
import { speak } from "./speaking.ts";

/** A call that is being listened to from this page. */
export interface Listening {
  call: string;
  /** What to call it until the server's row says more. */
  name: string;
  /** Null until the server has agreed. */
  monitoring: string | null;
  leg: MediaLeg;
  /** What to do as soon as the server has agreed to listening. */
  then?: MonitoringMode;
  /** It was started for a call in which people may not talk yet: wait for that, and tell when they do. */
  patient?: () => void;
  /** The latest offer; one that waits for people to talk gives way to it. */
  offer?: string;
  /** It is becoming a call of one's own: its end here is not the end of its voice. */
  leaving?: boolean;
  /** Where its offers go since it is a call of one's own. */
  owner?: Negotiate;
}

/** Why a supervisor cannot speak. */
export type SpeakFailure = { microphone: MediaFailure } | { problem: ProblemError };

const ASK_AGAIN_MS = 1_000;

export interface MonitoringsOptions {
  api: Pick<PortalApi, "monitor" | "connectMonitoring" | "stopMonitoring" | "switchMonitoring" | "takeOver">;
  settings: Observable<Settings>;
  /** Takes a call's voice with its leg when it becomes one's own; says where its offers go from now on. */
  adopt: (call: string, leg: MediaLeg) => Negotiate;
  /** Gives a leg a microphone, or takes it away. */
  speak?: typeof speak;
  createLeg?: (negotiate: (offer: string) => Promise<string>) => MediaLeg;
}

/** Listens to live calls, several at once, and stops when told or when the server says that it is over. */
export class Monitorings {
  readonly active = new Observable<readonly Listening[]>([]);
  /** What went wrong last where nobody waited for an answer. */
  readonly failed = new Observable<SpeakFailure | null>(null);
  readonly #options: MonitoringsOptions;
  #seen = new Set<string>();

  constructor(options: MonitoringsOptions) {
    this.#options = options;
  }

  /**
   * Starts to listen, once per call, and goes on to `then`. With `patient` it waits until people talk, and is told then;
   * where they never do, nothing is said.
   */
  start(call: string, name: string, then: MonitoringMode = "listen", patient?: () => void): void {
    if (this.active.get().some((each) => each.call === call)) {
      if (then !== "listen") void this.#switchLater(call, then);
      patient?.();
      return;
    }
    const leg = this.#leg((offer) => this.#negotiate(entry, offer));
    const entry: Listening = { call, name, monitoring: null, then, leg, ...(patient === undefined ? {} : { patient }) };
    this.active.set([...this.active.get(), entry]);
    void entry.leg.start();
  }

  /**
   * Listens, whispers to the agent, or speaks to all, on the connection that there is. The microphone is silent here at
   * once when he goes back to listening. Resolves to what went wrong, or null.
   */
  async switch(call: string, mode: MonitoringMode): Promise<SpeakFailure | null> {
    const entry = this.#entry(call);
    if (entry === undefined || entry.monitoring === null) return null;
    const microphone = await this.#speak(entry, mode !== "listen");
    if (microphone !== null) return { microphone };
    try {
      await this.#options.api.switchMonitoring(entry.monitoring, mode);
      return null;
    } catch (error) {
      if (mode !== "listen") await this.#speak(entry, false);
      return { problem: asProblem(error) };
    }
  }

  /** Makes the call one's own, with the voice that it has here. Resolves to what went wrong, or null. */
  async takeOver(call: string): Promise<SpeakFailure | null> {
    const entry = this.#entry(call);
    if (entry === undefined || entry.monitoring === null) return null;
    const silent = entry.leg.microphone.get() === null;
    entry.leaving = true;
    const microphone = await this.#speak(entry, true);
    if (microphone !== null) {
      delete entry.leaving;
      return { microphone };
    }
    try {
      await this.#options.api.takeOver(entry.monitoring);
    } catch (error) {
      delete entry.leaving;
      const problem = asProblem(error);
      // Its row may have gone meanwhile, which will not be told again.
      if (problem.status === 404) this.#remove(entry);
      else if (silent) await this.#speak(entry, false);
      return { problem };
    }
    this.active.set(this.active.get().filter((each) => each !== entry));
    entry.owner = this.#options.adopt(call, entry.leg);
    return null;
  }

  /** Stops listening at once; resolves to what went wrong with telling the server, or null. */
  async stop(call: string): Promise<ProblemError | null> {
    const entry = this.active.get().find((each) => each.call === call);
    if (entry === undefined) return null;
    this.#remove(entry);
    if (entry.monitoring === null) return null;
    try {
      await this.#options.api.stopMonitoring(entry.monitoring);
      return null;
    } catch (error) {
      const problem = asProblem(error);
      return problem.status === 404 ? null : problem;
    }
  }

  /** Takes up what the server still has from before a reload, and drops what has ended there. */
  follow(rows: readonly MonitoringRow[]): void {
    const ids = new Set(rows.map((row) => row.id));
    for (const entry of this.active.get()) {
      const { monitoring } = entry;
      if (entry.leaving !== true && monitoring !== null && this.#seen.has(monitoring) && !ids.has(monitoring)) this.#remove(entry);
    }
    this.#seen = ids;
    for (const row of rows) {
      if (row.media !== "lost" || this.active.get().some((each) => each.call === row.call)) continue;
      const entry: Listening = {
        call: row.call,
        name: row.consumer.name,
        monitoring: row.id,
        leg: this.#leg((offer) => this.#negotiate(entry, offer)),
      };
      this.active.set([...this.active.get(), entry]);
      void entry.leg.start();
    }
  }

  close(): void {
    for (const entry of this.active.get()) entry.leg.close();
    this.active.set([]);
  }

  async #negotiate(entry: Listening, offer: string): Promise<string> {
    entry.offer = offer;
    if (entry.owner !== undefined) return entry.owner(offer);
    const started = entry.monitoring ?? (await this.#agreed(entry, offer));
    if (typeof started === "string") return (await this.#options.api.connectMonitoring(started, offer)).answer;
    if (!this.active.get().includes(entry)) {
      // Stopped while the server was still agreeing.
      void this.#options.api.stopMonitoring(started.monitoring).catch(() => undefined);
      return started.answer;
    }
    entry.monitoring = started.monitoring;
    entry.patient?.();
    if (entry.then !== undefined && entry.then !== "listen") void this.#switchLater(entry.call, entry.then);
    return started.answer;
  }

  /** Asks until the server agrees, where the entry is patient. Returns the monitoring where an earlier offer led to one. */
  async #agreed(entry: Listening, offer: string): Promise<Awaited<ReturnType<PortalApi["monitor"]>> | string> {
    while (entry.monitoring === null) {
      try {
        return await this.#options.api.monitor(entry.call, offer);
      } catch (error) {
        if (entry.patient === undefined) throw error;
        const { reason, status } = asProblem(error);
        if (status === 404) this.#remove(entry); // it ended before anybody talked
        if (reason !== "nobody_talks") throw error;
        await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
        if (entry.offer !== offer || !this.active.get().includes(entry)) throw error;
      }
    }
    return entry.monitoring;
  }

  async #switchLater(call: string, mode: MonitoringMode): Promise<void> {
    const failure = await this.switch(call, mode);
    if (failure !== null) this.failed.set(failure);
  }

  #speak(entry: Listening, on: boolean): Promise<MediaFailure | null> {
    return (this.#options.speak ?? speak)(entry.leg, on, microphoneConstraints(this.#options.settings.get()));
  }

  #entry(call: string): Listening | undefined {
    return this.active.get().find((each) => each.call === call);
  }

  #leg(negotiate: (offer: string) => Promise<string>): MediaLeg {
    return (
      this.#options.createLeg?.(negotiate) ??
      new MediaLeg({ negotiate, listenOnly: true, sinkId: this.#options.settings.get().speaker })
    );
  }

  #remove(entry: Listening): void {
    entry.leg.close();
    this.active.set(this.active.get().filter((each) => each !== entry));
  }
}
