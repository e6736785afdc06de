import { Bar, Button, notify } from "@madoguchi/ui";
import { useEffect, type ReactNode } from "react";
import type { Armed } from "../../shared/arming.ts";
import { useAllRows, useSubscriptionStatus, useValue, useView } from "../../shared/hooks.ts";
import { useServices } from "../../shared/services.ts";
import { useT } from "../../shared/text.tsx";

/** One bar for each agent whose next call or chat is waited for. Agents are watched only while there is one. */
export function ArmedBars({ onChat }: { onChat: (chat: string) => void }): ReactNode {
  const { arming } = useServices();
  const armed = useValue(arming.armed);
  return armed.length === 0 ? null : <Waiting armed={armed} onChat={onChat} />;
}

function Waiting({ armed, onChat }: { armed: readonly Armed[]; onChat: (chat: string) => void }): ReactNode {
  const t = useT();
  const { arming } = useServices();
  const view = useView("agents");
  const rows = useAllRows(view);
  const { phase } = useSubscriptionStatus(view);
  useEffect(() => {
    if (phase !== "live") return;
    for (const one of arming.follow(rows)) notify({ title: t("arm.lost", { name: one.name }), error: true });
  }, [arming, phase, rows, t]);
  return (
    <div className="monitor-bars">
      {armed.map((one) => (
        <Bar
          key={one.agent}
          tone={one.chat === null ? "info" : "warning"}
          icon="ear"
          role="region"
          label={t("arm.region", { name: one.name })}
          actions={
            <>
              {one.chat === null ? null : <View chat={one.chat.id} agent={one.agent} onChat={onChat} />}
              <Button onClick={() => arming.disarm(one.agent)}>{t("arm.stop")}</Button>
            </>
          }
        >
          <span role="status">
            {one.chat === null ? t("arm.waiting", { name: one.name }) : t("arm.chat", { name: one.name, consumer: one.chat.name })}
          </span>
        </Bar>
      ))}
    </div>
  );
}

function View({ chat, agent, onChat }: { chat: string; agent: string; onChat: (chat: string) => void }): ReactNode {
  const t = useT();
  const { arming } = useServices();
  return (
    <Button
      onClick={() => {
        arming.disarm(agent);
        onChat(chat);
      }}
    >
      {t("arm.view_chat")}
    </Button>
  );
}
