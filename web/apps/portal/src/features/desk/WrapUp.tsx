import { asProblem, duration } from "@madoguchi/client";
import type { Dispositions, WrapUpRow } from "@madoguchi/protocol";
import { Badge, Bar, Button, SelectField, TextAreaField } from "@madoguchi/ui";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { useSecondsLeft } from "../../shared/Elapsed.tsx";
import { useAction, useLive } from "../../shared/hooks.ts";
import { useServices } from "../../shared/services.ts";
import { problemText, useLanguage, useT, type T } from "../../shared/text.tsx";
import type { Language } from "../../shared/settings.ts";
import { choices } from "./dispositions.ts";

/** Offered where the organisation has set up none. */
const USUAL = ["resolved", "follow_up", "transferred", "no_contact", "other"] as const;
const SOON_S = 15;
const DRAFT_MS = 800;

/** The work after a conversation: how it ended, notes, and the time that is left for them. */
export function WrapUp({ row }: { row: WrapUpRow }): ReactNode {
  const t = useT();
  const { api } = useServices();
  const live = useLive();
  const language = useLanguage();
  const [disposition, setDisposition] = useState(row.disposition ?? "");
  const [notes, setNotes] = useState(row.notes ?? "");
  const [problem, setProblem] = useState<string | null>(null);
  const [wrong, setWrong] = useState<{ field: string; text: string } | null>(null);
  const [busy, run] = useAction((error) => {
    const found = asProblem(error);
    if (found.field === "disposition" || found.field === "notes") setWrong({ field: found.field, text: problemText(t, found) });
    else setProblem(problemText(t, found));
  });
  const query = useQuery({ queryKey: ["dispositions"], queryFn: api.dispositions });
  const options = useMemo(() => optionsOf(query.data, row.queue?.id ?? null, language, t), [query.data, row.queue, language, t]);
  useDraft(row, disposition, notes);
  const left = useSecondsLeft(row.ends_at);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);

  const finish = (): void => {
    setProblem(null);
    setWrong(null);
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
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          finish();
        }}
      >
        {row.dismissed === true ? (
          <Bar tone="info" icon="info" role="status">
            {t(row.channel === "call" ? "wrap_up.dismissed_call" : "wrap_up.dismissed_chat")}
          </Bar>
        ) : null}
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
          error={wrong?.field === "disposition" ? wrong.text : null}
          required={query.data?.required === true}
          value={disposition}
          onChange={(event) => setDisposition(event.target.value)}
          options={[{ value: "", label: t("wrap_up.choose") }, ...options]}
        />
        <TextAreaField
          label={t("wrap_up.notes")}
          hint={t("wrap_up.kept")}
          error={wrong?.field === "notes" ? wrong.text : null}
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

function optionsOf(known: Dispositions | undefined, queue: string | null, language: Language, t: T): { value: string; label: string }[] {
  if (known === undefined) return [];
  if (known.dispositions.length === 0) return USUAL.map((value) => ({ value, label: t(`disposition.${value}`) }));
  return choices(known.dispositions, queue, language).map((one) => ({ value: one.id, label: one.label }));
}

/** Keeps what was chosen and written with the server, a moment after the last key, and when the page turns to other work. */
function useDraft(row: WrapUpRow, disposition: string, notes: string): void {
  const { api } = useServices();
  const kept = useRef({ disposition: row.disposition ?? "", notes: row.notes ?? "" });
  const latest = useRef({ disposition, notes });
  useEffect(() => {
    latest.current = { disposition, notes };
  });
  useEffect(() => {
    const keep = (): void => {
      const now = latest.current;
      if (kept.current.disposition === now.disposition && kept.current.notes === now.notes) return;
      kept.current = now;
      // A draft is a courtesy; finishing sends everything again.
      api.draft(row.handling, now.disposition, now.notes).catch(() => undefined);
    };
    const timer = setTimeout(keep, DRAFT_MS);
    return () => clearTimeout(timer);
  }, [api, row.handling, disposition, notes]);
}
