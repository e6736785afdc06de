import type { HoursNow } from "@madoguchi/protocol";
import { Badge } from "@madoguchi/ui";
import type { ReactNode } from "react";
import { useClock } from "../../shared/hooks.ts";
import { useLanguage, useT } from "../../shared/text.tsx";
import { momentIn } from "./words.ts";

/** Open or closed now. It turns by itself when the time comes; what follows then is read from the server again. */
export function NowBadge({ now }: { now: HoursNow }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const turned = useClock((at) => now.until !== null && at >= Date.parse(now.until));
  const open = now.open !== turned;
  const until = now.until === null || turned ? null : momentIn(now.until, now.zone, language);
  return (
    <span className="hours-now">
      <Badge tone={open ? "ok" : "muted"} glyph={open ? "●" : "○"}>
        {t(open ? "hours.now_open" : "hours.now_closed")}
      </Badge>
      {until === null ? null : <span className="muted">{t(open ? "hours.until" : "hours.opens", { time: until })}</span>}
    </span>
  );
}
