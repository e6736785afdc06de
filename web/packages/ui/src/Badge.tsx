import type { ReactNode } from "react";

export type Tone = "ok" | "info" | "warning" | "danger" | "violet" | "muted";

/** A state: glyph, word and tint together, so that colour never speaks alone. */
export function Badge({ tone, glyph, children }: { tone: Tone; glyph?: string; children: ReactNode }): ReactNode {
  return (
    <span className="badge" data-tone={tone}>
      {glyph === undefined ? null : (
        <span className="glyph" aria-hidden="true">
          {glyph}
        </span>
      )}
      <span className="text">{children}</span>
    </span>
  );
}

/** A number that wants attention; `label` says of what. */
export function Count({ value, label }: { value: number; label: string }): ReactNode {
  if (value <= 0) return null;
  return (
    <span className="count" role="img" aria-label={label}>
      {value > 99 ? "99+" : value}
    </span>
  );
}
