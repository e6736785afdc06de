import { asProblem, type ProblemError } from "@madoguchi/client";
import type { FiguresQuestion, FiguresRow } from "@madoguchi/protocol";
import { Button, Menu, SelectField, Skeleton, Tabs, TextField } from "@madoguchi/ui";
import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { BoardHead } from "../../shared/Board.tsx";
import { Failed } from "../../shared/QueryState.tsx";
import { useAllRows, useView } from "../../shared/hooks.ts";
import { queuePath } from "../../shared/labels.ts";
import { useServices } from "../../shared/services.ts";
import { useLanguage, useT, type TextKey } from "../../shared/text.tsx";
import { ViewGate } from "../../shared/ViewGate.tsx";
import { Chart } from "./Chart.tsx";
import "./dashboard.css";
import { GoalsDialog } from "./GoalsDialog.tsx";
import { NowKpis, PeriodKpis } from "./Kpis.tsx";
import { daysOf, PERIODS, type DashboardChange, type DashboardSearch, type Days, type PeriodName } from "./period.ts";
import { AgentTable, QueueTable } from "./Tables.tsx";
import { useCalm, useFigures } from "./useFigures.ts";
import { todayOf } from "./figures.ts";

export interface DashboardProps {
  search: DashboardSearch;
  onSearch: (change: DashboardChange) => void;
}

const PERIOD_LABELS: Readonly<Record<PeriodName, TextKey>> = {
  today: "dashboard.today",
  yesterday: "dashboard.yesterday",
  week: "dashboard.week",
  month: "dashboard.month",
  custom: "dashboard.custom",
};

/** How the centre does: now, today, and on days past. */
export function Dashboard(props: DashboardProps): ReactNode {
  const t = useT();
  const view = useView("figures");
  const rows = useAllRows(view);
  const all = rows.find((row) => row.id === "all");
  return (
    <main className="board dashboard" id="main">
      <BoardHead title={t("page.dashboard")} />
      <ViewGate subscription={view}>{all === undefined ? null : <Known {...props} rows={rows} all={all} />}</ViewGate>
    </main>
  );
}

function Known({ search, onSearch, rows, all }: DashboardProps & { rows: readonly FiguresRow[]; all: FiguresRow }): ReactNode {
  const t = useT();
  const { can } = useServices();
  const shown = rows.find((row) => row.id === search.queue) ?? all;
  const today = (search.period ?? "today") === "today";
  const days = daysOf(search, all.day);
  const reports = can("reports.view");
  const asked = (by: FiguresQuestion["by"], channel = search.channel): FiguresQuestion => ({
    ...days,
    by,
    ...(channel === undefined ? {} : { channel }),
    ...(shown === all ? {} : { queue: shown.id }),
  });
  // What has been counted today says when it is time to ask again; days that are over do not change.
  const counted = Object.values(shown.today).map(({ offered, handled }) => `${offered} ${handled}`).join();
  const live = useCalm(`${counted} ${JSON.stringify(all.goals)}`);
  const version = days.to < all.day ? JSON.stringify(all.goals) : live;
  const past = useFigures(today || !reports ? null : asked("queue"), version);
  const refused = past.error === null ? null : asProblem(past.error);
  const beside = refused !== null && (refused.field === "from" || refused.field === "to") ? refused : null;
  return (
    <>
      <Filters search={search} onSearch={onSearch} days={days} today={all.day} problem={beside} rows={rows} asked={asked} all={all} />
      <NowKpis row={shown} channel={search.channel} />
      {today ? (
        <PeriodKpis figures={todayOf(shown, search.channel)} goals={all.goals} />
      ) : past.data !== undefined ? (
        <>
          <p className="muted">{t("dashboard.of_period", { from: past.data.from, to: past.data.to, zone: past.data.zone })}</p>
          <PeriodKpis figures={past.data.total} goals={past.data.goals} />
        </>
      ) : refused === null ? (
        <Skeleton lines={2} label={t("state.loading")} />
      ) : beside === null ? (
        <Failed error={refused} onRetry={() => void past.refetch()} />
      ) : null}
      {reports && beside === null ? (
        <div className="charts">
          {search.channel === "chat" ? null : (
            <Chart title={t("dashboard.chart_calls")} question={asked("interval", "call")} version={version} />
          )}
          {search.channel === "call" ? null : (
            <Chart title={t("dashboard.chart_chats")} question={asked("interval", "chat")} version={version} />
          )}
        </div>
      ) : null}
      {beside !== null ? null : (
        <Tabs
          label={t("dashboard.tables")}
          value={search.tab ?? "queues"}
          onChange={(tab: "queues" | "agents") => onSearch({ tab: tab === "agents" ? "agents" : undefined })}
          tabs={[
            {
              value: "queues",
              label: t("dashboard.by_queue"),
              content: <QueueTable live={rows} past={today ? null : (past.data?.rows ?? [])} search={search} />,
            },
            ...(reports
              ? [
                  {
                    value: "agents" as const,
                    label: t("dashboard.by_agent"),
                    content: search.tab === "agents" ? <AgentTable question={asked("agent")} version={version} /> : null,
                  },
                ]
              : []),
          ]}
        />
      )}
    </>
  );
}

function Filters(props: {
  search: DashboardSearch;
  onSearch: (change: DashboardChange) => void;
  days: Days;
  today: string;
  problem: ProblemError | null;
  rows: readonly FiguresRow[];
  asked: (by: FiguresQuestion["by"]) => FiguresQuestion;
  all: FiguresRow;
}): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { api, can } = useServices();
  const { search, onSearch, days, problem } = props;
  const [goals, setGoals] = useState(false);
  const queues = useQuery({ queryKey: ["queues"], queryFn: api.queues, staleTime: 60_000 }).data?.queues ?? [];
  const save = (by: FiguresQuestion["by"]): void => {
    const link = document.createElement("a");
    link.href = api.figuresUrl(props.asked(by), language);
    link.download = "";
    link.click();
  };
  const wrong = (field: "from" | "to"): string | null => (problem?.field === field ? problem.detail : null);
  return (
    <div className="filters" role="search">
      <SelectField
        label={t("dashboard.period")}
        hideLabel
        value={search.period ?? "today"}
        onChange={(event) => {
          const period = event.target.value as PeriodName;
          onSearch({ period: period === "today" ? undefined : period, ...(period === "custom" ? days : { from: undefined, to: undefined }) });
        }}
        options={PERIODS.map((period) => ({ value: period, label: t(PERIOD_LABELS[period]) }))}
      />
      {search.period === "custom" ? (
        <>
          <TextField
            label={t("dashboard.from")}
            type="date"
            max={props.today}
            value={days.from}
            error={wrong("from")}
            onChange={(event) => onSearch({ from: event.target.value })}
          />
          <TextField
            label={t("dashboard.to")}
            type="date"
            max={props.today}
            value={days.to}
            error={wrong("to")}
            onChange={(event) => onSearch({ to: event.target.value })}
          />
        </>
      ) : null}
      <SelectField
        label={t("dashboard.channel")}
        hideLabel
        value={search.channel ?? ""}
        onChange={(event) => onSearch({ channel: event.target.value === "" ? undefined : (event.target.value as "call" | "chat") })}
        options={[
          { value: "", label: t("dashboard.all_channels") },
          { value: "call", label: t("dashboard.calls") },
          { value: "chat", label: t("dashboard.chats") },
        ]}
      />
      <SelectField
        label={t("board.queue")}
        hideLabel
        value={queues.some((queue) => queue.id === search.queue) ? search.queue : ""}
        onChange={(event) => onSearch({ queue: event.target.value === "" ? undefined : event.target.value })}
        options={[
          { value: "", label: t("board.all_queues") },
          ...queues.map((queue) => ({ value: queue.id, label: queuePath({ ...queue }, language) })),
        ]}
      />
      {can("reports.view") ? (
        <>
          <Button onClick={() => setGoals(true)}>{t("dashboard.goals_edit")}</Button>
          <Menu
            trigger={<Button icon="download">{t("dashboard.csv")}</Button>}
            groups={[
              {
                kind: "actions",
                items: [
                  { id: "queue", label: t("dashboard.csv_queues"), onSelect: () => save("queue") },
                  { id: "agent", label: t("dashboard.csv_agents"), onSelect: () => save("agent") },
                  { id: "interval", label: t("dashboard.csv_intervals"), onSelect: () => save("interval") },
                ],
              },
            ]}
          />
        </>
      ) : null}
      {goals ? <GoalsDialog goals={props.all.goals} onClose={() => setGoals(false)} onSaved={() => setGoals(false)} /> : null}
    </div>
  );
}
