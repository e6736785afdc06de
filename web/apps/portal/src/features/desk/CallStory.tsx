import { timeOfDay } from "@madoguchi/client";
import type { DeskCallRow } from "@madoguchi/protocol";
import { Icon, type IconName } from "@madoguchi/ui";
import type { ReactNode } from "react";
import { queuePath, type StateLook } from "../../shared/labels.ts";
import type { Language } from "../../shared/settings.ts";
import { useLanguage, useT, type T } from "../../shared/text.tsx";

interface Event {
  at: string;
  icon: IconName;
  tone: StateLook["tone"];
  text: string;
}

/** What has happened in the call so far, oldest first. */
export function callEvents(call: DeskCallRow, t: T, language: Language): Event[] {
  const events: Event[] = [{ at: call.started_at, icon: "phone", tone: "muted", text: t(call.direction === "outbound" ? "story.started_outbound" : `story.started_${call.medium}`) }];
  if (call.queued_at !== undefined && call.queued_at !== null) {
    events.push({ at: call.queued_at, icon: "clock", tone: "muted", text: t("story.queued", { queue: queuePath(call.queue, language) }) });
  }
  for (const transfer of call.transfers) {
    const to = transfer.to_agent?.name ?? transfer.to_number ?? queuePath(transfer.to_queue, language);
    events.push({
      at: transfer.at,
      icon: "transfer",
      tone: "info",
      text: t("story.transferred", { from: transfer.from?.name ?? "–", to }),
    });
  }
  for (const participant of call.participants) {
    if (participant.role === "consumer" || !participant.connected) continue;
    events.push({ at: participant.since, icon: participant.role === "agent" ? "desk" : "users", tone: "ok", text: t("story.joined", { name: participant.name }) });
  }
  return events.sort((a, b) => a.at.localeCompare(b.at));
}

export function CallStory({ call }: { call: DeskCallRow }): ReactNode {
  const t = useT();
  const language = useLanguage();
  return (
    <>
      <h3>{t("story.title")}</h3>
      <ol>
        {callEvents(call, t, language).map((event) => (
          <li key={`${event.at} ${event.text}`}>
            <span className="disc" data-tone={event.tone}>
              <Icon name={event.icon} size="small" />
            </span>
            <span>{event.text}</span>
            <time className="muted" dateTime={event.at}>
              {timeOfDay(event.at, language)}
            </time>
          </li>
        ))}
      </ol>
    </>
  );
}
