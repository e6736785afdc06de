import type { DeskRow } from "@madoguchi/protocol";
import { describe, expect, it, vi } from "vitest";
import { Embedder, type Frame } from "./embedder.ts";
import { changes, isLoaded, readCommand, stateOf } from "./protocol.ts";

const CRM = "https://crm.example.com";
const EVIL = "https://evil.example";
const consumer = { id: "cons_1", name: "佐藤 美咲", phone: "+819012345678", anonymous: false };
const queue = { id: "queue_1", names: { en: "Billing", ja: "請求" }, path: [] };
const row = (kind: string, id: string, more: object = {}): DeskRow => ({ kind, id, consumer, queue, medium: "phone", ...more }) as unknown as DeskRow;
const presence = (status: string): DeskRow => row("presence", "presence", { status });
const offer = row("offer", "offer_1", { offer: "offer_1", interaction: "call_1", channel: "call", expires_at: "2026-11-27T10:00:20Z" });
const call = (on_hold: boolean): DeskRow => row("call", "call_1", { on_hold, direction: "inbound", handling: "handling_1" });

describe("what the embedding page is told", () => {
  it("is each change of the desk, once", () => {
    const said = (before: DeskRow[], after: DeskRow[]): string[] => changes(before, after).events.map((one) => one.event);
    expect(said([presence("break")], [presence("available")])).toEqual(["status_changed"]);
    expect(said([], [offer])).toEqual(["offer_arrived"]);
    expect(said([offer], [call(false)])).toEqual(["offer_gone", "interaction_started"]);
    expect(said([call(false)], [call(true)])).toEqual(["interaction_held"]);
    expect(said([call(true)], [call(false)])).toEqual(["interaction_resumed"]);
    expect(said([call(false)], [call(false)])).toEqual([]);
    expect(said([row("wrap_up", "w", { interaction: "call_1", channel: "call", handling: "handling_1", notes: "secret" })], [])).toEqual(["wrap_up_saved"]);
    expect(changes([call(false)], []).left).toMatchObject([{ interaction: "call_1", channel: "call" }]);
  });

  it("holds who calls and for what, and no texts of a talk", () => {
    const chat = row("chat", "chat_1", { medium: "web", last_message: { text: "my password is" }, unread: 1 });
    const state = stateOf([presence("available"), offer, chat]);
    expect(state).toMatchObject({
      status: "available",
      offers: [{ offer: "offer_1", interaction: "call_1", channel: "call", direction: "inbound", consumer: { number: "+819012345678" }, queue: { id: "queue_1" } }],
      interactions: [{ interaction: "chat_1", channel: "chat", medium: "web" }],
    });
    expect(JSON.stringify(state)).not.toContain("password");
    expect(isLoaded([offer])).toBe(false);
  });
});

describe("a command", () => {
  const message = (command: unknown, data: unknown = {}, more: object = {}): unknown => ({ to: "madoguchi", v: 1, id: "1", command, data, ...more });

  it("is read when it is complete", () => {
    expect(readCommand(message("accept", { offer: "offer_1" }))).toEqual({ id: "1", command: { command: "accept", offer: "offer_1" } });
    expect(readCommand(message("dial", { number: "0312345678" }))).toEqual({ id: "1", command: { command: "dial", number: "0312345678", queue: null } });
    expect(readCommand(message("set_status", { status: "meal" }))).toEqual({ id: "1", command: { command: "set_status", status: "meal", when: "now" } });
    expect(readCommand({ to: "madoguchi", v: 1, id: "1", command: "get_state" })).toEqual({ id: "1", command: { command: "get_state" } });
  });

  it.each([null, 7, "accept", [], {}, { to: "others" }, { to: "madoguchi" }, { to: "madoguchi", id: 7 }, { to: "madoguchi", id: "x".repeat(101) }])(
    "is none: %j",
    (noise) => expect(readCommand(noise)).toBeNull(),
  );

  it.each([
    [message("accept", { offer: "offer_1" }, { v: 2 }), "unknown_version", "v"],
    [message("sign_out"), "unknown_command", "command"],
    [message("toString"), "unknown_command", "command"],
    [message("accept"), "invalid_input", "offer"],
    [message("accept", { offer: 7 }), "invalid_input", "offer"],
    [message("accept", { offer: "" }), "invalid_input", "offer"],
    [message("accept", { offer: "x".repeat(65) }), "invalid_input", "offer"],
    [message("accept", { offer: "offer_1", force: true }), "invalid_input", "force"],
    [message("accept", "offer_1"), "invalid_input", "data"],
    [message("set_status", { status: "meal", when: "later" }), "invalid_input", "when"],
  ])("is refused with what is wrong: %j", (given, code, field) => {
    expect(readCommand(given)).toMatchObject({ id: "1", wrong: { code, field } });
  });
});

describe("the embedding page", () => {
  const frame = (around: { ancestors?: string[]; referrer?: string }): { frame: Frame; post: ReturnType<typeof vi.fn> } => {
    const post = vi.fn();
    return {
      post,
      frame: {
        parent: { postMessage: post },
        location: around.ancestors === undefined ? {} : { ancestorOrigins: around.ancestors },
        document: { referrer: around.referrer ?? "" },
      },
    };
  };
  const event = { event: "ready", data: {} };

  it.each([{ ancestors: [CRM] }, { referrer: `${CRM}/customers/7` }])("is told by its exact origin: %j", (around) => {
    const { frame: place, post } = frame(around);
    new Embedder(place, [CRM]).tell(event);
    expect(post.mock.calls).toEqual([[{ from: "madoguchi", v: 1, event: "ready", data: {} }, CRM]]);
  });

  it.each([{ ancestors: [EVIL], referrer: `${CRM}/` }, { referrer: `${EVIL}/` }, {}, { ancestors: ["null"] }])(
    "is told nothing where it is not allowed or not known: %j",
    (around) => {
      const { frame: place, post } = frame(around);
      new Embedder(place, [CRM]).tell(event);
      expect(post).not.toHaveBeenCalled();
    },
  );

  it("is heard only from its own window and an allowed origin, and is known from then on", () => {
    const { frame: place, post } = frame({});
    const embedder = new Embedder(place, [CRM]);
    const source = place.parent as Window;
    expect(embedder.accepts({ source, origin: EVIL })).toBe(false);
    expect(embedder.accepts({ source: {} as Window, origin: CRM })).toBe(false);
    embedder.tell(event);
    expect(post).not.toHaveBeenCalled();
    expect(embedder.accepts({ source, origin: CRM })).toBe(true);
    embedder.answer("1", { ok: true, data: {} });
    expect(post).toHaveBeenLastCalledWith({ from: "madoguchi", v: 1, answer: "1", ok: true, data: {} }, CRM);
  });
});
