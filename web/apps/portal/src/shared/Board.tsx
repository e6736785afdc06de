import { SelectField, TextField, type Sort } from "@madoguchi/ui";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState, type ReactNode } from "react";
import type { BoardSearch } from "./board.ts";
import { useLive } from "./hooks.ts";
import { queueLabel } from "./labels.ts";
import { useServices } from "./services.ts";
import { useLanguage, useT } from "./text.tsx";

/** A page's title with figures on its right. */
export function BoardHead({ title, count }: { title: string; count?: string }): ReactNode {
  const t = useT();
  const live = useLive();
  return (
    <header className="board-head">
      <h1>{title}</h1>
      <span className="figures">
        {count === undefined ? null : <span className="badge">{count}</span>}
        <span className="badge" data-tone={live ? "ok" : "warning"}>
          <span className="glyph" aria-hidden="true">
            {live ? "●" : "◌"}
          </span>
          {t(live ? "state.live" : "state.stale")}
        </span>
      </span>
    </header>
  );
}

const SEARCH_MS = 150;

/** Search and filters over a table; they live in the URL. */
export function BoardFilters(props: {
  search: BoardSearch;
  onSearch: (change: Partial<BoardSearch>) => void;
  placeholder: string;
  children?: ReactNode;
  withQueues?: boolean;
}): ReactNode {
  const t = useT();
  const [text, setText] = useState(props.search.q ?? "");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const own = useRef(props.search.q ?? "");
  useEffect(() => {
    const outer = props.search.q ?? "";
    if (outer === own.current) return;
    own.current = outer;
    setText(outer);
  }, [props.search.q]);
  return (
    <div className="filters" role="search">
      <TextField
        label={props.placeholder}
        hideLabel
        type="search"
        placeholder={props.placeholder}
        value={text}
        onChange={(event) => {
          const { value } = event.target;
          setText(value);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => {
            own.current = value;
            props.onSearch({ q: value });
          }, SEARCH_MS);
        }}
      />
      {props.withQueues === false ? null : (
        <QueueFilter value={props.search.queue ?? ""} onChange={(queue) => props.onSearch({ queue })} />
      )}
      {props.children}
      <span className="visually-hidden">{t("board.filter_hint")}</span>
    </div>
  );
}

function QueueFilter({ value, onChange }: { value: string; onChange: (queue: string) => void }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { api } = useServices();
  const query = useQuery({ queryKey: ["queues"], queryFn: api.queues, staleTime: 60_000 });
  const queues = query.data?.queues ?? [];
  return (
    <SelectField
      label={t("board.queue")}
      hideLabel
      value={queues.some((queue) => queue.id === value) ? value : ""}
      onChange={(event) => onChange(event.target.value)}
      options={[
        { value: "", label: t("board.all_queues") },
        ...queues.map((queue) => ({ value: queue.id, label: queueLabel(queue, queues, t, language) })),
      ]}
    />
  );
}

/** What the URL says of the sort, as a change. */
export function sortChange(sort: Sort): Partial<BoardSearch> {
  return { sort: sort.column, desc: sort.descending };
}

/** A figure at the top of a page. */
export function Figure(props: { label: string; children: ReactNode; level?: "warning" | "danger" | "" }): ReactNode {
  return (
    <div className="figure card" data-level={props.level === "" ? undefined : props.level}>
      <dt>{props.label}</dt>
      <dd className="num">{props.children}</dd>
    </div>
  );
}
