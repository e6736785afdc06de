import { timeOfDay } from "@madoguchi/client";
import type { WhisperRow } from "@madoguchi/protocol";
import { Icon } from "@madoguchi/ui";
import type { ReactNode } from "react";
import { useLanguage, useT } from "./text.tsx";

const SHOWN = 5;

/** The last lines that supervisors wrote to the agent alone. */
export function Whispers({ rows }: { rows: readonly WhisperRow[] }): ReactNode {
  const t = useT();
  const language = useLanguage();
  if (rows.length === 0) return null;
  return (
    <section className="whispers" aria-label={t("whisper.title")}>
      <h3>
        <Icon name="ear" size="small" /> {t("whisper.title")}
      </h3>
      <ul aria-live="polite">
        {rows.slice(-SHOWN).map((row) => (
          <li key={row.id}>
            <strong>{row.sender.name}</strong>{" "}
            <time className="muted num" dateTime={row.at}>
              {timeOfDay(row.at, language)}
            </time>
            <p>{row.text}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
