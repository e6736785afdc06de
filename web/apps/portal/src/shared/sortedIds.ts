/** Above so many changes at once, sorting everything is quicker than putting them in one by one. */
const MANY = 64;

/**
 * Keeps the ids of rows that pass in order while rows change. Rows are never changed in place, so that only those that
 * are other objects than before are looked at: a change among thousands costs a few comparisons.
 */
export class SortedIds<Row extends { id: string }> {
  readonly #keep: (row: Row) => boolean;
  readonly #compare: (a: Row, b: Row) => number;
  #all: readonly Row[] = [];
  #sorted: readonly Row[] = [];
  #ids: readonly string[] = [];

  constructor(keep: (row: Row) => boolean, compare: (a: Row, b: Row) => number) {
    this.#keep = keep;
    this.#compare = compare;
  }

  /** Returns the ids of those of `all` that pass, in order; the same array until membership or order changes. */
  of(all: readonly Row[]): readonly string[] {
    if (all === this.#all) return this.#ids;
    const { came, left } = difference(this.#all, all);
    this.#all = all;
    const fresh = came.filter(this.#keep);
    const stay = left.size === 0 ? [...this.#sorted] : this.#sorted.filter((row) => !left.has(row));
    if (fresh.length === 0 && stay.length === this.#sorted.length) return this.#ids;
    this.#sorted = this.#with(stay, fresh);
    const ids = this.#sorted.map((row) => row.id);
    if (ids.length !== this.#ids.length || ids.some((id, index) => id !== this.#ids[index])) this.#ids = ids;
    return this.#ids;
  }

  #with(sorted: Row[], fresh: readonly Row[]): Row[] {
    if (fresh.length > MANY) return [...sorted, ...fresh].sort(this.#compare);
    for (const row of fresh) {
      let low = 0;
      let high = sorted.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        const there = sorted[middle];
        if (there !== undefined && this.#compare(there, row) <= 0) low = middle + 1;
        else high = middle;
      }
      sorted.splice(low, 0, row);
    }
    return sorted;
  }
}

/**
 * Which rows of `after` are not in `before`, and the other way round. What keeps its place costs one step; what moved
 * counts as gone and come again.
 */
function difference<Row extends { id: string }>(before: readonly Row[], after: readonly Row[]): { came: Row[]; left: Set<Row> } {
  const came: Row[] = [];
  const left = new Set<Row>();
  let at = 0;
  for (const row of before) {
    const there = after[at];
    if (there === row) at++;
    else {
      left.add(row);
      if (there?.id === row.id) {
        came.push(there);
        at++;
      }
    }
  }
  for (; at < after.length; at++) {
    const row = after[at];
    if (row !== undefined) came.push(row);
  }
  return { came, left };
}
