import type { DeskCallRow } from "@madoguchi/protocol";
import { notify } from "@madoguchi/ui";
import { useEffect, useRef } from "react";
import { endReason } from "../../shared/labels.ts";
import { useServices } from "../../shared/services.ts";
import { isTextKey, useT } from "../../shared/text.tsx";

/** Tells why a call that the agent made was not answered: its row is gone by then, so the server is asked. */
export function useDialOutcome(calls: readonly DeskCallRow[]): void {
  const t = useT();
  const { api } = useServices();
  const before = useRef<readonly DeskCallRow[]>([]);
  useEffect(() => {
    const gone = before.current.filter((row) => row.state === "dialling" && !calls.some((each) => each.id === row.id));
    before.current = calls;
    for (const row of gone) {
      api.call(row.id).then(
        (call) => {
          if (call.end_reason === "agent_hung_up") return;
          notify({ title: t("dial.not_reached", { name: row.consumer.name }), detail: endReason(t, call.end_reason, isTextKey), error: true });
        },
        () => undefined,
      );
    }
  }, [calls, api, t]);
}
