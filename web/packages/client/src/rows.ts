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
  /** A snapshot that came since the last flush, and what came after it. */
  #snapshot: Map<string, Row> | null = null;
  #changes = new Map<string, Change<Row>>();
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
    this.#stage();
    this.#snapshot = new Map(rows.map((row) => [row.id, row]));
    this.#changes.clear();
  }

  /** Puts and removes rows. */
  delta(put: readonly Row[], gone: readonly string[]): void {
    this.#stage();
    for (const id of gone) this.#changes.set(id, { row: null, anew: true });
    for (const row of put) {
      const staged = this.#changes.get(row.id);
      if (staged?.row === null) this.#changes.delete(row.id);
      this.#changes.set(row.id, { row, anew: staged?.anew ?? false });
    }
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
    const [snapshot, changes] = [this.#snapshot, this.#changes];
    if (snapshot === null && changes.size === 0) return;
    this.#snapshot = null;
    this.#changes = new Map();
    const changed = new Set<string>();
    const moved = [snapshot !== null && this.#replace(snapshot, changed), this.#apply(changes, changed)].includes(true);
    if (changed.size === 0 && !moved) return;
    this.#all = null;
    if (moved) this.#ids = [...this.#rows.keys()];
    for (const id of changed) for (const listener of [...(this.#rowListeners.get(id) ?? [])]) listener();
    if (moved) for (const listener of [...this.#idListeners]) listener();
    for (const listener of [...this.#anyListeners]) listener();
  };

  /** Takes the rows of a snapshot, and keeps those that are equal; returns whether membership or order changed. */
  #replace(rows: Map<string, Row>, changed: Set<string>): boolean {
    const before = this.#rows;
    for (const [id, row] of rows) {
      const old = before.get(id);
      if (old !== undefined && sameJson(old, row)) rows.set(id, old);
      else changed.add(id);
    }
    for (const id of before.keys()) if (!rows.has(id)) changed.add(id);
    this.#rows = rows;
    let index = 0;
    for (const id of rows.keys()) if (id !== this.#ids[index++]) return true;
    return index !== this.#ids.length;
  }

  /** Puts and removes rows in place, so that a change costs the same among ten rows and ten thousand. */
  #apply(changes: ReadonlyMap<string, Change<Row>>, changed: Set<string>): boolean {
    let moved = false;
    for (const [id, { row, anew }] of changes) {
      const old = this.#rows.get(id);
      if (row === null && old === undefined) continue;
      const same = old !== undefined && row !== null && sameJson(old, row);
      if (!same) changed.add(id);
      if (anew || old === undefined) {
        this.#rows.delete(id);
        moved = true;
      }
      if (row !== null && !(same && !anew)) this.#rows.set(id, same ? old : row);
    }
    return moved;
  }

  #stage(): void {
    if (this.#snapshot === null && this.#changes.size === 0) this.#batch.add(this.flush);
  }
}

/** What a row is to become: null for gone; `anew` where it was gone in between, and comes last now. */
interface Change<Row> {
  row: Row | null;
  anew: boolean;
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
