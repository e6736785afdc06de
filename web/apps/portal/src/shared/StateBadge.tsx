import { Badge } from "@madoguchi/ui";
import type { ReactNode } from "react";
import { lookText, type StateLook } from "./labels.ts";
import { useT } from "./text.tsx";

export function StateBadge({ look }: { look: StateLook }): ReactNode {
  const t = useT();
  return (
    <Badge tone={look.tone} glyph={look.glyph}>
      {lookText(t, look)}
    </Badge>
  );
}
