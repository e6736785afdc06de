import { asProblem, newId } from "@madoguchi/client";
import type { ChatRow } from "@madoguchi/protocol";
import { Button, Confirm, Icon, notify } from "@madoguchi/ui";
import { useState, type ReactNode } from "react";
import { useAction, useLive } from "../../shared/hooks.ts";
import { isSend } from "../../shared/keys.ts";
import { useServices } from "../../shared/services.ts";
import { problemText, useT } from "../../shared/text.tsx";

const LONGEST = 4_000;

/** What a supervisor can do in a chat that he reads: write to its agent alone, join it, take it over. */
export function Speak({ chat, onTakenOver }: { chat: ChatRow; onTakenOver: (chat: string) => void }): ReactNode {
  const t = useT();
  const live = useLive();
  const { api, can, outbox, session } = useServices();
  const [text, setText] = useState("");
  const [aloud, setAloud] = useState(true);
  const [taking, setTaking] = useState(false);
  const [busy, run] = useAction((error) => {
    notify({ title: t("live_chat.failed"), detail: problemText(t, asProblem(error)), error: true });
  });
  const joined = chat.guests?.some((one) => one.id === session.user.id) === true;
  const toAll = joined && aloud;
  const withAgent = chat.state === "chatting" || chat.state === "dormant";
  const ready = live && !busy && (toAll || withAgent);
  if (!can("barge") || chat.agent?.id === session.user.id) return <Unseen />;
  const send = (): void => {
    const said = text.trim();
    if (said === "" || !ready) return;
    if (toAll) {
      outbox.send(chat.id, said);
      setText("");
      return;
    }
    void run(() => api.whisper(chat.id, { client_id: newId(), text: said })).then((done) => {
      if (done) setText("");
    });
  };
  const placeholder = toAll ? t("live_chat.to_all") : t("live_chat.to_agent", { name: chat.agent?.name ?? "–" });
  return (
    <form
      className="speak"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="modes" role="group" aria-label={t("monitor.mode")}>
        {joined ? (
          <>
            <Button aria-pressed={!toAll} onClick={() => setAloud(false)}>
              {t("monitor.whisper")}
            </Button>
            <Button aria-pressed={toAll} onClick={() => setAloud(true)}>
              {t("live_chat.aloud")}
            </Button>
            <Button disabled={!live || busy} onClick={() => void run(() => api.leaveChat(chat.id))}>
              {t("live_chat.leave")}
            </Button>
          </>
        ) : (
          <Button icon="users" disabled={!live || busy} onClick={() => void run(() => api.joinChat(chat.id)).then(() => setAloud(true))}>
            {t("monitor.barge")}
          </Button>
        )}
        {can("desk") && withAgent ? (
          <Button disabled={!live || busy} onClick={() => setTaking(true)}>
            {t("monitor.take_over")}
          </Button>
        ) : null}
      </div>
      <label>
        <span className="muted">{placeholder}</span>
        <textarea
          className="input"
          rows={2}
          maxLength={LONGEST}
          value={text}
          placeholder={t("live_chat.write")}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (isSend(event.nativeEvent)) {
              event.preventDefault();
              send();
            }
          }}
        />
      </label>
      <Button kind="primary" type="submit" icon="send" busy={busy} disabled={!ready || text.trim() === ""}>
        {t("live_chat.send")}
      </Button>
      {joined ? null : <Unseen />}
      <Confirm
        open={taking}
        title={t("live_chat.take_over_title")}
        confirmLabel={t("monitor.take_over")}
        cancelLabel={t("action.cancel")}
        busy={busy}
        onCancel={() => setTaking(false)}
        onConfirm={() =>
          void run(() => api.takeOverChat(chat.id)).then((done) => {
            setTaking(false);
            if (done) onTakenOver(chat.id);
          })
        }
      >
        {t("live_chat.take_over_detail", { name: chat.consumer.name, agent: chat.agent?.name ?? "–" })}
      </Confirm>
    </form>
  );
}

function Unseen(): ReactNode {
  const t = useT();
  return (
    <p className="foot muted">
      <Icon name="eye" size="small" /> {t("live_chat.unseen")}
    </p>
  );
}
