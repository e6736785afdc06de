import { HoursApi } from "@madoguchi/client";
import { Confirm, Skeleton } from "@madoguchi/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useBlocker } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, type ReactNode } from "react";
import { Failed } from "../../shared/QueryState.tsx";
import { useClock } from "../../shared/hooks.ts";
import { useServices } from "../../shared/services.ts";
import { useT } from "../../shared/text.tsx";
import { CustomCard } from "./CustomCard.tsx";
import { DetailsCard } from "./DetailsCard.tsx";
import { HolidaysCard } from "./HolidaysCard.tsx";
import "./support-center.css";
import { TryCard } from "./TryCard.tsx";

/** Settings > Support center details: who we are, when we are open, and why we are closed. */
export function SupportCenterPage(): ReactNode {
  const t = useT();
  const { api, can } = useServices();
  const hours = useMemo(() => new HoursApi(api.http), [api]);
  const client = useQueryClient();
  const editable = can("settings.support_center.edit");
  const queries = {
    center: useQuery({ queryKey: ["hours", "center"], queryFn: () => hours.center() }),
    custom: useQuery({ queryKey: ["hours", "custom"], queryFn: () => hours.custom() }),
    folders: useQuery({ queryKey: ["hours", "folders"], queryFn: () => hours.folders() }),
    queues: useQuery({ queryKey: ["queues"], queryFn: () => api.queues() }),
  };
  const reload = useCallback(() => client.invalidateQueries({ queryKey: ["hours"] }), [client]);
  const { center, custom, folders, queues } = queries;
  useTurns([center.data?.now.until, ...(custom.data?.custom.map((one) => one.now.until) ?? [])], reload);
  const dirty = useRef(false);
  const onDirty = useCallback((is: boolean) => {
    dirty.current = is;
  }, []);
  const blocker = useBlocker({ shouldBlockFn: () => dirty.current, enableBeforeUnload: () => dirty.current, withResolver: true });
  const error = center.error ?? custom.error ?? folders.error ?? queues.error;
  const loaded = center.data !== undefined && custom.data !== undefined && folders.data !== undefined && queues.data !== undefined;
  return (
    <main className="board hours-page" id="main">
      <h1>{t("hours.title")}</h1>
      {error !== null && !loaded ? (
        <Failed
          error={error}
          onRetry={() => {
            void reload();
            void queues.refetch();
          }}
        />
      ) : !loaded ? (
        <Skeleton label={t("state.loading")} />
      ) : (
        <>
          {editable ? null : <p className="muted">{t("hours.view_only")}</p>}
          <DetailsCard center={center.data} api={hours} editable={editable} onDirty={onDirty} reload={reload} />
          <HolidaysCard folders={folders.data.folders} languages={center.data.languages} api={hours} editable={editable} reload={reload} />
          <CustomCard
            custom={custom.data.custom}
            zone={center.data.zone}
            languages={center.data.languages}
            queues={queues.data.queues}
            api={hours}
            editable={editable}
            reload={reload}
          />
          <TryCard api={hours} languages={center.data.languages} queues={queues.data.queues} />
        </>
      )}
      <Confirm
        open={blocker.status === "blocked"}
        onCancel={() => blocker.reset?.()}
        onConfirm={() => blocker.proceed?.()}
        title={t("hours.leave_title")}
        confirmLabel={t("hours.leave")}
        cancelLabel={t("hours.stay")}
      >
        {t("hours.leave_detail")}
      </Confirm>
    </main>
  );
}

/** Reads the hours again when the next of the times at which something opens or closes has come. */
function useTurns(times: readonly (string | null | undefined)[], reload: () => Promise<unknown>): void {
  const next = Math.min(...times.map((time) => (time === null || time === undefined ? Infinity : Date.parse(time))));
  const due = useClock((now) => now >= next);
  useEffect(() => {
    if (due) void reload();
  }, [due, next, reload]);
}
