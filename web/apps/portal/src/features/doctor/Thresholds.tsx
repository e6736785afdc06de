import { asProblem, type ProblemError } from "@madoguchi/client";
import type { DoctorSettings } from "@madoguchi/protocol";
import { Bar, Button, notify, TextField } from "@madoguchi/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState, type ReactNode, type SubmitEvent } from "react";
import { useAction } from "../../shared/hooks.ts";
import { Unanswered } from "../../shared/QueryState.tsx";
import { useServices } from "../../shared/services.ts";
import { DOCTOR_SETTINGS } from "../../shared/StuckMark.tsx";
import { problemText, useT } from "../../shared/text.tsx";

const RANGES = { stuck_min: [5, 10_080], no_media_s: [40, 3_600] } as const;
type Field = keyof typeof RANGES;
const FIELDS = Object.keys(RANGES) as Field[];

/** When an interaction counts as stuck, and when a call without media is ended. */
export function Thresholds(): ReactNode {
  const t = useT();
  const { api } = useServices();
  const query = useQuery({ queryKey: DOCTOR_SETTINGS, queryFn: api.doctorSettings, refetchOnWindowFocus: false });
  return (
    <section className="card thresholds" aria-labelledby="thresholds">
      <h2 id="thresholds">{t("doctor.settings")}</h2>
      {query.data === undefined ? <Unanswered query={query} lines={3} /> : <Form key={query.data.version} saved={query.data} />}
    </section>
  );
}

function Form({ saved }: { saved: DoctorSettings }): ReactNode {
  const t = useT();
  const { api } = useServices();
  const queries = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const [draft, setDraft] = useState<Record<Field, string>>({ stuck_min: String(saved.stuck_min), no_media_s: String(saved.no_media_s) });
  const [wrong, setWrong] = useState<ReadonlySet<string>>(new Set());
  const [problem, setProblem] = useState<ProblemError | null>(null);
  const name = (fields: readonly string[]): void => {
    setWrong(new Set(fields));
    form.current?.querySelector<HTMLInputElement>(`[name="${fields[0] ?? ""}"]`)?.focus();
  };
  const [busy, run] = useAction((error) => {
    const found = asProblem(error);
    if (found.code === "stale_version") {
      notify({ title: t("doctor.stale"), detail: problemText(t, found), error: true });
      void queries.invalidateQueries({ queryKey: DOCTOR_SETTINGS });
    } else if (found.errors.length > 0 && found.errors.every((one) => FIELDS.some((field) => field === one.field))) {
      name(found.errors.map((one) => one.field));
    } else {
      setProblem(found);
    }
  });
  const save = (event: SubmitEvent): void => {
    event.preventDefault();
    setProblem(null);
    const out = FIELDS.filter((field) => !isWithin(draft[field], RANGES[field]));
    name(out);
    if (out.length > 0) return;
    void run(async () => {
      queries.setQueryData(DOCTOR_SETTINGS, await api.saveDoctorSettings(saved.version, Number(draft.stuck_min), Number(draft.no_media_s)));
      notify({ title: t("doctor.saved") });
      void queries.invalidateQueries({ queryKey: ["doctor", "anomalies"] });
    });
  };
  const field = (key: Field, label: string, hint: string): ReactNode => {
    const [least, most] = RANGES[key];
    return (
      <TextField
        name={key}
        label={label}
        hint={hint}
        error={wrong.has(key) ? t("doctor.out_of_range", { least: least.toLocaleString("en"), most: most.toLocaleString("en") }) : null}
        inputMode="numeric"
        autoComplete="off"
        maxLength={6}
        disabled={!saved.may_change}
        value={draft[key]}
        onChange={(event) => {
          setWrong(new Set([...wrong].filter((one) => one !== key)));
          setDraft((before) => ({ ...before, [key]: event.target.value }));
        }}
      />
    );
  };
  return (
    <form ref={form} onSubmit={save} noValidate>
      {problem === null ? null : (
        <Bar tone="danger" icon="warning" role="alert">
          {problemText(t, problem)}
        </Bar>
      )}
      {field("stuck_min", t("doctor.stuck_min"), t("doctor.stuck_hint"))}
      {field("no_media_s", t("doctor.no_media_s"), t("doctor.no_media_hint"))}
      {saved.may_change ? (
        <p className="actions">
          <Button kind="primary" type="submit" busy={busy}>
            {t("doctor.save")}
          </Button>
        </p>
      ) : (
        <p className="muted">{t("doctor.read_only")}</p>
      )}
    </form>
  );
}

function isWithin(text: string, [least, most]: readonly [number, number]): boolean {
  const value = Number(text.trim());
  return text.trim() !== "" && Number.isInteger(value) && least <= value && value <= most;
}
