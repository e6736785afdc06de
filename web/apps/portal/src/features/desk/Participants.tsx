import type { DeskCallRow, Participant } from "@madoguchi/protocol";
import { Badge, Icon, IconButton } from "@madoguchi/ui";
import type { ReactNode } from "react";
import { useT } from "../../shared/text.tsx";

export interface ParticipantsProps {
  call: DeskCallRow;
  live: boolean;
  onHold: (party: string, on: boolean) => void;
  onMute: (party: string, on: boolean) => void;
  onRemove: (party: string) => void;
}

/** Who is in the call, and what its agent can do with each of them. */
export function Participants(props: ParticipantsProps): ReactNode {
  const t = useT();
  return (
    <section className="participants" aria-label={t("story.participants")}>
      <h3>{t("story.participants")}</h3>
      <ul className="in-call">
        {props.call.participants.map((one) => (
          <Person key={one.party} {...props} one={one} />
        ))}
      </ul>
    </section>
  );
}

function Person(props: ParticipantsProps & { one: Participant }): ReactNode {
  const t = useT();
  const { one, call, live } = props;
  const handles = call.part !== "third_party";
  const conference = call.participants.some((each) => each.role === "third_party");
  const arranged = call.consult?.state === "consulting" && call.consult.private;
  return (
    <li>
      <Icon name={one.role === "agent" ? "desk" : one.number === undefined || one.number === null ? "user" : "phone"} size="small" />
      <span className="name">{one.name}</span>
      <span className="muted">{t(`role.${one.role}`)}</span>
      {one.on_hold === true ? (
        <Badge tone="warning" glyph="❚❚">
          {t("call.on_hold")}
        </Badge>
      ) : null}
      {one.muted === true ? (
        <Badge tone="warning" glyph="⊘">
          {t("call.muted")}
        </Badge>
      ) : null}
      {one.connected ? null : (
        <span className="warning-text">{t(one.role === "third_party" || call.state === "dialling" ? "story.not_yet" : "story.reconnecting")}</span>
      )}
      {handles && conference && one.role !== "agent" && one.connected ? (
        <span className="person-actions">
          {arranged ? null : (
            <IconButton
              icon="pause"
              label={t("participant.hold", { name: one.name })}
              aria-pressed={one.on_hold === true}
              disabled={!live}
              onClick={() => props.onHold(one.party, one.on_hold !== true)}
            />
          )}
          <IconButton
            icon={one.muted === true ? "micOff" : "mic"}
            label={t("participant.mute", { name: one.name })}
            aria-pressed={one.muted === true}
            disabled={!live}
            onClick={() => props.onMute(one.party, one.muted !== true)}
          />
          {one.role === "third_party" ? (
            <IconButton
              icon="close"
              label={t("participant.remove", { name: one.name })}
              disabled={!live}
              onClick={() => props.onRemove(one.party)}
            />
          ) : null}
        </span>
      ) : null}
    </li>
  );
}
