import type { Figures, FiguresOfRow, FiguresQuestion, FiguresRow, QueueRef } from "@madoguchi/protocol";
import { Nothing } from "@madoguchi/ui";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Elapsed } from "../../shared/Elapsed.tsx";
import { Unanswered } from "../../shared/QueryState.tsx";
import { queuePath, WAIT } from "../../shared/labels.ts";
import { useServices } from "../../shared/services.ts";
import { useLanguage, useT } from "../../shared/text.tsx";
import { count, liveOf, percent, serviceLevel, span, todayOf } from "./figures.ts";
import type { DashboardSearch } from "./period.ts";
import { useFigures } from "./useFigures.ts";

/** One line for each queue: what is now, and what the period has brought. */
export function QueueTable(props: {
  live: readonly FiguresRow[];
  /** Of the period, where it is not today. */
  past: readonly FiguresOfRow[] | null;
  search: DashboardSearch;
}): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { can } = useServices();
  const { queue, channel } = props.search;
  const past = props.past === null ? null : new Map(props.past.map((row) => [row.id, row]));
  const rows: { id: string; queue: QueueRef | null; live: FiguresRow | null; figures: Figures | undefined }[] = props.live
    .filter((row) => row.queue !== null && (queue === undefined || row.id === queue))
    .map((row) => ({ id: row.id, queue: row.queue, live: row, figures: past === null ? todayOf(row, channel) : past.get(row.id) }));
  const known = new Set(rows.map((row) => row.id));
  for (const row of props.past ?? []) {
    if (!known.has(row.id)) rows.push({ id: row.id, queue: row.queue ?? null, live: null, figures: row });
  }
  const goals = props.live[0]?.goals;
  const board = channel === "chat" ? "/chats/queued" : "/calls/queued";
  const linked = can(channel === "chat" ? "chats.view" : "calls.view");
  return (
    <div className="plain-table card" tabIndex={0} role="region" aria-label={t("dashboard.by_queue")}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("dashboard.queue")}</th>
            <Head label={t("dashboard.waiting")} />
            <Head label={t("dashboard.longest")} />
            <Head label={t("dashboard.available")} />
            <Head label={t("dashboard.service_level")} />
            <Head label={t("dashboard.offered")} />
            <Head label={t("dashboard.answered")} />
            <Head label={t("dashboard.abandon_rate")} />
            <Head label={t("dashboard.asa")} />
            <Head label={t("dashboard.aht")} />
            <Head label={t("dashboard.transfers")} />
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, queue: named, live, figures }) => {
            const now = live === null ? null : liveOf(live, channel);
            const level = figures === undefined || goals === undefined ? "" : serviceLevel(figures, goals);
            const name = named === null ? t("dashboard.deleted_queue") : queuePath(named, language);
            return (
              <tr key={id}>
                <td>
                  {linked && live !== null ? (
                    <Link className="queue-link" to={board} search={{ queue: id }}>
                      {name}
                    </Link>
                  ) : (
                    name
                  )}
                </td>
                <td className="end num">{now?.waiting ?? "–"}</td>
                <td className="end num">{now === null ? "–" : <Elapsed since={now.longest_since ?? null} limits={WAIT} />}</td>
                <td className="end num">{live === null ? "–" : `${live.agents.available} / ${live.agents.assigned}`}</td>
                <td className="end num" data-level={level === "" ? undefined : level}>
                  {percent(figures?.service_level, language, 1)}
                  {level === "" ? "" : " !"}
                </td>
                <td className="end num">{count(figures?.offered, language)}</td>
                <td className="end num">{count(figures?.answered, language)}</td>
                <td className="end num">{percent(figures?.abandon_rate, language, 1)}</td>
                <td className="end num">{span(figures?.asa_s)}</td>
                <td className="end num">{span(figures?.aht_s)}</td>
                <td className="end num">{count(figures?.transfers, language)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** One line for each agent who did something in the period. */
export function AgentTable({ question, version }: { question: FiguresQuestion; version: string }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const query = useFigures(question, version);
  if (query.data === undefined) return <Unanswered query={query} lines={4} />;
  if (query.data.rows.length === 0) return <Nothing icon="users" title={t("dashboard.no_data")} />;
  return (
    <div className="plain-table card" tabIndex={0} role="region" aria-label={t("dashboard.by_agent")}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("dashboard.agent")}</th>
            <Head label={t("dashboard.handled")} />
            <Head label={t("dashboard.aht")} />
            <Head label={t("column.talk")} />
            <Head label={t("call.on_hold")} />
            <Head label={t("status.wrap_up")} />
            <Head label={t("dashboard.transfers")} />
            <Head label={t("dashboard.occupancy")} />
            <Head label={t("dashboard.busy")} />
            <Head label={t("dashboard.idle_available")} />
            <Head label={t("dashboard.idle_away")} />
          </tr>
        </thead>
        <tbody>
          {query.data.rows.map((row) => (
            <tr key={row.id}>
              <td>{row.name ?? row.id}</td>
              <td className="end num">{count(row.handled, language)}</td>
              <td className="end num">{span(row.aht_s)}</td>
              <td className="end num">{span(row.talk_s)}</td>
              <td className="end num">{span(row.hold_s)}</td>
              <td className="end num">{span(row.wrap_up_s)}</td>
              <td className="end num">{row.transfers}</td>
              <td className="end num">{percent(row.occupancy, language)}</td>
              <td className="end num">{span(row.busy_s)}</td>
              <td className="end num">{span(row.idle_s?.["available"] ?? 0)}</td>
              <td className="end num">{span(away(row.idle_s))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Time without work in any status but available. */
function away(idle: Record<string, number> | null | undefined): number {
  return Object.entries(idle ?? {}).reduce((sum, [status, seconds]) => sum + (status === "available" ? 0 : seconds), 0);
}

function Head({ label }: { label: string }): ReactNode {
  return (
    <th scope="col" className="end">
      {label}
    </th>
  );
}
