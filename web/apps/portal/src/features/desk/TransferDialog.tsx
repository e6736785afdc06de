import { asProblem, DeflectionApi, type CallTarget } from "@madoguchi/client";
import type { TransferQueue } from "@madoguchi/protocol";
import { Bar, Button, Dialog, Nothing, Skeleton, Tabs, TextAreaField, TextField } from "@madoguchi/ui";
import { useQuery } from "@tanstack/react-query";
import { useId, useMemo, useRef, useState, type ReactNode } from "react";
import { Failed } from "../../shared/QueryState.tsx";
import { useAction } from "../../shared/hooks.ts";
import { nameIn, presenceLook, queuePath, searchable } from "../../shared/labels.ts";
import { useServices } from "../../shared/services.ts";
import { StateBadge } from "../../shared/StateBadge.tsx";
import { problemText, useLanguage, useT } from "../../shared/text.tsx";

type Kind = "queue" | "agent" | "number";

const NOTE_LENGTH = 200;

interface Choice {
  id: string;
  title: string;
  aside: ReactNode;
}

export interface TransferDialogProps {
  open: boolean;
  onClose: () => void;
  /** Hands over at once; without it the dialog only asks somebody in. */
  onTransfer?: ((target: CallTarget) => Promise<unknown>) | undefined;
  /** Asks somebody in, with a word about why; for calls. */
  onConsult?: ((target: CallTarget, note: string) => Promise<unknown>) | undefined;
  title: string;
  channel: "call" | "chat";
  /** The menus whose queues come into question; all, where none of them has any. */
  menus: readonly string[];
  /** The interaction's: queues may have other hours in other languages. */
  language: string;
  /** Whether phones can be called. */
  numbers?: boolean;
}

/** Hands the consumer over, or asks somebody into the call: a queue, a colleague or a phone. */
export function TransferDialog(props: TransferDialogProps): ReactNode {
  const t = useT();
  const [kind, setKind] = useState<Kind>("queue");
  const [chosen, setChosen] = useState<string | null>(null);
  const [number, setNumber] = useState("");
  const [note, setNote] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const search = useRef<HTMLInputElement>(null);
  const [busy, run] = useAction((error) => {
    const found = asProblem(error);
    if (found.field === "number") setWrong(problemText(t, found));
    else setProblem(problemText(t, found));
  });
  const { onTransfer, onConsult } = props;
  const close = (): void => {
    setChosen(null);
    setNumber("");
    setNote("");
    setProblem(null);
    setWrong(null);
    props.onClose();
  };
  const target: CallTarget | null =
    kind === "number"
      ? number.trim() === ""
        ? null
        : { number: number.trim() }
      : chosen === null
        ? null
        : kind === "queue"
          ? { queue: chosen }
          : { agent: chosen };
  const perform = async (action: (target: CallTarget) => Promise<unknown>): Promise<void> => {
    if (target === null) return;
    setProblem(null);
    setWrong(null);
    if (await run(() => action(target))) close();
  };
  const choose = (value: Kind): void => {
    setKind(value);
    setChosen(null);
    setProblem(null);
  };
  const list = { chosen, onChoose: setChosen, search, channel: props.channel, menus: props.menus, language: props.language };
  const consult = onConsult === undefined ? undefined : () => void perform((to) => onConsult(to, kind === "number" ? "" : note.trim()));
  return (
    <Dialog
      open={props.open}
      onClose={close}
      title={props.title}
      closeLabel={t("action.close")}
      initialFocus={search}
      className="transfer"
      footer={
        <>
          <Button onClick={close}>{t("action.cancel")}</Button>
          {consult === undefined ? null : (
            <Button
              kind={onTransfer === undefined ? "primary" : "plain"}
              icon="users"
              disabled={target === null}
              busy={busy}
              onClick={consult}
            >
              {t(onTransfer === undefined ? "consult.add" : "consult.first")}
            </Button>
          )}
          {onTransfer === undefined ? null : (
            <Button kind="primary" icon="transfer" disabled={target === null} busy={busy} onClick={() => void perform(onTransfer)}>
              {t("transfer.confirm")}
            </Button>
          )}
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
          ...(props.numbers === true
            ? [
                {
                  value: "number" as const,
                  label: t("transfer.number"),
                  content: (
                    <div className="choices">
                      <TextField
                        label={t("dial.number")}
                        hint={t("dial.number_hint")}
                        error={wrong}
                        type="tel"
                        autoComplete="off"
                        maxLength={40}
                        value={number}
                        onChange={(event) => {
                          setNumber(event.target.value);
                          setWrong(null);
                        }}
                      />
                    </div>
                  ),
                },
              ]
            : []),
        ]}
      />
      {consult === undefined || kind === "number" ? null : (
        <TextAreaField
          label={t("consult.note")}
          rows={2}
          maxLength={NOTE_LENGTH}
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
      )}
    </Dialog>
  );
}

interface ListProps {
  chosen: string | null;
  onChoose: (id: string) => void;
  search: React.RefObject<HTMLInputElement | null>;
  channel: "call" | "chat";
  menus: readonly string[];
  language: string;
}

function Queues(props: ListProps): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { api } = useServices();
  const deflection = useMemo(() => new DeflectionApi(api.http), [api]);
  const query = useQuery({
    queryKey: ["transfer-queues", props.channel, props.language],
    queryFn: () => deflection.transferQueues(props.channel, props.language),
    refetchOnMount: "always",
  });
  const known = query.data === undefined ? [] : [...query.data.queues, ...query.data.hidden];
  const ours = (queue: TransferQueue): boolean => queue.channels.some((menu) => props.menus.includes(menu));
  const anyOurs = known.some(ours);
  const title = (queue: TransferQueue): string => queuePath({ ...queue }, language) || nameIn(queue.names, language);
  const choices = query.data?.queues
    .filter((queue) => !anyOurs || ours(queue))
    .map((queue) => ({
      id: queue.id,
      title: title(queue),
      aside: (
        <span className={queue.available > 0 ? "ok-text" : "muted"}>
          {queue.ground === "open" ? "" : `${t(`deflection.ground.${queue.ground}`)} · `}
          {t("transfer.available", { available: queue.available, agents: queue.agents })}
        </span>
      ),
    }));
  const hidden = query.data?.hidden.filter((queue) => !anyOurs || ours(queue)) ?? [];
  return (
    <>
      <ChoiceList {...props} choices={choices} failed={query.error} onRetry={() => void query.refetch()} />
      {hidden.length === 0 ? null : (
        <details className="transfer-hidden">
          <summary>{t("deflection.hidden", { count: hidden.length })}</summary>
          <ul>
            {hidden.map((queue) => (
              <li key={queue.id}>
                {title(queue)} — <span className="muted">{t(`deflection.ground.${queue.ground}`)}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
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
