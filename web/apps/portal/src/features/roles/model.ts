export type Scope = "all" | "assigned_teams";

interface Rights {
  view?: string | null;
  edit?: string | null;
}

/** Grants after View or Edit of a page was ticked or unticked: Edit needs View, and goes with it. */
export function granted(page: Rights, before: Readonly<Record<string, Scope>>, what: "view" | "edit", on: boolean): Record<string, Scope> {
  const view = page.view ?? undefined;
  const edit = page.edit ?? undefined;
  const scope = (edit === undefined ? undefined : before[edit]) ?? (view === undefined ? undefined : before[view]) ?? "all";
  const gone = new Set(on ? [] : what === "view" ? [view, edit] : [edit]);
  const after = Object.fromEntries(Object.entries(before).filter(([right]) => !gone.has(right)));
  if (!on) return after;
  const added = what === "view" ? [view] : [view, edit];
  for (const right of added) if (right !== undefined) after[right] = scope;
  return after;
}

/** The list with one of its items `by` places further down. */
export function reordered(list: readonly string[], item: string, by: number): string[] {
  const rest = list.filter((one) => one !== item);
  const at = Math.min(Math.max(list.indexOf(item) + by, 0), rest.length);
  return [...rest.slice(0, at), item, ...rest.slice(at)];
}
