import { asProblem, duration } from "@madoguchi/client";
import type { AgentRow, PresenceStatus } from "@madoguchi/protocol";
import { Menu, Nothing, notify, SelectField, VirtualTable, IconButton, type Column, type MenuAction, type MenuGroup } from "@madoguchi/ui";
import { createContext, useCallback, useContext, useMemo, type ReactNode } from "react";
import { BoardFilters, BoardHead, sortChange } from "../../shared/Board.tsx";
import { comparator, sinceValue, sortOf, type BoardProps, type SortValue } from "../../shared/board.ts";
import { At } from "../../shared/cells.tsx";
import { Elapsed } from "../../shared/Elapsed.tsx";
import { useAction, useFigure, useRow, useSortedIds, useValue, useView } from "../../shared/hooks.ts";
import { agentLook, ELAPSED, languageName, lookText, presenceLook, queuePath, searchable } from "../../shared/labels.ts";
import { useMonitorActions } from "../../shared/monitorActions.ts";
import { useServices } from "../../shared/services.ts";
import { StateBadge } from "../../shared/StateBadge.tsx";
import { problemText, useLanguage, useT } from "../../shared/text.tsx";
import { ViewGate } from "../../shared/ViewGate.tsx";
import { useStatusChoices } from "../../shared/statuses.ts";

const since = (row: AgentRow): string => (row.occupancy === "idle" ? row.since : (row.occupied_since ?? row.since));

const teamsOf = (row: AgentRow): string => (row.teams ?? []).map((team) => team.name).join(", ");

const VALUES: Readonly<Record<string, (row: AgentRow) => SortValue>> = {
  state: (row) => `${row.occupancy === "idle" ? "1" : "0"} ${row.occupancy} ${row.status}`,
  agent: (row) => row.name,
  elapsed: (row) => sinceValue(since(row)),
  calls: (row) => row.calls_today,
  chats: (row) => row.chats_today,
  held: (row) => sinceValue(row.held_since),
  team: (row) => teamsOf(row),
  aht: (row) => row.aht_s ?? -1,
  wrap_up: (row) => row.wrap_up_s ?? -1,
  missed: (row) => row.missed_today ?? 0,
  offered: (row) => Date.parse(row.last_offered_at ?? "") || 0,
  ended: (row) => Date.parse(row.last_ended_at ?? "") || 0,
  email: (row) => row.email,
};
const USUAL = { column: "state", descending: false };
const FILTERS = ["available", "in_call", "in_chat", "wrap_up", "away", "missed", "signed_out"] as const;
const CHOICES: readonly PresenceStatus[] = ["available", "break", "meal"];
const LAST: readonly PresenceStatus[] = ["unavailable", "special_task", "signed_out"];
const MISSED: readonly PresenceStatus[] = ["missed_call", "missed_chat", "unresponsive"];

/** Whether the agent belongs to a choice of the status filter. */
function matches(row: AgentRow, filter: string | undefined): boolean {
  switch (filter) {
    case undefined:
      return true;
    case "available":
      return row.status === "available" && row.occupancy === "idle";
    case "in_call":
    case "in_chat":
    case "wrap_up":
      return row.occupancy === filter;
    case "signed_out":
      return row.status === "signed_out";
    case "missed":
      return MISSED.includes(row.status);
    case "away":
      return row.occupancy === "idle" && !["available", "signed_out", ...MISSED].includes(row.status);
    default:
      return true;
  }
}

const Open = createContext<(call: string) => void>(() => undefined);
const count = (rows: readonly AgentRow[]): number => rows.length;

/** Who is here, what they do and for how long; from here supervisors listen and change statuses. */
export function AgentBoard(props: BoardProps): ReactNode {
  const t = useT();
  const view = useView("agents");
  const { search } = props;
  const { q, queue, status, team, language: spoken, hold } = search;
  const sort = sortOf(search, Object.keys(VALUES), USUAL);
  const keep = useCallback(
    (row: AgentRow) => {
      if (!matches(row, status)) return false;
      if (team !== undefined && !(row.teams ?? []).some((each) => each.id === team)) return false;
      if (spoken !== undefined && !row.languages.includes(spoken)) return false;
      if (hold === "on" && (row.held_since ?? null) === null) return false;
      if (queue !== undefined && !row.queues.some((each) => each.id === queue)) return false;
      if (q === undefined) return true;
      return [row.name, row.email, row.id].some((word) => searchable(word).includes(searchable(q)));
    },
    [q, queue, status, team, spoken, hold],
  );
  const compare = useMemo(
    () => comparator<AgentRow>(VALUES[sort.column] ?? (() => 0), sort.descending),
    [sort.column, sort.descending],
  );
  const ids = useSortedIds(view, keep, compare);
  const all = useFigure(view, count);
  const columns: Column[] = [
    { id: "state", label: t("column.status"), width: "136px", sortable: true },
    { id: "agent", label: t("column.agent"), width: "minmax(130px, 1.1fr)", sortable: true },
    { id: "elapsed", label: t("column.elapsed"), width: "88px", end: true, sortable: true },
    { id: "held", label: t("agents.held"), width: "72px", end: true, sortable: true },
    { id: "next", label: t("column.next_status"), width: "104px" },
    { id: "with", label: t("column.with"), width: "minmax(150px, 1.6fr)" },
    { id: "load", label: t("column.chats_now"), width: "88px", end: true },
    { id: "calls", label: t("column.calls_today"), width: "92px", end: true, sortable: true },
    { id: "chats", label: t("column.chats_today"), width: "104px", end: true, sortable: true },
    { id: "actions", label: t("column.actions"), width: "44px", hideLabel: true },
    { id: "missed", label: t("agents.missed"), width: "72px", end: true, sortable: true },
    { id: "aht", label: t("dashboard.aht"), width: "96px", end: true, sortable: true },
    { id: "wrap_up", label: t("agents.wrap_up"), width: "96px", end: true, sortable: true },
    { id: "offered", label: t("agents.last_offered"), width: "96px", end: true, sortable: true },
    { id: "ended", label: t("agents.last_ended"), width: "96px", end: true, sortable: true },
    { id: "team", label: t("agents.team"), width: "minmax(110px, 0.8fr)", sortable: true },
    { id: "email", label: t("agents.email"), width: "minmax(150px, 1fr)", sortable: true },
    { id: "languages", label: t("consumer.language"), width: "minmax(90px, 0.7fr)" },
  ];
  return (
    <main className="board" id="main">
      <BoardHead title={t("page.agents")} count={t("board.agents", { count: all })} />
      <BoardFilters search={search} onSearch={props.onSearch} placeholder={t("board.search_agents")}>
        <SelectField
          label={t("board.status")}
          hideLabel
          value={status ?? ""}
          onChange={(event) => props.onSearch({ status: event.target.value })}
          options={[
            { value: "", label: t("board.all_statuses") },
            ...FILTERS.map((value) => ({ value, label: t(`filter.${value}`) })),
          ]}
        />
        <OneOf name="agents.team" all="agents.all_teams" of={teamChoices} value={team} onChange={(to) => props.onSearch({ team: to })} />
        <OneOf name="consumer.language" all="agents.all_languages" of={languageChoices} value={spoken} onChange={(to) => props.onSearch({ language: to })} />
        <SelectField
          label={t("agents.held")}
          hideLabel
          value={hold === "on" ? "on" : ""}
          onChange={(event) => props.onSearch({ hold: event.target.value })}
          options={[
            { value: "", label: t("agents.held_or_not") },
            { value: "on", label: t("call.on_hold") },
          ]}
        />
      </BoardFilters>
      <ViewGate subscription={view}>
        <Open value={props.onCall}>
          <VirtualTable
            label={t("page.agents")}
            columns={columns}
            ids={ids}
            sort={sort}
            onSort={(next) => props.onSearch(sortChange(next))}
            Row={Line}
            updatesLabel={(changes) => t("board.updates", { count: changes })}
            empty={<Nothing icon="users" title={t(all === 0 ? "empty.agents" : "state.nothing_found")} />}
          />
        </Open>
      </ViewGate>
    </main>
  );
}

/** What the agents have of something, as `id name` lines in order, so that it is redrawn only when one comes or goes. */
type Choices = (rows: readonly AgentRow[]) => string;

const choices = (found: Map<string, string>): string =>
  [...found].sort(([, a], [, b]) => a.localeCompare(b, "ja")).map(([id, name]) => `${id}\t${name}`).join("\n");
const teamChoices: Choices = (rows) =>
  choices(new Map(rows.flatMap((row) => row.teams ?? []).map((team) => [team.id, team.name])));
const languageChoices: Choices = (rows) => choices(new Map(rows.flatMap((row) => row.languages).map((tag) => [tag, tag])));

/** A filter over what there is. */
function OneOf(props: {
  name: "agents.team" | "consumer.language";
  all: "agents.all_teams" | "agents.all_languages";
  of: Choices;
  value: string | undefined;
  onChange: (value: string) => void;
}): ReactNode {
  const t = useT();
  const language = useLanguage();
  const found = useFigure(useView("agents"), props.of);
  const options = found === "" ? [] : found.split("\n").map((line) => line.split("\t"));
  return (
    <SelectField
      label={t(props.name)}
      hideLabel
      value={options.some(([id]) => id === props.value) ? props.value : ""}
      onChange={(event) => props.onChange(event.target.value)}
      options={[
        { value: "", label: t(props.all) },
        ...options.map(([id = "", name = ""]) => ({
          value: id,
          label: props.of === languageChoices ? languageName(id, language) : name,
        })),
      ]}
    />
  );
}

function Line({ id }: { id: string }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const row = useRow(useView("agents")?.rows, id);
  if (row === undefined) return <div className="cell muted">{t("board.gone")}</div>;
  const work = [...row.calls, ...row.chats];
  const text = work
    .map((each) => [each.consumer.name, each.queue === null ? "" : queuePath(each.queue, language)].filter((part) => part !== "").join(" · "))
    .join(" / ");
  return (
    <>
      <div className="cell" role="cell">
        <StateBadge look={agentLook(row.status, row.occupancy, row.custom, language)} />
      </div>
      <div className="cell strong" role="cell" title={row.email}>
        {row.name}
      </div>
      <div className="cell end" role="cell">
        <Elapsed since={since(row)} limits={ELAPSED} />
      </div>
      <div className="cell end" role="cell">
        <Elapsed since={row.held_since} />
      </div>
      <div className="cell" role="cell">
        {row.next_status === undefined || row.next_status === null
          ? "–"
          : lookText(t, presenceLook(row.next_status, row.next_custom, language))}
      </div>
      <div className="cell muted" role="cell" title={text}>
        {text === "" ? "–" : text}
      </div>
      <div className="cell end" role="cell">
        {row.chats.length} / {row.chat_limit}
      </div>
      <div className="cell end" role="cell">
        {row.calls_today}
      </div>
      <div className="cell end" role="cell">
        {row.chats_today}
      </div>
      <div className="cell actions" role="cell">
        <Actions row={row} />
      </div>
      <div className="cell end" role="cell">
        {row.missed_today ?? 0}
      </div>
      <div className="cell end" role="cell">
        {seconds(row.aht_s)}
      </div>
      <div className="cell end" role="cell">
        {seconds(row.wrap_up_s)}
      </div>
      <div className="cell end" role="cell">
        <At time={row.last_offered_at} />
      </div>
      <div className="cell end" role="cell">
        <At time={row.last_ended_at} />
      </div>
      <div className="cell" role="cell" title={teamsOf(row)}>
        {teamsOf(row) === "" ? "–" : teamsOf(row)}
      </div>
      <div className="cell muted" role="cell" title={row.email}>
        {row.email}
      </div>
      <div className="cell" role="cell">
        {row.languages.map((tag) => languageName(tag, language)).join(", ")}
      </div>
    </>
  );
}

function Actions({ row }: { row: AgentRow }): ReactNode {
  const t = useT();
  const { api, arming, can } = useServices();
  const open = useContext(Open);
  const armed = useValue(arming.armed).some((one) => one.agent === row.id);
  const monitorActions = useMonitorActions();
  const [, run] = useAction((error) => {
    notify({ title: t("presence.failed"), detail: problemText(t, asProblem(error)), error: true });
  });
  const choices = useStatusChoices(CHOICES, LAST);
  const groups: MenuGroup[] = [];
  const call = row.calls[0];
  if (call !== undefined) {
    groups.push({
      kind: "actions",
      items: [
        ...monitorActions(call.id, call.consumer.name),
        ...(can("calls.view") ? [{ id: "details", label: t("details.call"), icon: "info" as const, onSelect: () => open(call.id) }] : []),
      ],
    });
  }
  if (can("monitor")) {
    const next: MenuAction = armed
      ? { id: "disarm", label: t("arm.stop"), icon: "ear", onSelect: () => arming.disarm(row.id) }
      : { id: "arm", label: t("arm.next"), icon: "ear", onSelect: () => arming.arm(row) };
    groups.push({ kind: "actions", items: [next] });
  }
  if (can("agents.edit")) {
    groups.push({
      kind: "choice",
      label: t("agents.change_status"),
      value: row.custom?.id ?? row.status,
      choices: choices.map((choice) => ({ value: choice.value, label: lookText(t, choice.look) })),
      onChange: (status) => void run(() => api.setAgentPresence(row.id, status)),
    });
  }
  if (groups.length === 0) return null;
  return <Menu trigger={<IconButton icon="more" label={t("action.for", { name: row.name })} />} groups={groups} />;
}

function seconds(length: number | null | undefined): string {
  return length === null || length === undefined ? "–" : duration(Math.round(length) * 1000);
}
