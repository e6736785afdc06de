import type { MenuEntry } from "@madoguchi/protocol";

export interface Level {
  /** The level itself; null at the top. */
  of: MenuEntry | null;
  entries: readonly MenuEntry[];
  /** The levels that lead here and still exist. */
  path: readonly string[];
}

/** The level that a path of ids leads to. Where the menu has changed meanwhile, the last that is still there. */
export function levelAt(menu: readonly MenuEntry[], path: readonly string[]): Level {
  let level: Level = { of: null, entries: menu, path: [] };
  for (const id of path) {
    const next = level.entries.find((entry) => entry.id === id && entry.entries.length > 0);
    if (next === undefined) break;
    level = { of: next, entries: next.entries, path: [...level.path, id] };
  }
  return level;
}

/** The ids of the levels above an entry; none where it is at the top or unknown. */
export function pathTo(menu: readonly MenuEntry[], id: string): readonly string[] {
  for (const entry of menu) {
    if (entry.entries.some((below) => below.id === id)) return [entry.id];
    const deeper = pathTo(entry.entries, id);
    if (deeper.length > 0) return [entry.id, ...deeper];
  }
  return [];
}
