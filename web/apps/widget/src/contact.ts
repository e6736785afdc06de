import {
  asProblem,
  Connection,
  ConsumerApi,
  Http,
  MediaLeg,
  newId,
  Observable,
  Outbox,
  Ticker,
  webSocketWire,
  type ProblemError,
  type Subscription,
} from "@madoguchi/client";
import type { ConsumerCallRow, ConsumerChatRow, ConsumerConfig, ConsumerRow, MessageRow } from "@madoguchi/protocol";
import type { Memory } from "./memory.ts";

export type Phase = "asleep" | "loading" | "ready" | "failed";

export type Screen =
  | { name: "menu"; path?: readonly string[]; from?: string }
  | { name: "queue"; queue: string }
  | { name: "chat"; chat: string }
  | { name: "call"; queue: string };

const CHAT_OVER = new Set(["finished", "abandoned", "dismissed", "failed"]);
const CALL_OVER = new Set(["ended", "abandoned", "failed"]);

/** How long what is known of opening hours is good enough to choose by. */
const REFRESH_MS = 20_000;

export const chatOver = (row: ConsumerChatRow): boolean => CHAT_OVER.has(row.state);
export const callOver = (row: ConsumerCallRow): boolean => CALL_OVER.has(row.state);

type ChatSubscription = Subscription<ConsumerChatRow | MessageRow>;

/**
 * Everything between one page and the contact centre: the consumer's session, his socket, his chat and his call. Nothing is
 * asked of the server before the consumer opens the widget, unless something was going on when the page was left.
 */
export class Contact {
  readonly phase = new Observable<Phase>("asleep");
  readonly problem = new Observable<ProblemError | null>(null);
  readonly config = new Observable<ConsumerConfig | null>(null);
  readonly screen = new Observable<Screen>({ name: "menu" });
  readonly call = new Observable<MediaLeg | null>(null);
  /** The call that `call` is the media of; null until the server has named it. */
  readonly callId = new Observable<string | null>(null);
  /** The conversation that is followed, on screen or not. */
  readonly chat = new Observable<ChatSubscription | null>(null);
  readonly chatId = new Observable<string | null>(null);
  readonly connection: Connection;
  readonly api: ConsumerApi;
  readonly outbox: Outbox;
  readonly ticker: Ticker;
  readonly live: Subscription<ConsumerRow>;
  readonly #memory: Memory;
  #token: string | undefined;
  #told = { delivered: 0, read: 0 };
  #looking = false;
  #configured = 0;
  #knownCalls = new Set<string>();

  constructor(server: string, memory: Memory) {
    this.#memory = memory;
    this.#token = memory.token;
    const token = (): string | undefined => this.#token;
    this.api = new ConsumerApi(new Http({ base: `${server}/api/v1`, token }));
    this.connection = new Connection({ open: webSocketWire(`${server}/api/v1/realtime`), token });
    this.outbox = new Outbox(this.connection, {
      newId,
      storage: memory.lines,
      storageKey: "madoguchi.lines",
    });
    this.ticker = new Ticker(this.connection.now);
    this.live = this.connection.subscribe("consumer");
    this.live.rows.subscribeAll(() => this.#follow());
  }

  /** Connects, unless it is done or under way. */
  async wake(language: string): Promise<void> {
    if (this.phase.get() === "loading" || this.phase.get() === "ready") return;
    this.phase.set("loading");
    try {
      const [config, session] = await Promise.all([this.api.config(), this.api.openSession(this.#token, language)]);
      this.#token = session.token;
      this.#memory.token = session.token;
      this.config.set(config);
      this.#configured = Date.now();
      this.problem.set(null);
      this.connection.start();
      this.phase.set("ready");
    } catch (error) {
      this.problem.set(asProblem(error));
      this.phase.set("failed");
    }
  }

  /** Learns again where it is closed, unless that was asked just now. */
  async refresh(force = false): Promise<void> {
    if (!force && Date.now() - this.#configured < REFRESH_MS) return;
    this.#configured = Date.now();
    try {
      this.config.set(await this.api.config());
    } catch {
      // What was known goes on counting; the server refuses what it must.
    }
  }

  async startChat(queue: string, language: string): Promise<void> {
    const { chat } = await this.api.startChat(queue, language);
    this.#memory.ongoing = true;
    this.openChat(chat);
  }

  openChat(chat: string): void {
    if (this.chatId.get() !== chat) {
      this.chat.get()?.close();
      this.#told = { delivered: 0, read: 0 };
      this.chatId.set(chat);
      const subscription = this.connection.subscribe("chat", { chat }) as unknown as ChatSubscription;
      subscription.rows.subscribeAll(() => this.#acknowledge(chat, subscription));
      this.chat.set(subscription);
    }
    this.screen.set({ name: "chat", chat });
  }

  /** Whether the conversation is on screen in front of somebody: only then are its lines read. */
  look(looking: boolean): void {
    this.#looking = looking;
    const chat = this.chatId.get();
    const subscription = this.chat.get();
    if (chat !== null && subscription !== null) this.#acknowledge(chat, subscription);
  }

  startCall(queue: string, language: string): void {
    this.#memory.ongoing = true;
    this.callId.set(null);
    this.#connect(async (offer) => {
      const known = this.callId.get();
      if (known !== null) return (await this.api.connectCall(known, offer)).answer;
      const started = await this.api.startCall(queue, language, offer);
      this.callId.set(started.call);
      return started.answer;
    });
    this.screen.set({ name: "call", queue });
  }

  /** Hangs up; the server ends the call even where the network has lost the media. */
  async hangUp(): Promise<void> {
    const call = this.callId.get();
    this.#dropMedia();
    if (call !== null) await this.api.hangUp(call).catch(() => undefined);
  }

  /** An attachment's content. */
  attachment = (attachment: string): Promise<Blob> => this.#fetch(this.api.attachmentUrl(attachment));

  /** The conversation as a text file. */
  transcript = (chat: string): Promise<Blob> => this.#fetch(this.api.transcriptUrl(chat, "txt"));

  /** Leaves an ended interaction behind. */
  home(): void {
    this.#dropMedia();
    this.callId.set(null);
    this.chat.get()?.close();
    this.chat.set(null);
    this.chatId.set(null);
    this.screen.set({ name: "menu" });
  }

  async #fetch(url: string): Promise<Blob> {
    const response = await fetch(url, { headers: { Authorization: `Bearer ${this.#token ?? ""}` } });
    if (!response.ok) throw new Error(`${response.status}`);
    return response.blob();
  }

  #connect(negotiate: (offer: string) => Promise<string>): void {
    this.#dropMedia();
    const leg = new MediaLeg({ negotiate });
    this.call.set(leg);
    void leg.start();
  }

  #dropMedia(): void {
    this.call.get()?.close();
    this.call.set(null);
  }

  /** After a reload the rows say what goes on: take it up again. */
  #follow(): void {
    const rows = this.live.rows.all();
    const call = rows.find((row): row is ConsumerCallRow => row.kind === "call" && !callOver(row));
    const chat = rows.find((row): row is ConsumerChatRow => row.kind === "chat" && !chatOver(row));
    this.#memory.ongoing = call !== undefined || chat !== undefined;
    if (call !== undefined && this.call.get() === null && !this.#knownCalls.has(call.id)) {
      this.callId.set(call.id);
      this.#connect(async (offer) => (await this.api.connectCall(call.id, offer)).answer);
      this.screen.set({ name: "call", queue: call.queue?.id ?? "" });
    }
    if (call !== undefined) this.#knownCalls.add(call.id);
    const mine = this.callId.get();
    const ended = rows.find((row): row is ConsumerCallRow => row.kind === "call" && row.id === mine && callOver(row));
    if (ended !== undefined) this.#dropMedia();
    if (chat !== undefined && this.chatId.get() === null) {
      const { name } = this.screen.get();
      const before = this.screen.get();
      this.openChat(chat.id);
      if (name === "call") this.screen.set(before);
    }
  }

  #acknowledge(chat: string, subscription: ChatSubscription): void {
    let newest = 0;
    for (const row of subscription.rows.all()) if (row.kind === "message") newest = Math.max(newest, row.seq);
    this.outbox.forget(
      subscription.rows.all().flatMap((row) => (row.kind === "message" && row.client_id !== null ? [row.client_id] : [])),
    );
    if (newest > this.#told.delivered) {
      this.#told.delivered = newest;
      this.#say("chat.delivered", chat, newest);
    }
    if (this.#looking && newest > this.#told.read) {
      this.#told.read = newest;
      this.#say("chat.read", chat, newest);
    }
  }

  #say(name: "chat.delivered" | "chat.read", chat: string, seq: number): void {
    // Lost receipts come again with the next line; they are not worth an error on screen.
    this.connection.command(name, { chat, seq }).catch(() => {
      const side = name === "chat.read" ? "read" : "delivered";
      this.#told[side] = Math.min(this.#told[side], seq - 1);
    });
  }
}
