import { Icon } from "@madoguchi/ui";
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { nameIn } from "../../shared/labels.ts";
import { useLanguage, useT } from "../../shared/text.tsx";
import { GLOBAL, keyStep, type Item } from "./tree.ts";

export interface QueueTreeProps {
  label: string;
  items: readonly Item[];
  selected: string;
  onSelect: (id: string) => void;
  onToggle: (id: string) => void;
  /** Alt with an arrow, or Delete, on an item; not where one may only look. */
  onMove: ((id: string, direction: "up" | "down") => void) | null;
  onDelete: ((id: string) => void) | null;
}

/** The menu tree: arrows walk and open, Enter chooses, Alt with arrows moves. One item is in the tab order. */
export function QueueTree(props: QueueTreeProps): ReactNode {
  const { items, selected } = props;
  const [active, setActive] = useState(selected);
  const tree = useRef<HTMLDivElement>(null);
  const follow = useRef(false);
  const at = Math.max(
    0,
    items.findIndex((item) => item.id === (items.some((each) => each.id === active) ? active : selected)),
  );
  useEffect(() => setActive(selected), [selected]);
  useEffect(() => {
    if (!follow.current) return;
    follow.current = false;
    tree.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  });
  const keyDown = (event: KeyboardEvent): void => {
    const item = items[at];
    if (item === undefined || event.nativeEvent.isComposing) return;
    if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      if (item.node === null || props.onMove === null) return;
      props.onMove(item.id, event.key === "ArrowUp" ? "up" : "down");
    } else if (event.altKey || event.ctrlKey || event.metaKey) {
      return;
    } else if (event.key === "Enter" || event.key === " ") {
      props.onSelect(item.id);
    } else if (event.key === "Delete") {
      if (item.node === null || props.onDelete === null) return;
      props.onDelete(item.id);
    } else {
      const step = keyStep(items, at, event.key);
      if (step === null) return;
      if ("toggle" in step) props.onToggle(step.toggle);
      else {
        follow.current = true;
        setActive(items[step.focus]?.id ?? active);
      }
    }
    event.preventDefault();
  };
  return (
    <div ref={tree} role="tree" tabIndex={-1} aria-label={props.label} className="queue-tree" onKeyDown={keyDown}>
      {items.map((item, index) => (
        <TreeItem
          key={item.id}
          item={item}
          selected={item.id === selected}
          active={index === at}
          onFocus={() => setActive(item.id)}
          onSelect={() => {
            setActive(item.id);
            props.onSelect(item.id);
          }}
          onToggle={() => props.onToggle(item.id)}
        />
      ))}
    </div>
  );
}

function TreeItem(props: {
  item: Item;
  selected: boolean;
  active: boolean;
  /** However the focus came here, keys work from here on. */
  onFocus: () => void;
  onSelect: () => void;
  onToggle: () => void;
}): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { node, id, level, place, siblings, open } = props.item;
  const marks = node === null ? [] : marksOf(node, t);
  return (
    <div
      role="treeitem"
      data-node={id}
      aria-level={level}
      aria-posinset={place}
      aria-setsize={siblings}
      aria-selected={props.selected}
      aria-expanded={open}
      tabIndex={props.active ? 0 : -1}
      className="tree-item"
      style={{ paddingInlineStart: `${8 + (level - 1) * 18}px` }}
      onFocus={props.onFocus}
      onClick={props.onSelect}
    >
      {open === undefined || id === GLOBAL ? (
        <span className="twist" />
      ) : (
        <span
          className="twist"
          data-open={open ? "" : undefined}
          aria-hidden="true"
          onClick={(event) => {
            event.stopPropagation();
            props.onToggle();
          }}
        >
          <Icon name="chevron" size="small" />
        </span>
      )}
      {node?.key === null || node === null ? null : (
        <span className="kbd" title={t("queues.key", { key: node.key })}>
          {node.key}
        </span>
      )}
      <span className="text">{node === null ? t("queues.global") : nameIn(node.names, language)}</span>
      {marks.map((mark) => (
        <span key={mark.text} className="tree-mark" data-tone={mark.tone}>
          {mark.text}
        </span>
      ))}
    </div>
  );
}

function marksOf(
  node: NonNullable<Item["node"]>,
  t: ReturnType<typeof useT>,
): { text: string; tone: "warning" | "muted" | "info" }[] {
  const marks: { text: string; tone: "warning" | "muted" | "info" }[] = [];
  if (node.own > 0) marks.push({ text: t("queues.overrides", { count: node.own }), tone: "info" });
  if (node.hidden) marks.push({ text: t("queues.hidden"), tone: "muted" });
  if (node.leaf && node.agents === 0) marks.push({ text: t("queues.nobody"), tone: "warning" });
  return marks;
}
