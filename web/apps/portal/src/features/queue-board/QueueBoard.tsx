import { duration } from "@madoguchi/client";
import type { Channel, LiveQueueRow } from "@madoguchi/protocol";
import { Nothing, SelectField, VirtualTable, type Column, type MenuAction } from "@madoguchi/ui";
import { useNavigate } from "@tanstack/react-router";
import { createContext, useCallback, useContext, useMemo, type ReactNode } from "react";
import { BoardFilters, BoardHead, sortChange } from "../../shared/Board.tsx";
import { comparator, sortOf, type BoardSearch } from "../../shared/board.ts";
import { Elapsed } from "../../shared/Elapsed.tsx";
import { useFigure, useRow, useSortedIds, useView } from "../../shared/hooks.ts";
import { queuePath, WAIT } from "../../shared/labels.ts";
import { RowMenu } from "../../shared/RowMenu.tsx";
import { useServices } from "../../shared/services.ts";
import { useLanguage, useT } from "../../shared/text.tsx";
import { ViewGate } from "../../shared/ViewGate.tsx";
import { carries, channelOf, MENUS, passes, standing, sums, VALUES } from "./model.ts";

const USUAL = { column: "waiting", descending: true };
const count = (rows: readonly LiveQueueRow[]): number => rows.length;

/** Which kind of interaction is shown; rows get it from here because the table draws them by id alone. */
const Shown = createContext<Channel | undefined>(undefined);

/** How every queue stands, and what the last 24 hours have brought it. */
export function QueueBoard(props: { search: BoardSearch; onSearch: (change: Partial<BoardSearch>) => void }): ReactNode {
  const t = useT();
  const view = useView("queues_live");
  const { search } = props;
  const { q, queue, menu } = search;
  const channel = channelOf(search);
  const sort = sortOf(search, Object.keys(VALUES), USUAL);
  const keep = useCallback((row: LiveQueueRow) => passes(row, { ...only({ q, queue, menu, channel }) }), [q, queue, menu, channel]);
  const compare = useMemo(
    () => comparator<LiveQueueRow>((row) => VALUES[sort.column]?.(row, channel) ?? 0, sort.descending),
    [sort.column, sort.descending, channel],
  );
  const ids = useSortedIds(view, keep, compare);
  const all = useFigure(view, count);
  const figure = (id: string, label: string, width = "84px"): Column => ({ id, label, width, end: true, sortable: true });
  const columns: Column[] = [
    { id: "queue", label: t("column.queue"), width: "minmax(200px, 1.6fr)", sortable: true },
    { id: "menu", label: t("queues.channels"), width: "104px", sortable: true },
    { id: "routing", label: t("queues_live.routing"), width: "minmax(168px, 0.8fr)" },
    figure("priority", t("queues_live.priority"), "64px"),
    figure("assigned", t("queues_live.assigned"), "72px"),
    figure("busy", t("queues_live.busy"), "72px"),
    figure("available", t("queues_live.available"), "72px"),
    figure("waiting", t("queues_live.waiting"), "72px"),
    figure("longest", t("queues_live.longest")),
    figure("working", t("queues_live.working"), "72px"),
    figure("offered", t("queues_live.offered"), "96px"),
    figure("connected", t("queues_live.connected"), "104px"),
    figure("abandoned", t("queues_live.abandoned"), "112px"),
    figure("handle", t("queues_live.handle"), "96px"),
    figure("longest_handle", t("queues_live.longest_handle"), "104px"),
    figure("wait", t("queues_live.wait"), "96px"),
    figure("longest_wait", t("queues_live.longest_wait"), "124px"),
    figure("hold", t("queues_live.hold"), "96px"),
    figure("longest_hold", t("queues_live.longest_hold"), "96px"),
    { id: "actions", label: t("column.actions"), width: "44px", hideLabel: true },
  ];
  return (
    <main className="board" id="main">
      <BoardHead title={t("page.queues_live")} count={t("queues_live.count", { count: all })} />
      <BoardFilters
        search={search}
        onSearch={props.onSearch}
        placeholder={t("queues_live.search")}
        withQueues={false}
      >
        <SelectField
          label={t("queues.channels")}
          hideLabel
          value={MENUS.some((each) => each === menu) ? menu : ""}
          onChange={(event) => props.onSearch({ menu: event.target.value })}
          options={[
            { value: "", label: t("queues_live.all_menus") },
            ...MENUS.map((each) => ({ value: each, label: t(`queues.channel.${each}`) })),
          ]}
        />
        <SelectField
          label={t("queues_live.kind")}
          hideLabel
          value={channel ?? ""}
          onChange={(event) => props.onSearch({ channel: event.target.value })}
          options={[
            { value: "", label: t("queues_live.both") },
            { value: "call", label: t("nav.calls") },
            { value: "chat", label: t("nav.chats") },
          ]}
        />
        <span className="muted aside">{t("queues_live.last_day")}</span>
      </BoardFilters>
      <ViewGate subscription={view}>
        <Shown value={channel}>
          <VirtualTable
            label={t("page.queues_live")}
            columns={columns}
            ids={ids}
            sort={sort}
            onSort={(next) => props.onSearch(sortChange(next))}
            Row={Line}
            pinned
            updatesLabel={(changes) => t("board.updates", { count: changes })}
            empty={<Nothing icon="tree" title={t(all === 0 ? "queues_live.empty" : "state.nothing_found")} />}
          />
        </Shown>
      </ViewGate>
    </main>
  );
}

/** The filters that are set. */
function only(search: { [Key in keyof BoardSearch]: BoardSearch[Key] | undefined }): BoardSearch {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined));
}

function Line({ id }: { id: string }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const channel = useContext(Shown);
  const row = useRow(useView("queues_live")?.rows, id);
  if (row === undefined) return <div className="cell muted">{t("queues_live.gone")}</div>;
  const now = standing(row, channel);
  const last = sums(row, channel);
  const path = queuePath(row.queue, language);
  const policy = t(`queues_live.policy_${row.policy}`);
  const figures = [
    last.offered,
    last.connected,
    last.abandoned,
    ...[last.handle_s, last.longest_handle_s, last.wait_s, last.longest_wait_s, last.hold_s, last.longest_hold_s].map(span),
  ];
  return (
    <>
      <div className="cell strong" role="cell" title={path}>
        {path}
      </div>
      <div className="cell" role="cell">
        {row.channels.map((menu) => t(`queues.channel.${menu}`)).join(" · ")}
      </div>
      <div className="cell" role="cell">
        {row.spread === "all" ? policy : `${policy} · ${t(`queues_live.spread_${row.spread}`)}`}
      </div>
      {[row.priority, row.agents.assigned, row.agents.busy, row.agents.available, now.waiting].map((value, index) => (
        <div key={index} className="cell end" role="cell">
          {value}
        </div>
      ))}
      <div className="cell end" role="cell">
        <Elapsed since={now.longest_since} limits={WAIT} />
      </div>
      <div className="cell end" role="cell">
        {now.working}
      </div>
      {figures.map((value, index) => (
        <div key={index} className="cell end" role="cell">
          {value}
        </div>
      ))}
      <div className="cell actions" role="cell">
        <Actions row={row} path={path} />
      </div>
    </>
  );
}

function span(seconds: number | null): string {
  return seconds === null ? "–" : duration(Math.round(seconds) * 1000);
}

const VIEWS = [
  { channel: "call", needs: "calls.view", icon: "phone", where: "connected", label: "queues_live.calls_connected" },
  { channel: "call", needs: "calls.view", icon: "phone", where: "queued", label: "queues_live.calls_queued" },
  { channel: "call", needs: "calls.view", icon: "phone", where: "completed", label: "queues_live.calls_completed" },
  { channel: "chat", needs: "chats.view", icon: "chat", where: "connected", label: "queues_live.chats_connected" },
  { channel: "chat", needs: "chats.view", icon: "chat", where: "queued", label: "queues_live.chats_queued" },
  { channel: "chat", needs: "chats.view", icon: "chat", where: "completed", label: "queues_live.chats_completed" },
] as const;

/** To what is in the queue, and to who serves it. */
function Actions({ row, path }: { row: LiveQueueRow; path: string }): ReactNode {
  const t = useT();
  const { can } = useServices();
  const navigate = useNavigate();
  const shown = useContext(Shown);
  const actions: MenuAction[] = VIEWS.filter(
    (view) => can(view.needs) && carries(row, view.channel) && (shown === undefined || shown === view.channel),
  ).map((view) => ({
    id: view.label,
    label: t(view.label),
    icon: view.icon,
    onSelect: () => void navigate({ to: `/${view.channel}s/${view.where}`, search: { queue: row.id } }),
  }));
  const menu = row.channels[0];
  if (menu !== undefined && can("settings.queues.edit")) {
    actions.push({
      id: "agents",
      label: t("queues_live.assign"),
      icon: "users",
      onSelect: () => void navigate({ to: `/settings/queues/${menu}`, search: { q: row.id } }),
    });
  }
  return <RowMenu name={path} actions={actions} />;
}
