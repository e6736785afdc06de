import type { CustomStatus, PresenceStatus } from "@madoguchi/protocol";
import { useQuery } from "@tanstack/react-query";
import { presenceLook, type StateLook } from "./labels.ts";
import { useServices } from "./services.ts";
import { useLanguage } from "./text.tsx";

/** A status that somebody can choose: what is sent for it, and how it looks. */
export interface StatusChoice {
  value: string;
  look: StateLook;
}

const none: readonly CustomStatus[] = [];

/** The organisation's own statuses; none until they are there. */
export function useCustomStatuses(): readonly CustomStatus[] {
  const { api } = useServices();
  return useQuery({ queryKey: ["statuses"], queryFn: () => api.statuses(), staleTime: 60_000 }).data?.statuses ?? none;
}

/** Built-in statuses before and after the organisation's own. */
export function useStatusChoices(before: readonly PresenceStatus[], after: readonly PresenceStatus[] = []): StatusChoice[] {
  const language = useLanguage();
  const own = useCustomStatuses();
  const builtIn = (status: PresenceStatus): StatusChoice => ({ value: status, look: presenceLook(status, null, language) });
  return [
    ...before.map(builtIn),
    ...own.map((status) => ({ value: status.id, look: presenceLook("custom", status, language) })),
    ...after.map(builtIn),
  ];
}
