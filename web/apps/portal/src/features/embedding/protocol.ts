import type { Channel, DeskRow, Names, PresenceRow } from "@madoguchi/protocol";

/** What a page that embeds the desk and the desk tell each other; described in docs/guides/embedding.md. */
export const NAME = "madoguchi";
export const VERSION = 1;

export interface ToldInteraction {
  interaction: string;
  channel: Channel;
  medium: string;
  direction: "inbound" | "outbound";
  consumer: { id: string; name: string; number: string | null };
  queue: { id: string; names: Names } | null;
}

export interface ToldOffer extends ToldInteraction {
  offer: string;
  expires_at: string;
}

export interface DeskEvent {
  event: string;
  data: Record<string, unknown>;
}

export type Command =
  | { command: "get_state" }
  | { command: "set_status"; status: string; when: "now" | "next" }
  | { command: "dial"; number: string; queue: string | null }
  | { command: "accept"; offer: string }
  | { command: "decline"; offer: string }
  | { command: "open"; interaction: string };

export interface Wrong {
  code: string;
  detail: string;
  field?: string;
}

/** A command with the id under which it is answered, what is wrong with it, or null: the message is not for us. */
export type Read = { id: string; command: Command } | { id: string; wrong: Wrong } | null;

type Fields = Record<string, { required: boolean; longest: number; only?: readonly string[] }>;

const FIELDS: Readonly<Record<Command["command"], Fields>> = {
  get_state: {},
  set_status: { status: { required: true, longest: 64 }, when: { required: false, longest: 4, only: ["now", "next"] } },
  dial: { number: { required: true, longest: 40 }, queue: { required: false, longest: 64 } },
  accept: { offer: { required: true, longest: 64 } },
  decline: { offer: { required: true, longest: 64 } },
  open: { interaction: { required: true, longest: 64 } },
};
const LONGEST_ID = 100;

/** Reads a message of the embedding page. Nothing of it is believed that was not looked at. */
export function readCommand(message: unknown): Read {
  if (!isObject(message) || message["to"] !== NAME) return null;
  const { id, command, data } = message;
  if (typeof id !== "string" || id === "" || id.length > LONGEST_ID) return null;
  if (message["v"] !== VERSION) return refused(id, "unknown_version", `this desk speaks version ${VERSION}`, "v");
  if (typeof command !== "string" || !Object.hasOwn(FIELDS, command)) {
    return refused(id, "unknown_command", `one of ${Object.keys(FIELDS).join(", ")}`, "command");
  }
  const name = command as Command["command"];
  const given = data === undefined ? {} : data;
  if (!isObject(given)) return refused(id, "invalid_input", "must be an object", "data");
  const stranger = Object.keys(given).find((key) => !Object.hasOwn(FIELDS[name], key));
  if (stranger !== undefined) return refused(id, "invalid_input", "is not known", stranger);
  const read: Record<string, string | null> = {};
  for (const [field, rule] of Object.entries(FIELDS[name])) {
    const value = given[field] ?? null;
    if (value === null) {
      if (rule.required) return refused(id, "invalid_input", "is missing", field);
      read[field] = null;
    } else if (typeof value !== "string" || value === "" || value.length > rule.longest) {
      return refused(id, "invalid_input", `must be a text of 1 to ${rule.longest} characters`, field);
    } else if (rule.only?.includes(value) === false) {
      return refused(id, "invalid_input", `must be one of ${rule.only.join(", ")}`, field);
    } else {
      read[field] = value;
    }
  }
  if (name === "set_status") read["when"] ??= "now";
  return { id, command: { command: name, ...read } as Command };
}

function refused(id: string, code: string, detail: string, field: string): Read {
  return { id, wrong: { code, detail, field } };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

type Told = Extract<DeskRow, { kind: "offer" | "call" | "chat" }>;
type Work = Extract<DeskRow, { kind: "call" | "chat" }>;

/** Of a row only what a CRM needs to find its record: no texts of a talk, no notes, nothing that opens anything. */
export function told(row: Told): ToldInteraction {
  const channel = row.kind === "offer" ? row.channel : row.kind;
  return {
    interaction: row.kind === "offer" ? row.interaction : row.id,
    channel,
    medium: row.kind === "chat" ? (row.medium ?? "web") : row.medium,
    direction: (row.kind === "call" ? row.direction : undefined) ?? "inbound",
    consumer: { id: row.consumer.id, name: row.consumer.name, number: row.consumer.phone ?? null },
    queue: row.queue === null ? null : { id: row.queue.id, names: row.queue.names },
  };
}

function toldOffer(row: Extract<DeskRow, { kind: "offer" }>): ToldOffer {
  return { ...told(row), offer: row.offer, expires_at: row.expires_at };
}

function statusOf(row: PresenceRow | undefined): Record<string, unknown> {
  return { status: row?.custom?.id ?? row?.status ?? null, next_status: row?.next_custom?.id ?? row?.next_status ?? null };
}

const presenceOf = (rows: readonly DeskRow[]): PresenceRow | undefined => rows.find((row) => row.kind === "presence");

/** Whether the desk has been told once. */
export function isLoaded(rows: readonly DeskRow[]): boolean {
  return presenceOf(rows) !== undefined;
}

/** All that there is now, for an embedding page that begins. */
export function stateOf(rows: readonly DeskRow[]): Record<string, unknown> {
  return {
    ...statusOf(presenceOf(rows)),
    offers: rows.filter((row) => row.kind === "offer").map(toldOffer),
    interactions: rows.filter((row) => row.kind === "call" || row.kind === "chat").map(told),
  };
}

/** What happened between two states of the desk, and which interactions left it: why, only the server knows. */
export function changes(before: readonly DeskRow[], after: readonly DeskRow[]): { events: DeskEvent[]; left: ToldInteraction[] } {
  const events: DeskEvent[] = [];
  const left: ToldInteraction[] = [];
  const [old, now] = [byId(before), byId(after)];
  const status = statusOf(presenceOf(after));
  if (JSON.stringify(status) !== JSON.stringify(statusOf(presenceOf(before)))) events.push({ event: "status_changed", data: status });
  for (const row of before) {
    if (now.has(row.id)) continue;
    if (row.kind === "offer") events.push({ event: "offer_gone", data: { ...toldOffer(row) } });
    else if (row.kind === "call" || row.kind === "chat") left.push(told(row));
    else if (row.kind === "wrap_up") {
      events.push({ event: "wrap_up_saved", data: { interaction: row.interaction, channel: row.channel, handling: row.handling } });
    }
  }
  for (const row of after) {
    const was = old.get(row.id);
    if (row.kind === "offer" && was === undefined) events.push({ event: "offer_arrived", data: { ...toldOffer(row) } });
    if (row.kind === "call" || row.kind === "chat") {
      if (was === undefined) events.push({ event: "interaction_started", data: { ...told(row) } });
      else if (isHeld(row) !== isHeld(was as Work)) {
        events.push({ event: isHeld(row) ? "interaction_held" : "interaction_resumed", data: { ...told(row) } });
      }
    }
  }
  return { events, left };
}

function isHeld(row: Work): boolean {
  return row.kind === "call" && row.on_hold;
}

function byId(rows: readonly DeskRow[]): Map<string, DeskRow> {
  return new Map(rows.map((row) => [row.id, row]));
}
