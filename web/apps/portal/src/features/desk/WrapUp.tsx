import { asProblem, duration } from "@madoguchi/client";
import type { WrapUpRow } from "@madoguchi/protocol";
import { Badge, Bar, Button, SelectField, TextAreaField } from "@madoguchi/ui";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { useSecondsLeft } from "../../shared/Elapsed.tsx";
import { useAction, useLive } from "../../shared/hooks.ts";
import { useServices } from "../../shared/services.ts";
import { problemText, useT } from "../../shared/text.tsx";

const DISPOSITIONS = ["resolved", "follow_up", "transferred", "no_contact", "other"] as const;
const SOON_S = 15;

/** The work after a conversation: how it ended, notes, and the time that is left for them. */
export function WrapUp({ row }: { row: WrapUpRow }): ReactNode {
  const t = useT();
  const { api } = useServices();
  const live = useLive();
  const [disposition, setDisposition] = useState("");
  const [notes, setNotes] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, run] = useAction((error) => setProblem(problemText(t, asProblem(error))));
  const left = useSecondsLeft(row.ends_at);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);

  const finish = (): void => {
    setProblem(null);
    void run(() => api.finish(row.handling, disposition === "" ? null : disposition, notes.trim() === "" ? null : notes.trim()));
  };

  return (
    <section className="wrap-up" aria-label={t("wrap_up.of", { name: row.consumer.name })}>
      <header className="work-head">
        <div className="title">
          <h2 ref={heading} tabIndex={-1}>
            {row.consumer.name}
          </h2>
          <Badge tone="violet" glyph="✎">
            {t("status.wrap_up")}
          </Badge>
          {row.ends_at === null ? null : (
            <span className="timer num" data-soon={left <= SOON_S ? "" : undefined}>
              {t("wrap_up.left", { time: duration(left * 1000) })}
            </span>
          )}
        </div>
      </header>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          finish();
        }}
      >
        {problem === null ? null : (
          <Bar tone="danger" icon="warning" role="alert">
            {problem}
          </Bar>
        )}
        <p className="visually-hidden" role="status">
          {row.ends_at !== null && left <= SOON_S && left > 0 ? t("wrap_up.soon") : ""}
        </p>
        <SelectField
          label={t("wrap_up.disposition")}
          value={disposition}
          onChange={(event) => setDisposition(event.target.value)}
          options={[
            { value: "", label: t("wrap_up.choose") },
            ...DISPOSITIONS.map((value) => ({ value, label: t(`disposition.${value}`) })),
          ]}
        />
        <TextAreaField
          label={t("wrap_up.notes")}
          rows={6}
          maxLength={4000}
          value={notes}
          onChange={(event) => setNotes(event.target.value)}
        />
        <div className="actions">
          {row.ends_at === null ? null : (
            <Button large disabled={!live || busy} onClick={() => void run(() => api.extend(row.handling))}>
              {t("wrap_up.extend")}
            </Button>
          )}
          <Button kind="primary" large type="submit" icon="check" disabled={!live} busy={busy}>
            {t("wrap_up.finish")}
          </Button>
        </div>
      </form>
    </section>
  );
}
