import type { CannedReply } from "@madoguchi/protocol";
import { searchable } from "../../shared/labels.ts";

const SHOWN = 8;

/** What is being looked for: the text after a `/` that begins the message, as long as it is one word. */
export function replyQuery(text: string): string | null {
  return /^\/\S*$/u.test(text) ? text.slice(1) : null;
}

/** The text in the chat's language, else in any there is. */
export function replyText(reply: CannedReply, language: string): string {
  return reply.texts[language] ?? Object.values(reply.texts)[0] ?? "";
}

/** Those for this chat's queue whose shortcut or text has what is looked for; shortcuts that begin with it first. */
export function findReplies(all: readonly CannedReply[], queue: string, language: string, query: string): CannedReply[] {
  const wanted = searchable(query);
  const rank = (one: CannedReply): number => {
    const shortcut = searchable(one.shortcut);
    if (shortcut.startsWith(wanted)) return 0;
    if (shortcut.includes(wanted)) return 1;
    return searchable(replyText(one, language)).includes(wanted) ? 2 : 3;
  };
  return all
    .filter((one) => one.queue === null || one.queue === queue)
    .map((one) => ({ one, rank: rank(one) }))
    .filter((each) => each.rank < 3)
    .sort((a, b) => a.rank - b.rank || a.one.shortcut.localeCompare(b.one.shortcut))
    .slice(0, SHOWN)
    .map((each) => each.one);
}
