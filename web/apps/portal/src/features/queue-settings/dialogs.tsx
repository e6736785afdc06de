import { asProblem, type ProblemError } from "@madoguchi/client";
import type { MenuChannel, QueueNodeRow, QueueTreeRow } from "@madoguchi/protocol";
import { Bar, Button, Confirm, Dialog, SelectField, TextField } from "@madoguchi/ui";
import { useRef, useState, type ReactNode } from "react";
import { useAction } from "../../shared/hooks.ts";
import { languageName, nameIn } from "../../shared/labels.ts";
import { useServices } from "../../shared/services.ts";
import { problemText, useLanguage, useT } from "../../shared/text.tsx";
import { fieldError, labelled } from "./problems.ts";
import { below, branches, chainOf, CHANNELS, levels, type Branches } from "./tree.ts";

export interface Doing {
  what: "add" | "move" | "copy" | "delete";
  /** The node that it is about; null for the whole tree. */
  node: QueueNodeRow | null;
}

interface Props {
  doing: Doing;
  channel: MenuChannel;
  rows: readonly QueueTreeRow[];
  onClose: () => void;
  /** What was made or moved, to be looked at next; null for the root. */
  onDone: (id: string | null, channel: MenuChannel) => void;
}

/** The window for what somebody is about to do with the tree. */
export function TreeDialog(props: Props): ReactNode {
  switch (props.doing.what) {
    case "add":
      return <Add {...props} />;
    case "move":
      return <Move {...props} />;
    case "copy":
      return <Copy {...props} />;
    case "delete":
      return props.doing.node === null ? null : <Delete {...props} node={props.doing.node} />;
  }
}

function useLevelOptions(tree: Branches, moved: string | null): { value: string; label: string }[] {
  const t = useT();
  const language = useLanguage();
  const path = (node: QueueNodeRow): string =>
    chainOf(tree, node.id)
      .map((each) => nameIn(each.names, language))
      .join(" > ");
  return [{ value: "", label: t("queues.top_level") }, ...levels(tree, moved).map((node) => ({ value: node.id, label: path(node) }))];
}

/** A window with a form, its refusal and two buttons. */
function Window(props: {
  title: string;
  confirm: string;
  busy: boolean;
  problem: ProblemError | null;
  onClose: () => void;
  onConfirm: () => void;
  disabled?: boolean;
  children: ReactNode;
}): ReactNode {
  const t = useT();
  const form = useRef<HTMLFormElement>(null);
  return (
    <Dialog
      open
      narrow
      onClose={props.onClose}
      title={props.title}
      closeLabel={t("action.close")}
      initialFocus={() => form.current?.querySelector<HTMLElement>("input, select") ?? null}
      footer={
        <>
          <Button onClick={props.onClose}>{t("action.cancel")}</Button>
          <Button kind="primary" busy={props.busy} disabled={props.disabled === true} onClick={props.onConfirm}>
            {props.confirm}
          </Button>
        </>
      }
    >
      <form
        ref={form}
        className="dialog-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (props.disabled !== true) props.onConfirm();
        }}
      >
        {props.problem === null ? null : (
          <Bar tone="danger" icon="warning" role="alert">
            {problemText(t, props.problem)}
          </Bar>
        )}
        {props.children}
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}

function Add({ doing, channel, rows, onClose, onDone }: Props): ReactNode {
  const t = useT();
  const ui = useLanguage();
  const { api } = useServices();
  const options = useLevelOptions(branches(rows, channel), null);
  const start = doing.node === null ? "" : options.some((one) => one.value === doing.node?.id) ? doing.node.id : (doing.node.parent ?? "");
  const [parent, setParent] = useState(start);
  const [names, setNames] = useState<Record<string, string>>({ ja: "", en: "" });
  const [problem, setProblem] = useState<ProblemError | null>(null);
  const [busy, run] = useAction((error) => setProblem(asProblem(error)));
  const add = (): void => {
    setProblem(null);
    void run(async () => {
      const given = Object.fromEntries(Object.entries(names).filter(([, name]) => name.trim() !== ""));
      const made = await api.addQueue(channel, parent === "" ? null : parent, given);
      onDone(made.queues[0] ?? null, channel);
    });
  };
  const named = problem?.field?.startsWith("names") === true;
  return (
    <Window title={t("queues.add_title")} confirm={t("queues.add")} busy={busy} problem={named ? null : problem} onClose={onClose} onConfirm={add}>
      {Object.keys(names).map((of, index) => (
        <TextField
          key={of}
          label={t("queues.name_in", { language: languageName(of, ui) })}
          lang={of}
          value={names[of] ?? ""}
          error={fieldError(t, problem, `names.${of}`) ?? (index === 0 ? fieldError(t, problem, "names") : null)}
          onChange={(event) => setNames({ ...names, [of]: event.target.value })}
        />
      ))}
      <SelectField label={t("queues.where")} value={parent} options={options} onChange={(event) => setParent(event.target.value)} />
    </Window>
  );
}

function Move({ doing, channel, rows, onClose, onDone }: Props): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { api } = useServices();
  const node = doing.node;
  const options = useLevelOptions(branches(rows, channel), node?.id ?? null);
  const [into, setInto] = useState(node?.parent ?? "");
  const [problem, setProblem] = useState<ProblemError | null>(null);
  const [busy, run] = useAction((error) => setProblem(asProblem(error)));
  if (node === null) return null;
  const move = (): void => {
    setProblem(null);
    void run(async () => {
      await api.moveQueue(node.id, { into: into === "" ? null : into });
      onDone(node.id, channel);
    });
  };
  return (
    <Window
      title={t("queues.move_title", { name: nameIn(node.names, language) })}
      confirm={t("queues.move")}
      busy={busy}
      problem={problem}
      disabled={into === (node.parent ?? "")}
      onClose={onClose}
      onConfirm={move}
    >
      <SelectField label={t("queues.where")} value={into} options={options} onChange={(event) => setInto(event.target.value)} />
    </Window>
  );
}

function Copy({ doing, channel, rows, onClose, onDone }: Props): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { api } = useServices();
  const node = doing.node;
  const [to, setTo] = useState<MenuChannel>(channel);
  const [parent, setParent] = useState(node?.parent ?? "");
  const options = useLevelOptions(branches(rows, to), null);
  const [problem, setProblem] = useState<ProblemError | null>(null);
  const [busy, run] = useAction((error) => setProblem(asProblem(error)));
  const copy = (): void => {
    setProblem(null);
    void run(async () => {
      const made = await api.copyQueues(node === null ? { tree: channel } : { queue: node.id }, to, parent === "" ? null : parent);
      onDone(made.queues[0] ?? null, to);
    });
  };
  const name = node === null ? t("queues.tree_of", { channel: labelled(t, "queues.channel", channel) }) : nameIn(node.names, language);
  return (
    <Window title={t("queues.copy_title", { name })} confirm={t("queues.copy")} busy={busy} problem={problem} onClose={onClose} onConfirm={copy}>
      <SelectField
        label={t("queues.to_channel")}
        value={to}
        options={CHANNELS.map((one) => ({ value: one, label: labelled(t, "queues.channel", one) }))}
        onChange={(event) => {
          setTo(event.target.value as MenuChannel);
          setParent("");
        }}
      />
      <SelectField label={t("queues.where")} value={parent} options={options} onChange={(event) => setParent(event.target.value)} />
    </Window>
  );
}

/** Asks; where somebody waits or is assigned, it says so and asks again. */
function Delete({ node, channel, rows, onClose, onDone }: Props & { node: QueueNodeRow }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { api } = useServices();
  const [inUse, setInUse] = useState<ProblemError | null>(null);
  const [problem, setProblem] = useState<ProblemError | null>(null);
  const [busy, run] = useAction((error) => {
    const found = asProblem(error);
    if (found.code === "queue_in_use") setInUse(found);
    else setProblem(found);
  });
  const inside = below(branches(rows, channel), node.id).length;
  const remove = (): void => {
    setProblem(null);
    void run(async () => {
      await api.deleteQueue(node.id, inUse !== null);
      onDone(node.parent, channel);
    });
  };
  return (
    <Confirm
      open
      onCancel={onClose}
      onConfirm={remove}
      title={t("queues.delete_title", { name: nameIn(node.names, language) })}
      confirmLabel={t(inUse === null ? "queues.delete" : "queues.delete_anyway")}
      cancelLabel={t("action.cancel")}
      busy={busy}
      error={problem === null ? null : problemText(t, problem)}
    >
      <p>{inside === 0 ? t("queues.delete_one") : t("queues.delete_many", { count: inside })}</p>
      {inUse === null ? null : (
        <Bar tone="warning" icon="warning" role="alert">
          {problemText(t, inUse)}
        </Bar>
      )}
    </Confirm>
  );
}
