import { timeline, timeOfDay, type TimelineLine } from "@madoguchi/client";
import type { ConsumerChatRow, MessageRow } from "@madoguchi/protocol";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { AttachmentBubble } from "./AttachmentBubble.tsx";
import { Composer } from "./Composer.tsx";
import { chatOver, type Contact } from "./contact.ts";
import { useRows, useValue } from "./hooks.ts";
import { textIn, waiting, type Language, type Text } from "./text.ts";

interface Props {
  contact: Contact;
  chat: string;
  language: Language;
}

/** One conversation. */
export function ChatView({ contact, chat, language }: Props) {
  const subscription = useValue(contact.chat);
  return subscription === null ? null : (
    <Conversation contact={contact} chat={chat} language={language} rows={useRowsOf(subscription.rows)} />
  );
}

const useRowsOf = useRows<ConsumerChatRow | MessageRow>;

interface ConversationProps extends Props {
  rows: readonly (ConsumerChatRow | MessageRow)[];
}

function Conversation({ contact, chat, language, rows }: ConversationProps) {
  const text = textIn(language);
  const state = rows.find((row): row is ConsumerChatRow => row.kind === "chat");
  const messages = rows.filter((row): row is MessageRow => row.kind === "message");
  const outgoing = useValue(contact.outbox.lines).filter((line) => line.chat === chat);
  const lines = timeline(messages, outgoing, state, "consumer");
  const over = state !== undefined && chatOver(state);
  const agent = state?.agent?.name ?? null;
  const log = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const lastTop = useRef(0);

  useEffect(() => {
    const look = (): void => contact.look(document.visibilityState === "visible");
    look();
    document.addEventListener("visibilitychange", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
      contact.look(false);
    };
  }, [chat]);

  useLayoutEffect(() => {
    if (atEnd.current && log.current !== null) log.current.scrollTop = log.current.scrollHeight;
  });

  // Pictures arrive, what is below grows and shrinks, a phone's keyboard opens: the newest line stays in view.
  useEffect(() => {
    const box = log.current;
    if (box === null) return undefined;
    const watcher = new ResizeObserver(() => {
      if (atEnd.current) box.scrollTop = box.scrollHeight;
    });
    watcher.observe(box);
    for (const part of box.children) watcher.observe(part);
    return () => watcher.disconnect();
  }, []);

  return (
    <>
      <div
        ref={log}
        class="log"
        role="log"
        aria-label={text("chat.log")}
        tabIndex={0}
        onScroll={(event) => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
          // Only who scrolls up leaves the end; pictures that arrive move it away by themselves.
          if (scrollHeight - scrollTop - clientHeight < 40) atEnd.current = true;
          else if (scrollTop < lastTop.current) atEnd.current = false;
          lastTop.current = scrollTop;
        }}
      >
        {agent === null && !over && <p class="note">{opening(text, state)}</p>}
        <ol>
          {lines.map((line, index) => (
            <Line
              key={line.key}
              line={line}
              contact={contact}
              language={language}
              last={index === lines.length - 1 || !isMine(lines[index + 1])}
            />
          ))}
        </ol>
      </div>
      <p class="typing" role="status">
        {state?.typing?.agent === true && !over ? text("chat.typing", { name: agent ?? text("chat.agent") }) : ""}
      </p>
      {over ? <Over contact={contact} chat={chat} language={language} /> : <Composer contact={contact} chat={chat} language={language} />}
    </>
  );
}

function opening(text: Text, state: ConsumerChatRow | undefined): string {
  return waiting(text, "chat", state);
}

const isMine = (line: TimelineLine | undefined): boolean =>
  line !== undefined && (line.kind === "outgoing" || line.row.sender === "consumer");

interface LineProps {
  line: TimelineLine;
  contact: Contact;
  language: Language;
  /** The last of ours in a row: only it carries its receipt. */
  last: boolean;
}

function Line({ line, contact, language, last }: LineProps) {
  const text = textIn(language);
  if (line.kind === "outgoing") {
    const { client_id, text: written, state } = line.line;
    return (
      <li class="mine" data-state={state}>
        <p class="bubble">{written}</p>
        {state === "failed" ? (
          <p class="receipt failed" role="alert">
            {text("chat.failed")}{" "}
            <button type="button" class="link" onClick={() => contact.outbox.retry(client_id)}>
              {text("chat.resend")}
            </button>{" "}
            <button type="button" class="link" onClick={() => contact.outbox.forget([client_id])}>
              {text("chat.discard")}
            </button>
          </p>
        ) : (
          <p class="receipt">{text(state === "sent" ? "chat.sent" : "chat.sending")}</p>
        )}
      </li>
    );
  }
  const { row, mine, receipt } = line;
  if (row.body.type === "event") {
    // Pages are told of no text messages that went astray.
    const event = row.body.event as Exclude<typeof row.body.event, "not_delivered">;
    return <li class="event">{text(`chat.event.${event}`, { name: row.body.name ?? text("chat.agent") })}</li>;
  }
  return (
    <li class={mine ? "mine" : "theirs"} data-receipt={receipt ?? undefined}>
      <p class="sender">
        {mine ? text("chat.you") : row.sender_name} · <time dateTime={row.at}>{timeOfDay(row.at, language)}</time>
      </p>
      {row.body.type === "text" ? <p class="bubble">{row.body.text}</p> : <AttachmentBubble contact={contact} body={row.body} language={language} />}
      {receipt !== null && last && <p class="receipt">{text(`chat.${receipt}`)}</p>}
    </li>
  );
}

function Over({ contact, chat, language }: Props) {
  const text = textIn(language);
  const [failed, setFailed] = useState(false);
  const again = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    // The place to write is gone, and the focus with it, if it was there.
    if (document.activeElement === document.body) again.current?.focus();
  }, []);
  const save = async (): Promise<void> => {
    try {
      setFailed(false);
      const content = await contact.transcript(chat);
      const link = document.createElement("a");
      link.href = URL.createObjectURL(content);
      link.download = `${chat}.txt`;
      link.click();
      URL.revokeObjectURL(link.href);
    } catch {
      setFailed(true);
    }
  };
  return (
    <div class="over">
      <p role="status">{text("chat.ended")}</p>
      <button type="button" class="secondary" onClick={() => void save()}>
        {text("chat.transcript")}
      </button>
      <button ref={again} type="button" class="primary" onClick={() => contact.home()}>
        {text("chat.ended.again")}
      </button>
      {failed && (
        <p class="problem" role="alert">
          {text("error.other")}
        </p>
      )}
    </div>
  );
}
