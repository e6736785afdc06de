import { asProblem } from "@madoguchi/client";
import { Failure, Skeleton } from "@madoguchi/ui";
import type { ReactNode } from "react";
import { problemText, useT } from "./text.tsx";

interface Asked {
  error: Error | null;
  refetch: () => Promise<unknown>;
}

/** What stands in the place of an answer that is not there: that it loads, or why it failed and a way to ask again. */
export function Unanswered({ query, lines = 8 }: { query: Asked; lines?: number }): ReactNode {
  const t = useT();
  if (query.error === null) return <Skeleton lines={lines} label={t("state.loading")} />;
  return <Failed error={query.error} onRetry={() => void query.refetch()} />;
}

/** Why something could not be read, and a way to ask again. */
export function Failed({ error, onRetry }: { error: unknown; onRetry: () => void }): ReactNode {
  const t = useT();
  return <Failure title={t("state.failed")} detail={problemText(t, asProblem(error))} retryLabel={t("action.retry")} onRetry={onRetry} />;
}
