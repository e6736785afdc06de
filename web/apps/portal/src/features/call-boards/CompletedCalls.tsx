import { dateAndTime } from "@madoguchi/client";
import { Button, Icon, Nothing } from "@madoguchi/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, type ReactNode } from "react";
import { BoardFilters, BoardHead } from "../../shared/Board.tsx";
import { Unanswered } from "../../shared/QueryState.tsx";
import type { BoardProps } from "../../shared/board.ts";
import { At, callType } from "../../shared/cells.tsx";
import { Span } from "../../shared/Elapsed.tsx";
import { callLook, endReason, callPath, languageName } from "../../shared/labels.ts";
import { useServices } from "../../shared/services.ts";
import { StateBadge } from "../../shared/StateBadge.tsx";
import { isTextKey, useLanguage, useT } from "../../shared/text.tsx";
import { useCallKeep } from "./actions.tsx";

const everything = (): boolean => true;

/** Calls that are over, newest first; details have the recording. */
export function CompletedCalls(props: BoardProps): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { api, connection } = useServices();
  const query = useInfiniteQuery({
    queryKey: ["completed", "calls"],
    queryFn: ({ pageParam }) => api.completedCalls(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: 10_000,
  });
  const keep = useCallKeep(props.search, everything);
  const all = useMemo(() => query.data?.pages.flatMap((page) => page.rows) ?? [], [query.data]);
  const rows = all.filter(keep);
  return (
    <main className="board" id="main">
      <BoardHead title={t("page.calls_completed")} />
      <BoardFilters search={props.search} onSearch={props.onSearch} placeholder={t("board.search_calls")} />
      {query.data === undefined ? (
        <Unanswered query={query} />
      ) : rows.length === 0 ? (
        <Nothing icon="phone" title={t(all.length === 0 ? "empty.calls_completed" : "state.nothing_found")} />
      ) : (
        <div className="plain-table card wide" tabIndex={0} role="region" aria-label={t("page.calls_completed")}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t("column.started")}</th>
                <th scope="col">{t("column.state")}</th>
                <th scope="col">{t("column.consumer")}</th>
                <th scope="col">{t("column.agent")}</th>
                <th scope="col">{t("column.queue")}</th>
                <th scope="col">{t("column.medium")}</th>
                <th scope="col" className="end">
                  {t("column.wait")}
                </th>
                <th scope="col" className="end">
                  {t("boards.handle")}
                </th>
                <th scope="col">{t("column.reason")}</th>
                <th scope="col">{t("boards.type")}</th>
                <th scope="col">{t("consumer.language")}</th>
                <th scope="col" className="end">
                  {t("column.transfers")}
                </th>
                <th scope="col">{t("boards.answered_by")}</th>
                <th scope="col">{t("boards.recording_permission")}</th>
                <th scope="col" className="end">
                  {t("queues_live.priority")}
                </th>
                <th scope="col">{t("boards.called")}</th>
                <th scope="col">{t("boards.queued_at")}</th>
                <th scope="col">{t("boards.ended_at")}</th>
                <th scope="col">{t("boards.call_id")}</th>
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
                    <StateBadge look={callLook(row)} />
                  </td>
                  <td>{row.consumer.name}</td>
                  <td>{row.agent?.name ?? "–"}</td>
                  <td>{callPath(row, t, language)}</td>
                  <td>{t(`medium.${row.medium}`)}</td>
                  <td className="end num">
                    <Span from={row.queued_at} to={row.answered_at ?? row.ended_at} />
                  </td>
                  <td className="end num">
                    <Span from={row.answered_at} to={row.ended_at} />
                  </td>
                  <td>{endReason(t, row.end_reason, isTextKey)}</td>
                  <td>{callType(t, row)}</td>
                  <td>{languageName(row.language, language)}</td>
                  <td className="end num">{row.transfers.length}</td>
                  <td>{row.answered_at === null || row.answered_at === undefined ? "–" : t("boards.human")}</td>
                  <td>{t(`boards.recording_${row.recording_permission ?? "not_asked"}`)}</td>
                  <td className="end num">{row.priority ?? "–"}</td>
                  <td className="num">{row.called ?? "–"}</td>
                  <td className="num">
                    <At time={row.queued_at} />
                  </td>
                  <td className="num">
                    <At time={row.ended_at} />
                  </td>
                  <td className="muted">{row.id}</td>
                  <td>
                    <Button onClick={() => props.onCall(row.id)} aria-label={t("details.of", { name: row.consumer.name })}>
                      {t("details.open")}
                    </Button>{" "}
                    <a
                      className="button icon-only"
                      href={api.metadataUrl("call", row.id)}
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
    </main>
  );
}
