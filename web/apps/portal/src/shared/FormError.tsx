import { Bar, Button } from "@madoguchi/ui";
import type { ReactNode } from "react";
import type { Form } from "./form.ts";
import { useT } from "./text.tsx";

/** What the server said of a form that belongs to no field of it; above all fields. `onReload` shows what there is where somebody else was faster. */
export function FormError({ form, onReload }: { form: Form; onReload?: () => void }): ReactNode {
  const t = useT();
  const reload =
    form.stale && onReload !== undefined ? (
      <Button icon="refresh" onClick={onReload}>
        {t("action.show_present")}
      </Button>
    ) : undefined;
  return form.error === null ? null : (
    <Bar tone="danger" icon="warning" role="alert" {...(reload === undefined ? {} : { actions: reload })}>
      {form.error}
    </Bar>
  );
}
