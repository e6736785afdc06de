import { dateAndTime, duration } from "@madoguchi/client";
import { Badge, Bar, Button, Icon, Nothing, SelectField, TextField } from "@madoguchi/ui";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, type ReactNode } from "react";
import { useFilters, type ChangeFilters } from "../../shared/filters.ts";
import { More } from "../../shared/More.tsx";
import { Unanswered } from "../../shared/QueryState.tsx";
import { useServices } from "../../shared/services.ts";
import { useLanguage, useT } from "../../shared/text.tsx";
import { monitoringApi, readMonitoringSearch, type Listened, type MonitoringSearch } from "./model.ts";
import "./monitoring-report.css";

type Change = ChangeFilters<MonitoringSearch>;
type Api = ReturnType<typeof monitoringApi>;

/** Reports > Supervisor monitoring: who listened to which call or viewed which chat, for how long, in which modes. */
export function MonitoringReportPage(): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { api: portal } = useServices();
  const api = useMemo(() => monitoringApi(portal.http), [portal]);
  const [search, change] = useFilters(readMonitoringSearch);
  const query = useInfiniteQuery({
    queryKey: ["monitoring-report", search],
    queryFn: ({ pageParam }) => api.page(search, pageParam),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const state = useQuery({ queryKey: ["monitoring-ledger"], queryFn: () => api.state() });
  const pages = query.data?.pages;
  const rows = useMemo(() => pages?.flatMap((page) => page.rows) ?? [], [pages]);
  const filtered = Object.keys(search).length > 0;
  const refresh = (): void => {
    void query.refetch();
    void state.refetch();
  };
  return (
    <main className="board monitoring-page" id="main">
      <header className="board-head">
        <h1>{t("ledger.title")}</h1>
        <span className="figures">
          <Button icon="refresh" busy={query.isFetching && !query.isFetchingNextPage} onClick={refresh}>
            {t("ledger.refresh")}
          </Button>
          <a className="button" href={api.exportUrl(search, language)} download="monitoring.csv">
            <Icon name="download" /> {t("ledger.export")}
          </a>
        </span>
      </header>
      <Filters api={api} search={search} onChange={change} />
      <section className="ledger-state" aria-label={t("ledger.ledger")}>
        {state.data === undefined ? (
          <Unanswered query={state} lines={1} />
        ) : state.data.broken !== null ? (
          <Bar tone="danger" icon="warning" role="alert">
            {t("ledger.broken", { entry: state.data.broken.seq, last: state.data.seq })} {t(`ledger.fault.${state.data.broken.fault}`)}
          </Bar>
        ) : (
          <p role="status">
            <Badge tone="ok" glyph="✓">
              {t("ledger.unbroken")}
            </Badge>{" "}
            {state.data.seq === 0 ? t("ledger.nothing") : t("ledger.verified", { entry: state.data.seq })}{" "}
            {state.data.seq === 0 ? null : <code className="hash">{state.data.hash}</code>}
          </p>
        )}
        <p className="row muted">
          {t("ledger.take")}
          {(["json", "csv"] as const).map((format) => (
            <a key={format} className="button" href={api.ledgerUrl(search, format)} download={`ledger.${format}`}>
              <Icon name="download" /> {t(`ledger.as_${format}`)}
            </a>
          ))}
        </p>
      </section>
      {pages === undefined ? (
        <Unanswered query={query} />
      ) : rows.length === 0 ? (
        <Nothing icon="file" title={t(filtered ? "state.nothing_found" : "ledger.empty")} />
      ) : (
        <Report rows={rows} />
      )}
      <More query={query} />
    </main>
  );
}

function Filters({ api, search, onChange }: { api: Api; search: MonitoringSearch; onChange: Change }): ReactNode {
  const t = useT();
  const { data: known = [] } = useQuery({ queryKey: ["monitoring-supervisors"], queryFn: () => api.supervisors() });
  const { supervisor = "" } = search;
  const listed = known.map((one) => ({ value: one.id, label: one.name }));
  const missing = supervisor !== "" && !known.some((one) => one.id === supervisor) ? [{ value: supervisor, label: supervisor }] : [];
  return (
    <div className="filters" role="search">
      <SelectField
        label={t("ledger.supervisor")}
        hideLabel
        value={supervisor}
        onChange={(event) => onChange({ supervisor: event.target.value })}
        options={[{ value: "", label: t("ledger.everybody") }, ...listed, ...missing]}
      />
      <TextField label={t("ledger.from")} type="date" value={search.from ?? ""} max={search.to} onChange={(event) => onChange({ from: event.target.value })} />
      <TextField label={t("ledger.to")} type="date" value={search.to ?? ""} min={search.from} onChange={(event) => onChange({ to: event.target.value })} />
    </div>
  );
}

function Report({ rows }: { rows: readonly Listened[] }): ReactNode {
  const t = useT();
  return (
    <div className="plain-table card" tabIndex={0} role="region" aria-label={t("ledger.title")}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("ledger.started")}</th>
            <th scope="col">{t("ledger.ended")}</th>
            <th scope="col" className="end">
              {t("ledger.duration")}
            </th>
            <th scope="col" className="end">
              {t("ledger.heard")}
            </th>
            <th scope="col" className="end">
              {t("ledger.hold")}
            </th>
            <th scope="col">{t("ledger.supervisor")}</th>
            <th scope="col" className="end">
              {t("ledger.others")}
            </th>
            <th scope="col">{t("ledger.interaction")}</th>
            <th scope="col">{t("ledger.modes")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Line key={row.id} row={row} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Line({ row }: { row: Listened }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { can, connection } = useServices();
  const now = connection.now();
  return (
    <tr>
      <td className="num">{dateAndTime(row.started_at, language, now)}</td>
      <td>
        {row.ended_at === null ? (
          <Badge tone="info">{t("ledger.going_on")}</Badge>
        ) : (
          <>
            <span className="num">{dateAndTime(row.ended_at, language, now)}</span>
            {row.because === "server_stopped" ? <span className="muted why">{t("ledger.server_stopped")}</span> : null}
          </>
        )}
      </td>
      <td className="end num">{row.duration_ms === null ? "–" : duration(row.duration_ms)}</td>
      <td className="end num">{duration(row.heard_ms)}</td>
      <td className="end num">{row.hold_ms === 0 ? "–" : duration(row.hold_ms)}</td>
      <td>{row.supervisor.name}</td>
      <td className="end num">{row.others}</td>
      <td>
        {row.channel === "call" && can("calls.view") ? (
          <Link to="/calls/completed" search={{ call: row.interaction }} className="id">
            {row.interaction}
          </Link>
        ) : (
          <span className="id">{row.interaction}</span>
        )}
      </td>
      <td className="modes">{row.modes.map((mode) => t(`ledger.mode.${mode}`)).join(" → ")}</td>
    </tr>
  );
}
