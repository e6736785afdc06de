import { dateAndTime, duration, timeOfDay } from "@madoguchi/client";
import type { CallDetails as Details, CallRow, RecordingInfo, TimelineEntry } from "@madoguchi/protocol";
import { Dialog } from "@madoguchi/ui";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Elapsed, Span } from "./Elapsed.tsx";
import { callLook, callPath, endReason, languageName, queuePath } from "./labels.ts";
import { Unanswered } from "./QueryState.tsx";
import { RoutingWhy } from "./RoutingWhy.tsx";
import { useServices } from "./services.ts";
import { StateBadge } from "./StateBadge.tsx";
import { isTextKey, useLanguage, useT } from "./text.tsx";

export const OVER: readonly CallRow["state"][] = ["ended", "abandoned", "failed"];

/** A call that is over, for who had part in it himself and may not see those of others. */
export function PastCallDialog({ call, onClose }: { call: string | null; onClose: () => void }): ReactNode {
  const t = useT();
  return (
    <Dialog open={call !== null} onClose={onClose} title={t("details.call")} closeLabel={t("action.close")}>
      {call === null ? null : <Past call={call} />}
    </Dialog>
  );
}

function Past({ call }: { call: string }): ReactNode {
  const { api } = useServices();
  const query = useQuery<Details>({ queryKey: ["call", call, "gone"], queryFn: ({ signal }) => api.call(call, signal) });
  if (query.data === undefined) return <Unanswered query={query} />;
  return <CallInFull row={query.data} details={query.data} actions={null} />;
}

/** All that is known of a call; `details` come later than the row. */
export function CallInFull({ row, details, actions }: { row: CallRow; details: Details | undefined; actions: ReactNode }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { api, can, connection } = useServices();
  const over = OVER.includes(row.state);
  return (
    <div className="details">
      <p>
        <StateBadge look={callLook(row)} />
      </p>
      <dl className="facts">
        <Fact label="ID">
          <span className="mono">{row.id}</span>
        </Fact>
        <Fact label={t("column.talk")}>
          {over ? <Span from={row.answered_at} to={row.ended_at} /> : <Elapsed since={row.answered_at ?? null} />}
        </Fact>
        <Fact label={t("column.wait")}>
          {row.answered_at === undefined || row.answered_at === null ? (
            over ? <Span from={row.queued_at} to={row.ended_at} /> : <Elapsed since={row.queued_at ?? null} />
          ) : (
            <Span from={row.queued_at} to={row.answered_at} />
          )}
        </Fact>
        <Fact label={t("column.queue")}>{callPath(row, t, language)}</Fact>
        <Fact label={t("column.transfers")}>{row.transfers.length}</Fact>
        {can("calls.view") ? <Fact label={t("column.monitors")}>{row.monitors?.length ?? 0}</Fact> : null}
        <Fact label={t("column.medium")}>{t(`medium.${row.medium}`)}</Fact>
        <Fact label={t("column.started")}>{dateAndTime(row.started_at, language, connection.now())}</Fact>
        {over ? <Fact label={t("column.reason")}>{endReason(t, row.end_reason, isTextKey)}</Fact> : null}
      </dl>
      <h3>{t("story.participants")}</h3>
      <dl className="facts">
        <Fact label={t("role.consumer")}>{row.consumer.name}</Fact>
        <Fact label={t("role.agent")}>{row.agent?.name ?? "–"}</Fact>
        <Fact label={t("consumer.language")}>{languageName(row.language, language)}</Fact>
      </dl>
      {row.transfers.length === 0 ? null : (
        <>
          <h3>{t("consumer.transfers")}</h3>
          <ul>
            {row.transfers.map((transfer) => (
              <li key={transfer.at}>
                <time className="muted num" dateTime={transfer.at}>
                  {timeOfDay(transfer.at, language)}
                </time>{" "}
                {transfer.from?.name ?? "–"} → {transfer.to_agent?.name ?? queuePath(transfer.to_queue, language)}
              </li>
            ))}
          </ul>
        </>
      )}
      {!can("calls.view") || row.queued_at === undefined || row.queued_at === null ? null : (
        <RoutingWhy kind="call" id={row.id} version={JSON.stringify([row.state, row.offered_to, row.transfers.length])} />
      )}
      {details === undefined ? null : <Recordings recordings={details.recordings} />}
      {details === undefined || details.timeline.length === 0 ? null : (
        <details className="timeline">
          <summary>{t("details.timeline")}</summary>
          <ol>
            {details.timeline.map((entry, index) => (
              <li key={index}>
                <time className="muted num" dateTime={entry.at}>
                  {new Intl.DateTimeFormat(language, { timeStyle: "medium" }).format(new Date(entry.at))}
                </time>{" "}
                {eventText(t, entry)}
              </li>
            ))}
          </ol>
        </details>
      )}
      {over ? (
        <p>
          <a className="button" href={api.metadataUrl("call", row.id)} download={`${row.id}.json`}>
            {t("metadata.download")}
          </a>
        </p>
      ) : (
        actions
      )}
    </div>
  );
}

/** What happened, with who did it where that is known. */
function eventText(t: ReturnType<typeof useT>, entry: TimelineEntry): string {
  const { kind, data } = entry;
  const key = `timeline.${kind}${typeof data["on"] === "boolean" ? (data["on"] ? "_on" : "_off") : ""}`;
  const text = isTextKey(key) ? t(key) : kind;
  return typeof data["name"] === "string" && data["name"] !== "" ? `${text}: ${data["name"]}` : text;
}

function Recordings({ recordings }: { recordings: readonly RecordingInfo[] }): ReactNode {
  const t = useT();
  const { api, can } = useServices();
  if (recordings.length === 0) return null;
  return (
    <>
      <h3>{t("recording.title")}</h3>
      <ul className="recordings">
        {recordings.map((recording) => (
          <li key={recording.id}>
            {recording.state !== "ready" ? (
              <span className="muted">{t(`recording.state_${recording.state}`)}</span>
            ) : can("recordings.view") ? (
              <>
                <audio controls preload="none" src={api.recordingUrl(recording.id)} aria-label={t("recording.title")} />
                <span className="muted num">{duration(recording.span_s * 1000)}</span>
                <a href={api.recordingUrl(recording.id)} download={`${recording.id}.mp3`}>
                  {t("recording.download")}
                </a>
              </>
            ) : (
              <span className="muted">{t("recording.no_permission")}</span>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
