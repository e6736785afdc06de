import type { DeflectionApi } from "@madoguchi/client";
import type { DeflectionDecision, DeflectionPreview } from "@madoguchi/protocol";
import { Badge, SelectField, Skeleton, TextField } from "@madoguchi/ui";
import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { Failed } from "../../shared/QueryState.tsx";
import { languageName } from "../../shared/labels.ts";
import { isTextKey, useLanguage, useT } from "../../shared/text.tsx";
import { kindName, type QueueName } from "./words.ts";

export interface PreviewCardProps {
  api: DeflectionApi;
  service: "call" | "chat";
  queues: readonly { value: string; label: string }[];
  queueName: QueueName;
  languages: readonly string[];
  /** Whatever the answer depends on: when it changes, the server is asked again. */
  stamp: string;
}

/** What a consumer would get now, or at another time, and why. */
export function PreviewCard(props: PreviewCardProps): ReactNode {
  const t = useT();
  const ui = useLanguage();
  const { api, service, queues, languages } = props;
  const [queue, setQueue] = useState(queues[0]?.value ?? "");
  const [language, setLanguage] = useState(languages.includes(ui) ? ui : (languages[0] ?? "ja"));
  const [at, setAt] = useState("");
  const time = at === "" || Number.isNaN(Date.parse(at)) ? null : at;
  const query = useQuery({
    queryKey: ["deflection", "preview", queue, service, language, time, props.stamp],
    queryFn: () => api.preview(queue, service, language, time),
    enabled: queue !== "",
  });
  return (
    <section className="card deflection-card" aria-labelledby="deflection-preview">
      <h2 id="deflection-preview">{t("deflection.preview")}</h2>
      <div className="deflection-grid">
        <SelectField label={t("deflection.queue")} value={queue} options={[...queues]} onChange={(event) => setQueue(event.target.value)} />
        <TextField
          label={t("deflection.at")}
          hint={query.data === undefined ? t("deflection.at_now") : t("deflection.at_hint", { zone: query.data.zone })}
          type="datetime-local"
          value={at}
          onChange={(event) => setAt(event.target.value)}
        />
        <SelectField
          label={t("hours.language")}
          value={language}
          options={languages.map((code) => ({ value: code, label: languageName(code, ui) }))}
          onChange={(event) => setLanguage(event.target.value)}
        />
      </div>
      {queue === "" ? (
        <p className="muted">{t("deflection.no_queues")}</p>
      ) : query.data !== undefined ? (
        <Answer told={query.data} queueName={props.queueName} />
      ) : query.error === null ? (
        <Skeleton label={t("state.loading")} />
      ) : (
        <Failed error={query.error} onRetry={() => void query.refetch()} />
      )}
    </section>
  );
}

const TONES = { open: "ok", over_capacity: "warning", after_hours: "muted", holiday: "violet" } as const;
const GLYPHS = { open: "●", over_capacity: "◐", after_hours: "○", holiday: "◇" } as const;

function Answer({ told, queueName }: { told: DeflectionPreview; queueName: QueueName }): ReactNode {
  const t = useT();
  return (
    <div role="status">
      <ol className="deflection-trail">
        {told.trail.map((one) => (
          <li key={one.queue}>
            <p>
              <Badge tone={TONES[one.condition]} glyph={GLYPHS[one.condition]}>
                {t(`deflection.condition.${one.condition}`)}
              </Badge>{" "}
              <strong>{queueName(one.queue)}</strong>
            </p>
            <p>
              <Gets one={one} queueName={queueName} />
            </p>
            <ul className="muted">
              {one.steps.map((step) => {
                const key = `deflection.step.${step.code}`;
                const queue = step.params["queue"];
                return <li key={step.code}>{isTextKey(key) ? t(key, { queue: queue === undefined ? "" : queueName(queue) }) : step.code}</li>;
              })}
            </ul>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** What becomes of him there. */
function Gets({ one, queueName }: { one: DeflectionDecision; queueName: QueueName }): ReactNode {
  const t = useT();
  if (one.plan === null) return t(one.condition === "open" || one.condition === "over_capacity" ? "deflection.gets_in" : "deflection.gets_told");
  const named = one.plan.kinds.map((kind) =>
    kind === "queue"
      ? `${kindName(t, kind)}: ${queueName(one.plan?.queue ?? "")}`
      : kind === "phone_number"
        ? `${kindName(t, kind)}: ${one.plan?.number ?? ""}`
        : kindName(t, kind),
  );
  return `→ ${named.join(" / ")}`;
}
