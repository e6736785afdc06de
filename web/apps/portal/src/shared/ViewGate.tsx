import type { Subscription } from "@madoguchi/client";
import { Nothing, Skeleton } from "@madoguchi/ui";
import type { ReactNode } from "react";
import { Failed } from "./QueryState.tsx";
import { useSubscriptionStatus } from "./hooks.ts";
import { useT } from "./text.tsx";

/** Shows its children once the view is there; until then that it loads, or why it does not. */
export function ViewGate(props: { subscription: Subscription | null; children: ReactNode }): ReactNode {
  const t = useT();
  const status = useSubscriptionStatus(props.subscription);
  if (status.phase === "live") return props.children;
  if (status.phase === "loading") return <Skeleton label={t("state.loading")} />;
  if (status.problem.code === "not_allowed") return <NoPermission />;
  return (
    <Failed error={status.problem} onRetry={() => props.subscription?.retry()} />
  );
}

export function NoPermission({ whole = false }: { whole?: boolean }): ReactNode {
  const t = useT();
  return (
    <Nothing icon="lock" title={t("state.no_permission")} whole={whole}>
      <p>{t("state.no_permission_detail")}</p>
    </Nothing>
  );
}
