import type { DeskCallRow, DeskChatRow, DeskRow, OfferRow, PresenceRow, WrapUpRow } from "@madoguchi/protocol";

/** Where the consumers of each medium come from. */
export const PHONE_MENU = ["ivr"] as const;
export const PAGE_MENUS = ["web", "mobile"] as const;
/** Whoever chats can answer text messages as well. */
export const TEXT_MENUS = ["sms", "web", "mobile"] as const;

/** The desk's rows by kind. */
export interface Desk {
  presence: PresenceRow | null;
  offers: readonly OfferRow[];
  calls: readonly DeskCallRow[];
  chats: readonly DeskChatRow[];
  wrapUps: readonly WrapUpRow[];
}

export function sortDesk(rows: readonly DeskRow[]): Desk {
  const offers: OfferRow[] = [];
  const calls: DeskCallRow[] = [];
  const chats: DeskChatRow[] = [];
  const wrapUps: WrapUpRow[] = [];
  let presence: PresenceRow | null = null;
  for (const row of rows) {
    switch (row.kind) {
      case "presence":
        presence = row;
        break;
      case "offer":
        offers.push(row);
        break;
      case "call":
        calls.push(row);
        break;
      case "chat":
        chats.push(row);
        break;
      case "wrap_up":
        wrapUps.push(row);
        break;
    }
  }
  offers.sort((a, b) => a.expires_at.localeCompare(b.expires_at));
  const oldestFirst = (a: { started_at: string }, b: { started_at: string }): number =>
    a.started_at.localeCompare(b.started_at);
  return { presence, offers, calls: calls.sort(oldestFirst), chats: chats.sort(oldestFirst), wrapUps: wrapUps.sort(oldestFirst) };
}

export type Selected =
  | { kind: "call"; row: DeskCallRow }
  | { kind: "chat"; row: DeskChatRow }
  | { kind: "wrap_up"; row: WrapUpRow };

/**
 * Returns what to show: what was chosen if it is still there (a finished conversation leads on to its wrap-up), else the
 * call, else the first chat, else a wrap-up.
 */
export function select(desk: Desk, chosen: string | undefined): Selected | null {
  const call = desk.calls.find((row) => row.id === chosen);
  if (call !== undefined) return { kind: "call", row: call };
  const chat = desk.chats.find((row) => row.id === chosen);
  if (chat !== undefined) return { kind: "chat", row: chat };
  const wrapUp = desk.wrapUps.find((row) => row.id === chosen || row.interaction === chosen);
  if (wrapUp !== undefined) return { kind: "wrap_up", row: wrapUp };
  const [firstCall, firstChat, firstWrapUp] = [desk.calls[0], desk.chats[0], desk.wrapUps[0]];
  if (firstCall !== undefined) return { kind: "call", row: firstCall };
  if (firstWrapUp !== undefined && firstWrapUp.channel === "call") return { kind: "wrap_up", row: firstWrapUp };
  if (firstChat !== undefined) return { kind: "chat", row: firstChat };
  if (firstWrapUp !== undefined) return { kind: "wrap_up", row: firstWrapUp };
  return null;
}

/** Ids in the order of the list, for moving with Alt and the arrows. */
export function order(desk: Desk): string[] {
  return [...desk.calls, ...desk.chats, ...desk.wrapUps].map((row) => row.id);
}
