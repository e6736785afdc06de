import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useLayoutEffect, useRef, useState, type CSSProperties, type ReactNode } from "react";
import { reorder } from "./order.ts";
import { leastWidth } from "./tracks.ts";

export interface Column {
  id: string;
  label: string;
  /** A CSS grid track: `88px`, or what may grow, as `minmax(120px, 1fr)`. */
  width: string;
  end?: boolean;
  sortable?: boolean;
  hideLabel?: boolean;
}

export interface Sort {
  column: string;
  descending: boolean;
}

export interface VirtualTableProps {
  label: string;
  columns: Column[];
  /** Row ids in order; the same array as long as nothing moved. */
  ids: readonly string[];
  sort: Sort;
  onSort: (sort: Sort) => void;
  /** Draws a row's cells. Must be stable; rows re-draw by their own subscriptions. */
  Row: (props: { id: string }) => ReactNode;
  /** What the chip says while `count` changes wait for the pointer to leave. */
  updatesLabel: (count: number) => string;
  /**
   * The first and the last column stay in sight when the table scrolls sideways. Each such cell is a layer of its own,
   * which is dear where many rows change at once.
   */
  pinned?: boolean;
  /** Instead of rows, when there are none. */
  empty: ReactNode;
}

/**
 * A table that draws only the rows in sight, and does not move them while the pointer is over them. It scrolls sideways
 * where its columns do not fit.
 */
export function VirtualTable(props: VirtualTableProps): ReactNode {
  const scroll = useRef<HTMLDivElement>(null);
  const [held, setHeld] = useState<readonly string[] | null>(null);
  const [height, setHeight] = useState(40);
  const { ids } = props;
  const shown = held === null ? ids : held;
  const waiting = held === null ? 0 : reorder(held, ids);

  useLayoutEffect(() => {
    const read = (): void => {
      setHeight(parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--row")) || 40);
    };
    read();
    const watcher = new MutationObserver(read);
    watcher.observe(document.documentElement, { attributes: true, attributeFilter: ["data-density"] });
    return () => watcher.disconnect();
  }, []);

  useEffect(() => setHeld(null), [props.sort.column, props.sort.descending]);

  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => height,
    overscan: 4,
  });
  useEffect(() => virtual.measure(), [height, virtual]);

  const style = {
    "--columns": props.columns.map((column) => column.width).join(" "),
    "--table-width": `${leastWidth(props.columns)}px`,
  } as CSSProperties;

  return (
    <div
      className="table-wrap"
      data-pinned={props.pinned === true ? "" : undefined}
      style={style}
      onPointerEnter={(event) => {
        if (event.pointerType === "mouse") setHeld(ids);
      }}
      onPointerLeave={() => setHeld(null)}
    >
      {waiting > 0 ? (
        <button type="button" className="button table-chip" onClick={() => setHeld(null)}>
          {props.updatesLabel(waiting)}
        </button>
      ) : null}
      <div className="table">
        <div className="table-scroll" ref={scroll} tabIndex={0} role="region" aria-label={props.label}>
          <div role="table" aria-label={props.label} aria-rowcount={ids.length + 1} aria-colcount={props.columns.length}>
            <div className="table-head" role="rowgroup">
              <div className="table-row" role="row" aria-rowindex={1}>
                {props.columns.map((column) => (
                  <Head key={column.id} column={column} sort={props.sort} onSort={props.onSort} />
                ))}
              </div>
            </div>
            {shown.length === 0 ? null : (
              <div className="table-body" role="rowgroup" style={{ height: virtual.getTotalSize() }}>
                {virtual.getVirtualItems().map((item) => {
                  const id = shown[item.index];
                  return id === undefined ? null : (
                    <Line key={id} id={id} index={item.index} top={item.start} Row={props.Row} />
                  );
                })}
              </div>
            )}
          </div>
          {shown.length === 0 ? props.empty : null}
        </div>
      </div>
    </div>
  );
}

const Line = memo(function Line(props: {
  id: string;
  index: number;
  top: number;
  Row: (props: { id: string }) => ReactNode;
}): ReactNode {
  const { Row } = props;
  return (
    <div
      className="table-row"
      role="row"
      aria-rowindex={props.index + 2}
      data-row={props.id}
      style={{ transform: `translateY(${props.top}px)` }}
    >
      <Row id={props.id} />
    </div>
  );
});

function Head(props: { column: Column; sort: Sort; onSort: (sort: Sort) => void }): ReactNode {
  const { column, sort } = props;
  const active = sort.column === column.id;
  const label = <span className={column.hideLabel === true ? "visually-hidden" : ""}>{column.label}</span>;
  return (
    <div
      role="columnheader"
      className={`cell ${column.end === true ? "end" : ""}`}
      aria-sort={active ? (sort.descending ? "descending" : "ascending") : undefined}
    >
      {column.sortable === true ? (
        <button
          type="button"
          className="sort"
          data-active={active ? "" : undefined}
          onClick={() => props.onSort({ column: column.id, descending: active ? !sort.descending : false })}
        >
          {label}
          {active ? (
            <span className="arrow" aria-hidden="true">
              {sort.descending ? "▼" : "▲"}
            </span>
          ) : null}
        </button>
      ) : (
        label
      )}
    </div>
  );
}
