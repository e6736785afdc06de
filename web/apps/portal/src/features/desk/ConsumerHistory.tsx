import { dateAndTime } from "@madoguchi/client";
import type { PastHandling, PastInteraction } from "@madoguchi/protocol";
import { Badge, Button, Icon } from "@madoguchi/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { PastCallDialog } from "../../shared/CallInFull.tsx";
import { Span } from "../../shared/Elapsed.tsx";
import { callLook, chatLook, nameIn, queuePath, type StateLook } from "../../shared/labels.ts";
import { Unanswered } from "../../shared/QueryState.tsx";
import { useServices } from "../../shared/services.ts";
import type { Language } from "../../shared/settings.ts";
import { isTextKey, useLanguage, useT, type T } from "../../shared/text.tsx";
import { TranscriptDialog } from "../../shared/Transcript.tsx";

/**
 * What the consumer has been through with us before, newest first. `besides` is what goes on now and is no history yet;
 * when it changes, the history is asked for again.
 */
export function ConsumerHistory({ consumer, name, besides }: { consumer: string; name: string; besides: string }): ReactNode {
  const t = useT();
  const { api } = useServices();
  const [open, setOpen] = useState<PastInteraction | null>(null);
  const query = useInfiniteQuery({
    queryKey: ["consumer-history", consumer, besides],
    queryFn: ({ pageParam, signal }) => api.consumerInteractions(consumer, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const rows = query.data?.pages.flatMap((page) => page.rows).filter((row) => row.id !== besides);
  const close = (): void => setOpen(null);
  return (
    <section className="history" aria-labelledby="history-title">
      <h2 id="history-title">{t("history.title")}</h2>
      {rows === undefined ? (
        <Unanswered query={query} lines={3} />
      ) : rows.length === 0 ? (
        <p className="muted">{t("history.none")}</p>
      ) : (
        <ol>
          {rows.map((row) => (
            <Past key={row.id} row={row} onOpen={() => setOpen(row)} />
          ))}
        </ol>
      )}
      {query.hasNextPage ? (
        <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t("board.more")}
        </Button>
      ) : null}
      <PastCallDialog call={open?.channel === "call" ? open.id : null} onClose={close} />
      <TranscriptDialog
        chat={open?.channel === "chat" ? { id: open.id, state: open.state, language: open.language, name } : null}
        onClose={close}
      />
    </section>
  );
}

function Past({ row, onOpen }: { row: PastInteraction; onOpen: () => void }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { connection } = useServices();
  const when = dateAndTime(row.started_at, language, connection.now());
  const look = lookOf(row);
  const answered = row.answered_at !== null;
  const what = t(row.channel === "call" ? "details.open" : "transcript.title");
  return (
    <li>
      <p className="head">
        <Icon name={row.channel === "call" ? "phone" : "chat"} size="small" />
        <span className="visually-hidden">{t(`channel.${row.channel}`)}</span>
        <time className="num" dateTime={row.started_at}>
          {when}
        </time>
        <span className="muted num">
          {answered ? <Span from={row.answered_at} to={row.ended_at} /> : null}
        </span>
        {row.opens ? (
          <Button kind="quiet" onClick={onOpen} aria-label={t("history.open", { what, when })}>
            {what}
          </Button>
        ) : null}
      </p>
      <p className="what">
        {answered ? null : (
          <Badge tone={look.tone} glyph={look.glyph}>
            {t(look.label)}
          </Badge>
        )}
        <span>{queuePath(row.queue, language)}</span>
        {row.direction === "outbound" ? <span className="muted">{t("history.outbound")}</span> : null}
      </p>
      {row.handlings.length === 0 && row.agent !== null ? <p className="muted">{row.agent.name}</p> : null}
      {row.handlings.map((one, index) => (
        <Handled key={index} one={one} language={language} />
      ))}
    </li>
  );
}

function Handled({ one, language }: { one: PastHandling; language: Language }): ReactNode {
  const t = useT();
  const result = resultOf(one, t, language);
  return (
    <div className="handled">
      <p className="muted">
        {one.agent.name}
        {result === null ? null : <strong>{result}</strong>}
      </p>
      {one.notes === "" ? null : <p className="notes">{one.notes}</p>}
    </div>
  );
}

function lookOf(row: PastInteraction): StateLook {
  return row.channel === "call" ? callLook({ state: row.state, on_hold: false }) : chatLook(row);
}

/** How the agent said that it ended; one that was removed since has its id for a name. */
function resultOf(one: PastHandling, t: T, language: Language): string | null {
  if (one.disposition === null) return null;
  if (one.disposition_names !== null) return nameIn(one.disposition_names, language);
  const key = `disposition.${one.disposition}`;
  return isTextKey(key) ? t(key) : one.disposition;
}
