import type { Observable, RowStore, Subscription, SubscriptionStatus } from "@madoguchi/client";
import type { AnyRow, ViewName, ViewParams, ViewRows } from "@madoguchi/protocol";
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useServices } from "./services.ts";
import { SortedIds } from "./sortedIds.ts";

export function useValue<Value>(observable: Observable<Value>): Value {
  return useSyncExternalStore(observable.subscribe, observable.get);
}

/** Watches a view while the component lives; null for a moment where nobody has held it before. */
export function useView<View extends ViewName>(
  view: View,
  ...params: ViewParams[View] extends undefined ? [] : [ViewParams[View]]
): Subscription<ViewRows[View]> | null {
  const { views } = useServices();
  const key = JSON.stringify(params);
  const [held, setHeld] = useState<{ key: string; subscription: Subscription<ViewRows[View]> } | null>(null);
  useEffect(() => {
    const { subscription, release } = views.hold(view, ...(JSON.parse(key) as typeof params));
    setHeld({ key, subscription });
    return release;
  }, [views, view, key]);
  return held !== null && held.key === key ? held.subscription : views.peek(view, ...params);
}

const LOADING: SubscriptionStatus = { phase: "loading" };
const nothing = (): (() => void) => () => undefined;
const none: readonly never[] = [];

export function useSubscriptionStatus(subscription: Subscription | null): SubscriptionStatus {
  return useSyncExternalStore(subscription?.status.subscribe ?? nothing, () => subscription?.status.get() ?? LOADING);
}

/** All rows; draws anew on each flush, so only for short views. */
export function useAllRows<Row extends AnyRow>(subscription: Subscription<Row> | null): readonly Row[] {
  const rows = subscription?.rows;
  return useSyncExternalStore(rows?.subscribeAll ?? nothing, () => rows?.all() ?? none);
}

/** One row; draws anew only when that row changes. */
export function useRow<Row extends AnyRow>(rows: RowStore<Row> | undefined, id: string): Row | undefined {
  const subscribe = useCallback(
    (listener: () => void) => rows?.subscribeRow(id, listener) ?? (() => undefined),
    [rows, id],
  );
  return useSyncExternalStore(subscribe, () => rows?.get(id));
}

/** A figure from all rows; draws anew only when the figure changes. */
export function useFigure<Row extends AnyRow, Value extends string | number | null>(
  subscription: Subscription<Row> | null,
  compute: (rows: readonly Row[]) => Value,
): Value {
  const rows = subscription?.rows;
  const snapshot = useMemo(() => {
    let known: { of: readonly Row[]; value: Value } | null = null;
    return (): Value => {
      const of = rows?.all() ?? none;
      if (known?.of !== of) known = { of, value: compute(of) };
      return known.value;
    };
  }, [rows, compute]);
  return useSyncExternalStore(rows?.subscribeAll ?? nothing, snapshot);
}

/** Ids of the rows that pass, in order; the same array until membership or order changes. */
export function useSortedIds<Row extends AnyRow>(
  subscription: Subscription<Row> | null,
  keep: (row: Row) => boolean,
  compare: (a: Row, b: Row) => number,
): readonly string[] {
  const rows = subscription?.rows;
  const snapshot = useMemo(() => {
    const sorted = new SortedIds<Row>(keep, compare);
    return (): readonly string[] => sorted.of(rows?.all() ?? none);
  }, [rows, keep, compare]);
  return useSyncExternalStore(rows?.subscribeAll ?? nothing, snapshot);
}

/** The server's time, once a second, passed through `read`; draws anew only when the result changes. */
export function useClock<Value extends string | number | boolean>(read: (now: number) => Value): Value {
  const { ticker } = useServices();
  return useSyncExternalStore(ticker.subscribe, () => read(ticker.get()));
}

export function useLive(): boolean {
  const { connection } = useServices();
  return useSyncExternalStore(connection.status.subscribe, () => connection.status.get().state === "live");
}

/** Runs a request: whether it runs, and a function that starts it. Failures go to `failed`. */
export function useAction(failed: (error: unknown) => void): [boolean, (run: () => Promise<unknown>) => Promise<boolean>] {
  const [busy, setBusy] = useState(false);
  const report = useRef(failed);
  useEffect(() => {
    report.current = failed;
  });
  const start = useCallback(async (run: () => Promise<unknown>): Promise<boolean> => {
    setBusy(true);
    try {
      await run();
      return true;
    } catch (error) {
      report.current(error);
      return false;
    } finally {
      setBusy(false);
    }
  }, []);
  return [busy, start];
}
