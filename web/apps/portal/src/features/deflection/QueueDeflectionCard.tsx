import { DeflectionApi } from "@madoguchi/client";
import type { Deflection } from "@madoguchi/protocol";
import { Button, Check } from "@madoguchi/ui";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState, type ReactNode, type SubmitEvent } from "react";
import { Unanswered } from "../../shared/QueryState.tsx";
import { useServices } from "../../shared/services.ts";
import { useT } from "../../shared/text.tsx";
import { PlanFields } from "./PlanFields.tsx";
import { DEFLECTION_KEY, NotSaved, useSaving } from "./Saving.tsx";
import { NO_PLAN, samePlan, type QueueName } from "./words.ts";
import "./deflection.css";

export interface QueueDeflectionCardProps {
  /** The id of a queue or level. */
  queue: string;
  channel: string;
  leaf: boolean;
  /** Queues of the same menu. */
  queues: readonly { value: string; label: string }[];
}

/** Custom after hours deflection of one queue or level. Where its menu can offer nothing, there is nothing. */
export function QueueDeflectionCard(props: QueueDeflectionCardProps): ReactNode {
  const { api } = useServices();
  const deflection = useMemo(() => new DeflectionApi(api.http), [api]);
  const query = useQuery({ queryKey: DEFLECTION_KEY, queryFn: deflection.all, refetchOnWindowFocus: false });
  if (query.data === undefined) return <Unanswered query={query} />;
  const options = query.data.options[props.channel] ?? [];
  if (props.channel === "web" || options.every((one) => !one.given)) return null;
  const own = query.data.queues.find((one) => one.queue === props.queue);
  return <Form key={`${props.queue} ${own?.version ?? 0}`} {...props} api={deflection} all={query.data} />;
}

function Form(props: QueueDeflectionCardProps & { api: DeflectionApi; all: Deflection }): ReactNode {
  const t = useT();
  const { can } = useServices();
  const { queue, all, channel } = props;
  const own = all.queues.find((one) => one.queue === queue);
  const phone = channel === "ivr";
  const before = { enabled: own?.enabled ?? false, plan: own?.plan ?? (phone ? { ...NO_PLAN, kinds: ["message" as const] } : NO_PLAN) };
  const [draft, setDraft] = useState(before);
  const { problem, busy, forgive, save } = useSaving();
  const readOnly = !can("settings.queues.edit");
  const dirty = draft.enabled !== before.enabled || !samePlan(draft.plan, before.plan);
  const queueName: QueueName = (id) => props.queues.find((one) => one.value === id)?.label ?? t("deflection.queue_gone");
  const change = (to: typeof draft): void => {
    forgive();
    setDraft(to);
  };
  const submit = (event: SubmitEvent): void => save(event, () => props.api.saveQueue(queue, { version: own?.version ?? 0, ...draft }));
  return (
    <form className="deflection-own" onSubmit={submit} noValidate aria-label={t("deflection.custom")}>
      <h3>{t("deflection.custom")}</h3>
      <p className="muted">{t(props.leaf ? "deflection.custom_hint" : "deflection.level_hint")}</p>
      <NotSaved problem={problem} />
      <Check
        label={t("deflection.custom_on")}
        checked={draft.enabled}
        disabled={readOnly}
        onChange={(event) => change({ ...draft, enabled: event.target.checked })}
      />
      {draft.enabled && !all.calls.enabled ? <p className="muted">{t("deflection.off_for_all")}</p> : null}
      {draft.enabled ? (
        <PlanFields
          label={t("deflection.options")}
          place="plan"
          one={phone}
          plan={draft.plan}
          options={all.options[channel] ?? []}
          queues={props.queues.filter((one) => one.value !== queue)}
          queueName={queueName}
          languages={all.languages}
          email={all.email}
          problem={problem}
          readOnly={readOnly}
          onChange={(plan) => change({ ...draft, plan })}
        />
      ) : null}
      {readOnly ? null : (
        <p className="actions">
          <span className="muted">{dirty ? t("queues.unsaved") : ""}</span>
          <Button disabled={!dirty || busy} onClick={() => change(before)}>
            {t("deflection.discard_own")}
          </Button>
          <Button kind="primary" type="submit" disabled={!dirty} busy={busy}>
            {t("deflection.set_own")}
          </Button>
        </p>
      )}
    </form>
  );
}
