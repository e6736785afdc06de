import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";

/** Changes filters; an empty one is taken out of the URL. */
export type ChangeFilters<Filters> = (by: Partial<Record<keyof Filters, string>>) => void;

/** The filters that the page's URL says, as `read` understands it, and how to change them. */
export function useFilters<Filters extends object>(read: (raw: Record<string, unknown>) => Filters): [Filters, ChangeFilters<Filters>] {
  const navigate = useNavigate();
  const raw: unknown = useSearch({ strict: false });
  const filters = useMemo(() => read(raw as Record<string, unknown>), [raw, read]);
  const change: ChangeFilters<Filters> = (by) => {
    const after = Object.fromEntries(Object.entries({ ...filters, ...by }).filter(([, value]) => value !== ""));
    void navigate({ to: ".", replace: true, search: after });
  };
  return [filters, change];
}
