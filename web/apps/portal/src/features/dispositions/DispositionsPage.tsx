import type { Disposition, QueueInfo } from "@madoguchi/protocol";
import { Badge, Bar, Button, Check, Confirm, Dialog, IconButton, Nothing, TextField } from "@madoguchi/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { useForm } from "../../shared/form.ts";
import { queueLabel } from "../../shared/labels.ts";
import { Unanswered } from "../../shared/QueryState.tsx";
import { useServices } from "../../shared/services.ts";
import { useLanguage, useT } from "../../shared/text.tsx";
import { DispositionForm } from "./DispositionForm.tsx";
import { branchesOf, matching, moved, type Branch, type Way } from "./tree.ts";

type Edited = { entry: Disposition } | { entry: null; parent: string | null } | null;

/** Settings > Dispositions: what agents choose at the end of their work, in two levels. */
export function DispositionsPage(): ReactNode {
  const t = useT();
  const { api } = useServices();
  const queries = useQueryClient();
  const query = useQuery({ queryKey: ["dispositions"], queryFn: api.dispositions });
  const queues = useQuery({ queryKey: ["queues"], queryFn: api.queues });
  const [search, setSearch] = useState("");
  const [edited, setEdited] = useState<Edited>(null);
  const [removed, setRemoved] = useState<Disposition | null>(null);
  const rules = useForm();
  const order = useForm();
  const removal = useForm();
  const nameOf = useName();
  const tree = useMemo(() => branchesOf(query.data?.dispositions ?? []), [query.data]);
  const shown = useMemo(() => matching(tree, search), [tree, search]);
  const list = useRef<HTMLOListElement>(null);
  const follow = useRef<{ id: string; way: Way } | null>(null);
  const [said, setSaid] = useState("");
  const again = (): Promise<void> => queries.invalidateQueries({ queryKey: ["dispositions"] });
  const done = (): void => {
    setEdited(null);
    void again();
  };
  // What was moved keeps the focus, although the browser takes it away when the row changes its place.
  useEffect(() => {
    const to = follow.current;
    if (to === null) return;
    follow.current = null;
    list.current?.querySelector<HTMLElement>(`[data-entry="${to.id}"] [data-move="${to.way}"]`)?.focus();
  }, [query.data]);
  const move = (one: Disposition, way: Way): void => {
    const wanted = search === "" && !order.busy ? moved(tree, one.id, way) : null;
    if (wanted === null) return;
    void order.submit(async () => {
      try {
        await api.orderDispositions(wanted);
        follow.current = { id: one.id, way };
        setSaid(t(way === "up" ? "dispositions.moved_up" : "dispositions.moved_down", { name: nameOf(one) }));
      } finally {
        await again();
      }
    });
  };
  const row = (one: Disposition, siblings: readonly Disposition[], below: number): ReactNode => (
    <Row
      one={one}
      below={below}
      queues={queues.data?.queues ?? []}
      ends={search === "" ? { up: siblings[0] === one, down: siblings.at(-1) === one } : null}
      onMove={(way) => move(one, way)}
      onEdit={() => setEdited({ entry: one })}
      onRemove={() => {
        removal.clear();
        setRemoved(one);
      }}
    />
  );
  return (
    <main className="board" id="main">
      <header className="board-head">
        <h1>{t("dispositions.title")}</h1>
        <Button kind="primary" icon="plus" disabled={query.data === undefined} onClick={() => setEdited({ entry: null, parent: null })}>
          {t("dispositions.add")}
        </Button>
      </header>
      <p className="muted">{t("dispositions.about")}</p>
      <p className="visually-hidden" role="status">
        {said}
      </p>
      {query.data === undefined ? (
        <Unanswered query={query} />
      ) : (
        <>
          {[rules.error, order.error].map((error, index) =>
            error === null ? null : (
              <Bar key={index} tone="danger" icon="warning" role="alert">
                {error}
              </Bar>
            ),
          )}
          <section className="card catalogue-rule" aria-label={t("dispositions.rules")}>
            <Check
              label={t("dispositions.required")}
              checked={query.data.required}
              disabled={rules.busy}
              onChange={(event) => {
                const required = event.target.checked;
                void rules.submit(async () => {
                  await api.setDispositionRequired(required);
                  await again();
                });
              }}
            />
            <span className="muted">{t("dispositions.required_hint")}</span>
          </section>
          {tree.length === 0 ? (
            <Nothing icon="check" title={t("dispositions.empty")}>
              <p>{t("dispositions.empty_hint")}</p>
            </Nothing>
          ) : (
            <>
              <div className="filters" role="search">
                <TextField
                  label={t("dispositions.search")}
                  hideLabel
                  type="search"
                  placeholder={t("dispositions.search")}
                  value={search}
                  onChange={(event) => setSearch(event.target.value)}
                />
                <span className="muted catalogue-hint">{t(search === "" ? "dispositions.order_hint" : "dispositions.order_off")}</span>
              </div>
              {shown.length === 0 ? (
                <Nothing icon="search" title={t("state.nothing_found")} />
              ) : (
                <ol ref={list} className="catalogue card" aria-label={t("dispositions.title")}>
                  {shown.map((branch) => (
                    <li key={branch.entry.id}>
                      {row(branch.entry, entriesOf(tree), below(tree, branch))}
                      {branch.below.length === 0 ? null : (
                        <ol aria-label={nameOf(branch.entry)}>
                          {branch.below.map((one) => (
                            <li key={one.id}>{row(one, branch.below, 0)}</li>
                          ))}
                        </ol>
                      )}
                    </li>
                  ))}
                </ol>
              )}
            </>
          )}
        </>
      )}
      <Dialog
        open={edited !== null}
        onClose={() => setEdited(null)}
        title={t(edited?.entry === null ? "dispositions.add" : "dispositions.edit")}
        closeLabel={t("action.close")}
        narrow
      >
        {edited === null ? null : (
          <DispositionForm
            entry={edited.entry}
            tree={tree}
            queues={queues.data?.queues ?? []}
            onCancel={() => setEdited(null)}
            onReload={done}
            onSaved={done}
          />
        )}
      </Dialog>
      <Confirm
        open={removed !== null}
        title={t("dispositions.remove_title")}
        confirmLabel={t("dispositions.remove")}
        cancelLabel={t("action.cancel")}
        busy={removal.busy}
        error={removal.error}
        onCancel={() => setRemoved(null)}
        onConfirm={() => {
          if (removed === null) return;
          void removal.submit(async () => {
            await api.removeDisposition(removed.id);
            setRemoved(null);
            await again();
          });
        }}
      >
        {t("dispositions.remove_detail", { name: removed === null ? "" : nameOf(removed) })}
      </Confirm>
    </main>
  );
}

function entriesOf(tree: readonly Branch[]): Disposition[] {
  return tree.map((branch) => branch.entry);
}

/** How many are below a heading, also those that a search has left out. */
function below(tree: readonly Branch[], of: Branch): number {
  return tree.find((branch) => branch.entry.id === of.entry.id)?.below.length ?? 0;
}

function useName(): (one: Disposition) => string {
  const language = useLanguage();
  return (one) => one.names[language] ?? one.names["en"] ?? "";
}

interface RowProps {
  one: Disposition;
  /** How many are below it. */
  below: number;
  queues: readonly QueueInfo[];
  /** Whether it is the first and the last of its level; null where the order cannot be changed. */
  ends: { up: boolean; down: boolean } | null;
  onMove: (way: Way) => void;
  onEdit: () => void;
  onRemove: () => void;
}

function Row(props: RowProps): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { one, ends } = props;
  const name = useName()(one);
  const other = language === "ja" ? "en" : "ja";
  const places = one.queues.map((id) => {
    const known = props.queues.find((queue) => queue.id === id);
    return known === undefined ? t("dispositions.queue_gone") : queueLabel(known, props.queues, t, language);
  });
  const keyDown = (event: KeyboardEvent): void => {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    props.onMove(event.key === "ArrowUp" ? "up" : "down");
  };
  return (
    <div className="catalogue-row" data-entry={one.id} onKeyDown={keyDown}>
      <span className="catalogue-names">
        <span className="text">{name}</span>
        <span className="muted" lang={other}>
          {one.names[other]}
        </span>
      </span>
      <span className="badges">
        {props.below > 0 ? <Badge tone="info">{t("dispositions.heading", { count: props.below })}</Badge> : null}
        {one.notes_required ? <Badge tone="violet">{t("dispositions.notes_required")}</Badge> : null}
        {places.length === 0 ? null : (
          <Badge tone="muted">{places.length > 2 ? t("dispositions.queues", { count: places.length }) : places.join(" · ")}</Badge>
        )}
      </span>
      <span className="catalogue-actions">
        {ends === null
          ? null
          : (["up", "down"] as const).map((way) => (
              <IconButton
                key={way}
                icon={way}
                data-move={way}
                aria-disabled={ends[way]}
                label={t(`dispositions.${way}_of`, { name })}
                onClick={() => props.onMove(way)}
              />
            ))}
        <Button onClick={props.onEdit} aria-label={t("dispositions.edit_of", { name })}>
          {t("dispositions.edit_short")}
        </Button>
        <Button
          onClick={props.onRemove}
          disabled={props.below > 0}
          title={props.below > 0 ? t("problem.conflict.has_entries") : undefined}
          aria-label={t("dispositions.remove_of", { name })}
        >
          {t("dispositions.remove")}
        </Button>
      </span>
    </div>
  );
}
