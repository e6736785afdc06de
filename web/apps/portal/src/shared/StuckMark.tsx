import { Icon } from "@madoguchi/ui";
import { useQuery } from "@tanstack/react-query";
import { useCallback, type ReactNode } from "react";
import { useClock } from "./hooks.ts";
import { useServices } from "./services.ts";
import { useT } from "./text.tsx";

export const DOCTOR_SETTINGS = ["doctor", "settings"];
const MINUTE_MS = 60_000;

/** A sign on what has gone on for longer than the organisation's threshold; nothing before. */
export function StuckMark({ since }: { since: string }): ReactNode {
  const t = useT();
  const { api } = useServices();
  const settings = useQuery({ queryKey: DOCTOR_SETTINGS, queryFn: api.doctorSettings, staleTime: 5 * MINUTE_MS });
  const threshold = settings.data?.stuck_min;
  const stuck = useClock(
    useCallback(
      (now: number) => threshold !== undefined && now - Date.parse(since) >= threshold * MINUTE_MS,
      [since, threshold],
    ),
  );
  if (!stuck) return null;
  return (
    <span className="mark" data-tone="danger" title={t("doctor.stuck_mark")}>
      <Icon name="warning" />
      <span className="visually-hidden">{t("doctor.stuck_mark")}</span>
    </span>
  );
}
