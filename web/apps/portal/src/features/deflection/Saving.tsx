import { asProblem, type ProblemError } from "@madoguchi/client";
import { Bar, Button, notify } from "@madoguchi/ui";
import { useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode, type SubmitEvent } from "react";
import { changedText } from "../../shared/fields.ts";
import { useAction } from "../../shared/hooks.ts";
import { problemText, useT } from "../../shared/text.tsx";

const ALL = ["deflection"];
export const DEFLECTION_KEY = [...ALL, "all"];

export interface Saving {
  problem: ProblemError | null;
  busy: boolean;
  /** Takes what was wrong as mended: something was changed. */
  forgive: () => void;
  save: (event: SubmitEvent, work: () => Promise<unknown>) => void;
}

/** Saves settings of deflection, and keeps why that failed. */
export function useSaving(): Saving {
  const t = useT();
  const queries = useQueryClient();
  const [problem, setProblem] = useState<ProblemError | null>(null);
  const [busy, run] = useAction((error) => setProblem(asProblem(error)));
  const save = (event: SubmitEvent, work: () => Promise<unknown>): void => {
    event.preventDefault();
    setProblem(null);
    void run(async () => {
      await work();
      await queries.invalidateQueries({ queryKey: ALL });
      notify({ title: t("deflection.saved") });
    });
  };
  return { problem, busy, forgive: () => setProblem(null), save };
}

/** Why settings were not saved; where somebody else was faster, a way to see what he has saved. */
export function NotSaved({ problem }: { problem: ProblemError | null }): ReactNode {
  const t = useT();
  const queries = useQueryClient();
  if (problem === null) return null;
  const stale = problem.code === "stale_version";
  return (
    <Bar
      tone="danger"
      icon="warning"
      role="alert"
      actions={
        stale ? (
          <Button icon="refresh" onClick={() => void queries.invalidateQueries({ queryKey: ALL })}>
            {t("queues.reload")}
          </Button>
        ) : undefined
      }
    >
      {problem.errors.length > 0 ? t("queues.look_at_fields") : problemText(t, problem)} {stale ? changedText(t, problem) : null}
    </Bar>
  );
}
