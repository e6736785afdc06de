import { asProblem, type TransferTarget } from "@madoguchi/client";
import { Bar, Button, Dialog, Nothing, Skeleton, Tabs, TextField } from "@madoguchi/ui";
import { useQuery } from "@tanstack/react-query";
import { useId, useRef, useState, type ReactNode } from "react";
import { Failed } from "../../shared/QueryState.tsx";
import { useAction } from "../../shared/hooks.ts";
import { nameIn, presenceLook, queuePath, searchable } from "../../shared/labels.ts";
import { useServices } from "../../shared/services.ts";
import { StateBadge } from "../../shared/StateBadge.tsx";
import { problemText, useLanguage, useT } from "../../shared/text.tsx";

type Kind = "queue" | "agent";

interface Choice {
  id: string;
  title: string;
  aside: ReactNode;
}

export interface TransferDialogProps {
  open: boolean;
  onClose: () => void;
  onTransfer: (target: TransferTarget) => Promise<unknown>;
  name: string;
  channel: "call" | "chat";
  /** The menus whose queues come into question; all, where none of them has any. */
  menus: readonly string[];
}

/** Hands the consumer over, to a queue or to a colleague. */
export function TransferDialog(props: TransferDialogProps): ReactNode {
  const t = useT();
  const [kind, setKind] = useState<Kind>("queue");
  const [chosen, setChosen] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const search = useRef<HTMLInputElement>(null);
  const [busy, run] = useAction((error) => setProblem(problemText(t, asProblem(error))));
  const close = (): void => {
    setChosen(null);
    setProblem(null);
    props.onClose();
  };
  const transfer = async (): Promise<void> => {
    if (chosen === null) return;
    setProblem(null);
    const target: TransferTarget = kind === "queue" ? { queue: chosen } : { agent: chosen };
    if (await run(() => props.onTransfer(target))) close();
  };
  const choose = (value: Kind): void => {
    setKind(value);
    setChosen(null);
  };
  const list = { chosen, onChoose: setChosen, search, channel: props.channel, menus: props.menus };
  return (
    <Dialog
      open={props.open}
      onClose={close}
      title={t("transfer.title", { name: props.name })}
      closeLabel={t("action.close")}
      initialFocus={search}
      className="transfer"
      footer={
        <>
          <Button onClick={close}>{t("action.cancel")}</Button>
          <Button kind="primary" icon="transfer" disabled={chosen === null} busy={busy} onClick={() => void transfer()}>
            {t("transfer.confirm")}
          </Button>
        </>
      }
    >
      {problem === null ? null : (
        <Bar tone="danger" icon="warning" role="alert">
          {problem}
        </Bar>
      )}
      <Tabs<Kind>
        label={t("transfer.to")}
        value={kind}
        onChange={choose}
        tabs={[
          { value: "queue", label: t("transfer.queue"), content: <Queues {...list} /> },
          { value: "agent", label: t("transfer.agent"), content: <Agents {...list} /> },
        ]}
      />
    </Dialog>
  );
}

interface ListProps {
  chosen: string | null;
  onChoose: (id: string) => void;
  search: React.RefObject<HTMLInputElement | null>;
  channel: "call" | "chat";
  menus: readonly string[];
}

function Queues(props: ListProps): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { api } = useServices();
  const query = useQuery({ queryKey: ["queues"], queryFn: api.queues });
  const all = query.data?.queues;
  const own = all?.filter((queue) => queue.channels.some((menu) => props.menus.includes(menu)));
  const choices = (own?.length === 0 ? all : own)?.map((queue) => ({
    id: queue.id,
    title: queuePath({ ...queue }, language) || nameIn(queue.names, language),
    aside: (
      <span className={queue.available > 0 ? "ok-text" : "muted"}>
        {t("transfer.available", { available: queue.available, agents: queue.agents })}
      </span>
    ),
  }));
  return <ChoiceList {...props} choices={choices} failed={query.error} onRetry={() => void query.refetch()} />;
}

function Agents(props: ListProps): ReactNode {
  const { api, session } = useServices();
  const query = useQuery({ queryKey: ["colleagues"], queryFn: api.colleagues, refetchInterval: 5_000 });
  const choices = query.data?.agents
    .filter((agent) => agent.id !== session.user.id)
    .sort((a, b) => Number(b.available) - Number(a.available))
    .map((agent) => ({ id: agent.id, title: agent.name, aside: <StateBadge look={presenceLook(agent.status)} /> }));
  return <ChoiceList {...props} choices={choices} failed={query.error} onRetry={() => void query.refetch()} />;
}

function ChoiceList(
  props: ListProps & { choices: Choice[] | undefined; failed: Error | null; onRetry: () => void },
): ReactNode {
  const t = useT();
  const group = useId();
  const [text, setText] = useState("");
  const wanted = searchable(text);
  const found = props.choices?.filter((choice) => searchable(choice.title).includes(wanted));
  return (
    <div className="choices">
      <TextField
        ref={props.search}
        label={t("action.search")}
        hideLabel
        placeholder={t("action.search")}
        type="search"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {found === undefined ? (
        props.failed === null ? (
          <Skeleton lines={4} label={t("state.loading")} />
        ) : (
          <Failed error={props.failed} onRetry={props.onRetry} />
        )
      ) : found.length === 0 ? (
        <Nothing icon="search" title={t("state.nothing_found")} />
      ) : (
        <div role="radiogroup" aria-label={t("transfer.to")}>
          {found.map((choice) => (
            <label key={choice.id} className="choice">
              <input
                type="radio"
                name={group}
                checked={props.chosen === choice.id}
                onChange={() => props.onChoose(choice.id)}
              />
              <span>{choice.title}</span>
              {choice.aside}
            </label>
          ))}
        </div>
      )}
    </div>
  );
}
