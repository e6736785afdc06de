import type { DeskCallRow } from "@madoguchi/protocol";
import { notify } from "@madoguchi/ui";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { endReason } from "../../shared/labels.ts";
import { useServices } from "../../shared/services.ts";
import { isTextKey, useT } from "../../shared/text.tsx";

const AGAIN_MS = 1_000;
const UNANSWERED: ReadonlySet<string> = new Set(["busy", "declined", "no_answer", "unreachable"]);

/**
 * Tells why a call that the agent made was not answered; call what it returns with a call that has just been made.
 *
 * The server is asked whenever the desk does not show the call: a call that is refused at once comes and goes within one
 * frame, and its row is never seen.
 */
export function useDialOutcome(calls: readonly DeskCallRow[]): (call: string) => void {
  const t = useT();
  const { api } = useServices();
  const [dialled, setDialled] = useState<string | null>(null);
  const shown = calls.find((row) => row.state === "dialling")?.id ?? null;
  const there = calls.some((row) => row.id === dialled);
  const { data } = useQuery({
    queryKey: ["dialled", dialled],
    queryFn: () => api.call(dialled ?? ""),
    enabled: dialled !== null && !there,
    refetchInterval: (current) => (current.state.data?.state === "dialling" ? AGAIN_MS : false),
  });
  useEffect(() => {
    if (shown !== null) setDialled(shown);
  }, [shown]);
  useEffect(() => {
    if (data === undefined || data.id !== dialled || data.state === "dialling") return;
    setDialled(null);
    if (!UNANSWERED.has(data.end_reason ?? "")) return;
    notify({ title: t("dial.not_reached", { name: data.consumer.name }), detail: endReason(t, data.end_reason, isTextKey), error: true });
  }, [data, dialled, t]);
  return setDialled;
}
