import { IconButton, Menu, type MenuAction } from "@madoguchi/ui";
import type { ReactNode } from "react";
import { useT } from "./text.tsx";

/** The ⋮ of a table row; what cannot be undone comes last, set apart. */
export function RowMenu({ name, actions }: { name: string; actions: MenuAction[] }): ReactNode {
  const t = useT();
  const safe = actions.filter((action) => action.danger !== true);
  const dangerous = actions.filter((action) => action.danger === true);
  if (actions.length === 0) return null;
  return (
    <Menu
      trigger={<IconButton icon="more" label={t("action.for", { name })} />}
      groups={[safe, dangerous].filter((items) => items.length > 0).map((items) => ({ kind: "actions" as const, items }))}
    />
  );
}
