import { asProblem } from "@madoguchi/client";
import type { MenuChannel, QueueTreeRow } from "@madoguchi/protocol";
import { Button, Confirm, notify, Tabs } from "@madoguchi/ui";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useRef, useState, type ReactNode } from "react";
import { Unanswered } from "../../shared/QueryState.tsx";
import { useAction, useAllRows, useView } from "../../shared/hooks.ts";
import { nameIn } from "../../shared/labels.ts";
import { useServices } from "../../shared/services.ts";
import { problemText, useLanguage, useT } from "../../shared/text.tsx";
import { ViewGate } from "../../shared/ViewGate.tsx";
import { TreeDialog, type Doing } from "./dialogs.tsx";
import { QueueEditor } from "./QueueEditor.tsx";
import { QueueTree } from "./QueueTree.tsx";
import { labelled } from "./problems.ts";
import { branches, chainOf, CHANNELS, GLOBAL, nodeOf, OPEN_LIMIT, sizeOf, visible } from "./tree.ts";

export interface QueueSettingsProps {
  channel: MenuChannel;
  /** The chosen node, or `global`. */
  chosen: string;
  onGo: (channel: MenuChannel, chosen: string) => void;
  /** What other features add to a node's editor. */
  more?: (node: MoreOfNode) => ReactNode;
}

/** What is told of a node to who adds to its editor. */
export interface MoreOfNode {
  queue: string;
  channel: MenuChannel;
  leaf: boolean;
  /** All queues of its menu. */
  queues: { value: string; label: string }[];
}

/** Settings > Queues: the menu trees of all channels, and what is in each level and queue. */
export function QueueSettings({ channel, chosen, onGo, more }: QueueSettingsProps): ReactNode {
  const t = useT();
  const [going, setGoing] = useState<(() => void) | null>(null);
  const dirty = useRef(false);
  const onDirty = useCallback((now: boolean) => {
    dirty.current = now;
  }, []);
  /** Leaves the editor; asks first where something is not saved. */
  const go = (to: MenuChannel, id: string): void => {
    if (dirty.current && (to !== channel || id !== chosen)) setGoing(() => () => onGo(to, id));
    else onGo(to, id);
  };
  const view = useView("queues");
  const rows = useAllRows(view);
  const pane = (
    <ViewGate subscription={view}>
      <Trees channel={channel} chosen={chosen} onGo={go} onDirty={onDirty} rows={rows} {...(more === undefined ? {} : { more })} />
    </ViewGate>
  );
  return (
    <main className="board queue-settings" id="main">
      <header className="board-head">
        <h1>{t("page.queue_settings")}</h1>
      </header>
      <Tabs<MenuChannel>
        label={t("queues.channels")}
        value={channel}
        onChange={(to) => go(to, GLOBAL)}
        tabs={CHANNELS.map((one) => ({ value: one, label: labelled(t, "queues.channel", one), content: one === channel ? pane : null }))}
      />
      <Confirm
        open={going !== null}
        onCancel={() => setGoing(null)}
        onConfirm={() => {
          dirty.current = false;
          going?.();
          setGoing(null);
        }}
        title={t("queues.leave_title")}
        confirmLabel={t("queues.discard")}
        cancelLabel={t("action.cancel")}
      >
        {t("queues.leave")}
      </Confirm>
    </main>
  );
}

function Trees(props: QueueSettingsProps & { rows: readonly QueueTreeRow[]; onDirty: (dirty: boolean) => void }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { api, can } = useServices();
  const { channel, rows, onGo } = props;
  const forms = useQuery({ queryKey: ["queue-forms"], queryFn: api.queueForms });
  const tree = useMemo(() => branches(rows, channel), [rows, channel]);
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const [doing, setDoing] = useState<Doing | null>(null);
  const [busy, run] = useAction((error) => notify({ title: t("queues.not_moved"), detail: problemText(t, asProblem(error)), error: true }));
  const startOpen = sizeOf(tree) <= OPEN_LIMIT;
  const items = useMemo(() => visible(tree, toggled, startOpen), [tree, toggled, startOpen]);
  const node = nodeOf(tree, props.chosen) ?? null;
  const selected = node?.id ?? GLOBAL;
  const chain = chainOf(tree, selected);
  const common = rows.find((row) => row.kind === "global");
  const stamp = [common, ...chain].map((row) => row?.version ?? 0).join(".") + (node?.leaf === false ? "l" : "");
  const edit = can("settings.queues.edit");
  const toggle = (id: string): void => {
    const next = new Set(toggled);
    if (!next.delete(id)) next.add(id);
    setToggled(next);
  };
  /** Opens what is above a node, so that it is seen. */
  const reveal = (id: string): void => {
    const above = chainOf(branches(rows, channel), id).slice(0, -1);
    const next = new Set(toggled);
    for (const each of above) {
      if (startOpen) next.delete(each.id);
      else next.add(each.id);
    }
    setToggled(next);
  };
  const move = (id: string, direction: "up" | "down"): void => void run(() => api.moveQueue(id, { direction }));
  const siblings = tree.get(node?.parent ?? null) ?? [];
  const phoneQueues = useMemo(() => {
    const phone = branches(rows, "ivr");
    return rows.flatMap((row) =>
      row.kind === "node" && row.channel === "ivr" && row.leaf
        ? [{ value: row.id, label: chainOf(phone, row.id).map((each) => nameIn(each.names, language)).join(" > ") }]
        : [],
    );
  }, [rows, language]);
  const sameMenu = useMemo(
    () =>
      [...tree.values()]
        .flat()
        .filter((each) => each.leaf)
        .map((each) => ({ value: each.id, label: chainOf(tree, each.id).map((one) => nameIn(one.names, language)).join(" > ") })),
    [tree, language],
  );
  return (
    <div className="queue-panes">
      <section className="tree-pane card" aria-label={t("queues.tree")}>
        {edit ? (
          <div className="tree-tools" role="toolbar" aria-label={t("queues.tools")}>
            <Button icon="plus" onClick={() => setDoing({ what: "add", node })}>
              {t("queues.add")}
            </Button>
            <Button icon="up" disabled={busy || node === null || node.position <= 1} onClick={() => node && move(node.id, "up")}>
              {t("queues.up")}
            </Button>
            <Button
              icon="down"
              disabled={busy || node === null || node.position >= siblings.length}
              onClick={() => node && move(node.id, "down")}
            >
              {t("queues.down")}
            </Button>
            <Button icon="into" disabled={node === null} onClick={() => setDoing({ what: "move", node })}>
              {t("queues.move_into")}
            </Button>
            <Button icon="copy" disabled={tree.size === 0} onClick={() => setDoing({ what: "copy", node })}>
              {t("queues.copy_to")}
            </Button>
            <Button icon="trash" disabled={node === null} onClick={() => setDoing({ what: "delete", node })}>
              {t("queues.delete")}
            </Button>
          </div>
        ) : null}
        <QueueTree
          label={t("queues.tree_of", { channel: labelled(t, "queues.channel", channel) })}
          items={items}
          selected={selected}
          onSelect={(id) => onGo(channel, id)}
          onToggle={toggle}
          onMove={edit ? move : null}
          onDelete={
            edit
              ? (id) => {
                  const found = nodeOf(tree, id);
                  if (found !== undefined) setDoing({ what: "delete", node: found });
                }
              : null
          }
        />
        {tree.size === 0 ? <p className="muted tree-empty">{t("queues.empty")}</p> : null}
      </section>
      <section className="editor-pane card" aria-label={t("queues.editor")}>
        {forms.data !== undefined ? (
          <QueueEditor
            key={selected}
            id={selected}
            chain={chain}
            stamp={stamp}
            forms={forms.data}
            phoneQueues={phoneQueues}
            channel={channel}
            onDirty={props.onDirty}
          />
        ) : (
          <Unanswered query={forms} />
        )}
        {node === null ? null : props.more?.({ queue: node.id, channel, leaf: node.leaf, queues: sameMenu })}
      </section>
      {doing === null ? null : (
        <TreeDialog
          doing={doing}
          channel={channel}
          rows={rows}
          onClose={() => setDoing(null)}
          onDone={(id, to) => {
            setDoing(null);
            if (id !== null && to === channel) reveal(id);
            onGo(to, id ?? GLOBAL);
          }}
        />
      )}
    </div>
  );
}
