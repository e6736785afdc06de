import type { Sort } from "@madoguchi/ui";

/** What a board keeps in the URL. */
export interface BoardSearch {
  /** Search text. */
  q?: string;
  queue?: string;
  sort?: string;
  desc?: boolean;
  /** The agents board's status filter. */
  status?: string;
  team?: string;
  language?: string;
  /** `on`: agents whose consumer is on hold. */
  hold?: string;
  /** The queues board's filters: calls or chats, and whose menu. */
  channel?: string;
  menu?: string;
}

export interface BoardProps {
  search: BoardSearch;
  onSearch: (change: Partial<BoardSearch>) => void;
  onCall: (call: string) => void;
}

/** Reads the board's part of the URL's search, dropping what is not of the right kind. */
export function readBoardSearch(raw: Record<string, unknown>): BoardSearch {
  const result: BoardSearch = {};
  for (const key of ["q", "queue", "sort", "status", "team", "language", "hold", "channel", "menu"] as const) {
    const value = raw[key];
    if (typeof value === "string" && value !== "") result[key] = value;
    // A search for digits only comes back from the URL as a number.
    else if (key === "q" && typeof value === "number") result[key] = String(value);
  }
  if (raw["desc"] === true) result.desc = true;
  return result;
}

/** The order in the URL, or `usual` if it names none of `columns`. */
export function sortOf(search: BoardSearch, columns: readonly string[], usual: Sort): Sort {
  if (search.sort === undefined || !columns.includes(search.sort)) return usual;
  return { column: search.sort, descending: search.desc ?? false };
}

export type SortValue = string | number;

/** Compares by a value, then by id, so that equal rows keep their places. */
export function comparator<Row extends { id: string }>(
  value: (row: Row) => SortValue,
  descending: boolean,
): (a: Row, b: Row) => number {
  const sign = descending ? -1 : 1;
  return (a, b) => {
    const [x, y] = [value(a), value(b)];
    const order = typeof x === "number" && typeof y === "number" ? x - y : collator.compare(String(x), String(y));
    return order === 0 ? collator.compare(a.id, b.id) : sign * order;
  };
}

const collator = new Intl.Collator("ja", { numeric: true });

const LATEST_DATE = 8.64e15;

/** For sorting by how long something has lasted; what has not begun counts as the shortest. */
export function sinceValue(at: string | null | undefined): number {
  return at === null || at === undefined ? -LATEST_DATE : -Date.parse(at);
}
