import type { CallRow } from "@madoguchi/protocol";
import { createContext, useCallback } from "react";
import type { BoardSearch } from "../../shared/board.ts";
import { searchWords } from "../../shared/cells.tsx";
import { searchable } from "../../shared/labels.ts";

/** Opens a call's details; rows get it from here because tables draw them by id alone. */
export const BoardActions = createContext<(call: string) => void>(() => undefined);

/** The filter that the URL describes, on top of `which`. */
export function useCallKeep(search: BoardSearch, which: (row: CallRow) => boolean): (row: CallRow) => boolean {
  const { q, queue } = search;
  return useCallback(
    (row: CallRow) => {
      if (!which(row)) return false;
      if (queue !== undefined && row.queue?.id !== queue) return false;
      if (q === undefined) return true;
      return searchWords(row).some((word) => searchable(word).includes(searchable(q)));
    },
    [q, queue, which],
  );
}
