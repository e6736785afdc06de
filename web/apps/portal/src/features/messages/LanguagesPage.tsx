import type { ChangedMessage, LanguagesInfo, MessagesInfo, MissingMessage } from "@madoguchi/protocol";
import { Bar, notify, Skeleton } from "@madoguchi/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, type ReactNode } from "react";
import { Failed } from "../../shared/QueryState.tsx";
import { useServices } from "../../shared/services.ts";
import { problemText, useLanguage, useT } from "../../shared/text.tsx";
import { MessagesApi } from "./api.ts";
import { LanguagesCard } from "./LanguagesCard.tsx";
import { MessageEditor } from "./MessageEditor.tsx";
import { MessagesTable } from "./MessagesTable.tsx";
import { usePlayer } from "./player.ts";
import type { MessageSearch } from "./search.ts";
import { fullName } from "./words.ts";
import "./messages.css";

const LANGUAGES = ["languages"];
const MESSAGES = ["messages"];

/** Settings > Languages & messages: which languages are live, and what consumers hear in each. */
export function LanguagesPage(props: { search: MessageSearch; onSearch: (next: MessageSearch) => void }): ReactNode {
  const t = useT();
  const { api: portal, can } = useServices();
  const cache = useQueryClient();
  const api = useMemo(() => new MessagesApi(portal.http), [portal]);
  const languages = useQuery({ queryKey: LANGUAGES, queryFn: api.languages });
  const messages = useQuery({ queryKey: MESSAGES, queryFn: api.messages });
  const player = usePlayer((problem) => notify({ title: t("messages.not_heard"), detail: problemText(t, problem), error: true }));
  const editable = can("settings.messages.edit");

  const { search, onSearch } = props;
  const edit = useCallback((key: string) => onSearch({ ...search, edit: key }), [search, onSearch]);
  const close = useCallback(() => {
    const next = { ...search };
    delete next.edit;
    onSearch(next);
  }, [search, onSearch]);
  const changed = useCallback(
    (change: ChangedMessage) => {
      cache.setQueryData<MessagesInfo>(MESSAGES, (before) =>
        before === undefined
          ? before
          : {
              ...before,
              said: before.said.map((one) =>
                one.message === change.said.message && one.language === change.said.language ? change.said : one,
              ),
            },
      );
      cache.setQueryData<LanguagesInfo>(LANGUAGES, (before) =>
        before === undefined ? before : { ...before, missing: change.missing },
      );
    },
    [cache],
  );
  const refresh = useCallback(async () => {
    await Promise.all([languages.refetch(), messages.refetch()]);
  }, [languages, messages]);

  const error = languages.error ?? messages.error;
  const open = messages.data?.said.find((one) => `${one.message}.${one.language}` === search.edit);
  const info = messages.data?.messages.find((one) => one.message === open?.message);
  const first = languages.data;
  return (
    <main className="board messages-page" id="main">
      <header className="board-head">
        <h1>{t("page.languages")}</h1>
      </header>
      {first === undefined || messages.data === undefined ? (
        error === null ? (
          <Skeleton label={t("state.loading")} />
        ) : (
          <Failed error={error} onRetry={() => void refresh()} />
        )
      ) : (
        <>
          {editable ? null : (
            <Bar tone="info" icon="lock" role="status">
              {t("messages.read_only")}
            </Bar>
          )}
          <LanguagesCard
            info={first}
            editable={editable}
            save={api.setLanguages}
            onSaved={(saved) => cache.setQueryData(LANGUAGES, saved)}
            onStale={() => void languages.refetch()}
          />
          <MissingList missing={first.missing} onOpen={edit} />
          <MessagesTable
            languages={first}
            messages={messages.data}
            also={search.also}
            onAlso={(also) => onSearch(also === "" ? {} : { also })}
            api={api}
            player={player}
            editable={editable}
            onOpen={edit}
          />
        </>
      )}
      {open === undefined || info === undefined || messages.data === undefined || first === undefined ? null : (
        <MessageEditor
          key={search.edit}
          said={open}
          info={info}
          messages={messages.data}
          voice={first.languages.some((one) => one.language === open.language && one.voice)}
          api={api}
          player={player}
          editable={editable}
          onChanged={changed}
          onStale={refresh}
          onClose={close}
        />
      )}
    </main>
  );
}

/** What cannot be said in the live languages; each leads to where it is mended. */
function MissingList({ missing, onOpen }: { missing: readonly MissingMessage[]; onOpen: (key: string) => void }): ReactNode {
  const t = useT();
  const language = useLanguage();
  if (missing.length === 0) return null;
  return (
    <details className="missing card">
      <summary>
        <span className="warning-text">⚠ {t("messages.missing_count", { count: missing.length })}</span>
      </summary>
      <p className="muted">{t("messages.missing_why")}</p>
      <ul>
        {missing.map((one) => (
          <li key={`${one.message}.${one.language}`}>
            <button type="button" className="link" onClick={() => onOpen(`${one.message}.${one.language}`)}>
              {fullName(t, one, language)}
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
