import { Button } from "@madoguchi/ui";
import type { ReactNode } from "react";
import { Failed } from "./QueryState.tsx";
import { useT } from "./text.tsx";

interface Paged {
  error: Error | null;
  hasNextPage: boolean;
  isFetchNextPageError: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => Promise<unknown>;
}

/** Below a list that comes in pages: the way to the next one, or why it did not come. */
export function More({ query }: { query: Paged }): ReactNode {
  const t = useT();
  const next = (): void => void query.fetchNextPage();
  if (query.isFetchNextPageError) return <Failed error={query.error} onRetry={next} />;
  if (!query.hasNextPage) return null;
  return (
    <Button busy={query.isFetchingNextPage} onClick={next}>
      {t("board.more")}
    </Button>
  );
}
