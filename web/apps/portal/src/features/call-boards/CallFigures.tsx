import { duration } from "@madoguchi/client";
import type { AgentRow, CallRow } from "@madoguchi/protocol";
import { useCallback, type ReactNode } from "react";
import { Figure } from "../../shared/Board.tsx";
import { useClock, useFigure, useView } from "../../shared/hooks.ts";
import { WAIT } from "../../shared/labels.ts";
import { useServices } from "../../shared/services.ts";
import { useT } from "../../shared/text.tsx";

const waiting = (row: CallRow): boolean => row.state === "queued" || row.state === "offered";
const countWaiting = (rows: readonly CallRow[]): number => rows.filter(waiting).length;
const countTalking = (rows: readonly CallRow[]): number => rows.filter((row) => row.state === "talking").length;
const countHeld = (rows: readonly CallRow[]): number => rows.filter((row) => row.state === "talking" && row.on_hold).length;
/** When the longest waiting consumer began to wait; 0 where nobody waits. */
const oldest = (rows: readonly CallRow[]): number =>
  rows.filter(waiting).reduce((first, row) => {
    const at = Date.parse(row.queued_at ?? row.started_at);
    return first === 0 ? at : Math.min(first, at);
  }, 0);

/** How the calls stand as a whole. */
export function CallFigures(): ReactNode {
  const t = useT();
  const { can } = useServices();
  const calls = useView("calls");
  const talking = useFigure(calls, countTalking);
  const held = useFigure(calls, countHeld);
  const queued = useFigure(calls, countWaiting);
  const since = useFigure(calls, oldest);
  const longest = useClock(useCallback((now: number) => (since === 0 ? "–" : duration(now - since)), [since]));
  const level = useClock(
    useCallback(
      (now: number) => (since === 0 || now - since < WAIT.warning ? "" : now - since < WAIT.danger ? "warning" : "danger"),
      [since],
    ),
  );
  return (
    <dl className="figure-row single">
      <Figure label={t("figure.connected")}>{talking}</Figure>
      <Figure label={t("figure.on_hold")}>{held}</Figure>
      <Figure label={t("figure.waiting")}>{queued}</Figure>
      <Figure label={t("figure.longest_wait")} level={level}>
        {longest}
      </Figure>
      {can("agents.view") ? <AgentFigure /> : null}
    </dl>
  );
}

const countFree = (rows: readonly AgentRow[]): number =>
  rows.filter((row) => row.status === "available" && row.occupancy === "idle").length;
const countHere = (rows: readonly AgentRow[]): number => rows.filter((row) => row.status !== "signed_out").length;

function AgentFigure(): ReactNode {
  const t = useT();
  const agents = useView("agents");
  const free = useFigure(agents, countFree);
  const here = useFigure(agents, countHere);
  return (
    <Figure label={t("figure.available_agents")}>
      {free} <small>/ {here}</small>
    </Figure>
  );
}
