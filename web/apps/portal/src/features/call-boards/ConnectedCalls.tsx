import type { CallRow } from "@madoguchi/protocol";
import { Count, Icon, Nothing, VirtualTable, type Column, type MenuAction } from "@madoguchi/ui";
import { memo, useContext, useMemo, type ReactNode } from "react";
import { BoardFilters, BoardHead, sortChange } from "../../shared/Board.tsx";
import { comparator, sinceValue, sortOf, type BoardProps, type SortValue } from "../../shared/board.ts";
import { Elapsed, Span } from "../../shared/Elapsed.tsx";
import { EndCallAction, EndsCalls } from "../../shared/EndCall.tsx";
import { useFigure, useLive, useRow, useSortedIds, useView } from "../../shared/hooks.ts";
import { callLook, ELAPSED, callPath } from "../../shared/labels.ts";
import { useMonitorActions } from "../../shared/monitorActions.ts";
import { RowMenu } from "../../shared/RowMenu.tsx";
import { useServices } from "../../shared/services.ts";
import { StateBadge } from "../../shared/StateBadge.tsx";
import { StuckMark } from "../../shared/StuckMark.tsx";
import { useLanguage, useT } from "../../shared/text.tsx";
import { ViewGate } from "../../shared/ViewGate.tsx";
import { BoardActions, useCallKeep } from "./actions.tsx";
import { CallFacts } from "./CallFacts.tsx";
import { CallFigures } from "./CallFigures.tsx";

const VALUES: Readonly<Record<string, (row: CallRow) => SortValue>> = {
  state: (row) => (row.on_hold ? 1 : 0),
  consumer: (row) => row.consumer.name,
  agent: (row) => row.agent?.name ?? "",
  queue: (row) => row.queue?.names.ja ?? "",
  medium: (row) => row.medium,
  wait: (row) => Date.parse(row.answered_at ?? row.started_at) - Date.parse(row.queued_at ?? row.started_at),
  talk: (row) => sinceValue(row.answered_at),
  transfers: (row) => row.transfers.length,
  type: (row) => `${row.direction ?? ""} ${String(row.direct ?? false)}`,
  language: (row) => row.language,
  started: (row) => Date.parse(row.started_at),
};
const USUAL = { column: "talk", descending: true };
const connected = (row: CallRow): boolean => row.state === "talking" || row.state === "dialling";
const countConnected = (rows: readonly CallRow[]): number => rows.filter(connected).length;

/** Calls in which people talk, live: from here supervisors listen, look into a call, or end it. */
export function ConnectedCalls(props: BoardProps): ReactNode {
  const t = useT();
  const view = useView("calls");
  const sort = sortOf(props.search, Object.keys(VALUES), USUAL);
  const keep = useCallKeep(props.search, connected);
  const compare = useMemo(
    () => comparator<CallRow>(VALUES[sort.column] ?? (() => 0), sort.descending),
    [sort.column, sort.descending],
  );
  const ids = useSortedIds(view, keep, compare);
  const all = useFigure(view, countConnected);
  const columns: Column[] = [
    { id: "state", label: t("column.state"), width: "104px", sortable: true },
    { id: "consumer", label: t("column.consumer"), width: "minmax(120px, 1.3fr)", sortable: true },
    { id: "agent", label: t("column.agent"), width: "minmax(100px, 1fr)", sortable: true },
    { id: "queue", label: t("column.queue"), width: "minmax(140px, 1.6fr)", sortable: true },
    { id: "medium", label: t("column.medium"), width: "76px", sortable: true },
    { id: "wait", label: t("column.wait"), width: "72px", end: true, sortable: true },
    { id: "talk", label: t("column.talk"), width: "84px", end: true, sortable: true },
    { id: "transfers", label: t("column.transfers"), width: "64px", end: true, sortable: true },
    { id: "marks", label: t("column.marks"), width: "72px", hideLabel: true },
    { id: "actions", label: t("column.actions"), width: "44px", hideLabel: true },
    { id: "type", label: t("boards.type"), width: "76px", sortable: true },
    { id: "language", label: t("consumer.language"), width: "84px", sortable: true },
    { id: "started", label: t("column.started"), width: "96px", end: true, sortable: true },
    { id: "id", label: t("boards.call_id"), width: "132px" },
  ];
  return (
    <main className="board" id="main">
      <BoardHead title={t("page.calls_connected")} count={t("board.calls", { count: all })} />
      <CallFigures />
      <BoardFilters search={props.search} onSearch={props.onSearch} placeholder={t("board.search_calls")} />
      <ViewGate subscription={view}>
        <BoardActions value={props.onCall}>
          <EndsCalls>
            <VirtualTable
              label={t("page.calls_connected")}
              columns={columns}
              ids={ids}
              sort={sort}
              onSort={(next) => props.onSearch(sortChange(next))}
              Row={ConnectedRow}
              updatesLabel={(count) => t("board.updates", { count })}
              empty={
                <Nothing icon="phone" title={t(all === 0 ? "empty.calls_connected" : "state.nothing_found")}>
                  <p>{t(all === 0 ? "empty.calls_connected_detail" : "state.nothing_found_detail")}</p>
                </Nothing>
              }
            />
          </EndsCalls>
        </BoardActions>
      </ViewGate>
    </main>
  );
}

function ConnectedRow({ id }: { id: string }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const row = useRow(useView("calls")?.rows, id);
  const open = useContext(BoardActions);
  if (row === undefined) return <div className="cell muted">{t("board.gone")}</div>;
  const monitors = row.monitors?.length ?? 0;
  const barger = row.monitors?.find((one) => one.mode === "barge");
  return (
    <>
      <div className="cell" role="cell">
        <StateBadge look={callLook(row)} /> <StuckMark since={row.started_at} />
      </div>
      <div className="cell" role="cell" title={row.consumer.name}>
        <button type="button" className="link" onClick={() => open(id)}>
          {row.consumer.name}
        </button>
      </div>
      <div className="cell" role="cell">
        {row.agent?.name ?? "–"}
      </div>
      <div className="cell" role="cell" title={callPath(row, t, language)}>
        {callPath(row, t, language)}
      </div>
      <div className="cell" role="cell">
        {t(`medium.${row.medium}`)}
      </div>
      <div className="cell end" role="cell">
        <Span from={row.queued_at} to={row.answered_at} />
      </div>
      <div className="cell end" role="cell">
        <Elapsed since={row.answered_at} limits={ELAPSED} />
      </div>
      <div className="cell end" role="cell">
        {row.transfers.length}
      </div>
      <div className="cell marks" role="cell">
        {row.recording === "recording" ? <Mark text={t("recording.recording")} icon="record" tone="danger" /> : null}
        {row.recording === "paused" ? <Mark text={t("recording.paused")} icon="pause" tone="warning" /> : null}
        {barger === undefined ? null : <Mark text={t("monitor.barged", { name: barger.name })} icon="users" tone="warning" />}
        {monitors > 0 ? (
          <>
            <Mark text={t("monitor.count", { count: monitors })} icon="ear" tone="info" />
            {monitors > 1 ? <Count value={monitors} label={t("monitor.count", { count: monitors })} /> : null}
          </>
        ) : null}
      </div>
      <div className="cell actions" role="cell">
        <Actions id={id} name={row.consumer.name} talking={row.state === "talking"} />
      </div>
      <CallFacts row={row} at={row.started_at} />
    </>
  );
}

/** By itself, because a menu costs more to draw than all the rest of a row, and changes least. */
const Actions = memo(function Actions({ id, name, talking }: { id: string; name: string; talking: boolean }): ReactNode {
  const t = useT();
  const { can } = useServices();
  const live = useLive();
  const open = useContext(BoardActions);
  const monitorActions = useMonitorActions();
  const ask = useContext(EndCallAction);
  const actions: MenuAction[] = [
    ...(talking ? monitorActions(id, name) : []),
    { id: "details", label: t("details.call"), icon: "info", onSelect: () => open(id) },
  ];
  if (can("monitor_chats.edit")) {
    actions.push({ id: "end", label: t("call.end"), icon: "hangUp", danger: true, disabled: !live, onSelect: () => ask({ call: id, name }) });
  }
  return <RowMenu name={name} actions={actions} />;
});

function Mark({ text, icon, tone }: { text: string; icon: "record" | "pause" | "ear" | "users"; tone: string }): ReactNode {
  return (
    <span className="mark" data-tone={tone} title={text}>
      <Icon name={icon} />
      <span className="visually-hidden">{text}</span>
    </span>
  );
}
