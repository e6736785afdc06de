import type {
  CallRow,
  ChatRow,
  CustomStatusRef,
  Names,
  Occupancy,
  PresenceStatus,
  QueueInfo,
  QueueRef,
  StatusColour,
} from "@madoguchi/protocol";
import type { Tone } from "@madoguchi/ui";
import type { Language } from "./settings.ts";
import { isTextKey, type T, type TextKey } from "./text.tsx";

export interface StateLook {
  tone: Tone;
  glyph: string;
  label: TextKey;
  /** What stands in the place of the label's text, where somebody else named it. */
  text?: string;
}

/** A look's words. */
export function lookText(t: T, look: StateLook): string {
  return look.text ?? t(look.label);
}

export function nameIn(names: Names, language: Language): string {
  return names[language] || names.en;
}

/** `Orders > Returns`: the menu path a consumer took. */
export function queuePath(queue: QueueRef | null | undefined, language: Language): string {
  if (queue === null || queue === undefined) return "–";
  const path = queue.path.length === 0 ? [queue.names] : queue.path;
  return path.map((names) => nameIn(names, language)).join(" > ");
}

/** Where a call came from: its queue's path, or the agent's own number. */
export function callPath(call: Pick<CallRow, "queue" | "direct">, t: T, language: Language): string {
  return call.queue === null && call.direct === true ? t("call.direct") : queuePath(call.queue, language);
}

/** A queue's path in a list; queues of the same name in several menus are told apart by their channel. */
export function queueLabel(queue: QueueInfo, queues: readonly QueueInfo[], t: T, language: Language): string {
  const path = queuePath(queue, language);
  const key = `queues.channel.${queue.channels[0] ?? ""}`;
  const twins = queues.filter((each) => queuePath(each, language) === path).length > 1;
  return twins && isTextKey(key) ? `${path} · ${t(key)}` : path;
}

const PRESENCE: Readonly<Record<PresenceStatus, StateLook>> = {
  available: { tone: "ok", glyph: "●", label: "status.available" },
  unavailable: { tone: "muted", glyph: "○", label: "status.unavailable" },
  break: { tone: "warning", glyph: "◐", label: "status.break" },
  meal: { tone: "warning", glyph: "◐", label: "status.meal" },
  special_task: { tone: "violet", glyph: "◆", label: "status.special_task" },
  custom: { tone: "muted", glyph: "◇", label: "status.custom" },
  missed_call: { tone: "danger", glyph: "!", label: "status.missed_call" },
  missed_chat: { tone: "danger", glyph: "!", label: "status.missed_chat" },
  unresponsive: { tone: "danger", glyph: "!", label: "status.unresponsive" },
  signed_out: { tone: "muted", glyph: "○", label: "status.signed_out" },
};

export const COLOUR_TONES: Readonly<Record<StatusColour, Tone>> = {
  green: "ok",
  blue: "info",
  violet: "violet",
  amber: "warning",
  red: "danger",
  grey: "muted",
};

/** A status; `custom` tells which one of the organisation's own. */
export function presenceLook(status: PresenceStatus, custom?: CustomStatusRef | null, language: Language = "en"): StateLook {
  if (custom !== null && custom !== undefined) {
    const tone = (COLOUR_TONES as Partial<typeof COLOUR_TONES>)[custom.colour] ?? "muted";
    return { ...PRESENCE.custom, tone, text: nameIn(custom.names, language) };
  }
  // A newer server may know statuses that this page does not.
  return (PRESENCE as Partial<typeof PRESENCE>)[status] ?? PRESENCE.unavailable;
}

/** What an agent does, seen from outside: his work if he has any, else what he chose. */
export function agentLook(
  status: PresenceStatus,
  occupancy: Occupancy,
  custom?: CustomStatusRef | null,
  language: Language = "en",
): StateLook {
  switch (occupancy) {
    case "in_call":
      return { tone: "info", glyph: "☎", label: "status.in_call" };
    case "in_chat":
      return { tone: "info", glyph: "✉", label: "status.in_chat" };
    case "wrap_up":
      return { tone: "violet", glyph: "✎", label: "status.wrap_up" };
    case "offered":
      return { tone: "info", glyph: "◔", label: "status.offered" };
    case "idle":
      return presenceLook(status, custom, language);
  }
}

type CallLike = Pick<CallRow, "state" | "on_hold">;

export function callLook(call: CallLike): StateLook {
  switch (call.state) {
    case "talking":
      return call.on_hold
        ? { tone: "warning", glyph: "❚❚", label: "call.on_hold" }
        : { tone: "ok", glyph: "●", label: "call.talking" };
    case "dialling":
      return { tone: "info", glyph: "◔", label: "call.dialling" };
    case "in_menu":
      return { tone: "muted", glyph: "…", label: "call.in_menu" };
    case "queued":
      return { tone: "muted", glyph: "…", label: "call.queued" };
    case "offered":
      return { tone: "info", glyph: "◔", label: "call.offered" };
    case "ended":
      return { tone: "muted", glyph: "✓", label: "call.ended" };
    case "abandoned":
      return { tone: "warning", glyph: "↩", label: "call.abandoned" };
    case "failed":
      return { tone: "danger", glyph: "!", label: "call.failed" };
  }
}

export function chatLook(chat: Pick<ChatRow, "state">): StateLook {
  switch (chat.state) {
    case "chatting":
      return { tone: "ok", glyph: "●", label: "chat.chatting" };
    case "dormant":
      return { tone: "muted", glyph: "☾", label: "chat.dormant" };
    case "queued":
      return { tone: "muted", glyph: "…", label: "chat.queued" };
    case "offered":
      return { tone: "info", glyph: "◔", label: "chat.offered" };
    case "finished":
      return { tone: "muted", glyph: "✓", label: "chat.finished" };
    case "dismissed":
      return { tone: "muted", glyph: "✓", label: "chat.dismissed" };
    case "abandoned":
      return { tone: "warning", glyph: "↩", label: "chat.abandoned" };
    case "failed":
      return { tone: "danger", glyph: "!", label: "chat.failed" };
  }
}

const LANGUAGE_NAMES = new Map<Language, Intl.DisplayNames>();

export function languageName(tag: string, language: Language): string {
  let names = LANGUAGE_NAMES.get(language);
  if (names === undefined) LANGUAGE_NAMES.set(language, (names = new Intl.DisplayNames([language], { type: "language" })));
  return names.of(tag) ?? tag;
}

/** Text for searching: full-width digits and letters count as their plain forms, case does not count. */
export function searchable(text: string): string {
  return text.normalize("NFKC").toLocaleLowerCase();
}

/** Says how an interaction ended, if the reason has a text. */
export function endReason(t: T, reason: string | null | undefined, known: (key: string) => key is TextKey): string {
  if (reason === null || reason === undefined || reason === "") return "–";
  const key = `reason.${reason}`;
  return known(key) ? t(key) : reason;
}

export const WAIT = { warning: 60_000, danger: 180_000 };
export const ELAPSED = { warning: 30 * 60_000, danger: 60 * 60_000 };
export const ANSWER = { warning: 45_000, danger: 120_000 };
