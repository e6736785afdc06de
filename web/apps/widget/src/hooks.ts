import type { Observable, RowStore, Ticker } from "@madoguchi/client";
import { useEffect, useReducer } from "preact/hooks";

function useRedraw(subscribe: (listener: () => void) => () => void, on: readonly unknown[]): void {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const stop = subscribe(() => redraw(undefined));
    // What changed between drawing and subscribing would be missed otherwise.
    redraw(undefined);
    return stop;
  }, on);
}

/** Returns the present value and draws again when it changes. */
export function useValue<Value>(source: Observable<Value>): Value {
  useRedraw(source.subscribe, [source]);
  return source.get();
}

/** Returns all rows and draws again when one changes. */
export function useRows<Row extends { id: string }>(rows: RowStore<Row>): readonly Row[] {
  useRedraw(rows.subscribeAll, [rows]);
  return rows.all();
}

/** Returns whether the page is on screen. */
export function useVisible(): boolean {
  useRedraw(watchVisibility, []);
  return document.visibilityState === "visible";
}

function watchVisibility(listener: () => void): () => void {
  document.addEventListener("visibilitychange", listener);
  return () => document.removeEventListener("visibilitychange", listener);
}

/** Returns the time in milliseconds, once a second. */
export function useNow(ticker: Ticker): number {
  useRedraw(ticker.subscribe, [ticker]);
  return ticker.get();
}
