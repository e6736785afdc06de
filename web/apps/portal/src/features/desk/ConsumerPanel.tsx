import { dateAndTime } from "@madoguchi/client";
import { Badge } from "@madoguchi/ui";
import type { ReactNode } from "react";
import { Span } from "../../shared/Elapsed.tsx";
import { languageName, queuePath } from "../../shared/labels.ts";
import { useServices } from "../../shared/services.ts";
import { useLanguage, useT } from "../../shared/text.tsx";
import { ConsumerHistory } from "./ConsumerHistory.tsx";
import type { Selected } from "./model.ts";

/** What is known of the consumer and of how he came. */
export function ConsumerPanel({ selected }: { selected: Selected }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { connection } = useServices();
  const { row } = selected;
  const { consumer } = row;
  const live = selected.kind === "wrap_up" ? null : selected.row;
  const medium = selected.kind === "call" ? t(`medium.${selected.row.medium}`) : selected.kind === "chat" ? t(`medium.${selected.row.medium ?? "web"}`) : t(row.kind === "wrap_up" && row.channel === "call" ? "channel.call" : "channel.chat");
  return (
    <aside className="panel" aria-label={t("consumer.profile")}>
      <h2>{t("consumer.profile")}</h2>
      <p className="flags">
        <strong>{consumer.name}</strong>
        {consumer.anonymous ? <Badge tone="muted" glyph="?">{t("consumer.anonymous")}</Badge> : null}
      </p>
      <dl>
        {consumer.phone === undefined || consumer.phone === null ? null : (
          <Item label={t("consumer.phone")} wide>
            <span className="num">{consumer.phone}</span>
          </Item>
        )}
        <Item label={t("consumer.channel")}>{medium}</Item>
        {live === null ? null : <Item label={t("consumer.language")}>{languageName(live.language, language)}</Item>}
        <Item label={t("consumer.id")} wide>
          <span className="mono">{consumer.id}</span>
        </Item>
      </dl>
      <h2>{t("consumer.issue")}</h2>
      <p>{queuePath(row.queue, language)}</p>
      <dl>
        {live === null ? null : (
          <>
            <Item label={t("column.wait")}>
              <Span from={live.queued_at} to={live.answered_at} />
            </Item>
            <Item label={t("column.transfers")}>{live.transfers.length}</Item>
          </>
        )}
        <Item label={t("consumer.came")} wide>
          {dateAndTime(row.started_at, language, connection.now())}
        </Item>
      </dl>
      {live === null || live.transfers.length === 0 ? null : (
        <>
          <h2>{t("consumer.transfers")}</h2>
          <ul className="transfers">
            {live.transfers.map((transfer) => (
              <li key={transfer.at}>
                <time className="muted" dateTime={transfer.at}>
                  {dateAndTime(transfer.at, language, connection.now())}
                </time>{" "}
                {transfer.from?.name ?? "–"} → {transfer.to_agent?.name ?? queuePath(transfer.to_queue, language)}
              </li>
            ))}
          </ul>
        </>
      )}
      <ConsumerHistory
        key={consumer.id}
        consumer={consumer.id}
        name={consumer.name}
        besides={selected.kind === "wrap_up" ? selected.row.interaction : row.id}
      />
    </aside>
  );
}

function Item({ label, children, wide }: { label: string; children: ReactNode; wide?: boolean }): ReactNode {
  return (
    <div className={wide === true ? "wide" : ""}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
