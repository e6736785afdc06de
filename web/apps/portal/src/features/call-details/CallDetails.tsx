import { asProblem, dateAndTime, duration, timeOfDay } from "@madoguchi/client";
import type { CallDetails as Details, CallRow, RecordingInfo, TimelineEntry } from "@madoguchi/protocol";
import { Button, Confirm, Dialog, Nothing, notify, Skeleton } from "@madoguchi/ui";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState, type ReactNode } from "react";
import { Elapsed, Span } from "../../shared/Elapsed.tsx";
import { Failed } from "../../shared/QueryState.tsx";
import { useAction, useLive, useRow, useValue, useView } from "../../shared/hooks.ts";
import { callLook, endReason, languageName, queuePath } from "../../shared/labels.ts";
import { useServices } from "../../shared/services.ts";
import { StateBadge } from "../../shared/StateBadge.tsx";
import { isTextKey, problemText, useLanguage, useT } from "../../shared/text.tsx";
import { RoutingWhy } from "../../shared/RoutingWhy.tsx";

const OVER: readonly CallRow["state"][] = ["ended", "abandoned", "failed"];

/** A call in full: figures, people, transfers, what happened, recordings, and what may be done about it. */
export function CallDetails({ call, onClose }: { call: string | undefined; onClose: () => void }): ReactNode {
  const t = useT();
  const { can } = useServices();
  if (!can("calls.view")) return null;
  return (
    <Dialog open={call !== undefined} onClose={onClose} title={t("details.call")} closeLabel={t("action.close")}>
      {call === undefined ? null : <Content call={call} onClose={onClose} />}
    </Dialog>
  );
}

function Content({ call, onClose }: { call: string; onClose: () => void }): ReactNode {
  const t = useT();
  const { api } = useServices();
  const live = useRow(useView("calls")?.rows, call);
  // The row says when something happened; only then the rest is asked for again.
  const version = live === undefined ? "gone" : JSON.stringify([live.state, live.transfers.length, live.participants, live.recording]);
  const query = useQuery<Details>({
    queryKey: ["call", call, version],
    queryFn: ({ signal }) => api.call(call, signal),
    placeholderData: (before) => (before?.id === call ? before : undefined),
  });
  const shown = live ?? query.data;
  if (shown === undefined) {
    if (query.error === null) return <Skeleton label={t("state.loading")} />;
    const problem = asProblem(query.error);
    if (problem.status === 404) return <Nothing icon="phone" title={t("details.call_unknown")} />;
    return <Failed error={problem} onRetry={() => void query.refetch()} />;
  }
  return <Known row={shown} details={query.data} onClose={onClose} />;
}

function Known({ row, details, onClose }: { row: CallRow; details: Details | undefined; onClose: () => void }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { api, connection } = useServices();
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
        <Fact label={t("column.queue")}>{queuePath(row.queue, language)}</Fact>
        <Fact label={t("column.transfers")}>{row.transfers.length}</Fact>
        <Fact label={t("column.monitors")}>{row.monitors?.length ?? 0}</Fact>
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
      {row.queued_at === undefined || row.queued_at === null ? null : (
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
        <Actions row={row} onClose={onClose} />
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

function Actions({ row, onClose }: { row: CallRow; onClose: () => void }): ReactNode {
  const t = useT();
  const { api, can, monitorings } = useServices();
  const live = useLive();
  const active = useValue(monitorings.active);
  const [ending, setEnding] = useState(false);
  const [busy, run] = useAction((error) => {
    notify({ title: t("call.action_failed"), detail: problemText(t, asProblem(error)), error: true });
  });
  const listening = active.some((each) => each.call === row.id);
  useEffect(() => () => setEnding(false), [row.id]);
  return (
    <div className="details-actions">
      {can("monitor_chats.edit") ? (
        <Button kind="danger" className="start" disabled={!live} onClick={() => setEnding(true)}>
          {t("call.end")}
        </Button>
      ) : null}
      {can("monitor") && row.state === "talking" ? (
        listening ? (
          <Button onClick={() => void monitorings.stop(row.id)}>{t("monitor.stop")}</Button>
        ) : (
          <Button kind="primary" icon="ear" disabled={!live} onClick={() => monitorings.start(row.id, row.consumer.name)}>
            {t("monitor.start")}
          </Button>
        )
      ) : null}
      <Confirm
        open={ending}
        title={t("call.end_title")}
        confirmLabel={t("action.confirm")}
        cancelLabel={t("action.cancel")}
        busy={busy}
        onCancel={() => setEnding(false)}
        onConfirm={() =>
          void run(() => api.endCall(row.id)).then((done) => {
            setEnding(false);
            if (done) onClose();
          })
        }
      >
        {t("call.end_stuck_detail", { name: row.consumer.name })}
      </Confirm>
    </div>
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
