import { asProblem, type ProblemError } from "@madoguchi/client";
import { useState } from "react";
import { problemText, useT } from "./text.tsx";

export interface Form {
  busy: boolean;
  /** What is wrong that belongs to no field that is shown. */
  error: string | null;
  /** Whether somebody else was faster: what one sees is not what there is. */
  stale: boolean;
  errorOf: (field: string) => string | null;
  /** Runs `work`; what it raises is shown at its field, or above all. */
  submit: (work: () => Promise<void>, fields?: readonly string[]) => Promise<void>;
  clear: () => void;
}

/** A form's state while it is being sent, and what the server said of it. */
export function useForm(): Form {
  const t = useT();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<{ problem: ProblemError; fields: readonly string[] } | null>(null);
  const field = problem?.problem.field ?? null;
  const shown = field !== null && problem !== null && problem.fields.includes(field);
  return {
    busy,
    stale: problem?.problem.code === "stale_version",
    error: problem === null || shown ? null : problemText(t, problem.problem),
    errorOf: (name) => (problem !== null && shown && field === name ? problemText(t, problem.problem) : null),
    submit: async (work, fields = []) => {
      setBusy(true);
      setProblem(null);
      try {
        await work();
      } catch (error) {
        setProblem({ problem: asProblem(error), fields });
      } finally {
        setBusy(false);
      }
    },
    clear: () => setProblem(null),
  };
}
