import { Observable } from "@madoguchi/client";
import type { AgentRow, InteractionRef } from "@madoguchi/protocol";
import type { Monitorings } from "./monitorings.ts";

/** An agent whose next call or chat a supervisor waits for. */
export interface Armed {
  agent: string;
  name: string;
  /** What she had when the waiting began; none of it is her next. */
  before: readonly string[];
  /** The chat that came; it is opened by hand, as that leaves the page one is on. */
  chat: { id: string; name: string } | null;
}

/** Where what is armed outlives a reload of the page. */
export type ArmedMemory = Pick<Storage, "getItem" | "setItem">;

export interface ArmingOptions {
  monitorings: Pick<Monitorings, "start">;
  memory: ArmedMemory | null;
  storageKey: string;
}

/**
 * Waits for the next call or chat of agents. A call is listened to as soon as people talk in it; a chat is offered.
 *
 * It is of this page alone, as what follows is: who closes the page waits for nothing any more.
 */
export class Arming {
  readonly armed: Observable<readonly Armed[]>;
  readonly #options: ArmingOptions;

  constructor(options: ArmingOptions) {
    this.#options = options;
    this.armed = new Observable(read(options));
  }

  /** Waits for the next interaction of an agent, once. */
  arm(row: AgentRow): void {
    if (this.#find(row.id) !== undefined) return;
    const before = work(row).map((one) => one.id);
    this.#set([...this.armed.get(), { agent: row.id, name: row.name, before, chat: null }]);
  }

  disarm(agent: string): void {
    this.#set(this.armed.get().filter((one) => one.agent !== agent));
  }

  /** Takes note of what agents do now; all rows that one may see. Returns who cannot be seen any more. */
  follow(rows: readonly AgentRow[]): readonly Armed[] {
    const lost: Armed[] = [];
    for (const one of this.armed.get()) {
      const row = rows.find((each) => each.id === one.agent);
      if (row === undefined) {
        lost.push(one);
        this.disarm(one.agent);
      } else {
        this.#look(one, row);
      }
    }
    return lost;
  }

  #look(one: Armed, row: AgentRow): void {
    if (one.chat !== null) {
      // A chat that has gone before anybody looked is not what was waited for.
      if (!row.chats.some((each) => each.id === one.chat?.id)) this.#replace({ ...one, chat: null });
      return;
    }
    const call = row.calls.find((each) => !one.before.includes(each.id));
    const chat = row.chats.find((each) => !one.before.includes(each.id));
    if (call !== undefined) {
      this.#replace({ ...one, before: [...one.before, call.id] });
      this.#options.monitorings.start(call.id, call.consumer.name, "listen", () => this.disarm(one.agent));
    } else if (chat !== undefined) {
      this.#replace({ ...one, before: [...one.before, chat.id], chat: { id: chat.id, name: chat.consumer.name } });
    }
  }

  #find(agent: string): Armed | undefined {
    return this.armed.get().find((one) => one.agent === agent);
  }

  #replace(changed: Armed): void {
    this.#set(this.armed.get().map((one) => (one.agent === changed.agent ? changed : one)));
  }

  #set(armed: readonly Armed[]): void {
    this.armed.set(armed);
    try {
      this.#options.memory?.setItem(this.#options.storageKey, JSON.stringify(armed));
    } catch {
      // A full or forbidden storage only means that a reload forgets it.
    }
  }
}

function work(row: AgentRow): readonly InteractionRef[] {
  return [...row.calls, ...row.chats];
}

function read({ memory, storageKey }: ArmingOptions): readonly Armed[] {
  try {
    return JSON.parse(memory?.getItem(storageKey) ?? "[]") as readonly Armed[];
  } catch {
    return [];
  }
}
