import { duration } from "@madoguchi/client";
import type { DeskCallRow, DeskChatRow, WrapUpRow } from "@madoguchi/protocol";
import { Button, Count, Icon, type IconName } from "@madoguchi/ui";
import type { ReactNode } from "react";
import { Elapsed, useSecondsLeft } from "../../shared/Elapsed.tsx";
import { ANSWER, callPath } from "../../shared/labels.ts";
import { useLanguage, useT } from "../../shared/text.tsx";
import type { Desk } from "./model.ts";

export interface SessionListProps {
  desk: Desk;
  selected: string | undefined;
  onChoose: (id: string) => void;
  onDial?: () => void;
}

/** All that the agent has in hand: calls, chats with what is unread, and work after them. */
export function SessionList({ desk, selected, onChoose, onDial }: SessionListProps): ReactNode {
  const t = useT();
  const { calls, chats, wrapUps, presence } = desk;
  return (
    <nav className="sessions" aria-label={t("desk.sessions")}>
      {onDial === undefined ? null : (
        <Button className="dial-button" icon="phone" shortcut="Alt+P" onClick={onDial}>
          {t("dial.title")}
        </Button>
      )}
      <h2>{t("nav.calls")}</h2>
      {calls.length === 0 ? <p className="none">{t("desk.no_call")}</p> : null}
      <ul>
        {calls.map((row) => (
          <CallEntry key={row.id} row={row} selected={row.id === selected} onChoose={onChoose} />
        ))}
      </ul>
      <h2>
        {presence === null
          ? t("nav.chats")
          : t("desk.chats_of", { count: chats.length, limit: presence.chat_limit })}
      </h2>
      {chats.length === 0 ? <p className="none">{t("desk.no_chat")}</p> : null}
      <ul>
        {chats.map((row) => (
          <ChatEntry key={row.id} row={row} selected={row.id === selected} onChoose={onChoose} />
        ))}
      </ul>
      {wrapUps.length === 0 ? null : (
        <>
          <h2>{t("status.wrap_up")}</h2>
          <ul>
            {wrapUps.map((row) => (
              <WrapUpEntry key={row.id} row={row} selected={row.id === selected} onChoose={onChoose} />
            ))}
          </ul>
        </>
      )}
    </nav>
  );
}

interface EntryProps {
  id: string;
  icon: IconName;
  tone: "ok" | "info" | "warning" | "violet";
  name: string;
  detail: ReactNode;
  aside: ReactNode;
  selected: boolean;
  onChoose: (id: string) => void;
}

function Entry(props: EntryProps): ReactNode {
  return (
    <li>
      <button
        type="button"
        className="session"
        aria-current={props.selected ? "true" : undefined}
        onClick={() => props.onChoose(props.id)}
      >
        <span className="disc" data-tone={props.tone}>
          <Icon name={props.icon} size="small" />
        </span>
        <span className="name">{props.name}</span>
        <span className="aside num">{props.aside}</span>
        <span className="detail">{props.detail}</span>
      </button>
    </li>
  );
}

function CallEntry(props: { row: DeskCallRow; selected: boolean; onChoose: (id: string) => void }): ReactNode {
  const { row } = props;
  const language = useLanguage();
  const t = useT();
  return (
    <Entry
      {...props}
      id={row.id}
      icon={row.on_hold ? "pause" : "phone"}
      tone={row.on_hold ? "warning" : "ok"}
      name={row.consumer.name}
      aside={<Elapsed since={row.answered_at ?? row.started_at} />}
      detail={row.state === "dialling" ? t("call.dialling") : row.on_hold ? t("call.on_hold") : callPath(row, t, language)}
    />
  );
}

function ChatEntry(props: { row: DeskChatRow; selected: boolean; onChoose: (id: string) => void }): ReactNode {
  const { row } = props;
  const t = useT();
  return (
    <Entry
      {...props}
      id={row.id}
      icon="chat"
      tone="info"
      name={row.consumer.name}
      aside={
        row.unread > 0 ? (
          <Count value={row.unread} label={t("chat.unread", { count: row.unread })} />
        ) : (
          <Elapsed since={row.waiting_since ?? row.answered_at ?? row.started_at} {...(row.waiting_since ? { limits: ANSWER } : {})} />
        )
      }
      detail={
        row.typing.consumer ? t("chat.is_typing") : <span lang={row.language}>{row.last_message?.text ?? ""}</span>
      }
    />
  );
}

function WrapUpEntry(props: { row: WrapUpRow; selected: boolean; onChoose: (id: string) => void }): ReactNode {
  const { row } = props;
  const t = useT();
  const left = useSecondsLeft(row.ends_at);
  return (
    <Entry
      {...props}
      id={row.id}
      icon="clock"
      tone="violet"
      name={row.consumer.name}
      aside={row.ends_at === null ? "" : duration(left * 1000)}
      detail={t(row.channel === "call" ? "wrap_up.after_call" : "wrap_up.after_chat")}
    />
  );
}
