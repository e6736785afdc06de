import type { CallRow } from "@madoguchi/protocol";
import { Nothing, VirtualTable, type Column, type MenuAction } from "@madoguchi/ui";
import { useContext, useMemo, type ReactNode } from "react";
import { BoardFilters, BoardHead, sortChange } from "../../shared/Board.tsx";
import { comparator, sinceValue, sortOf, type BoardProps, type SortValue } from "../../shared/board.ts";
import { Elapsed } from "../../shared/Elapsed.tsx";
import { EndCallAction, EndsCalls } from "../../shared/EndCall.tsx";
import { useFigure, useLive, useRow, useSortedIds, useView } from "../../shared/hooks.ts";
import { callLook, callPath, WAIT } from "../../shared/labels.ts";
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
  state: (row) => row.state,
  wait: (row) => sinceValue(row.queued_at ?? row.started_at),
  consumer: (row) => row.consumer.name,
  queue: (row) => row.queue?.names.ja ?? "",
  position: (row) => row.position ?? 0,
  medium: (row) => row.medium,
  priority: (row) => row.priority ?? 0,
  type: (row) => `${row.direction ?? ""} ${String(row.direct ?? false)}`,
  language: (row) => row.language,
  queued: (row) => Date.parse(row.queued_at ?? row.started_at),
};
const USUAL = { column: "wait", descending: true };
const waiting = (row: CallRow): boolean => row.state === "queued" || row.state === "offered" || row.state === "in_menu";
const count = (rows: readonly CallRow[]): number => rows.filter(waiting).length;

/** Calls that nobody has answered yet. */
export function QueuedCalls(props: BoardProps): ReactNode {
  const t = useT();
  const view = useView("calls");
  const sort = sortOf(props.search, Object.keys(VALUES), USUAL);
  const keep = useCallKeep(props.search, waiting);
  const compare = useMemo(
    () => comparator<CallRow>(VALUES[sort.column] ?? (() => 0), sort.descending),
    [sort.column, sort.descending],
  );
  const ids = useSortedIds(view, keep, compare);
  const all = useFigure(view, count);
  const columns: Column[] = [
    { id: "state", label: t("column.state"), width: "120px", sortable: true },
    { id: "wait", label: t("column.wait"), width: "84px", end: true, sortable: true },
    { id: "consumer", label: t("column.consumer"), width: "minmax(130px, 1.2fr)", sortable: true },
    { id: "queue", label: t("column.queue"), width: "minmax(150px, 1.6fr)", sortable: true },
    { id: "position", label: t("column.position"), width: "64px", end: true, sortable: true },
    { id: "offered", label: t("column.offered_to"), width: "minmax(120px, 1fr)" },
    { id: "medium", label: t("column.medium"), width: "80px", sortable: true },
    { id: "actions", label: t("column.actions"), width: "44px", hideLabel: true },
    { id: "priority", label: t("queues_live.priority"), width: "64px", end: true, sortable: true },
    { id: "type", label: t("boards.type"), width: "76px", sortable: true },
    { id: "language", label: t("consumer.language"), width: "84px", sortable: true },
    { id: "queued", label: t("boards.queued_at"), width: "96px", end: true, sortable: true },
    { id: "id", label: t("boards.call_id"), width: "132px" },
  ];
  return (
    <main className="board" id="main">
      <BoardHead title={t("page.calls_queued")} count={t("board.calls", { count: all })} />
      <CallFigures />
      <BoardFilters search={props.search} onSearch={props.onSearch} placeholder={t("board.search_calls")} />
      <ViewGate subscription={view}>
        <BoardActions value={props.onCall}>
          <EndsCalls>
            <VirtualTable
              label={t("page.calls_queued")}
              columns={columns}
              ids={ids}
              sort={sort}
              onSort={(next) => props.onSearch(sortChange(next))}
              Row={QueuedRow}
              updatesLabel={(changes) => t("board.updates", { count: changes })}
              empty={
                <Nothing icon="clock" title={t(all === 0 ? "empty.calls_queued" : "state.nothing_found")}>
                  <p>{t(all === 0 ? "empty.calls_queued_detail" : "state.nothing_found_detail")}</p>
                </Nothing>
              }
            />
          </EndsCalls>
        </BoardActions>
      </ViewGate>
    </main>
  );
}

function QueuedRow({ id }: { id: string }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { can } = useServices();
  const live = useLive();
  const row = useRow(useView("calls")?.rows, id);
  const open = useContext(BoardActions);
  const ask = useContext(EndCallAction);
  if (row === undefined) return <div className="cell muted">{t("board.gone")}</div>;
  const actions: MenuAction[] = [{ id: "details", label: t("details.call"), icon: "info", onSelect: () => open(id) }];
  if (can("monitor_chats.edit")) {
    actions.push({ id: "end", label: t("call.end"), icon: "hangUp", danger: true, disabled: !live, onSelect: () => ask({ call: id, name: row.consumer.name }) });
  }
  return (
    <>
      <div className="cell" role="cell">
        <StateBadge look={callLook(row)} /> <StuckMark since={row.started_at} />
      </div>
      <div className="cell end" role="cell">
        <Elapsed since={row.queued_at ?? row.started_at} limits={WAIT} />
      </div>
      <div className="cell" role="cell">
        <button type="button" className="link" onClick={() => open(id)}>
          {row.consumer.name}
        </button>
      </div>
      <div className="cell" role="cell" title={callPath(row, t, language)}>
        {callPath(row, t, language)}
      </div>
      <div className="cell end" role="cell">
        {row.position ?? "–"}
      </div>
      <div className="cell" role="cell">
        {row.offered_to.length === 0 ? "–" : row.offered_to.map((agent) => agent.name).join(", ")}
      </div>
      <div className="cell" role="cell">
        {t(`medium.${row.medium}`)}
      </div>
      <div className="cell actions" role="cell">
        <RowMenu name={row.consumer.name} actions={actions} />
      </div>
      <div className="cell end" role="cell">
        {row.priority ?? "–"}
      </div>
      <CallFacts row={row} at={row.queued_at} />
    </>
  );
}
