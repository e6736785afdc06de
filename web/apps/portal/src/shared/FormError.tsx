import { Bar } from "@madoguchi/ui";
import type { ReactNode } from "react";
import type { Form } from "./form.ts";

/** What the server said of a form that belongs to no field of it; above all fields. */
export function FormError({ form }: { form: Form }): ReactNode {
  return form.error === null ? null : (
    <Bar tone="danger" icon="warning" role="alert">
      {form.error}
    </Bar>
  );
}
