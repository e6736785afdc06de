import { dateAndTime } from "@madoguchi/client";
import { Badge, Button, Icon, Nothing, SelectField, TextField, type Tone } from "@madoguchi/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { fieldName } from "../../shared/fields.ts";
import { useFilters, type ChangeFilters } from "../../shared/filters.ts";
import { More } from "../../shared/More.tsx";
import { Unanswered } from "../../shared/QueryState.tsx";
import { useServices } from "../../shared/services.ts";
import { isTextKey, useLanguage, useT, type T } from "../../shared/text.tsx";
import { auditApi, readAuditSearch, SUBJECTS, valueText, type AuditChange, type AuditRow, type AuditSearch, type Names } from "./model.ts";
import "./audit.css";

const SEARCH_MS = 300;

const TONES: Readonly<Record<string, Tone>> = { created: "ok", removed: "danger", changed: "info", sign_in_refused: "warning", second_factor_off: "warning" };

function word(t: T, group: "subject" | "action", name: string): string {
  const key = `audit.${group}.${name}`;
  return isTextKey(key) ? t(key) : name;
}

/** Settings > Audit log: who changed what from what to what, and who signed in. */
export function AuditPage(): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { api: portal } = useServices();
  const api = useMemo(() => auditApi(portal.http), [portal]);
  const [search, change] = useFilters(readAuditSearch);
  const query = useInfiniteQuery({
    queryKey: ["audit", search],
    queryFn: ({ pageParam }) => api.page(search, pageParam),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const pages = query.data?.pages;
  const rows = useMemo(() => pages?.flatMap((page) => page.rows) ?? [], [pages]);
  const names = useMemo(() => Object.assign({}, ...(pages?.map((page) => page.names) ?? [])) as Names, [pages]);
  const filtered = Object.keys(search).length > 0;
  return (
    <main className="board audit-page" id="main">
      <header className="board-head">
        <h1>{t("audit.title")}</h1>
        <span className="figures">
          <Button icon="refresh" busy={query.isFetching && !query.isFetchingNextPage} onClick={() => void query.refetch()}>
            {t("audit.refresh")}
          </Button>
          <a className="button" href={api.exportUrl(search, language)} download="audit.csv">
            <Icon name="download" /> {t("audit.export")}
          </a>
        </span>
      </header>
      <Filters search={search} onChange={change} />
      {pages === undefined ? (
        <Unanswered query={query} />
      ) : rows.length === 0 ? (
        <Nothing icon="file" title={t(filtered ? "state.nothing_found" : "audit.empty")} />
      ) : (
        <ul className="audit-list card" aria-label={t("audit.title")}>
          {rows.map((row) => (
            <li key={row.id}>
              <Entry row={row} names={names} onFilter={change} />
            </li>
          ))}
        </ul>
      )}
      <More query={query} />
    </main>
  );
}

function Filters({ search, onChange }: { search: AuditSearch; onChange: ChangeFilters<AuditSearch> }): ReactNode {
  const t = useT();
  const [text, setText] = useState(search.q ?? "");
  const own = useRef(search.q ?? "");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    const outer = search.q ?? "";
    if (outer === own.current) return;
    own.current = outer;
    setText(outer);
  }, [search.q]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <div className="filters" role="search">
      <TextField
        label={t("audit.search")}
        hideLabel
        type="search"
        placeholder={t("audit.search")}
        value={text}
        onChange={(event) => {
          const { value } = event.target;
          setText(value);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => {
            own.current = value;
            onChange({ q: value });
          }, SEARCH_MS);
        }}
      />
      <SelectField
        label={t("audit.subject")}
        hideLabel
        value={search.subject ?? ""}
        onChange={(event) => onChange({ subject: event.target.value })}
        options={[{ value: "", label: t("audit.every_subject") }, ...SUBJECTS.map((one) => ({ value: one, label: word(t, "subject", one) }))]}
      />
      <TextField label={t("audit.from")} type="date" value={search.from ?? ""} max={search.to} onChange={(event) => onChange({ from: event.target.value })} />
      <TextField label={t("audit.to")} type="date" value={search.to ?? ""} min={search.from} onChange={(event) => onChange({ to: event.target.value })} />
      {search.by === undefined && search.thing === undefined ? null : (
        <Button icon="close" onClick={() => onChange({ by: "", thing: "" })}>
          {t(search.by === undefined ? "audit.one_thing" : "audit.one_person")}
        </Button>
      )}
    </div>
  );
}

function Entry({ row, names, onFilter }: { row: AuditRow; names: Names; onFilter: ChangeFilters<AuditSearch> }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { connection } = useServices();
  const who = row.by_name !== "" ? row.by_name : row.address === "" ? t("audit.system") : t("audit.nobody");
  const { by, thing } = row;
  const head = (
    <>
      <time className="num" dateTime={row.at}>
        {dateAndTime(row.at, language, connection.now())}
      </time>
      <span className="who">{who}</span>
      <Badge tone={TONES[row.action] ?? "muted"}>{word(t, "action", row.action)}</Badge>
      <span className="what">
        <span className="muted">{word(t, "subject", row.subject)}</span> {row.name}
      </span>
    </>
  );
  return (
    <details>
      <summary>{head}</summary>
      <div className="audit-more">
        {row.changes.length === 0 ? null : (
          <table>
            <thead>
              <tr>
                <th scope="col">{t("audit.field")}</th>
                <th scope="col">{t("audit.before")}</th>
                <th scope="col">{t("audit.after")}</th>
              </tr>
            </thead>
            <tbody>
              {row.changes.map((change) => (
                <Line key={change.field} change={change} names={names} />
              ))}
            </tbody>
          </table>
        )}
        <p className="muted">{row.address === "" ? t("audit.from_server") : t("audit.from_address", { address: row.address })}</p>
        <p className="row">
          {by === null ? null : <Button onClick={() => onFilter({ by, thing: "" })}>{t("audit.only_person", { name: who })}</Button>}
          {thing === "" ? null : <Button onClick={() => onFilter({ thing, by: "" })}>{t("audit.only_thing", { name: row.name === "" ? word(t, "subject", row.subject) : row.name })}</Button>}
        </p>
      </div>
    </details>
  );
}

function Line({ change, names }: { change: AuditChange; names: Names }): ReactNode {
  const t = useT();
  const [gone, came] = change.told === "part" ? ["− ", "+ "] : ["", ""];
  const shown = (value: unknown, sign: string): string => {
    const text = valueText(t, change.field, value, names);
    return text === "–" ? text : sign + text;
  };
  return (
    <tr>
      <th scope="row">{fieldName(t, change.field, names)}</th>
      {change.told === "hidden" ? (
        <td colSpan={2} className="muted">
          {t("audit.hidden")}
        </td>
      ) : (
        <>
          <td>{shown(change.before, gone)}</td>
          <td>{shown(change.after, came)}</td>
        </>
      )}
    </tr>
  );
}
