import { asProblem, type ProblemError } from "@madoguchi/client";
import type { EmbeddingInfo } from "@madoguchi/protocol";
import { Bar, Button, notify, TextField } from "@madoguchi/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState, type ReactNode, type SubmitEvent } from "react";
import { Unanswered } from "../../shared/QueryState.tsx";
import { useAction } from "../../shared/hooks.ts";
import { useServices } from "../../shared/services.ts";
import { isTextKey, problemText, useT, type T } from "../../shared/text.tsx";

const KEY = ["embedding"];
const OWN = "'self'";

/** Which other sites may show the portal within their pages. */
export function EmbeddingPage(): ReactNode {
  const t = useT();
  const { api } = useServices();
  const query = useQuery({ queryKey: KEY, queryFn: api.embedding, refetchOnWindowFocus: false });
  return (
    <main className="board" id="main">
      <header className="board-head">
        <h1>{t("embedding.title")}</h1>
      </header>
      <p className="muted">{t("embedding.about")}</p>
      {query.data === undefined ? <Unanswered query={query} /> : <Form key={query.data.version} info={query.data} />}
    </main>
  );
}

function Form({ info }: { info: EmbeddingInfo }): ReactNode {
  const t = useT();
  const { api } = useServices();
  const queries = useQueryClient();
  const [sites, setSites] = useState<{ key: number; text: string }[]>(() => info.origins.map((text, key) => ({ key, text })));
  const next = useRef(info.origins.length);
  const list = useRef<HTMLUListElement>(null);
  const [problem, setProblem] = useState<ProblemError | null>(null);
  const [busy, run] = useAction((error) => {
    const found = asProblem(error);
    if (found.code === "stale_version") {
      notify({ title: t("embedding.stale"), error: true });
      void queries.invalidateQueries({ queryKey: KEY });
      return;
    }
    setProblem(found);
    const first = found.errors[0]?.field.split(".")[1] ?? "";
    list.current?.querySelectorAll("input")[Number(first)]?.focus();
  });
  const change = (to: { key: number; text: string }[]): void => {
    setProblem(null);
    setSites(to);
  };
  const save = (event: SubmitEvent): void => {
    event.preventDefault();
    setProblem(null);
    void run(async () => {
      queries.setQueryData(KEY, await api.saveEmbedding(info.version, sites.map((site) => site.text)));
      notify({ title: t("embedding.saved") });
    });
  };
  const general = problem === null ? null : generalText(t, problem);
  return (
    <form className="card embedding" onSubmit={save} noValidate>
      {general === null ? null : (
        <Bar tone="danger" icon="warning" role="alert">
          {general}
        </Bar>
      )}
      <h2>{t("embedding.sites")}</h2>
      {sites.length === 0 ? <p className="muted">{t("embedding.none")}</p> : null}
      <ul ref={list}>
        {sites.map((site, index) => (
          <li key={site.key}>
            <TextField
              label={t("embedding.site", { number: index + 1 })}
              hint={t("embedding.hint")}
              error={problem === null ? null : faultOf(t, problem, index)}
              type="url"
              inputMode="url"
              autoComplete="off"
              spellCheck={false}
              maxLength={300}
              value={site.text}
              autoFocus={site.text === "" && index === sites.length - 1}
              onChange={(event) => change(sites.map((one) => (one.key === site.key ? { ...one, text: event.target.value } : one)))}
            />
            <Button
              aria-label={t("embedding.remove_of", { number: index + 1 })}
              onClick={() => change(sites.filter((one) => one.key !== site.key))}
            >
              {t("embedding.remove")}
            </Button>
          </li>
        ))}
      </ul>
      <p>
        <Button onClick={() => change([...sites, { key: next.current++, text: "" }])}>{t("embedding.add")}</Button>
      </p>
      {info.fixed.length === 0 ? null : (
        <>
          <h2>{t("embedding.fixed")}</h2>
          <ul className="fixed">
            {info.fixed.map((source) => (
              <li key={source}>{source === OWN ? t("embedding.own") : <span className="mono">{source}</span>}</li>
            ))}
          </ul>
        </>
      )}
      <p className="actions">
        <Button kind="primary" type="submit" busy={busy}>
          {t("embedding.save")}
        </Button>
      </p>
    </form>
  );
}

/** What is wrong with one site. */
function faultOf(t: T, problem: ProblemError, index: number): string | null {
  const fault = problem.errors.find((one) => one.field === `origins.${index}`);
  if (fault === undefined) return null;
  const key = `embedding.fault.${fault.reason ?? ""}`;
  return isTextKey(key) ? t(key) : fault.detail;
}

/** What is wrong with the whole. */
function generalText(t: T, problem: ProblemError): string | null {
  if (problem.errors.some((one) => one.field.startsWith("origins."))) return null;
  const key = `embedding.fault.${problem.errors.find((one) => one.field === "origins")?.reason ?? ""}`;
  return isTextKey(key) ? t(key) : problemText(t, problem);
}
