import { asProblem } from "@madoguchi/client";
import { Confirm, notify } from "@madoguchi/ui";
import { createContext, useMemo, useState, type ReactNode } from "react";
import { useAction } from "./hooks.ts";
import { useServices } from "./services.ts";
import { problemText, useT } from "./text.tsx";

/** A call that somebody is about to end, with its consumer's name. */
export interface Ending {
  call: string;
  name: string;
}

/** Asks whether a call is to be ended; rows get it from here because tables draw them by id alone. */
export const EndCallAction = createContext<(ending: Ending) => void>(() => undefined);

/** Lets what is inside end calls by `EndCallAction`. */
export function EndsCalls({ children }: { children: ReactNode }): ReactNode {
  const [ending, setEnding] = useState<Ending | null>(null);
  const close = useMemo(() => () => setEnding(null), []);
  return (
    <EndCallAction value={setEnding}>
      {children}
      <ConfirmEnd ending={ending} onClose={close} />
    </EndCallAction>
  );
}

/** Asks first, then ends the call; `onClose` is told whether that was done. */
export function ConfirmEnd({ ending, onClose }: { ending: Ending | null; onClose: (done: boolean) => void }): ReactNode {
  const t = useT();
  const { api } = useServices();
  const [busy, run] = useAction((error) => {
    notify({ title: t("call.action_failed"), detail: problemText(t, asProblem(error)), error: true });
  });
  return (
    <Confirm
      open={ending !== null}
      title={t("call.end_title")}
      confirmLabel={t("action.confirm")}
      cancelLabel={t("action.cancel")}
      busy={busy}
      onCancel={() => onClose(false)}
      onConfirm={() => {
        if (ending !== null) void run(() => api.endCall(ending.call)).then(onClose);
      }}
    >
      {t("call.end_stuck_detail", { name: ending?.name ?? "" })}
    </Confirm>
  );
}
