import type { CannedReply, QueueInfo } from "@madoguchi/protocol";
import { Badge, Button, Confirm, Dialog, Nothing, SelectField, TextField } from "@madoguchi/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState, type ReactNode } from "react";
import { useForm } from "../../shared/form.ts";
import { languageName, queueLabel, searchable } from "../../shared/labels.ts";
import { Unanswered } from "../../shared/QueryState.tsx";
import { useServices } from "../../shared/services.ts";
import { useLanguage, useT } from "../../shared/text.tsx";
import { ReplyForm } from "./ReplyForm.tsx";

const EVERYWHERE = "global";

/** Settings > Canned replies: those for all and for queues; or (`own`) the agent's own ones. */
export function RepliesPage({ own = false }: { own?: boolean }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { api } = useServices();
  const queries = useQueryClient();
  const query = useQuery({ queryKey: ["replies"], queryFn: api.replies });
  const queues = useQuery({ queryKey: ["queues"], queryFn: api.queues });
  const places = queues.data?.queues ?? [];
  const [search, setSearch] = useState("");
  const [place, setPlace] = useState("");
  const [edited, setEdited] = useState<CannedReply | "new" | null>(null);
  const [removed, setRemoved] = useState<CannedReply | null>(null);
  const removal = useForm();
  const all = useMemo(() => (query.data?.replies ?? []).filter((one) => (one.scope === "own") === own), [query.data, own]);
  const shown = all.filter((one) => (place === "" || (one.queue ?? EVERYWHERE) === place) && has(one, search));
  const used = new Set(all.map((one) => one.queue));
  const again = (): Promise<void> => queries.invalidateQueries({ queryKey: ["replies"] });
  const done = (): void => {
    setEdited(null);
    void again();
  };
  return (
    <main className="board" id="main">
      <header className="board-head">
        <h1>{t(own ? "canned.own_title" : "canned.title")}</h1>
        <Button kind="primary" icon="plus" disabled={query.data === undefined} onClick={() => setEdited("new")}>
          {t("canned.add")}
        </Button>
      </header>
      <p className="muted">{t(own ? "canned.own_about" : "canned.about")}</p>
      {query.data === undefined ? (
        <Unanswered query={query} />
      ) : all.length === 0 ? (
        <Nothing icon="chat" title={t("canned.empty")}>
          <p>{t("canned.empty_hint")}</p>
        </Nothing>
      ) : (
        <>
          <div className="filters" role="search">
            <TextField
              label={t("canned.search")}
              hideLabel
              type="search"
              placeholder={t("canned.search")}
              value={search}
              onChange={(event) => setSearch(event.target.value)}
            />
            {own ? null : (
              <SelectField
                label={t("canned.queue")}
                hideLabel
                value={place}
                onChange={(event) => setPlace(event.target.value)}
                options={[
                  { value: "", label: t("canned.any") },
                  { value: EVERYWHERE, label: t("canned.everywhere") },
                  ...places.filter((queue) => used.has(queue.id)).map((queue) => ({ value: queue.id, label: queueLabel(queue, places, t, language) })),
                ]}
              />
            )}
          </div>
          {shown.length === 0 ? (
            <Nothing icon="search" title={t("state.nothing_found")} />
          ) : (
            <ul className="catalogue card" aria-label={t(own ? "canned.own_title" : "canned.title")}>
              {shown.map((one) => (
                <li key={one.id}>
                  <Row
                    one={one}
                    queues={places}
                    onEdit={() => setEdited(one)}
                    onRemove={() => {
                      removal.clear();
                      setRemoved(one);
                    }}
                  />
                </li>
              ))}
            </ul>
          )}
        </>
      )}
      <Dialog
        open={edited !== null}
        onClose={() => setEdited(null)}
        title={t(edited === "new" ? "canned.add" : "canned.edit")}
        closeLabel={t("action.close")}
      >
        {edited === null ? null : (
          <ReplyForm
            reply={edited === "new" ? null : edited}
            own={own}
            queues={places}
            onCancel={() => setEdited(null)}
            onReload={done}
            onSaved={done}
          />
        )}
      </Dialog>
      <Confirm
        open={removed !== null}
        title={t("canned.remove_title")}
        confirmLabel={t("canned.remove")}
        cancelLabel={t("action.cancel")}
        busy={removal.busy}
        error={removal.error}
        onCancel={() => setRemoved(null)}
        onConfirm={() => {
          if (removed === null) return;
          void removal.submit(async () => {
            await api.removeReply(removed.id);
            setRemoved(null);
            await again();
          });
        }}
      >
        {t("canned.remove_detail", { shortcut: removed?.shortcut ?? "" })}
      </Confirm>
    </main>
  );
}

/** Whether its shortcut or a text has the words. */
function has(one: CannedReply, words: string): boolean {
  const wanted = searchable(words.trim()).replace(/^\//u, "");
  return [one.shortcut, ...Object.values(one.texts)].some((text) => searchable(text).includes(wanted));
}

function Row(props: { one: CannedReply; queues: readonly QueueInfo[]; onEdit: () => void; onRemove: () => void }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { one } = props;
  const [first, ...others] = Object.keys(one.texts).sort((a, b) => Number(b === language) - Number(a === language));
  const queue = props.queues.find((each) => each.id === one.queue);
  return (
    <div className="catalogue-row">
      <span className="catalogue-names">
        <span>
          <span className="kbd">/{one.shortcut}</span>
        </span>
        <span className="catalogue-said" lang={first}>
          {one.texts[first ?? ""]}
        </span>
      </span>
      <span className="badges">
        {one.scope === "queue" ? <Badge tone="info">{queue === undefined ? t("dispositions.queue_gone") : queueLabel(queue, props.queues, t, language)}</Badge> : null}
        {[first ?? "", ...others].sort().map((each) => (
          <Badge key={each} tone="muted">
            {languageName(each, language)}
          </Badge>
        ))}
      </span>
      <span className="catalogue-actions">
        <Button onClick={props.onEdit} aria-label={t("canned.edit_of", { shortcut: one.shortcut })}>
          {t("canned.edit_short")}
        </Button>
        <Button onClick={props.onRemove} aria-label={t("canned.remove_of", { shortcut: one.shortcut })}>
          {t("canned.remove")}
        </Button>
      </span>
    </div>
  );
}
