import type { FrameBatch } from "./frames.ts";

/**
 * The rows of one view. Frames are staged and applied once per drawn frame. Readers subscribe to one row, to the list of
 * ids (which is a new array only when membership or order changed), or to everything.
 */
export class RowStore<Row extends { id: string }> {
  readonly #batch: FrameBatch;
  #rows = new Map<string, Row>();
  #ids: readonly string[] = [];
  #all: readonly Row[] | null = null;
  #staged: Map<string, Row> | null = null;
  readonly #rowListeners = new Map<string, Set<() => void>>();
  readonly #idListeners = new Set<() => void>();
  readonly #anyListeners = new Set<() => void>();

  constructor(batch: FrameBatch) {
    this.#batch = batch;
  }

  readonly get = (id: string): Row | undefined => this.#rows.get(id);
  readonly ids = (): readonly string[] => this.#ids;
  /** All rows in order of arrival; the same array until something changes. */
  readonly all = (): readonly Row[] => (this.#all ??= [...this.#rows.values()]);

  /** Replaces everything. */
  snapshot(rows: readonly Row[]): void {
    this.#stage(new Map(rows.map((row) => [row.id, row])));
  }

  /** Puts and removes rows. */
  delta(put: readonly Row[], gone: readonly string[]): void {
    const staged = this.#staged ?? new Map(this.#rows);
    for (const id of gone) staged.delete(id);
    for (const row of put) staged.set(row.id, row);
    this.#stage(staged);
  }

  readonly subscribeRow = (id: string, listener: () => void): (() => void) => {
    let listeners = this.#rowListeners.get(id);
    if (listeners === undefined) this.#rowListeners.set(id, (listeners = new Set()));
    const mine = listeners;
    mine.add(listener);
    return () => {
      mine.delete(listener);
      if (mine.size === 0 && this.#rowListeners.get(id) === mine) this.#rowListeners.delete(id);
    };
  };

  readonly subscribeIds = (listener: () => void): (() => void) => add(this.#idListeners, listener);
  readonly subscribeAll = (listener: () => void): (() => void) => add(this.#anyListeners, listener);

  /** Applies what is staged without waiting for the frame. */
  readonly flush = (): void => {
    const staged = this.#staged;
    if (staged === null) return;
    this.#staged = null;
    const before = this.#rows;
    const changed = new Set<string>();
    for (const [id, row] of staged) {
      const old = before.get(id);
      if (old === row) continue;
      if (old !== undefined && sameJson(old, row)) staged.set(id, old);
      else changed.add(id);
    }
    for (const id of before.keys()) if (!staged.has(id)) changed.add(id);
    this.#rows = staged;
    const ids = [...staged.keys()];
    const moved = ids.length !== this.#ids.length || ids.some((id, index) => id !== this.#ids[index]);
    if (changed.size === 0 && !moved) return;
    this.#all = null;
    if (moved) this.#ids = ids;
    for (const id of changed) for (const listener of [...(this.#rowListeners.get(id) ?? [])]) listener();
    if (moved) for (const listener of [...this.#idListeners]) listener();
    for (const listener of [...this.#anyListeners]) listener();
  };

  #stage(rows: Map<string, Row>): void {
    if (this.#staged === null) this.#batch.add(this.flush);
    this.#staged = rows;
  }
}

function add(listeners: Set<() => void>, listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** Rows come from JSON of one server, so equal content has equal text. */
function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
