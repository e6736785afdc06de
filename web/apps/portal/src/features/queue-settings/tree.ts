import type { MenuChannel, QueueNodeRow, QueueTreeRow } from "@madoguchi/protocol";

export const CHANNELS: readonly MenuChannel[] = ["ivr", "mobile", "web", "sms"];
export const GLOBAL = "global";
/** Larger trees begin closed, so that a page of hundreds of queues stays quick and clear. */
export const OPEN_LIMIT = 60;

export interface Item {
  id: string;
  /** Null for the global settings, which are the root. */
  node: QueueNodeRow | null;
  /** 1 is the root. */
  level: number;
  place: number;
  siblings: number;
  /** Undefined where there is nothing to open. */
  open: boolean | undefined;
}

/** The nodes of one channel by their parent, in order. */
export type Branches = ReadonlyMap<string | null, readonly QueueNodeRow[]>;

export function branches(rows: readonly QueueTreeRow[], channel: MenuChannel): Branches {
  const found = new Map<string | null, QueueNodeRow[]>();
  for (const row of rows) {
    if (row.kind !== "node" || row.channel !== channel) continue;
    const siblings = found.get(row.parent);
    if (siblings === undefined) found.set(row.parent, [row]);
    else siblings.push(row);
  }
  for (const siblings of found.values()) siblings.sort((a, b) => a.position - b.position);
  return found;
}

/** What is on screen, from the root down; `toggled` are those that are not as they begin. */
export function visible(tree: Branches, toggled: ReadonlySet<string>, startOpen: boolean): Item[] {
  const root: Item = { id: GLOBAL, node: null, level: 1, place: 1, siblings: 1, open: tree.size > 0 ? true : undefined };
  const items = [root];
  const add = (parent: string | null, level: number): void => {
    const siblings = tree.get(parent) ?? [];
    siblings.forEach((node, index) => {
      const open = tree.has(node.id) ? startOpen !== toggled.has(node.id) : undefined;
      items.push({ id: node.id, node, level, place: index + 1, siblings: siblings.length, open });
      if (open === true) add(node.id, level + 1);
    });
  };
  add(null, 2);
  return items;
}

export function nodeOf(tree: Branches, id: string): QueueNodeRow | undefined {
  for (const siblings of tree.values()) {
    const found = siblings.find((node) => node.id === id);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The node and what is above it, the top level first. */
export function chainOf(tree: Branches, id: string): readonly QueueNodeRow[] {
  const node = nodeOf(tree, id);
  if (node === undefined) return [];
  return node.parent === null ? [node] : [...chainOf(tree, node.parent), node];
}

export function sizeOf(tree: Branches): number {
  return [...tree.values()].reduce((sum, siblings) => sum + siblings.length, 0);
}

/** All below a node. */
export function below(tree: Branches, id: string): readonly QueueNodeRow[] {
  return (tree.get(id) ?? []).flatMap((node) => [node, ...below(tree, node.id)]);
}

/** Levels, and queues that could become levels, where something can be put; not into itself. */
export function levels(tree: Branches, moved: string | null): readonly QueueNodeRow[] {
  const inside = moved === null ? new Set<string>() : new Set([moved, ...below(tree, moved).map((node) => node.id)]);
  const all = (parent: string | null): QueueNodeRow[] => (tree.get(parent) ?? []).flatMap((node) => [node, ...all(node.id)]);
  return all(null).filter((node) => !inside.has(node.id) && (!node.leaf || (node.agents === 0 && node.teams === 0)));
}

/** Where a key leads in the tree: another item, or what to do with this one. */
export function keyStep(
  items: readonly Item[],
  at: number,
  key: string,
): { focus: number } | { toggle: string } | null {
  const item = items[at];
  if (item === undefined) return null;
  switch (key) {
    case "ArrowDown":
      return { focus: Math.min(at + 1, items.length - 1) };
    case "ArrowUp":
      return { focus: Math.max(at - 1, 0) };
    case "Home":
      return { focus: 0 };
    case "End":
      return { focus: items.length - 1 };
    case "ArrowRight":
      if (item.open === false) return { toggle: item.id };
      return item.open === true ? { focus: Math.min(at + 1, items.length - 1) } : null;
    case "ArrowLeft": {
      if (item.open === true && item.node !== null) return { toggle: item.id };
      const parent = items.findLastIndex((each, index) => index < at && each.level < item.level);
      return parent === -1 ? null : { focus: parent };
    }
    default:
      return null;
  }
}
