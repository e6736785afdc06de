import type { ConsultOutcome, ConsultState, DeskCallRow } from "@madoguchi/protocol";
import { Bar, Button } from "@madoguchi/ui";
import type { ReactNode } from "react";
import { useT, type TextKey } from "../../shared/text.tsx";

export type ConsultStep = "swap" | "join" | "complete" | "cancel";

export interface ConsultBarProps {
  call: DeskCallRow;
  live: boolean;
  busy: boolean;
  onStep: (step: ConsultStep) => void;
  /** Takes the consumer back whom a failed consultation left on hold. */
  onTakeBack: () => void;
}

const OUTCOMES: Readonly<Record<ConsultOutcome, TextKey>> = {
  busy: "consult.busy",
  declined: "consult.declined",
  no_answer: "consult.no_answer",
  unreachable: "consult.unreachable",
  hung_up: "consult.hung_up",
  media_lost: "consult.media_lost",
};

const STATES: Readonly<Record<ConsultState, TextKey>> = {
  ringing: "consult.ringing",
  consulting: "consult.consulting",
  three_way: "consult.three_way",
  handing_over: "consult.ringing",
};

/** Whom the agent has asked into the call, how far that is, and what he can do next. */
export function ConsultBar(props: ConsultBarProps): ReactNode {
  const { call } = props;
  if (call.part === "third_party") return <Invited call={call} />;
  if (call.consult !== undefined && call.consult !== null) return <UnderWay {...props} consult={call.consult} />;
  if (call.participants.some((one) => one.role === "third_party")) return <Conference {...props} />;
  if (call.consult_failure !== undefined && call.consult_failure !== null) return <Failed {...props} failure={call.consult_failure} />;
  return null;
}

function Invited({ call }: { call: DeskCallRow }): ReactNode {
  const t = useT();
  const by = call.consult?.by.name ?? call.agent?.name ?? "";
  const note = call.consult?.note ?? "";
  return (
    <Bar tone="info" icon="users" role="status">
      {t("consult.invited", { name: by })}
      {note === "" ? null : <q className="note">{note}</q>}
    </Bar>
  );
}

function UnderWay(props: ConsultBarProps & { consult: NonNullable<DeskCallRow["consult"]> }): ReactNode {
  const t = useT();
  const { call, consult, onStep } = props;
  const off = !props.live || props.busy;
  const swapped = consult.state === "consulting" && !call.on_hold;
  const answered = consult.state === "consulting";
  return (
    <Bar
      tone="info"
      icon="users"
      role="status"
      actions={
        <span className="bar-actions">
          {answered ? (
            <Button icon="refresh" disabled={off} onClick={() => onStep("swap")}>
              {t("consult.swap")}
            </Button>
          ) : null}
          {answered ? (
            <Button icon="users" disabled={off} onClick={() => onStep("join")}>
              {t("consult.join")}
            </Button>
          ) : null}
          {answered || (consult.target === "number" && consult.private) ? (
            <Button kind="primary" icon="transfer" disabled={off} onClick={() => onStep("complete")}>
              {t("consult.complete")}
            </Button>
          ) : null}
          <Button icon="close" disabled={off} onClick={() => onStep("cancel")}>
            {t("consult.cancel")}
          </Button>
        </span>
      }
    >
      {t(swapped ? "consult.swapped" : STATES[consult.state], { name: consult.name, consumer: call.consumer.name })}
    </Bar>
  );
}

function Conference(props: ConsultBarProps): ReactNode {
  const t = useT();
  return (
    <Bar
      tone="info"
      icon="users"
      role="status"
      actions={
        <Button kind="primary" icon="transfer" disabled={!props.live || props.busy} onClick={() => props.onStep("complete")}>
          {t("consult.leave")}
        </Button>
      }
    >
      {t("consult.conference")}
    </Bar>
  );
}

function Failed(props: ConsultBarProps & { failure: NonNullable<DeskCallRow["consult_failure"]> }): ReactNode {
  const t = useT();
  const { call, failure } = props;
  return (
    <Bar
      tone="warning"
      icon="warning"
      role="alert"
      actions={
        call.on_hold ? (
          <Button kind="primary" disabled={!props.live || props.busy} onClick={props.onTakeBack}>
            {t("consult.take_back")}
          </Button>
        ) : null
      }
    >
      {t(OUTCOMES[failure.outcome], { name: failure.name })}
      {call.on_hold ? ` ${t("consult.still_on_hold", { name: call.consumer.name })}` : ""}
    </Bar>
  );
}
