import type { ChangedMeanwhile, FieldProblem, Problem } from "@madoguchi/protocol";

/** The server refused, or could not be asked (`code` is then `network`, `disconnected` or `timeout`). */
export class ProblemError extends Error {
  // Declared only, as the constructor sets them all: the widget has to stay small.
  declare readonly status: number;
  declare readonly code: string;
  declare readonly title: string;
  declare readonly detail: string;
  declare readonly field: string | null;
  /** Which of the code's cases this is, where it has several. */
  declare readonly reason: string | null;
  /** How many characters of the field stand before what is wrong with it. */
  declare readonly position: number | null;
  declare readonly errors: readonly FieldProblem[];
  /** What others did to the thing since the caller read it, the newest first. */
  declare readonly changed: readonly ChangedMeanwhile[];

  constructor(problem: Partial<Problem> & { code: string }) {
    super(problem.detail ?? problem.title ?? problem.code);
    this.name = "ProblemError";
    this.status = problem.status ?? 0;
    this.code = problem.code;
    this.title = problem.title ?? "";
    this.detail = problem.detail ?? "";
    this.field = problem.field ?? null;
    this.reason = problem.reason ?? null;
    this.position = problem.position ?? null;
    this.errors = problem.errors ?? [];
    this.changed = problem.changed ?? [];
  }

  /** Nothing has happened, so the same request may succeed later. */
  get retryable(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500 || this.code === "unavailable";
  }
}

/** Returns any failure as a problem. */
export function asProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  return new ProblemError({ code: "unexpected", detail: error instanceof Error ? error.message : String(error) });
}
