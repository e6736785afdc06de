import { duration } from "@madoguchi/client";
import type { Figures, FiguresRow, Goals } from "@madoguchi/protocol";
import { useCallback, type ReactNode } from "react";
import { Figure } from "../../shared/Board.tsx";
import { useClock } from "../../shared/hooks.ts";
import { WAIT } from "../../shared/labels.ts";
import { useLanguage, useT } from "../../shared/text.tsx";
import { abandonLevel, count, liveOf, percent, serviceLevel, span, type Level } from "./figures.ts";
import type { DashboardSearch } from "./period.ts";

/** What is now. */
export function NowKpis({ row, channel }: { row: FiguresRow; channel: DashboardSearch["channel"] }): ReactNode {
  const t = useT();
  const live = liveOf(row, channel);
  const since = live.longest_since === null || live.longest_since === undefined ? 0 : Date.parse(live.longest_since);
  const longest = useClock(useCallback((now: number) => (since === 0 ? "–" : duration(now - since)), [since]));
  const level = useClock(
    useCallback(
      (now: number): Level => (since === 0 || now - since < WAIT.warning ? "" : now - since < WAIT.danger ? "warning" : "danger"),
      [since],
    ),
  );
  return (
    <dl className="figure-row">
      <Figure label={t("dashboard.waiting")}>{live.waiting}</Figure>
      <Figure label={t("dashboard.longest")} level={level}>
        {longest}
        <Mark level={level} />
      </Figure>
      <Figure label={t("dashboard.working")}>{live.working}</Figure>
      <Figure label={t("dashboard.available")}>
        {row.agents.available} <small>/ {row.agents.signed_in}</small>
      </Figure>
    </dl>
  );
}

/** What the period has brought. */
export function PeriodKpis({ figures, goals }: { figures: Figures; goals: Goals }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const level = serviceLevel(figures, goals);
  const abandons = abandonLevel(figures);
  return (
    <dl className="figure-row">
      <Figure label={t("dashboard.service_level")} level={level}>
        {percent(figures.service_level, language, 1)}
        <Mark level={level} />
        <Note>{t("dashboard.service_level_goal", { goal: percent(goals.service_level, language), seconds: goals.answer_s })}</Note>
      </Figure>
      <Figure label={t("dashboard.asa")}>{span(figures.asa_s)}</Figure>
      <Figure label={t("dashboard.abandon_rate")} level={abandons}>
        {percent(figures.abandon_rate, language, 1)}
        <Mark level={abandons} />
        {figures.short_abandoned === 0 ? null : <Note>{t("dashboard.short_abandoned", { count: figures.short_abandoned })}</Note>}
      </Figure>
      <Figure label={t("dashboard.offered")}>{count(figures.offered, language)}</Figure>
      <Figure label={t("dashboard.answered")}>{count(figures.answered, language)}</Figure>
      <Figure label={t("dashboard.aht")}>
        {span(figures.aht_s)}
        {figures.aht_s === null ? null : (
          <Note>
            {t("dashboard.aht_parts", { talk: span(figures.talk_s), hold: span(figures.hold_s), wrap_up: span(figures.wrap_up_s) })}
          </Note>
        )}
      </Figure>
      <Figure label={t("dashboard.transfers")}>{count(figures.transfers, language)}</Figure>
    </dl>
  );
}

/** Says by a sign and a word what the colour says. */
function Mark({ level }: { level: Level }): ReactNode {
  const t = useT();
  if (level === "") return null;
  return (
    <>
      <span aria-hidden="true"> !</span>
      <span className="visually-hidden"> {t(level === "danger" ? "dashboard.level_danger" : "dashboard.level_warning")}</span>
    </>
  );
}

function Note({ children }: { children: ReactNode }): ReactNode {
  return <small className="note">{children}</small>;
}
