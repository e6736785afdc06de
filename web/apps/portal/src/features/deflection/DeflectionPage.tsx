import { DeflectionApi } from "@madoguchi/client";
import type { Deflection, DeflectionFinding, DeflectionPlan, QueueInfo } from "@madoguchi/protocol";
import { Bar, Button, Check } from "@madoguchi/ui";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, useState, type ReactNode, type SubmitEvent } from "react";
import { queueLabel, queuePath } from "../../shared/labels.ts";
import { Unanswered } from "../../shared/QueryState.tsx";
import { useServices } from "../../shared/services.ts";
import { useLanguage, useT } from "../../shared/text.tsx";
import { PlanFields } from "./PlanFields.tsx";
import { PreviewCard } from "./PreviewCard.tsx";
import { DEFLECTION_KEY, NotSaved, useSaving } from "./Saving.tsx";
import { faultText, NO_PLAN, placeName, samePlan, type QueueName } from "./words.ts";
import "./deflection.css";

export type Area = "calls" | "chats";

/** Settings > Calls and Settings > Chat: what everybody is offered after hours. */
export function DeflectionPage({ area }: { area: Area }): ReactNode {
  const t = useT();
  const { api } = useServices();
  const deflection = useMemo(() => new DeflectionApi(api.http), [api]);
  const settings = useQuery({ queryKey: DEFLECTION_KEY, queryFn: deflection.all, refetchOnWindowFocus: false });
  const queues = useQuery({ queryKey: ["queues"], queryFn: api.queues });
  return (
    <main className="board deflection-page" id="main">
      <header className="board-head">
        <h1>{t(`deflection.page.${area}`)}</h1>
      </header>
      {settings.data === undefined ? (
        <Unanswered query={settings} />
      ) : queues.data === undefined ? (
        <Unanswered query={queues} />
      ) : (
        <Content key={settings.data[area].version} area={area} api={deflection} all={settings.data} queues={queues.data.queues} />
      )}
    </main>
  );
}

interface Draft {
  enabled: boolean;
  transfers: boolean;
  phone: DeflectionPlan;
  pages: DeflectionPlan;
}

function begun(area: Area, all: Deflection): Draft {
  const { enabled, transfers, pages } = all[area];
  return { enabled, transfers, pages, phone: area === "calls" ? all.calls.phone : NO_PLAN };
}

function Content(props: { area: Area; api: DeflectionApi; all: Deflection; queues: readonly QueueInfo[] }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { can } = useServices();
  const { area, api, all, queues } = props;
  const [draft, setDraft] = useState(() => begun(area, all));
  const { problem, busy, forgive, save } = useSaving();
  const readOnly = !can("settings.queues.edit");
  const saved = begun(area, all);
  const dirty =
    draft.enabled !== saved.enabled ||
    draft.transfers !== saved.transfers ||
    !samePlan(draft.phone, saved.phone) ||
    !samePlan(draft.pages, saved.pages);
  const queueName: QueueName = (id) => {
    const found = queues.find((queue) => queue.id === id);
    return found === undefined ? t("deflection.queue_gone") : queuePath(found, language);
  };
  const choices = queues.map((queue) => ({ value: queue.id, label: queueLabel(queue, queues, t, language) }));
  const phoneQueues = choices.filter((one) => queues.find((queue) => queue.id === one.value)?.channels.includes("ivr"));
  const pageQueues = choices.filter((one) => !phoneQueues.includes(one));
  const change = (to: Partial<Draft>): void => {
    forgive();
    setDraft({ ...draft, ...to });
  };
  const submit = (event: SubmitEvent): void => {
    const { enabled, transfers, phone, pages } = draft;
    save(event, () =>
      area === "calls"
        ? api.saveCalls({ version: all.calls.version, enabled, transfers, phone, pages })
        : api.saveChats({ version: all.chats.version, enabled, transfers, pages }),
    );
  };
  const shared = { queueName, languages: all.languages, email: all.email, problem, readOnly };
  // The apps offer all that pages can, and more.
  const pageOptions = area === "calls" ? (all.options["calls.mobile"] ?? []) : (all.options["chats"] ?? []);
  const onWeb = new Set((all.options["calls.web"] ?? []).map((one) => one.kind));
  return (
    <>
      <form className="card deflection-card" onSubmit={submit} noValidate aria-labelledby="deflection-title">
        <h2 id="deflection-title">{t("deflection.title")}</h2>
        <NotSaved problem={problem} />
        <Findings findings={all.findings} area={area} queueName={queueName} />
        <Check
          label={t(`deflection.enable.${area}`)}
          checked={draft.enabled}
          disabled={readOnly}
          onChange={(event) => change({ enabled: event.target.checked })}
        />
        <p className="muted">
          {t("deflection.hours_hint")}{" "}
          <Link className="link" to="/settings/support-center">
            {t("page.support_center")}
          </Link>
        </p>
        <Check
          label={t(`deflection.transfers.${area}`)}
          checked={draft.transfers}
          disabled={readOnly || (area === "chats" && draft.enabled)}
          onChange={(event) => change({ transfers: event.target.checked })}
        />
        <p className="muted">{t("deflection.transfers_hint")}</p>
        <PlanFields
          {...shared}
          label={t(area === "calls" ? "deflection.pages.calls" : "deflection.pages.chats")}
          place="pages"
          one={false}
          plan={draft.pages}
          options={pageOptions}
          queues={[]}
          note={(kind) => (area === "calls" && !onWeb.has(kind) ? t("deflection.mobile_only") : null)}
          onChange={(pages) => change({ pages })}
        />
        {area === "calls" ? (
          <PlanFields
            {...shared}
            label={t("deflection.phone")}
            place="phone"
            one
            plan={draft.phone}
            options={all.options["calls.ivr"] ?? []}
            queues={phoneQueues}
            onChange={(phone) => change({ phone })}
          />
        ) : null}
        {readOnly ? null : (
          <p className="actions">
            <span className="muted">{dirty ? t("queues.unsaved") : ""}</span>
            <Button disabled={!dirty || busy} onClick={() => change(saved)}>
              {t("queues.discard")}
            </Button>
            <Button kind="primary" type="submit" disabled={!dirty} busy={busy}>
              {t("deflection.set")}
            </Button>
          </p>
        )}
      </form>
      <PreviewCard
        api={api}
        service={area === "calls" ? "call" : "chat"}
        queues={area === "calls" ? choices : pageQueues}
        queueName={queueName}
        languages={all.languages}
        stamp={`${all.calls.version}.${all.chats.version}`}
      />
    </>
  );
}

/** What is wrong by now, and where; what is saved on another page is led to. */
function Findings(props: { findings: readonly DeflectionFinding[]; area: Area; queueName: QueueName }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { queueName } = props;
  const other = props.area === "calls" ? "chats." : "calls.";
  const shown = props.findings.filter((one) => !one.place.startsWith(other) && !(props.area === "chats" && !one.place.startsWith("chats.")));
  if (shown.length === 0) return null;
  return (
    <Bar tone="warning" icon="warning" role="status">
      <ul className="deflection-findings">
        {shown.map((one) => (
          <li key={`${one.place} ${one.fault} ${JSON.stringify(one.params)}`}>
            <strong>{placeName(t, one, queueName)}</strong>: {faultText(t, one.fault, one.params, language, queueName)}
          </li>
        ))}
      </ul>
    </Bar>
  );
}
