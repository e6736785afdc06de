import type { ChatRow, MessageRow, WhisperRow } from "@madoguchi/protocol";
import { IconButton, Nothing } from "@madoguchi/ui";
import { useEffect, useMemo, useRef, type ReactNode } from "react";
import { Conversation } from "../../shared/Conversation.tsx";
import { useAllRows, useValue, useView } from "../../shared/hooks.ts";
import { queuePath } from "../../shared/labels.ts";
import { useServices } from "../../shared/services.ts";
import { useLanguage, useT } from "../../shared/text.tsx";
import { Whispers } from "../../shared/Whispers.tsx";
import { Speak } from "./Speak.tsx";
import { ViewGate } from "../../shared/ViewGate.tsx";
import { RoutingWhy } from "../../shared/RoutingWhy.tsx";

export interface LiveChatPanelsProps {
  chats: readonly string[];
  onClose: (chat: string) => void;
  onTakenOver: (chat: string) => void;
}

/** Chats read as they happen, beside the table. Nobody in them can tell. */
export function LiveChatPanels({ chats, onClose, onTakenOver }: LiveChatPanelsProps): ReactNode {
  if (chats.length === 0) return null;
  return (
    <div className="live-chats">
      {chats.map((chat) => (
        <Panel key={chat} chat={chat} onClose={() => onClose(chat)} onTakenOver={onTakenOver} />
      ))}
    </div>
  );
}

function Panel({ chat, onClose, onTakenOver }: { chat: string; onClose: () => void; onTakenOver: (chat: string) => void }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { api, outbox } = useServices();
  const view = useView("chat", { chat });
  const rows = useAllRows(view);
  const row = rows.find((each): each is ChatRow => each.kind === "chat");
  const messages = useMemo(() => rows.filter((each): each is MessageRow => each.kind === "message"), [rows]);
  const whispers = useMemo(() => rows.filter((each): each is WhisperRow => each.kind === "whisper"), [rows]);
  const lines = useValue(outbox.lines);
  const outgoing = useMemo(() => lines.filter((line) => line.chat === chat), [lines, chat]);
  useEffect(() => outbox.forget(messages.flatMap((each) => each.client_id ?? [])), [outbox, messages]);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const who = row?.typing.consumer === true ? row.consumer.name : row?.typing.agent === true ? (row.agent?.name ?? null) : null;
  return (
    <section
      className="live-chat"
      aria-label={row === undefined ? t("live_chat.title") : t("live_chat.of", { name: row.consumer.name })}
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
    >
      <header>
        <h2 ref={heading} tabIndex={-1}>
          {t("live_chat.title")}
        </h2>
        <IconButton icon="close" label={t("action.close")} onClick={onClose} />
      </header>
      <ViewGate subscription={view}>
        {row === undefined ? (
          <Nothing icon="chat" title={t("live_chat.unknown")} />
        ) : (
          <>
            <dl>
              <div>
                <dt>{t("column.agent")}</dt>
                <dd>{row.agent?.name ?? "–"}</dd>
              </div>
              <div>
                <dt>{t("column.end_user")}</dt>
                <dd>{row.consumer.name}</dd>
              </div>
              <div className="wide">
                <dt>{t("consumer.issue")}</dt>
                <dd>{queuePath(row.queue, language)}</dd>
              </div>
            </dl>
            <details className="why">
              <summary>{t("why.title")}</summary>
              <RoutingWhy
                kind="chat"
                id={row.id}
                version={JSON.stringify([row.state, row.offered_to, row.transfers.length])}
                titled={false}
              />
            </details>
            <Conversation
              label={t("live_chat.of", { name: row.consumer.name })}
              rows={messages}
              outgoing={outgoing}
              onRetry={(id) => outbox.retry(id)}
              onForget={(id) => outbox.forget([id])}
              receipts={row}
              side="agent"
              language={row.language}
              typing={who}
              attachmentUrl={api.attachmentUrl}
            />
            <Whispers rows={whispers} />
            <Speak chat={row} onTakenOver={onTakenOver} />
          </>
        )}
      </ViewGate>
    </section>
  );
}
