import type { MonitoringMode, MonitoringRow } from "@madoguchi/protocol";
import { Bar, Button, Confirm, notify } from "@madoguchi/ui";
import { useEffect, useState, type ReactNode } from "react";
import { AudioLevel } from "../../shared/AudioLevel.tsx";
import { useAllRows, useLive, useValue, useView } from "../../shared/hooks.ts";
import type { Listening, SpeakFailure } from "../../shared/monitorings.ts";
import { useServices } from "../../shared/services.ts";
import { problemText, useT, type T } from "../../shared/text.tsx";

const MODES: readonly MonitoringMode[] = ["listen", "whisper", "barge"];

/** One bar for each call that is being listened to: its loudness, what the supervisor does in it, and the way to stop. */
export function MonitorBars({ onTakenOver }: { onTakenOver: (call: string) => void }): ReactNode {
  const t = useT();
  const { monitorings } = useServices();
  const rows = useAllRows(useView("monitoring"));
  const active = useValue(monitorings.active);
  const failed = useValue(monitorings.failed);
  useEffect(() => monitorings.follow(rows), [monitorings, rows]);
  useEffect(() => {
    if (failed !== null) notify({ title: t("monitor.speak_failed"), detail: failureText(t, failed), error: true });
  }, [failed, t]);
  if (active.length === 0) return null;
  return (
    <div className="monitor-bars">
      {active.map((entry) => (
        <MonitorBar key={entry.call} entry={entry} row={rows.find((one) => one.id === entry.monitoring)} onTakenOver={onTakenOver} />
      ))}
    </div>
  );
}

function MonitorBar(props: { entry: Listening; row: MonitoringRow | undefined; onTakenOver: (call: string) => void }): ReactNode {
  const t = useT();
  const live = useLive();
  const { can, monitorings } = useServices();
  const { entry, row } = props;
  const state = useValue(entry.leg.state);
  const remote = useValue(entry.leg.remote);
  const [busy, setBusy] = useState(false);
  const [taking, setTaking] = useState(false);
  const mode = row?.mode ?? "listen";
  const doing = async (work: () => Promise<SpeakFailure | null>): Promise<boolean> => {
    setBusy(true);
    const failure = await work();
    setBusy(false);
    if (failure !== null) notify({ title: t("monitor.speak_failed"), detail: failureText(t, failure), error: true });
    return failure === null;
  };
  const stop = async (): Promise<void> => {
    const problem = await monitorings.stop(entry.call);
    if (problem !== null) notify({ title: t("monitor.stop_failed"), detail: problemText(t, problem), error: true });
  };
  const takeOver = async (): Promise<void> => {
    const done = await doing(() => monitorings.takeOver(entry.call));
    setTaking(false);
    if (done) props.onTakenOver(entry.call);
  };
  const failed = state.phase === "failed";
  const waiting = state.phase === "connecting" || state.phase === "asking" || state.phase === "reconnecting";
  const speaks = row !== undefined && !failed && can("barge");
  return (
    <Bar
      tone={failed || mode === "barge" ? "danger" : "warning"}
      icon={failed ? "warning" : mode === "listen" ? "ear" : "mic"}
      role="region"
      label={t("monitor.region", { name: entry.name })}
      actions={
        <>
          {failed ? null : <AudioLevel stream={remote} label={t("monitor.level")} />}
          {speaks ? (
            <span className="modes" role="group" aria-label={t("monitor.mode")}>
              {MODES.map((one) => (
                <Button
                  key={one}
                  aria-pressed={mode === one}
                  disabled={!live || busy}
                  onClick={() => void doing(() => (mode === one ? Promise.resolve(null) : monitorings.switch(entry.call, one)))}
                >
                  {t(`monitor.mode_${one}`)}
                </Button>
              ))}
            </span>
          ) : null}
          {speaks && can("desk") ? (
            <Button disabled={!live || busy} onClick={() => setTaking(true)}>
              {t("monitor.take_over")}
            </Button>
          ) : null}
          {state.blocked ? (
            <Button icon="volume" onClick={() => entry.leg.resume()}>
              {t("sound.enable")}
            </Button>
          ) : null}
          {failed ? <Button onClick={() => void entry.leg.start()}>{t("action.retry")}</Button> : null}
          <Button onClick={() => void stop()}>{t(failed ? "action.close" : "monitor.stop")}</Button>
          <Confirm
            open={taking}
            title={t("monitor.take_over_title")}
            confirmLabel={t("monitor.take_over")}
            cancelLabel={t("action.cancel")}
            busy={busy}
            onCancel={() => setTaking(false)}
            onConfirm={() => void takeOver()}
          >
            {t("monitor.take_over_detail", { name: entry.name, agent: row?.agent?.name ?? "–" })}
          </Confirm>
        </>
      }
    >
      <span role="status">
        {failed
          ? state.problem === null
            ? t("monitor.failed", { name: entry.name })
            : problemText(t, state.problem)
          : t(`monitor.doing_${mode}`, { name: entry.name, agent: row?.agent?.name ?? "–" })}{" "}
        {row?.redacted === true ? <strong>{t("monitor.redacted")}</strong> : null}
        {waiting ? <span className="muted">{t("voice.connecting")}</span> : null}
      </span>
    </Bar>
  );
}

function failureText(t: T, failure: SpeakFailure): string {
  return "microphone" in failure ? t(`voice.${failure.microphone}`) : problemText(t, failure.problem);
}
