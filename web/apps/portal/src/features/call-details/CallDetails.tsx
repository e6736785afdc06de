import { asProblem } from "@madoguchi/client";
import type { CallDetails as Details, CallRow } from "@madoguchi/protocol";
import { Button, Dialog, Nothing, Skeleton } from "@madoguchi/ui";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState, type ReactNode } from "react";
import { CallInFull, OVER } from "../../shared/CallInFull.tsx";
import { ConfirmEnd } from "../../shared/EndCall.tsx";
import { Failed } from "../../shared/QueryState.tsx";
import { useLive, useRow, useView } from "../../shared/hooks.ts";
import { useMonitorActions } from "../../shared/monitorActions.ts";
import { useServices } from "../../shared/services.ts";
import { useT } from "../../shared/text.tsx";

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
  return (
    <CallInFull
      row={shown}
      details={query.data}
      actions={OVER.includes(shown.state) ? null : <Actions row={shown} onClose={onClose} />}
    />
  );
}

function Actions({ row, onClose }: { row: CallRow; onClose: () => void }): ReactNode {
  const t = useT();
  const { can } = useServices();
  const live = useLive();
  const monitorActions = useMonitorActions();
  const [ending, setEnding] = useState(false);
  useEffect(() => () => setEnding(false), [row.id]);
  return (
    <div className="details-actions">
      {can("monitor_chats.edit") ? (
        <Button kind="danger" className="start" disabled={!live} onClick={() => setEnding(true)}>
          {t("call.end")}
        </Button>
      ) : null}
      {row.state === "talking"
        ? monitorActions(row.id, row.consumer.name).map((action) => (
            <Button
              key={action.id}
              kind={action.id === "monitor" ? "primary" : "plain"}
              {...(action.icon === undefined ? {} : { icon: action.icon })}
              disabled={action.disabled === true}
              onClick={action.onSelect}
            >
              {action.label}
            </Button>
          ))
        : null}
      <ConfirmEnd
        ending={ending ? { call: row.id, name: row.consumer.name } : null}
        onClose={(done) => {
          setEnding(false);
          if (done) onClose();
        }}
      />
    </div>
  );
}
