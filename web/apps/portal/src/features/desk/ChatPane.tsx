import { asProblem, TypingSignal } from "@madoguchi/client";
import type { DeskChatRow, MessageRow, WhisperRow } from "@madoguchi/protocol";
import { Button, Confirm, notify } from "@madoguchi/ui";
import { useEffect, useMemo, useState, type ReactNode } from "react";
import { Conversation } from "../../shared/Conversation.tsx";
import { Elapsed } from "../../shared/Elapsed.tsx";
import { useAction, useAllRows, useLive, useValue, useView } from "../../shared/hooks.ts";
import { useShortcuts } from "../../shared/keys.ts";
import { chatLook } from "../../shared/labels.ts";
import { useServices } from "../../shared/services.ts";
import { StateBadge } from "../../shared/StateBadge.tsx";
import { problemText, useT } from "../../shared/text.tsx";
import { Whispers } from "../../shared/Whispers.tsx";
import { ViewGate } from "../../shared/ViewGate.tsx";
import { Composer } from "./Composer.tsx";
import { PAGE_MENUS, TEXT_MENUS } from "./model.ts";
import { TransferDialog } from "./TransferDialog.tsx";
import { UploadList, useUploads } from "./Uploads.tsx";

/** A chat that the agent holds: the conversation, a place to write, and the ways to hand it over or end it. */
export function ChatPane({ chat }: { chat: DeskChatRow }): ReactNode {
  const t = useT();
  const { api, connection, outbox, session } = useServices();
  const live = useLive();
  const view = useView("chat", { chat: chat.id });
  const rows = useAllRows(view);
  const messages = useMemo(() => rows.filter((row): row is MessageRow => row.kind === "message"), [rows]);
  const whispers = useMemo(() => rows.filter((row): row is WhisperRow => row.kind === "whisper"), [rows]);
  const lines = useValue(outbox.lines);
  const outgoing = useMemo(() => lines.filter((line) => line.chat === chat.id), [lines, chat.id]);
  const uploads = useUploads(chat.id);
  const [transferring, setTransferring] = useState(false);
  const [ending, setEnding] = useState(false);
  const [busy, run] = useAction((error) => {
    notify({ title: t("chat.action_failed"), detail: problemText(t, asProblem(error)), error: true });
  });
  const typing = useMemo(
    () =>
      new TypingSignal((on) => {
        // Typing is a courtesy: where it cannot be told, nothing is lost.
        connection.command("chat.typing", { chat: chat.id, typing: on }).catch(() => undefined);
      }, Date.now),
    [connection, chat.id],
  );
  useEffect(() => () => typing.stop(), [typing]);

  useEffect(() => {
    outbox.forget(messages.flatMap((row) => row.client_id ?? []));
  }, [outbox, messages]);
  useReadMark(chat, messages, live);
  useShortcuts(live ? { KeyT: () => setTransferring(true) } : {});

  const over = chat.state !== "chatting" && chat.state !== "dormant";
  return (
    <section
      className="chat-pane"
      aria-label={t("chat.with", { name: chat.consumer.name })}
      onDragOver={(event) => {
        if (event.dataTransfer.types.includes("Files")) event.preventDefault();
      }}
      onDrop={(event) => {
        event.preventDefault();
        if (chat.medium !== "sms") uploads.add([...event.dataTransfer.files]);
      }}
    >
      <header className="work-head">
        <div className="title">
          <h2>{chat.consumer.name}</h2>
          <StateBadge look={chatLook(chat)} />
          <span className="timer num">
            <Elapsed since={chat.answered_at ?? chat.started_at} />
          </span>
        </div>
        <div className="controls">
          <Button icon="transfer" shortcut="Alt+T" disabled={!live || over} onClick={() => setTransferring(true)}>
            {t("call.transfer")}
          </Button>
          <Button kind="danger" className="end" icon="close" disabled={!live || over} onClick={() => setEnding(true)}>
            {t("chat.end")}
          </Button>
        </div>
      </header>
      <ViewGate subscription={view}>
        <Conversation
          label={t("chat.with", { name: chat.consumer.name })}
          rows={messages}
          outgoing={outgoing}
          receipts={chat}
          side="agent"
          language={chat.language}
          typing={chat.typing.consumer ? chat.consumer.name : null}
          attachmentUrl={api.attachmentUrl}
          onRetry={(id) => outbox.retry(id)}
          onForget={(id) => outbox.forget([id])}
        />
      </ViewGate>
      <Whispers rows={whispers} />
      <UploadList uploads={uploads} />
      <Composer
        chat={chat.id}
        queue={chat.queue.id}
        language={chat.language}
        names={{ consumer: chat.consumer.name, agent: session.user.name }}
        disabled={over}
        live={live}
        onInput={(text) => typing.input(text)}
        onSend={(text) => {
          typing.stop();
          outbox.send(chat.id, text);
        }}
        files={chat.medium !== "sms"}
        onFiles={(files) => uploads.add(files)}
      />
      <TransferDialog
        open={transferring}
        onClose={() => setTransferring(false)}
        // Chats go to no phones, and the dialog offers none here.
        onTransfer={(target) => ("number" in target ? Promise.resolve() : api.transferChat(chat.id, target))}
        title={t("transfer.title", { name: chat.consumer.name })}
        channel="chat"
        menus={chat.medium === "sms" ? TEXT_MENUS : PAGE_MENUS}
        language={chat.language}
      />
      <Confirm
        open={ending}
        title={t("chat.end_title")}
        confirmLabel={t("chat.end")}
        cancelLabel={t("action.cancel")}
        busy={busy}
        onCancel={() => setEnding(false)}
        onConfirm={() => void run(() => api.endChat(chat.id)).then(() => setEnding(false))}
      >
        {t("chat.end_detail", { name: chat.consumer.name })}
      </Confirm>
    </section>
  );
}

/** Tells that the newest line of the consumer was seen, once it is on a screen that somebody can see. */
function useReadMark(chat: DeskChatRow, messages: readonly MessageRow[], live: boolean): void {
  const { connection } = useServices();
  const [visible, setVisible] = useState(() => document.visibilityState === "visible");
  useEffect(() => {
    const changed = (): void => setVisible(document.visibilityState === "visible");
    document.addEventListener("visibilitychange", changed);
    return () => document.removeEventListener("visibilitychange", changed);
  }, []);
  const newest = messages.reduce((most, row) => (row.sender === "agent" ? most : Math.max(most, row.seq)), 0);
  const seen = chat.read.agent;
  useEffect(() => {
    if (!visible || !live || newest <= seen) return;
    connection.command("chat.read", { chat: chat.id, seq: newest }).catch(() => undefined);
  }, [connection, chat.id, visible, live, newest, seen]);
}
