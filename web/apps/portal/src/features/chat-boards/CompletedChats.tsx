import { dateAndTime } from "@madoguchi/client";
import type { ChatRow } from "@madoguchi/protocol";
import { Button, Icon, Nothing } from "@madoguchi/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useState, type ReactNode } from "react";
import { BoardFilters, BoardHead } from "../../shared/Board.tsx";
import { Unanswered } from "../../shared/QueryState.tsx";
import type { BoardSearch } from "../../shared/board.ts";
import { At, searchWords } from "../../shared/cells.tsx";
import { Span } from "../../shared/Elapsed.tsx";
import { chatLook, endReason, languageName, queuePath, searchable } from "../../shared/labels.ts";
import { useServices } from "../../shared/services.ts";
import { StateBadge } from "../../shared/StateBadge.tsx";
import { isTextKey, useLanguage, useT } from "../../shared/text.tsx";
import { TranscriptDialog } from "../../shared/Transcript.tsx";

export interface CompletedChatsProps {
  search: BoardSearch;
  onSearch: (change: Partial<BoardSearch>) => void;
}

/** Chats that are over, newest first, with their transcripts. */
export function CompletedChats(props: CompletedChatsProps): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { api, can, connection } = useServices();
  const [open, setOpen] = useState<ChatRow | null>(null);
  const query = useInfiniteQuery({
    queryKey: ["completed", "chats"],
    queryFn: ({ pageParam }) => api.completedChats(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: 10_000,
  });
  const { q, queue } = props.search;
  const all = useMemo(() => query.data?.pages.flatMap((page) => page.rows) ?? [], [query.data]);
  const rows = all.filter(
    (row) =>
      (queue === undefined || row.queue.id === queue) &&
      (q === undefined ||
        searchWords(row).some((word) => searchable(word).includes(searchable(q)))),
  );
  return (
    <main className="board" id="main">
      <BoardHead title={t("page.chats_completed")} />
      <BoardFilters search={props.search} onSearch={props.onSearch} placeholder={t("board.search_chats")} />
      {query.data === undefined ? (
        <Unanswered query={query} />
      ) : rows.length === 0 ? (
        <Nothing icon="chat" title={t(all.length === 0 ? "empty.chats_completed" : "state.nothing_found")} />
      ) : (
        <div className="plain-table card wide" tabIndex={0} role="region" aria-label={t("page.chats_completed")}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t("column.started")}</th>
                <th scope="col">{t("column.state")}</th>
                <th scope="col">{t("column.consumer")}</th>
                <th scope="col">{t("column.agent")}</th>
                <th scope="col">{t("column.queue")}</th>
                <th scope="col" className="end">
                  {t("column.wait")}
                </th>
                <th scope="col" className="end">
                  {t("boards.handle")}
                </th>
                <th scope="col">{t("column.reason")}</th>
                <th scope="col">{t("consumer.language")}</th>
                <th scope="col" className="end">
                  {t("column.transfers")}
                </th>
                <th scope="col">{t("boards.queued_at")}</th>
                <th scope="col">{t("boards.ended_at")}</th>
                <th scope="col">{t("boards.chat_id")}</th>
                <th scope="col">
                  <span className="visually-hidden">{t("column.actions")}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id}>
                  <td className="num">{dateAndTime(row.started_at, language, connection.now())}</td>
                  <td>
                    <StateBadge look={chatLook(row)} />
                  </td>
                  <td>{row.consumer.name}</td>
                  <td>{row.agent?.name ?? "–"}</td>
                  <td>{queuePath(row.queue, language)}</td>
                  <td className="end num">
                    <Span from={row.queued_at} to={row.answered_at ?? row.ended_at} />
                  </td>
                  <td className="end num">
                    <Span from={row.answered_at} to={row.ended_at} />
                  </td>
                  <td>{endReason(t, row.end_reason, isTextKey)}</td>
                  <td>{languageName(row.language, language)}</td>
                  <td className="end num">{row.transfers.length}</td>
                  <td className="num">
                    <At time={row.queued_at} />
                  </td>
                  <td className="num">
                    <At time={row.ended_at} />
                  </td>
                  <td className="muted">{row.id}</td>
                  <td>
                    {can("transcripts.view") ? (
                      <Button onClick={() => setOpen(row)} aria-label={t("transcript.of", { name: row.consumer.name })}>
                        {t("transcript.title")}
                      </Button>
                    ) : null}{" "}
                    <a
                      className="button icon-only"
                      href={api.metadataUrl("chat", row.id)}
                      download={`${row.id}.json`}
                      title={t("metadata.download")}
                      aria-label={t("metadata.of", { name: row.consumer.name })}
                    >
                      <Icon name="file" />
                    </a>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {query.hasNextPage ? (
        <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t("board.more")}
        </Button>
      ) : null}
      <TranscriptDialog chat={open === null ? null : { ...open, name: open.consumer.name }} onClose={() => setOpen(null)} />
    </main>
  );
}
