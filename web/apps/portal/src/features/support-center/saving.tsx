import { asProblem, dateAndTime, type ProblemError } from "@madoguchi/client";
import type { FieldProblem, HoursSigned } from "@madoguchi/protocol";
import { Bar, Button, notify } from "@madoguchi/ui";
import { useState, type ReactNode } from "react";
import { useServices } from "../../shared/services.ts";
import { problemText, useLanguage, useT } from "../../shared/text.tsx";
import { changedParts, errorsOf, NO_ERRORS, sameRecord, type Errors } from "./model.ts";
import { reasonText } from "./words.ts";

export interface Draft<Record> {
  value: Record;
  set: (change: Partial<Record>) => void;
  dirty: boolean;
  errors: Errors;
  busy: boolean;
  problem: ProblemError | null;
  stale: boolean;
  discard: () => void;
  save: () => Promise<boolean>;
  /** Goes on with what one has written, over what somebody else has saved. */
  keepMine: () => Promise<void>;
}

/**
 * A record while it is edited. `saved` is as the server has it, at `version`; what was written stays when somebody else saves,
 * and the server then refuses the old version.
 */
export function useDraft<Record extends object>(options: {
  saved: Record;
  version: number;
  write: (value: Record, version: number) => Promise<unknown>;
  reload: () => Promise<unknown>;
  fresh?: boolean;
}): Draft<Record> {
  const t = useT();
  const { saved, version, write, reload } = options;
  const [draft, setDraft] = useState<{ value: Record; version: number; from: Record; overwrite: boolean } | null>(null);
  const [errors, setErrors] = useState<Errors>(NO_ERRORS);
  const [problem, setProblem] = useState<ProblemError | null>(null);
  const [busy, setBusy] = useState(false);
  const value = draft?.value ?? saved;
  const dirty = options.fresh === true || (draft !== null && !sameRecord(draft.value, draft.from));
  const stale = problem?.code === "stale_version";
  const discard = (): void => {
    setDraft(null);
    setErrors(NO_ERRORS);
    setProblem(null);
  };
  const save = async (): Promise<boolean> => {
    setBusy(true);
    try {
      await write(value, draft === null || draft.overwrite ? version : draft.version);
      await reload();
      discard();
      notify({ title: t("hours.saved") });
      return true;
    } catch (error) {
      const told = asProblem(error);
      const fields: FieldProblem[] = told.errors.length > 0 ? [...told.errors] : [];
      setErrors(errorsOf(fields));
      setProblem(told);
      if (told.code === "stale_version") await reload();
      return false;
    } finally {
      setBusy(false);
    }
  };
  return {
    value,
    dirty,
    errors,
    busy,
    problem,
    stale,
    discard,
    save,
    set: (change) => setDraft((before) => ({ version, from: saved, overwrite: false, ...before, value: { ...(before?.value ?? saved), ...change } })),
    keepMine: async () => {
      await reload();
      setDraft((before) => (before === null ? null : { ...before, overwrite: true }));
      setProblem(null);
    },
  };
}

/** Save, discard, and what stands in the way of it. */
export function SaveBar<Record extends object>(props: {
  draft: Draft<Record>;
  saved: Record;
  signed: HoursSigned | null;
  label: string;
  /** Whether an input shows the error at this place. */
  shown: (place: string) => boolean;
  partName: (part: string) => string;
  onDiscard?: () => void;
}): ReactNode {
  const t = useT();
  const { draft, signed } = props;
  const rest = [...draft.errors.values()].filter((error) => !props.shown(error.field));
  return (
    <div className="hours-save">
      {draft.stale && signed !== null ? <Stale draft={draft} saved={props.saved} signed={signed} partName={props.partName} /> : null}
      {draft.problem !== null && !draft.stale ? (
        <div role="alert" className="hours-problem">
          <p>{draft.errors.size > 0 ? t("hours.mend") : problemText(t, draft.problem)}</p>
          {rest.length === 0 ? null : (
            <ul>
              {rest.map((error) => (
                <li key={error.field}>{reasonText(t, error)}</li>
              ))}
            </ul>
          )}
        </div>
      ) : null}
      <div className="actions">
        <span role="status" className="muted">
          {draft.dirty && !draft.stale ? t("hours.unsaved") : ""}
        </span>
        <Button disabled={!draft.dirty} onClick={props.onDiscard ?? draft.discard}>
          {t("hours.discard")}
        </Button>
        <Button kind="primary" busy={draft.busy} disabled={!draft.dirty || draft.stale} onClick={() => void draft.save()}>
          {props.label}
        </Button>
      </div>
    </div>
  );
}

/** Somebody else has saved: who, when and what; nothing that was written is lost. */
export function Stale<Record extends object>(props: {
  draft: Draft<Record>;
  saved: Record;
  signed: HoursSigned;
  partName: (part: string) => string;
}): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { connection } = useServices();
  const parts = changedParts(props.draft.value as never, props.saved as never).map(props.partName);
  return (
    <Bar
      tone="warning"
      icon="warning"
      role="alert"
      actions={
        <>
          <Button onClick={props.draft.discard}>{t("hours.take_theirs")}</Button>
          <Button onClick={() => void props.draft.keepMine()}>{t("hours.keep_mine")}</Button>
        </>
      }
    >
      {t("hours.stale", { name: props.signed.name, time: dateAndTime(props.signed.at, language, connection.now()) })}{" "}
      {parts.length === 0 ? null : t("hours.stale_parts", { parts: parts.join(language === "ja" ? "、" : ", ") })}
    </Bar>
  );
}
