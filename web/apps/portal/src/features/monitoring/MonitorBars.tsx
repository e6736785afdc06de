import { Bar, Button, notify } from "@madoguchi/ui";
import { useEffect, type ReactNode } from "react";
import { AudioLevel } from "../../shared/AudioLevel.tsx";
import { useAllRows, useValue, useView } from "../../shared/hooks.ts";
import type { Listening } from "../../shared/monitorings.ts";
import { useServices } from "../../shared/services.ts";
import { problemText, useT } from "../../shared/text.tsx";

/** One amber bar for each call that is being listened to, with its loudness and the way to stop. */
export function MonitorBars(): ReactNode {
  const { monitorings } = useServices();
  const rows = useAllRows(useView("monitoring"));
  const active = useValue(monitorings.active);
  useEffect(() => monitorings.follow(rows), [monitorings, rows]);
  if (active.length === 0) return null;
  return (
    <div className="monitor-bars">
      {active.map((entry) => (
        <MonitorBar key={entry.call} entry={entry} />
      ))}
    </div>
  );
}

function MonitorBar({ entry }: { entry: Listening }): ReactNode {
  const t = useT();
  const { monitorings } = useServices();
  const state = useValue(entry.leg.state);
  const remote = useValue(entry.leg.remote);
  const stop = async (): Promise<void> => {
    const problem = await monitorings.stop(entry.call);
    if (problem !== null) notify({ title: t("monitor.stop_failed"), detail: problemText(t, problem), error: true });
  };
  const failed = state.phase === "failed";
  const waiting = state.phase === "connecting" || state.phase === "asking" || state.phase === "reconnecting";
  return (
    <Bar
      tone={failed ? "danger" : "warning"}
      icon={failed ? "warning" : "ear"}
      role="region"
      label={t("monitor.region", { name: entry.name })}
      actions={
        <>
          {failed ? null : <AudioLevel stream={remote} label={t("monitor.level")} />}
          {state.blocked ? (
            <Button icon="volume" onClick={() => entry.leg.resume()}>
              {t("sound.enable")}
            </Button>
          ) : null}
          {failed ? <Button onClick={() => void entry.leg.start()}>{t("action.retry")}</Button> : null}
          <Button onClick={() => void stop()}>{t(failed ? "action.close" : "monitor.stop")}</Button>
        </>
      }
    >
      <span role="status">
        {failed
          ? state.problem === null
            ? t("monitor.failed", { name: entry.name })
            : problemText(t, state.problem)
          : t("monitor.listening", { name: entry.name })}{" "}
        {waiting ? <span className="muted">{t("voice.connecting")}</span> : null}
      </span>
    </Bar>
  );
}
