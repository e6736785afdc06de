import type { Channel, LiveFigures, LiveQueueRow, MenuChannel, QueueSums } from "@madoguchi/protocol";
import { nameIn, queuePath, searchable } from "../../shared/labels.ts";
import type { BoardSearch, SortValue } from "../../shared/board.ts";
import { sinceValue } from "../../shared/board.ts";

export const MENUS: readonly MenuChannel[] = ["ivr", "mobile", "web", "sms"];

/** The kind of interaction that the URL asks for, or both. */
export function channelOf(search: BoardSearch): Channel | undefined {
  return search.channel === "call" || search.channel === "chat" ? search.channel : undefined;
}

/** What can wait in a queue: calls from telephones, chats from messages, both from pages and apps. */
export function carries(row: LiveQueueRow, channel: Channel): boolean {
  return row.channels.some((menu) => (menu === "ivr" ? channel === "call" : menu === "sms" ? channel === "chat" : true));
}

/** How one kind of interaction stands, or both together. */
export function standing(row: LiveQueueRow, channel: Channel | undefined): LiveFigures {
  if (channel !== undefined) return row[channel];
  const { call, chat } = row;
  const since = [call.longest_since, chat.longest_since].filter((at) => at !== null && at !== undefined).sort();
  return { waiting: call.waiting + chat.waiting, longest_since: since[0] ?? null, working: call.working + chat.working };
}

export function sums(row: LiveQueueRow, channel: Channel | undefined): QueueSums {
  return row.last[channel ?? "all"];
}

/** Whether the URL's filters and search let a queue through. */
export function passes(row: LiveQueueRow, search: BoardSearch): boolean {
  const channel = channelOf(search);
  if (channel !== undefined && !carries(row, channel)) return false;
  if (search.menu !== undefined && !row.channels.some((menu) => menu === search.menu)) return false;
  if (search.queue !== undefined && row.id !== search.queue) return false;
  if (search.q === undefined) return true;
  const wanted = searchable(search.q);
  return (["ja", "en"] as const).some((language) => searchable(queuePath(row.queue, language)).includes(wanted));
}

/** What each column is sorted by; what is not there yet comes before the smallest. */
export const VALUES: Readonly<Record<string, (row: LiveQueueRow, channel: Channel | undefined) => SortValue>> = {
  queue: (row) => row.queue.path.map((names) => nameIn(names, "ja")).join(" > "),
  menu: (row) => MENUS.indexOf(row.channels[0] ?? "ivr"),
  priority: (row) => row.priority,
  assigned: (row) => row.agents.assigned,
  busy: (row) => row.agents.busy,
  available: (row) => row.agents.available,
  waiting: (row, channel) => standing(row, channel).waiting,
  longest: (row, channel) => sinceValue(standing(row, channel).longest_since),
  working: (row, channel) => standing(row, channel).working,
  offered: (row, channel) => sums(row, channel).offered,
  connected: (row, channel) => sums(row, channel).connected,
  abandoned: (row, channel) => sums(row, channel).abandoned,
  handle: (row, channel) => sums(row, channel).handle_s ?? -1,
  longest_handle: (row, channel) => sums(row, channel).longest_handle_s ?? -1,
  wait: (row, channel) => sums(row, channel).wait_s ?? -1,
  longest_wait: (row, channel) => sums(row, channel).longest_wait_s ?? -1,
  hold: (row, channel) => sums(row, channel).hold_s ?? -1,
  longest_hold: (row, channel) => sums(row, channel).longest_hold_s ?? -1,
};
