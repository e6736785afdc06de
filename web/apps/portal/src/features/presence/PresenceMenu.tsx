import { asProblem } from "@madoguchi/client";
import type { PresenceRow, PresenceStatus } from "@madoguchi/protocol";
import { Icon, Menu, notify, type MenuGroup } from "@madoguchi/ui";
import type { ReactNode } from "react";
import { Elapsed } from "../../shared/Elapsed.tsx";
import { useAction, useLive } from "../../shared/hooks.ts";
import { lookText, presenceLook, type StateLook } from "../../shared/labels.ts";
import { useServices } from "../../shared/services.ts";
import { problemText, useLanguage, useT } from "../../shared/text.tsx";
import { useStatusChoices } from "../../shared/statuses.ts";

const CHOICES: readonly PresenceStatus[] = ["available", "break", "meal"];
const LAST: readonly PresenceStatus[] = ["unavailable"];

/** The agent's status, and the list to change it. Choosing Available is also the click that lets this page make sound. */
export function PresenceMenu({ presence, work }: { presence: PresenceRow; work: number }): ReactNode {
  const t = useT();
  const { api, ringer, softphone } = useServices();
  const live = useLive();
  const [busy, run] = useAction((error) => {
    notify({ title: t("presence.failed"), detail: problemText(t, asProblem(error)), error: true });
  });
  const language = useLanguage();
  const choose = (status: string, when: "now" | "next"): void => {
    if (status === "available") {
      void ringer.enable();
      void softphone.prepare().then((answer) => {
        if (answer === "denied") notify({ title: t("presence.no_microphone"), detail: t("voice.microphone_denied"), error: true });
      });
    }
    void run(() => api.setPresence(status, when));
  };
  const look = presenceLook(presence.status, presence.custom, language);
  const next =
    presence.next_status === undefined || presence.next_status === null
      ? null
      : presenceLook(presence.next_status, presence.next_custom, language);
  const choices = useStatusChoices(CHOICES, LAST).map((choice) => ({
    value: choice.value,
    label: lookText(t, choice.look),
    glyph: <Dot look={choice.look} />,
  }));
  const groups: MenuGroup[] = [
    {
      kind: "choice",
      label: t("presence.now"),
      value: presence.custom?.id ?? presence.status,
      choices,
      onChange: (status) => choose(status, "now"),
    },
  ];
  if (work > 0) {
    groups.push({
      kind: "choice",
      label: t("presence.next"),
      value: presence.next_custom?.id ?? presence.next_status ?? "",
      choices,
      onChange: (status) => choose(status, "next"),
    });
  }
  return (
    <Menu
      groups={groups}
      trigger={
        <button type="button" className="button presence" disabled={busy || !live} data-tone={look.tone}>
          <span className="visually-hidden">{t("presence.label")}</span>
          <Dot look={look} />
          <span>{lookText(t, look)}</span>
          {next === null ? null : <span className="muted">→ {lookText(t, next)}</span>}
          <span className="muted since">
            <Elapsed since={presence.since} />
          </span>
          <Icon name="chevron" size="small" />
        </button>
      }
    />
  );
}

function Dot({ look }: { look: StateLook }): ReactNode {
  return (
    <span className="dot" data-tone={look.tone} aria-hidden="true">
      {look.glyph}
    </span>
  );
}
