import { MediaLeg, Observable, type PortalApi, type ProblemError, asProblem } from "@madoguchi/client";
import type { MonitoringRow } from "@madoguchi/protocol";
import type { Settings } from "./settings.ts";

/** A call that is being listened to from this page. */
export interface Listening {
  call: string;
  /** What to call it until the server's row says more. */
  name: string;
  /** Null until the server has agreed. */
  monitoring: string | null;
  leg: MediaLeg;
}

export interface MonitoringsOptions {
  api: Pick<PortalApi, "monitor" | "connectMonitoring" | "stopMonitoring">;
  settings: Observable<Settings>;
  createLeg?: (negotiate: (offer: string) => Promise<string>) => MediaLeg;
}

/** Listens to live calls, several at once, and stops when told or when the server says that it is over. */
export class Monitorings {
  readonly active = new Observable<readonly Listening[]>([]);
  readonly #options: MonitoringsOptions;
  #seen = new Set<string>();

  constructor(options: MonitoringsOptions) {
    this.#options = options;
  }

  /** Starts to listen, once per call. */
  start(call: string, name: string): void {
    if (this.active.get().some((each) => each.call === call)) return;
    const entry: Listening = { call, name, monitoring: null, leg: this.#leg((offer) => this.#negotiate(entry, offer)) };
    this.active.set([...this.active.get(), entry]);
    void entry.leg.start();
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
      if (monitoring !== null && this.#seen.has(monitoring) && !ids.has(monitoring)) this.#remove(entry);
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
    if (entry.monitoring !== null) return (await this.#options.api.connectMonitoring(entry.monitoring, offer)).answer;
    const started = await this.#options.api.monitor(entry.call, offer);
    if (!this.active.get().includes(entry)) {
      // Stopped while the server was still agreeing.
      void this.#options.api.stopMonitoring(started.monitoring).catch(() => undefined);
      return started.answer;
    }
    entry.monitoring = started.monitoring;
    return started.answer;
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
