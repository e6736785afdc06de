import { asProblem } from "@madoguchi/client";
import type { ChatRow } from "@madoguchi/protocol";
import { Confirm, Icon, Nothing, notify, VirtualTable, type Column, type MenuAction } from "@madoguchi/ui";
import { createContext, useCallback, useContext, useMemo, useState, type ReactNode } from "react";
import { BoardFilters, BoardHead, sortChange } from "../../shared/Board.tsx";
import { comparator, sinceValue, sortOf, type BoardSearch, type SortValue } from "../../shared/board.ts";
import { At, searchWords } from "../../shared/cells.tsx";
import { Elapsed, Span } from "../../shared/Elapsed.tsx";
import { useAction, useFigure, useLive, useRow, useSortedIds, useView } from "../../shared/hooks.ts";
import { ANSWER, chatLook, ELAPSED, languageName, queuePath, searchable, WAIT } from "../../shared/labels.ts";
import { RowMenu } from "../../shared/RowMenu.tsx";
import { useServices } from "../../shared/services.ts";
import { StateBadge } from "../../shared/StateBadge.tsx";
import { StuckMark } from "../../shared/StuckMark.tsx";
import { problemText, useLanguage, useT, type TextKey } from "../../shared/text.tsx";
import { ViewGate } from "../../shared/ViewGate.tsx";

export interface LiveChatsProps {
  search: BoardSearch;
  onSearch: (change: Partial<BoardSearch>) => void;
  onView: (chat: string) => void;
  /** Chats that are being read beside the table. */
  children: ReactNode;
}

const VALUES: Readonly<Record<string, (row: ChatRow) => SortValue>> = {
  state: (row) => row.state,
  consumer: (row) => row.consumer.name,
  agent: (row) => row.agent?.name ?? "",
  queue: (row) => row.queue.names.ja,
  wait: (row) => Date.parse(row.answered_at ?? row.started_at) - Date.parse(row.queued_at ?? row.started_at),
  queued: (row) => sinceValue(row.queued_at ?? row.started_at),
  duration: (row) => sinceValue(row.answered_at),
  unanswered: (row) => sinceValue(row.waiting_since),
  transfers: (row) => row.transfers.length,
  language: (row) => row.language,
  started: (row) => Date.parse(row.queued_at ?? row.started_at),
};

const Actions = createContext<{ view: (chat: string) => void; end: (chat: string, name: string) => void }>({
  view: () => undefined,
  end: () => undefined,
});

const connected = (row: ChatRow): boolean => row.state === "chatting" || row.state === "dormant";
const queued = (row: ChatRow): boolean => row.state === "queued" || row.state === "offered";

export function ConnectedChats(props: LiveChatsProps): ReactNode {
  const t = useT();
  const columns: Column[] = [
    { id: "state", label: t("column.state"), width: "112px", sortable: true },
    { id: "consumer", label: t("column.consumer"), width: "minmax(120px, 1.2fr)", sortable: true },
    { id: "agent", label: t("column.agent"), width: "minmax(100px, 1fr)", sortable: true },
    { id: "queue", label: t("column.queue"), width: "minmax(130px, 1.4fr)", sortable: true },
    { id: "last", label: t("column.last_message"), width: "minmax(120px, 1.4fr)" },
    { id: "unanswered", label: t("column.unanswered"), width: "80px", end: true, sortable: true },
    { id: "wait", label: t("column.wait"), width: "72px", end: true, sortable: true },
    { id: "duration", label: t("column.duration"), width: "84px", end: true, sortable: true },
    { id: "marks", label: t("column.marks"), width: "44px", hideLabel: true },
    { id: "actions", label: t("column.actions"), width: "44px", hideLabel: true },
    { id: "transfers", label: t("column.transfers"), width: "64px", end: true, sortable: true },
    { id: "language", label: t("consumer.language"), width: "84px", sortable: true },
    { id: "started", label: t("column.started"), width: "96px", end: true, sortable: true },
    { id: "id", label: t("boards.chat_id"), width: "132px" },
  ];
  return <Board {...props} which={connected} page="page.chats_connected" empty="empty.chats_connected" columns={columns} Row={ConnectedRow} usual="duration" />;
}

export function QueuedChats(props: LiveChatsProps): ReactNode {
  const t = useT();
  const columns: Column[] = [
    { id: "state", label: t("column.state"), width: "120px", sortable: true },
    { id: "queued", label: t("column.wait"), width: "84px", end: true, sortable: true },
    { id: "consumer", label: t("column.consumer"), width: "minmax(130px, 1.2fr)", sortable: true },
    { id: "queue", label: t("column.queue"), width: "minmax(150px, 1.6fr)", sortable: true },
    { id: "offered", label: t("column.offered_to"), width: "minmax(120px, 1fr)" },
    { id: "last", label: t("column.last_message"), width: "minmax(120px, 1.4fr)" },
    { id: "actions", label: t("column.actions"), width: "44px", hideLabel: true },
    { id: "transfers", label: t("column.transfers"), width: "64px", end: true, sortable: true },
    { id: "language", label: t("consumer.language"), width: "84px", sortable: true },
    { id: "started", label: t("boards.queued_at"), width: "96px", end: true, sortable: true },
    { id: "id", label: t("boards.chat_id"), width: "132px" },
  ];
  return <Board {...props} which={queued} page="page.chats_queued" empty="empty.chats_queued" columns={columns} Row={QueuedRow} usual="queued" />;
}

function Board(
  props: LiveChatsProps & {
    which: (row: ChatRow) => boolean;
    page: TextKey;
    empty: TextKey;
    columns: Column[];
    Row: (props: { id: string }) => ReactNode;
    usual: string;
  },
): ReactNode {
  const t = useT();
  const { api } = useServices();
  const view = useView("chats");
  const { which, search, onView } = props;
  const { q, queue } = search;
  const sort = sortOf(search, Object.keys(VALUES), { column: props.usual, descending: true });
  const keep = useCallback(
    (row: ChatRow) => {
      if (!which(row)) return false;
      if (queue !== undefined && row.queue.id !== queue) return false;
      if (q === undefined) return true;
      return searchWords(row).some((word) => searchable(word).includes(searchable(q)));
    },
    [which, queue, q],
  );
  const compare = useMemo(
    () => comparator<ChatRow>(VALUES[sort.column] ?? (() => 0), sort.descending),
    [sort.column, sort.descending],
  );
  const ids = useSortedIds(view, keep, compare);
  const all = useFigure(view, useCallback((rows: readonly ChatRow[]) => rows.filter(which).length, [which]));
  const [ending, setEnding] = useState<{ chat: string; name: string } | null>(null);
  const [busy, run] = useAction((error) => {
    notify({ title: t("chat.action_failed"), detail: problemText(t, asProblem(error)), error: true });
  });
  const actions = useMemo(
    () => ({ view: onView, end: (chat: string, name: string) => setEnding({ chat, name }) }),
    [onView],
  );
  return (
    <div className="board-split">
      <main className="board" id="main">
        <BoardHead title={t(props.page)} count={t("board.chats", { count: all })} />
        <BoardFilters search={search} onSearch={props.onSearch} placeholder={t("board.search_chats")} />
        <ViewGate subscription={view}>
          <Actions value={actions}>
            <VirtualTable
              label={t(props.page)}
              columns={props.columns}
              ids={ids}
              sort={sort}
              onSort={(next) => props.onSearch(sortChange(next))}
              Row={props.Row}
              updatesLabel={(count) => t("board.updates", { count })}
              empty={<Nothing icon="chat" title={t(all === 0 ? props.empty : "state.nothing_found")} />}
            />
          </Actions>
        </ViewGate>
      </main>
      {props.children}
      <Confirm
        open={ending !== null}
        title={t("chat.end_title")}
        confirmLabel={t("action.confirm")}
        cancelLabel={t("action.cancel")}
        busy={busy}
        onCancel={() => setEnding(null)}
        onConfirm={() => {
          if (ending !== null) void run(() => api.endStuckChat(ending.chat)).then(() => setEnding(null));
        }}
      >
        {t("chat.end_stuck_detail", { name: ending?.name ?? "" })}
      </Confirm>
    </div>
  );
}

function useRowActions(row: ChatRow | undefined): MenuAction[] {
  const t = useT();
  const { can } = useServices();
  const live = useLive();
  const actions = useContext(Actions);
  if (row === undefined) return [];
  const list: MenuAction[] = [];
  if (can("monitor")) list.push({ id: "view", label: t("live_chat.view"), icon: "eye", onSelect: () => actions.view(row.id) });
  if (can("monitor_chats.edit")) {
    list.push({
      id: "end",
      label: t("chat.end"),
      icon: "close",
      danger: true,
      disabled: !live,
      onSelect: () => actions.end(row.id, row.consumer.name),
    });
  }
  return list;
}

function Name({ row }: { row: ChatRow }): ReactNode {
  const { can } = useServices();
  const { view } = useContext(Actions);
  if (!can("monitor")) return row.consumer.name;
  return (
    <button type="button" className="link" onClick={() => view(row.id)}>
      {row.consumer.name}
    </button>
  );
}

/** What changes seldom: transfers, language, when it came, its id. */
function Facts({ row }: { row: ChatRow }): ReactNode {
  const language = useLanguage();
  return (
    <>
      <div className="cell end" role="cell">
        {row.transfers.length}
      </div>
      <div className="cell" role="cell">
        {languageName(row.language, language)}
      </div>
      <div className="cell end" role="cell">
        <At time={row.queued_at ?? row.started_at} />
      </div>
      <div className="cell muted" role="cell" title={row.id}>
        {row.id}
      </div>
    </>
  );
}

function ConnectedRow({ id }: { id: string }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const row = useRow(useView("chats")?.rows, id);
  const actions = useRowActions(row);
  if (row === undefined) return <div className="cell muted">{t("board.gone")}</div>;
  const monitors = row.monitors?.length ?? 0;
  return (
    <>
      <div className="cell" role="cell">
        <StateBadge look={chatLook(row)} /> {row.medium === "sms" ? null : <StuckMark since={row.started_at} />}
      </div>
      <div className="cell" role="cell">
        <Name row={row} />
      </div>
      <div className="cell" role="cell">
        {row.agent?.name ?? "–"}
      </div>
      <div className="cell" role="cell" title={queuePath(row.queue, language)}>
        {queuePath(row.queue, language)}
      </div>
      <div className="cell muted" role="cell" lang={row.language}>
        {row.typing.consumer ? t("chat.is_typing") : (row.last_message?.text ?? "")}
      </div>
      <div className="cell end" role="cell">
        <Elapsed since={row.waiting_since} limits={ANSWER} />
      </div>
      <div className="cell end" role="cell">
        <Span from={row.queued_at} to={row.answered_at} />
      </div>
      <div className="cell end" role="cell">
        <Elapsed since={row.answered_at} limits={ELAPSED} />
      </div>
      <div className="cell marks" role="cell">
        {monitors > 0 ? (
          <span className="mark" data-tone="info" title={t("monitor.count", { count: monitors })}>
            <Icon name="eye" />
            <span className="visually-hidden">{t("monitor.count", { count: monitors })}</span>
          </span>
        ) : null}
      </div>
      <div className="cell actions" role="cell">
        <RowMenu name={row.consumer.name} actions={actions} />
      </div>
      <Facts row={row} />
    </>
  );
}

function QueuedRow({ id }: { id: string }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const row = useRow(useView("chats")?.rows, id);
  const actions = useRowActions(row);
  if (row === undefined) return <div className="cell muted">{t("board.gone")}</div>;
  return (
    <>
      <div className="cell" role="cell">
        <StateBadge look={chatLook(row)} /> {row.medium === "sms" ? null : <StuckMark since={row.started_at} />}
      </div>
      <div className="cell end" role="cell">
        <Elapsed since={row.queued_at ?? row.started_at} limits={WAIT} />
      </div>
      <div className="cell" role="cell">
        <Name row={row} />
      </div>
      <div className="cell" role="cell" title={queuePath(row.queue, language)}>
        {queuePath(row.queue, language)}
      </div>
      <div className="cell" role="cell">
        {row.offered_to.length === 0 ? "–" : row.offered_to.map((agent) => agent.name).join(", ")}
      </div>
      <div className="cell muted" role="cell" lang={row.language}>
        {row.last_message?.text ?? ""}
      </div>
      <div className="cell actions" role="cell">
        <RowMenu name={row.consumer.name} actions={actions} />
      </div>
      <Facts row={row} />
    </>
  );
}
