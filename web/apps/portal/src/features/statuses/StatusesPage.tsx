import { asProblem, type ProblemError } from "@madoguchi/client";
import type { CustomStatus, CustomStatusInput, StatusColour } from "@madoguchi/protocol";
import { Badge, Button, Check, Confirm, Dialog, Nothing, notify, SelectField, TextField } from "@madoguchi/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type SubmitEvent, type ReactNode } from "react";
import { Unanswered } from "../../shared/QueryState.tsx";
import { useAction } from "../../shared/hooks.ts";
import { COLOUR_TONES, nameIn, presenceLook } from "../../shared/labels.ts";
import { useServices } from "../../shared/services.ts";
import { StateBadge } from "../../shared/StateBadge.tsx";
import { problemText, useLanguage, useT } from "../../shared/text.tsx";

const COLOURS = Object.keys(COLOUR_TONES) as StatusColour[];
const EMPTY: CustomStatusInput = { names: { ja: "", en: "" }, colour: "violet", away: true };

/** The statuses that an organisation makes itself, beside the built-in ones. */
export function StatusesPage(): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { api } = useServices();
  const queries = useQueryClient();
  const [edited, setEdited] = useState<CustomStatus | "new" | null>(null);
  const [removed, setRemoved] = useState<CustomStatus | null>(null);
  const query = useQuery({ queryKey: ["statuses"], queryFn: () => api.statuses() });
  const again = (): Promise<void> => queries.invalidateQueries({ queryKey: ["statuses"] });
  const [removing, remove] = useAction((error) => {
    notify({ title: t("statuses.remove_failed"), detail: problemText(t, asProblem(error)), error: true });
  });
  return (
    <main className="board" id="main">
      <header className="board-head">
        <h1>{t("page.statuses")}</h1>
        <Button kind="primary" onClick={() => setEdited("new")}>
          {t("statuses.add")}
        </Button>
      </header>
      <p className="muted">{t("statuses.about")}</p>
      {query.data === undefined ? (
        <Unanswered query={query} />
      ) : query.data.statuses.length === 0 ? (
        <Nothing icon="users" title={t("statuses.empty")} />
      ) : (
        <div className="plain-table statuses card" tabIndex={0} role="region" aria-label={t("page.statuses")}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t("column.status")}</th>
                <th scope="col">{t("statuses.name_ja")}</th>
                <th scope="col">{t("statuses.name_en")}</th>
                <th scope="col">{t("statuses.offers")}</th>
                <th scope="col">
                  <span className="visually-hidden">{t("column.actions")}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {query.data.statuses.map((status) => (
                <tr key={status.id}>
                  <td>
                    <StateBadge look={presenceLook("custom", status, language)} />
                  </td>
                  <td lang="ja">{status.names.ja}</td>
                  <td lang="en">{status.names.en}</td>
                  <td>{t(status.away ? "statuses.offers_no" : "statuses.offers_yes")}</td>
                  <td className="end">
                    <Button onClick={() => setEdited(status)} aria-label={t("statuses.edit_of", { name: nameIn(status.names, language) })}>
                      {t("statuses.edit")}
                    </Button>{" "}
                    <Button onClick={() => setRemoved(status)} aria-label={t("statuses.remove_of", { name: nameIn(status.names, language) })}>
                      {t("statuses.remove")}
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Dialog
        open={edited !== null}
        onClose={() => setEdited(null)}
        title={t(edited === "new" ? "statuses.add" : "statuses.edit")}
        closeLabel={t("action.close")}
        narrow
      >
        {edited === null ? null : (
          <Form
            status={edited === "new" ? null : edited}
            onCancel={() => setEdited(null)}
            onFailed={() => void again()}
            onSaved={() => {
              setEdited(null);
              void again();
            }}
          />
        )}
      </Dialog>
      <Confirm
        open={removed !== null}
        title={t("statuses.remove_title")}
        confirmLabel={t("statuses.remove")}
        cancelLabel={t("action.cancel")}
        busy={removing}
        onCancel={() => setRemoved(null)}
        onConfirm={() => {
          if (removed === null) return;
          void remove(() => api.removeStatus(removed.id)).then((done) => {
            setRemoved(null);
            if (done) void again();
          });
        }}
      >
        {t("statuses.remove_detail", { name: removed === null ? "" : nameIn(removed.names, language) })}
      </Confirm>
    </main>
  );
}

function Form(props: { status: CustomStatus | null; onCancel: () => void; onSaved: () => void; onFailed: () => void }): ReactNode {
  const t = useT();
  const { api } = useServices();
  const [draft, setDraft] = useState<CustomStatusInput>(props.status ?? EMPTY);
  const [problem, setProblem] = useState<ProblemError | null>(null);
  const [busy, run] = useAction((error) => {
    setProblem(asProblem(error));
    props.onFailed();
  });
  const name = (language: "ja" | "en", value: string): void =>
    setDraft((before) => ({ ...before, names: { ...before.names, [language]: value } }));
  const wrong = (field: string): string | null => (problem?.field === field ? problemText(t, problem) : null);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    setProblem(null);
    const { names, colour, away } = draft;
    const body = { names, colour, away };
    void run(() => (props.status === null ? api.makeStatus(body) : api.changeStatus(props.status.id, { ...body, version: props.status.version }))).then((done) => {
      if (done) props.onSaved();
    });
  };
  const elsewhere = problem !== null && !["names.ja", "names.en", "colour"].includes(problem.field ?? "");
  return (
    <form className="form" onSubmit={submit} noValidate>
      <TextField
        label={t("statuses.name_ja")}
        lang="ja"
        maxLength={60}
        value={draft.names.ja}
        error={wrong("names.ja")}
        onChange={(event) => name("ja", event.target.value)}
      />
      <TextField
        label={t("statuses.name_en")}
        lang="en"
        maxLength={60}
        value={draft.names.en}
        error={wrong("names.en")}
        onChange={(event) => name("en", event.target.value)}
      />
      <SelectField
        label={t("statuses.colour")}
        value={draft.colour}
        error={wrong("colour")}
        options={COLOURS.map((colour) => ({ value: colour, label: t(`statuses.colour_${colour}`) }))}
        onChange={(event) => setDraft((before) => ({ ...before, colour: event.target.value as StatusColour }))}
      />
      <p>
        <Badge tone={COLOUR_TONES[draft.colour]} glyph="◇">
          {(draft.names.ja || draft.names.en) === "" ? t("status.custom") : draft.names.ja || draft.names.en}
        </Badge>
      </p>
      <Check
        label={t("statuses.takes_offers")}
        checked={!draft.away}
        onChange={(event) => setDraft((before) => ({ ...before, away: !event.target.checked }))}
      />
      {elsewhere ? (
        <p className="error" role="alert">
          {problemText(t, problem)}
        </p>
      ) : null}
      <div className="details-actions">
        <Button onClick={props.onCancel}>{t("action.cancel")}</Button>
        <Button kind="primary" type="submit" busy={busy}>
          {t("statuses.save")}
        </Button>
      </div>
    </form>
  );
}
