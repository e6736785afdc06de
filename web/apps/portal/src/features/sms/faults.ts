import { asProblem, type ProblemError } from "@madoguchi/client";
import { useState } from "react";
import { isTextKey, problemText, useT } from "../../shared/text.tsx";

export interface Faults {
  busy: boolean;
  /** What is wrong that belongs to no field that is shown. */
  error: string | null;
  /** What is wrong with the field of this name. */
  of: (field: string) => string | null;
  submit: (work: () => Promise<void>) => Promise<void>;
}

/** A form's state while it is being sent; the server may find several fields wrong at once. */
export function useFaults(shown: (field: string) => boolean): Faults {
  const t = useT();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ProblemError | null>(null);
  const errors = problem?.errors ?? [];
  const known = errors.some((one) => shown(one.field));
  return {
    busy,
    error: problem === null || known ? null : problemText(t, problem),
    of: (field) => {
      const fault = errors.find((one) => one.field === field);
      if (fault === undefined) return null;
      const key = `sms.fault.${fault.reason ?? ""}`;
      return isTextKey(key) ? t(key) : fault.detail;
    },
    submit: async (work) => {
      setBusy(true);
      setProblem(null);
      try {
        await work();
      } catch (error) {
        setProblem(asProblem(error));
      } finally {
        setBusy(false);
      }
    },
  };
}
