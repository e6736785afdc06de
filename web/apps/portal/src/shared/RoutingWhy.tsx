import { duration, timeOfDay } from "@madoguchi/client";
import type { ConsideredAgent, Routing, RoutingDecision, RoutingNow, RungAgent } from "@madoguchi/protocol";
import { Badge, type Tone } from "@madoguchi/ui";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Unanswered } from "./QueryState.tsx";
import { languageName } from "./labels.ts";
import { useServices } from "./services.ts";
import { useLanguage, useT } from "./text.tsx";

const TONES: Readonly<Record<RungAgent["outcome"], Tone>> = {
  standing: "info",
  accepted: "ok",
  declined: "warning",
  missed: "danger",
  withdrawn: "muted",
};
const GLYPHS: Readonly<Record<RungAgent["outcome"], string>> = {
  standing: "◔",
  accepted: "✓",
  declined: "×",
  missed: "!",
  withdrawn: "–",
};
const AGAIN_MS = 5_000;

/** Why it went to whom it went, and while it waits, why nobody gets it. `version` says when to ask again. */
export function RoutingWhy(props: { kind: "call" | "chat"; id: string; version: string; titled?: boolean }): ReactNode {
  const { kind, id, version } = props;
  const t = useT();
  const { api } = useServices();
  const query = useQuery<Routing>({
    queryKey: ["routing", kind, id, version],
    queryFn: ({ signal }) => api.routing(kind, id, signal),
    placeholderData: (before) => before,
    // Who is free changes without a word about this interaction.
    refetchInterval: (current) => (current.state.data?.now === null ? false : AGAIN_MS),
  });
  if (query.data === undefined) return <Unanswered query={query} lines={2} />;
  const { decisions, now } = query.data;
  return (
    <section className="routing-why" aria-label={t("why.title")}>
      {props.titled === false ? null : <h3>{t("why.title")}</h3>}
      {decisions.length === 0 && now === null ? <p className="muted">{t("why.none")}</p> : null}
      {now === null ? null : <Present now={now} />}
      <ol>
        {decisions.map((decision, index) => (
          <li key={index}>
            <Decision decision={decision} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Present({ now }: { now: RoutingNow }): ReactNode {
  const t = useT();
  const ringing = now.passed.some((each) => each.reason === "ringing");
  return (
    <div className="now">
      <p>
        <strong>{t(ringing ? "why.ringing_now" : now.rung.length > 0 ? "why.about_to_ring" : "why.nobody_now")}</strong>
      </p>
      <Asked why={now} />
      <Passed passed={now.passed} />
    </div>
  );
}

function Decision({ decision }: { decision: RoutingDecision }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const count = decision.passed.reduce((sum, each) => sum + each.count, 0);
  return (
    <>
      <p>
        <time className="muted num" dateTime={decision.at}>
          {timeOfDay(decision.at, language)}
        </time>{" "}
        {t(`why.rule_${decision.rule}`)}
      </p>
      <ul className="rung">
        {decision.rung.map((agent) => (
          <li key={agent.agent}>
            <strong>{agent.name}</strong> <Badge tone={TONES[agent.outcome]} glyph={GLYPHS[agent.outcome]}>{t(`why.outcome_${agent.outcome}`)}</Badge>{" "}
            <span className="muted">
              <Idle agent={agent} />
            </span>
          </li>
        ))}
      </ul>
      <Asked why={decision} />
      {count === 0 ? null : (
        <details>
          <summary>{t("why.others", { count })}</summary>
          <Passed passed={decision.passed} />
        </details>
      )}
    </>
  );
}

/** What was asked of an agent. */
function Asked({ why }: { why: RoutingNow | RoutingDecision }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const parts = [
    ...(why.language === null ? [] : [languageName(why.language, language)]),
    ...why.skills,
    ...why.groups.map((name) => t("why.group", { name })),
    ...(why.skills_given_up ? [t("why.skills_given_up")] : []),
  ];
  if (parts.length === 0) return null;
  return <p className="muted">{t("why.asked_for", { what: parts.join(" · ") })}</p>;
}

function Passed({ passed }: { passed: RoutingNow["passed"] }): ReactNode {
  const t = useT();
  return (
    <ul className="passed">
      {passed.map((each) => {
        const more = each.count - each.agents.length;
        return (
          <li key={each.reason}>
            <span>{t(`why.reason_${each.reason}`, { count: each.count })}</span>{" "}
            <span className="muted">
              {each.agents.map((agent) => agent.name).join(", ")}
              {more > 0 ? ` ${t("why.more", { count: more })}` : ""}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function Idle({ agent }: { agent: ConsideredAgent }): ReactNode {
  const t = useT();
  return agent.idle_s === null ? t("why.idle_never") : t("why.idle", { time: duration(agent.idle_s * 1000) });
}
