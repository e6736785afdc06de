import { asProblem, dateAndTime } from "@madoguchi/client";
import type { Anomaly } from "@madoguchi/protocol";
import { Badge, Bar, Button, Confirm, Nothing, notify } from "@madoguchi/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { Elapsed } from "../../shared/Elapsed.tsx";
import { useAction } from "../../shared/hooks.ts";
import { Unanswered } from "../../shared/QueryState.tsx";
import { useServices } from "../../shared/services.ts";
import { problemText, useLanguage, useT } from "../../shared/text.tsx";
import { Thresholds } from "./Thresholds.tsx";

const KEY = ["doctor", "anomalies"];
/** That something has not happened is told by no event, so the page asks anew. */
const AGAIN_MS = 10_000;

/** What is wrong with live interactions and their agents, and what helps. */
export function DoctorPage(): ReactNode {
  const t = useT();
  const { api } = useServices();
  const query = useQuery({ queryKey: KEY, queryFn: api.anomalies, refetchInterval: AGAIN_MS });
  const found = query.data?.anomalies;
  return (
    <main className="board doctor" id="main">
      <header className="board-head">
        <h1>{t("doctor.title")}</h1>
        <span className="muted" role="status">
          {found === undefined || found.length === 0 ? "" : t("doctor.count", { count: found.length })}
        </span>
      </header>
      <p className="muted">{t("doctor.about")}</p>
      {found === undefined ? (
        <Unanswered query={query} />
      ) : (
        <>
          {query.error === null ? null : (
            <Bar tone="warning" icon="warning" role="alert">
              {t("doctor.old", { reason: problemText(t, asProblem(query.error)) })}
            </Bar>
          )}
          <Anomalies found={found} />
        </>
      )}
      <Thresholds />
    </main>
  );
}

function Anomalies({ found }: { found: readonly Anomaly[] }): ReactNode {
  const t = useT();
  const { api } = useServices();
  const queries = useQueryClient();
  const [asked, setAsked] = useState<Anomaly | null>(null);
  const [busy, run] = useAction((error) => {
    notify({ title: t("doctor.failed"), detail: problemText(t, asProblem(error)), error: true });
  });
  const heal = (anomaly: Anomaly): void => {
    void run(() => api.heal(anomaly.id)).then((done) => {
      setAsked(null);
      if (done) notify({ title: t("doctor.done") });
      void queries.invalidateQueries({ queryKey: KEY });
    });
  };
  return (
    <>
      {found.length === 0 ? (
        <Nothing icon="check" title={t("doctor.fine")}>
          <p>{t("doctor.fine_detail")}</p>
        </Nothing>
      ) : (
        <ul className="anomalies card" aria-label={t("doctor.title")}>
          {found.map((one) => (
            <Row key={one.id} anomaly={one} onAsk={() => setAsked(one)} />
          ))}
        </ul>
      )}
      <Confirm
        open={asked !== null}
        title={asked === null || asked.remedy === "nothing" ? "" : t(`doctor.do.${asked.remedy}`)}
        confirmLabel={t("action.confirm")}
        cancelLabel={t("action.cancel")}
        busy={busy}
        onCancel={() => setAsked(null)}
        onConfirm={() => {
          if (asked !== null) heal(asked);
        }}
      >
        {asked === null || asked.remedy === "nothing" ? null : (
          <>
            <p>
              <strong>{t(`doctor.whom.${asked.kind}`, { name: asked.name })}</strong>
            </p>
            <p>{t(`doctor.asks.${asked.remedy}`)}</p>
          </>
        )}
      </Confirm>
    </>
  );
}

function Row({ anomaly, onAsk }: { anomaly: Anomaly; onAsk: () => void }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { connection } = useServices();
  const { code, kind, name, agent, since, remedy, heals_at: healsAt } = anomaly;
  const action = remedy === "nothing" ? null : t(`doctor.do.${remedy}`);
  return (
    <li>
      <span className="what">
        <Badge tone={code === "stuck" || healsAt !== null ? "warning" : "danger"} glyph="!">
          {t(`doctor.what.${code}`)}
        </Badge>
      </span>
      <div className="whom">
        <p>
          <strong>{t(`doctor.whom.${kind}`, { name })}</strong>
          {agent === "" ? null : <span className="muted"> {t("doctor.with", { name: agent })}</span>}
        </p>
        <p>
          {t(`doctor.why.${code}`)}
          {healsAt === null ? null : ` ${t("doctor.heals", { time: dateAndTime(healsAt, language, connection.now()) })}`}
        </p>
        <p className="mono muted">{anomaly.subject}</p>
      </div>
      <p className="since">
        <span className="muted">{t("doctor.for")}</span> <Elapsed since={since} />
      </p>
      {action === null ? null : (
        <Button onClick={onAsk} aria-label={t("doctor.do_of", { action, name })}>
          {action}
        </Button>
      )}
    </li>
  );
}
