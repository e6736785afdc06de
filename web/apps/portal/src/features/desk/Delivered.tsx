import type { DeskChatRow, MessageRow } from "@madoguchi/protocol";
import { useEffect, type ReactNode } from "react";
import { useFigure, useLive, useView } from "../../shared/hooks.ts";
import { useServices } from "../../shared/services.ts";

/** Tells for each chat in hand that its lines have arrived here, whichever chat is on screen. */
export function Delivered({ chats }: { chats: readonly DeskChatRow[] }): ReactNode {
  return chats.map((chat) => <Mark key={chat.id} chat={chat} />);
}

const newest = (rows: readonly { kind: string }[]): number =>
  rows.reduce((most, row) => {
    if (row.kind !== "message") return most;
    const message = row as MessageRow;
    return message.sender === "agent" ? most : Math.max(most, message.seq);
  }, 0);

function Mark({ chat }: { chat: DeskChatRow }): ReactNode {
  const { connection } = useServices();
  const live = useLive();
  const seq = useFigure(useView("chat", { chat: chat.id }), newest);
  const known = chat.delivered.agent;
  useEffect(() => {
    if (!live || seq <= known) return;
    connection.command("chat.delivered", { chat: chat.id, seq }).catch(() => undefined);
  }, [connection, chat.id, seq, known, live]);
  return null;
}
