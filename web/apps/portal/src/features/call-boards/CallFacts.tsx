import type { CallRow } from "@madoguchi/protocol";
import type { ReactNode } from "react";
import { At, callType } from "../../shared/cells.tsx";
import { languageName } from "../../shared/labels.ts";
import { useLanguage, useT } from "../../shared/text.tsx";

/** The last cells of a live call's row, which one looks up: its type, its language, since when, its ID. */
export function CallFacts({ row, at }: { row: CallRow; at: string | null | undefined }): ReactNode {
  const t = useT();
  const language = useLanguage();
  return (
    <>
      <div className="cell" role="cell">
        {callType(t, row)}
      </div>
      <div className="cell" role="cell">
        {languageName(row.language, language)}
      </div>
      <div className="cell end" role="cell">
        <At time={at} />
      </div>
      <div className="cell muted" role="cell" title={row.id}>
        {row.id}
      </div>
    </>
  );
}
