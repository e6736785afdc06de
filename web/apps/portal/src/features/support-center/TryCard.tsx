import type { Asked, HoursApi } from "@madoguchi/client";
import type { HoursExplanation, QueueInfo, WeekTable } from "@madoguchi/protocol";
import { Badge, SelectField, Skeleton, TextField } from "@madoguchi/ui";
import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { Failed } from "../../shared/QueryState.tsx";
import { queueLabel, queuePath } from "../../shared/labels.ts";
import { useLanguage, useT } from "../../shared/text.tsx";
import { holidayName, levelOf } from "./model.ts";
import { dayName, languageName, momentIn, stepText } from "./words.ts";

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const GLYPHS = { open: "●", partly: "◐", closed: "", none: "–" } as const;

/** Asks the server whether somebody would be let in, and why; and the whole week of it. */
export function TryCard(props: { api: HoursApi; languages: readonly string[]; queues: readonly QueueInfo[] }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { api, queues, languages } = props;
  const [asked, setAsked] = useState<Asked>({ queue: "", channel: "call", language: languages.includes(language) ? language : (languages[0] ?? "ja") });
  const [at, setAt] = useState("");
  // A time of the centre's clock, not of the one beside the manager.
  const time = at === "" || Number.isNaN(Date.parse(at)) ? null : at;
  const told = useQuery({ queryKey: ["hours", "explain", asked, time], queryFn: () => api.explain(asked, time) });
  const day = at === "" ? null : at.slice(0, 10);
  const week = useQuery({ queryKey: ["hours", "week", asked, day], queryFn: () => api.week(asked, day) });
  const failed = told.error ?? week.error;
  const queueName = (id: string): string => {
    const found = queues.find((queue) => queue.id === id);
    return found === undefined ? t("hours.deleted_queue") : queuePath(found, language);
  };
  return (
    <section className="card hours-card" aria-labelledby="hours-try">
      <header>
        <h2 id="hours-try">{t("hours.try")}</h2>
      </header>
      <div className="hours-grid four">
        <TextField label={t("hours.at")} hint={week.data === undefined ? "" : t("hours.at_hint", { zone: week.data.zone })} type="datetime-local" value={at} onChange={(event) => setAt(event.target.value)} />
        <SelectField
          label={t("hours.queue")}
          value={asked.queue}
          options={[{ value: "", label: t("hours.without_queue") }, ...queues.map((queue) => ({ value: queue.id, label: queueLabel(queue, queues, t, language) }))]}
          onChange={(event) => setAsked({ ...asked, queue: event.target.value })}
        />
        <SelectField
          label={t("hours.channel")}
          value={asked.channel}
          options={[
            { value: "call", label: t("hours.channel.call") },
            { value: "chat", label: t("hours.channel.chat") },
          ]}
          onChange={(event) => setAsked({ ...asked, channel: event.target.value === "chat" ? "chat" : "call" })}
        />
        <SelectField
          label={t("hours.language")}
          value={asked.language}
          options={languages.map((code) => ({ value: code, label: languageName(code, language) }))}
          onChange={(event) => setAsked({ ...asked, language: event.target.value })}
        />
      </div>
      {failed !== null ? (
        <Failed
          error={failed}
          onRetry={() => {
            void told.refetch();
            void week.refetch();
          }}
        />
      ) : told.data === undefined || week.data === undefined ? (
        <Skeleton label={t("state.loading")} />
      ) : (
        <>
          <Answer told={told.data} queueName={queueName} />
          <Week week={week.data} />
        </>
      )}
    </section>
  );
}

function Answer({ told, queueName }: { told: HoursExplanation; queueName: (id: string) => string }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const rule =
    told.rule.kind === "holiday"
      ? t("hours.rule.holiday", { name: holidayName(told.rule.names ?? {}, language) })
      : told.rule.kind === "custom"
        ? t("hours.rule.custom", { name: told.rule.custom ?? "" })
        : t("hours.rule.general");
  const next = (label: "hours.next_opening" | "hours.next_closing", at: string | null): ReactNode => (
    <div>
      <dt>{t(label)}</dt>
      <dd>{at === null ? t("hours.never") : momentIn(at, told.zone, language)}</dd>
    </div>
  );
  return (
    <div className="hours-answer" role="status">
      <p className="verdict">
        <Badge tone={told.open ? "ok" : "muted"} glyph={told.open ? "●" : "○"}>
          {t(told.open ? "hours.open" : "hours.closed")}
        </Badge>
        <strong>{rule}</strong>
      </p>
      <ol>
        {told.steps.map((step, place) => (
          <li key={place}>{stepText(t, step, { queue: queueName, language })}</li>
        ))}
      </ol>
      <dl>
        {next("hours.next_opening", told.next_opening)}
        {next("hours.next_closing", told.next_closing)}
      </dl>
    </div>
  );
}

/** The week, hour by hour: glyphs and words beside the colours. */
function Week({ week }: { week: WeekTable }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const cellText = (cell: { minutes: number; open: number }): string => {
    const level = levelOf(cell);
    return level === "partly" ? t("hours.cell.partly", { minutes: cell.open }) : t(`hours.cell.${level}`);
  };
  return (
    <div className="hours-week" tabIndex={0} role="region" aria-label={t("hours.week_map")}>
      <table>
        <caption>{t("hours.week_caption", { zone: week.zone })}</caption>
        <thead>
          <tr>
            <th scope="col">{t("hours.date")}</th>
            {HOURS.map((hour) => (
              <th key={hour} scope="col" className="num">
                {hour}
              </th>
            ))}
            <th scope="col">{t("hours.opening")}</th>
          </tr>
        </thead>
        <tbody>
          {week.days.map((row) => (
            <tr key={row.date}>
              <th scope="row">
                {dayName(row.date, language)}
                {row.holidays.map((names, place) => (
                  <small key={place}>{holidayName(names, language)}</small>
                ))}
              </th>
              {row.cells.map((cell, hour) => (
                <td key={hour} data-level={levelOf(cell)} title={`${hour}:00 ${cellText(cell)}`}>
                  <span aria-hidden="true">{GLYPHS[levelOf(cell)]}</span>
                  <span className="visually-hidden">{cellText(cell)}</span>
                </td>
              ))}
              <td className="spans num">{row.spans.length === 0 ? t("hours.closed") : row.spans.map((span) => `${span.start}–${span.end}`).join(", ")}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="legend" aria-hidden="true">
        <span>
          <i data-level="open">●</i> {t("hours.cell.open")}
        </span>
        <span>
          <i data-level="partly">◐</i> {t("hours.partly")}
        </span>
        <span>
          <i data-level="closed" /> {t("hours.cell.closed")}
        </span>
      </p>
    </div>
  );
}
