import type { FiguresQuestion } from "@madoguchi/protocol";
import { Button, Nothing } from "@madoguchi/ui";
import { lazy, Suspense, useMemo, useState, type ReactNode } from "react";
import { Unanswered } from "../../shared/QueryState.tsx";
import { useLanguage, useT } from "../../shared/text.tsx";
import { intervalLabel, percent, span } from "./figures.ts";
import type { Line } from "./Plot.tsx";
import { useFigures } from "./useFigures.ts";

const Plot = lazy(async () => ({ default: (await import("./Plot.tsx")).Plot }));

/** How one channel went over the period: as a chart, or as a table with the same numbers. */
export function Chart(props: { title: string; question: FiguresQuestion; version: string }): ReactNode {
  const t = useT();
  const { title, question, version } = props;
  const [asTable, setAsTable] = useState(false);
  const query = useFigures(question, version);
  return (
    <section className="card chart" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <Button aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {t(asTable ? "dashboard.as_chart" : "dashboard.as_table")}
        </Button>
      </header>
      {query.data === undefined ? (
        <Unanswered query={query} lines={4} />
      ) : query.data.rows.every((row) => row.offered === 0 && row.handled === 0) ? (
        <Nothing icon="chart" title={t("dashboard.no_data")}>
          <p>{t("dashboard.no_data_detail")}</p>
        </Nothing>
      ) : asTable ? (
        <Intervals title={title} data={query.data} />
      ) : (
        <Lines title={title} data={query.data} />
      )}
    </section>
  );
}

type Data = NonNullable<ReturnType<typeof useFigures>["data"]>;

function Lines({ title, data }: { title: string; data: Data }): ReactNode {
  const t = useT();
  const labels = useMemo(() => data.rows.map((row) => intervalLabel(row.at ?? "", data.interval)), [data]);
  const lines = useMemo<Line[]>(
    () => [
      { label: t("dashboard.offered"), values: data.rows.map((row) => row.offered), colour: "--info" },
      { label: t("dashboard.answered"), values: data.rows.map((row) => row.answered), colour: "--ok", dash: [6, 3] },
      { label: t("dashboard.abandoned"), values: data.rows.map((row) => row.abandoned), colour: "--danger", dash: [2, 3] },
    ],
    [data, t],
  );
  const { offered, answered, abandoned } = data.total;
  return (
    <figure role="img" aria-label={t("dashboard.chart_label", { title, offered, answered, abandoned })}>
      <Suspense fallback={<div className="plot" />}>
        <Plot labels={labels} lines={lines} />
      </Suspense>
      <ul className="legend" aria-hidden="true">
        {lines.map((line) => (
          <li key={line.colour} data-colour={line.colour.slice(2)}>
            <i /> {line.label}
          </li>
        ))}
      </ul>
    </figure>
  );
}

function Intervals({ title, data }: { title: string; data: Data }): ReactNode {
  const t = useT();
  const language = useLanguage();
  return (
    <div className="small-table" tabIndex={0} role="region" aria-label={title}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("dashboard.interval")}</th>
            <th scope="col">{t("dashboard.offered")}</th>
            <th scope="col">{t("dashboard.answered")}</th>
            <th scope="col">{t("dashboard.abandoned")}</th>
            <th scope="col">{t("dashboard.service_level")}</th>
            <th scope="col">{t("dashboard.aht")}</th>
          </tr>
        </thead>
        <tbody>
          {data.rows.map((row) => (
            <tr key={row.id}>
              <th scope="row">{intervalLabel(row.at ?? "", data.interval)}</th>
              <td>{row.offered}</td>
              <td>{row.answered}</td>
              <td>{row.abandoned}</td>
              <td>{percent(row.service_level, language)}</td>
              <td>{span(row.aht_s)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
