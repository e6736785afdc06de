import { fileSize, timeline, timeOfDay, type OutgoingLine, type Receipts, type TimelineLine } from "@madoguchi/client";
import type { AttachmentBody, ChatSide, EventBody, Language, MessageRow } from "@madoguchi/protocol";
import { Button, Icon } from "@madoguchi/ui";
import { useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { problemText, useLanguage, useT } from "./text.tsx";

export interface ConversationProps {
  label: string;
  rows: readonly MessageRow[];
  outgoing?: readonly OutgoingLine[];
  receipts?: Receipts | undefined;
  /** Whose eyes: own lines are on the right. */
  side: ChatSide;
  /** The language the consumer writes in, for screen readers and fonts. */
  language: Language;
  typing?: string | null;
  attachmentUrl: (attachment: string) => string;
  onRetry?: (clientId: string) => void;
  onForget?: (clientId: string) => void;
  /** Below the lines: uploads under way. */
  children?: ReactNode;
}

/** Newest lines first drawn; older ones come when asked for, so that a long history stays light. */
const WINDOW = 60;
const NEAR_END = 80;

/** A conversation as a log: lines of both sides, events, files, receipts, and who is typing. */
export function Conversation(props: ConversationProps): ReactNode {
  const t = useT();
  const log = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const [window_, setWindow] = useState(WINDOW);
  const [away, setAway] = useState(false);
  const { rows, outgoing, receipts, side } = props;
  const lines = useMemo(() => timeline(rows, outgoing ?? [], receipts, side), [rows, outgoing, receipts, side]);
  const shown = lines.length > window_ ? lines.slice(-window_) : lines;
  const lastMine = lines.findLast((line) => line.kind === "row" && line.mine)?.key;

  useLayoutEffect(() => {
    const box = log.current;
    if (box === null) return;
    if (following.current) box.scrollTop = box.scrollHeight;
    else setAway(true);
  }, [lines, props.typing, props.children]);

  // The composer grows and the phone's keyboard opens: stay at the end then, too.
  useEffect(() => {
    const box = log.current;
    if (box === null || typeof ResizeObserver === "undefined") return undefined;
    const watcher = new ResizeObserver(() => {
      if (following.current) box.scrollTop = box.scrollHeight;
    });
    watcher.observe(box);
    return () => watcher.disconnect();
  }, []);

  return (
    <div className="conversation">
      <div
        ref={log}
        className="log"
        role="log"
        aria-label={props.label}
        tabIndex={0}
        onScroll={(event) => {
          const box = event.currentTarget;
          following.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END;
          if (following.current) setAway(false);
        }}
      >
        {lines.length > shown.length ? (
          <Button kind="quiet" onClick={() => setWindow(window_ + WINDOW)}>
            {t("chat.older")}
          </Button>
        ) : null}
        <ul>
          {shown.map((line) => (
            <Line key={line.key} line={line} showReceipt={receipts !== undefined && line.key === lastMine} {...props} />
          ))}
        </ul>
        {props.children}
        {props.typing === undefined || props.typing === null ? null : (
          <p className="typing">
            <span className="dots" aria-hidden="true">
              <i />
              <i />
              <i />
            </span>
            {t("chat.typing", { name: props.typing })}
          </p>
        )}
      </div>
      {away ? (
        <Button
          className="to-end"
          icon="chevron"
          onClick={() => {
            following.current = true;
            setAway(false);
            log.current?.scrollTo({ top: log.current.scrollHeight });
          }}
        >
          {t("chat.to_end")}
        </Button>
      ) : null}
    </div>
  );
}

function Line(props: ConversationProps & { line: TimelineLine; showReceipt: boolean }): ReactNode {
  const { line } = props;
  if (line.kind === "outgoing") return <Outgoing {...props} line={line.line} />;
  const { row } = line;
  if (row.body.type === "event") return <EventLine row={row} body={row.body} />;
  return <Spoken {...props} row={row} mine={line.mine} receipt={line.receipt} />;
}

function Spoken(
  props: ConversationProps & {
    row: MessageRow;
    mine: boolean;
    receipt: "sent" | "delivered" | "read" | null;
    showReceipt: boolean;
  },
): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { row, mine } = props;
  return (
    <li className="line" data-mine={mine ? "" : undefined}>
      <div className="bubble" lang={props.language}>
        <p className="meta">
          {row.sender_name} · <time dateTime={row.at}>{timeOfDay(row.at, language)}</time>
        </p>
        {row.body.type === "text" ? (
          <p className="said">{row.body.text}</p>
        ) : (
          <Attachment body={row.body as AttachmentBody} url={props.attachmentUrl((row.body as AttachmentBody).attachment)} />
        )}
      </div>
      {props.showReceipt && props.receipt !== null ? (
        <p className="receipt" data-receipt={props.receipt}>
          {t(`receipt.${props.receipt}`)}
        </p>
      ) : null}
    </li>
  );
}

function Outgoing(props: ConversationProps & { line: OutgoingLine }): ReactNode {
  const t = useT();
  const { line } = props;
  return (
    <li className="line" data-mine="">
      <div className="bubble" lang={props.language} data-state={line.state}>
        <p className="said">{line.text}</p>
      </div>
      {line.state === "failed" ? (
        <p className="receipt failed" role="alert">
          <Icon name="warning" size="small" />
          {line.problem === null ? t("receipt.failed") : problemText(t, line.problem)}
          <Button kind="quiet" onClick={() => props.onRetry?.(line.client_id)}>
            {t("action.retry")}
          </Button>
          <Button kind="quiet" onClick={() => props.onForget?.(line.client_id)}>
            {t("action.discard")}
          </Button>
        </p>
      ) : (
        <p className="receipt">{t(line.state === "sent" ? "receipt.sent" : "receipt.sending")}</p>
      )}
    </li>
  );
}

function EventLine({ row, body }: { row: MessageRow; body: EventBody }): ReactNode {
  const t = useT();
  const language = useLanguage();
  return (
    <li className="event-line">
      {t(`event.${body.event}`, { name: body.name ?? row.sender_name, reason: body.reason ?? "" })} ·{" "}
      <time dateTime={row.at}>{timeOfDay(row.at, language)}</time>
    </li>
  );
}

function Attachment({ body, url }: { body: AttachmentBody; url: string }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const size = fileSize(body.size, language);
  return (
    <figure className="attachment">
      {body.media_type.startsWith("image/") ? (
        <a href={url} target="_blank" rel="noreferrer">
          <img src={url} alt={t("attachment.image", { name: body.name })} {...fitted(body)} loading="lazy" />
        </a>
      ) : body.media_type.startsWith("video/") ? (
        // Consumers' clips come without captions; the name is all that is known of them.
        <video src={url} controls preload="metadata" aria-label={t("attachment.video", { name: body.name })} />
      ) : null}
      <figcaption>
        <a href={url} download={body.name}>
          {body.name}
        </a>{" "}
        <span className="muted">{size}</span>
      </figcaption>
    </figure>
  );
}

const MOST = 240;

/** The size at which it will be drawn, known before it is loaded, so that nothing jumps. */
function fitted(body: AttachmentBody): { width: number; height: number } | Record<string, never> {
  if (body.width === null || body.height === null || body.width === 0 || body.height === 0) return {};
  const scale = Math.min(1, MOST / body.width, MOST / body.height);
  return { width: Math.round(body.width * scale), height: Math.round(body.height * scale) };
}
