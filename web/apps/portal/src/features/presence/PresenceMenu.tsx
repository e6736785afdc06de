import { asProblem } from "@madoguchi/client";
import type { PresenceRow, PresenceStatus } from "@madoguchi/protocol";
import { Icon, Menu, notify, type MenuGroup } from "@madoguchi/ui";
import type { ReactNode } from "react";
import { Elapsed } from "../../shared/Elapsed.tsx";
import { useAction, useLive } from "../../shared/hooks.ts";
import { presenceLook } from "../../shared/labels.ts";
import { useServices } from "../../shared/services.ts";
import { problemText, useT } from "../../shared/text.tsx";

const CHOICES: readonly PresenceStatus[] = ["available", "break", "meal", "unavailable"];

/** The agent's status, and the list to change it. Choosing Available is also the click that lets this page make sound. */
export function PresenceMenu({ presence, work }: { presence: PresenceRow; work: number }): ReactNode {
  const t = useT();
  const { api, ringer, softphone } = useServices();
  const live = useLive();
  const [busy, run] = useAction((error) => {
    notify({ title: t("presence.failed"), detail: problemText(t, asProblem(error)), error: true });
  });
  const choose = (status: PresenceStatus, when: "now" | "next"): void => {
    if (status === "available") {
      void ringer.enable();
      void softphone.prepare().then((answer) => {
        if (answer === "denied") notify({ title: t("presence.no_microphone"), detail: t("voice.microphone_denied"), error: true });
      });
    }
    void run(() => api.setPresence(status, when));
  };
  const look = presenceLook(presence.status);
  const choices = CHOICES.map((status) => ({
    value: status,
    label: t(`status.${status}`),
    glyph: <Dot status={status} />,
  }));
  const groups: MenuGroup[] = [
    {
      kind: "choice",
      label: t("presence.now"),
      value: presence.status,
      choices,
      onChange: (status) => choose(status as PresenceStatus, "now"),
    },
  ];
  if (work > 0) {
    groups.push({
      kind: "choice",
      label: t("presence.next"),
      value: presence.next_status ?? "",
      choices,
      onChange: (status) => choose(status as PresenceStatus, "next"),
    });
  }
  return (
    <Menu
      groups={groups}
      trigger={
        <button type="button" className="button presence" disabled={busy || !live} data-tone={look.tone}>
          <span className="visually-hidden">{t("presence.label")}</span>
          <Dot status={presence.status} />
          <span>{t(look.label)}</span>
          {presence.next_status === undefined || presence.next_status === null ? null : (
            <span className="muted">→ {t(presenceLook(presence.next_status).label)}</span>
          )}
          <span className="muted since">
            <Elapsed since={presence.since} />
          </span>
          <Icon name="chevron" size="small" />
        </button>
      }
    />
  );
}

function Dot({ status }: { status: PresenceStatus }): ReactNode {
  const look = presenceLook(status);
  return (
    <span className="dot" data-tone={look.tone} aria-hidden="true">
      {look.glyph}
    </span>
  );
}
