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
  /** What came since the last flush: rows to put, and ids that are gone before that; null for all. */
  #staged: [put: readonly Row[], gone: readonly string[] | null][] = [];
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
    this.delta(rows, null);
  }

  /** Removes rows (all of them where `gone` is null), then puts some. */
  delta(put: readonly Row[], gone: readonly string[] | null): void {
    if (this.#staged.push([put, gone]) === 1) this.#batch.add(this.flush);
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

  /** Applies what is staged without waiting for the frame; a change costs the same among ten rows and ten thousand. */
  readonly flush = (): void => {
    const before = new Map<string, Row | undefined>();
    const touch = (id: string): boolean => {
      if (!before.has(id)) before.set(id, this.#rows.get(id));
      return this.#rows.has(id);
    };
    let moved = false;
    for (const [put, gone] of this.#staged) {
      for (const id of gone ?? [...this.#rows.keys()]) {
        moved = touch(id) || moved;
        this.#rows.delete(id);
      }
      for (const row of put) {
        moved = !touch(row.id) || moved;
        this.#rows.set(row.id, row);
      }
    }
    this.#staged = [];
    const changed: string[] = [];
    for (const [id, old] of before) {
      const row = this.#rows.get(id);
      // Rows come from JSON of one server, so equal content has equal text.
      if (old && row && JSON.stringify(old) === JSON.stringify(row)) this.#rows.set(id, old);
      else if (old !== row) changed.push(id);
    }
    if (moved) {
      const ids = [...this.#rows.keys()];
      moved = ids.join() !== this.#ids.join();
      if (moved) this.#ids = ids;
    }
    if (changed.length === 0 && !moved) return;
    this.#all = null;
    for (const id of changed) for (const listener of [...(this.#rowListeners.get(id) ?? [])]) listener();
    if (moved) for (const listener of [...this.#idListeners]) listener();
    for (const listener of [...this.#anyListeners]) listener();
  };
}

function add(listeners: Set<() => void>, listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}
