import { asProblem, type ProblemError } from "@madoguchi/client";
import type { QueueDetails, QueueForms, QueueGlobals, QueueNodeRow } from "@madoguchi/protocol";
import { Bar, Button, Check, notify, TextField } from "@madoguchi/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, type ReactNode } from "react";
import { changedText } from "../../shared/fields.ts";
import { useAction } from "../../shared/hooks.ts";
import { Unanswered } from "../../shared/QueryState.tsx";
import { languageName, nameIn } from "../../shared/labels.ts";
import { useServices } from "../../shared/services.ts";
import { problemText, useLanguage, useT } from "../../shared/text.tsx";
import { Assignments } from "./Assignments.tsx";
import { draftOf, ownSettings, queueChange, same, settingsChange, type Draft } from "./draft.ts";
import { fieldError } from "./problems.ts";
import { KNOWN_SKILLS } from "./Records.tsx";
import { SettingsForm } from "./SettingsForm.tsx";
import { GLOBAL } from "./tree.ts";

const NAMED = ["ja", "en"];

export interface QueueEditorProps {
  /** A node's id, or `global`. */
  id: string;
  /** From the top level to the node. */
  chain: readonly QueueNodeRow[];
  /** Versions of everything that this depends on: when it changes, what is inherited may have changed. */
  stamp: string;
  forms: QueueForms;
  phoneQueues: { value: string; label: string }[];
  channel: string;
  onDirty: (dirty: boolean) => void;
}

type Loaded = { kind: "node"; details: QueueDetails } | { kind: "global"; details: QueueGlobals };

/** Loads what is edited; the editor begins anew with every node. */
export function QueueEditor(props: QueueEditorProps): ReactNode {
  const { api } = useServices();
  const { id } = props;
  const query = useQuery({
    queryKey: ["queue-settings", id, props.stamp],
    queryFn: async (): Promise<Loaded> =>
      id === GLOBAL
        ? { kind: "global", details: await api.queueGlobals() }
        : { kind: "node", details: await api.queueDetails(id) },
    placeholderData: (before) => before,
    retry: false,
  });
  if (query.data !== undefined) return <Form key={id} {...props} loaded={query.data} />;
  return <Unanswered query={query} />;
}

function begun(loaded: Loaded): Draft {
  if (loaded.kind === "node") return draftOf(loaded.details);
  return { names: {}, hidden: false, settings: ownSettings(loaded.details.settings), assignments: [] };
}

function Form(props: QueueEditorProps & { loaded: Loaded }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { api, can } = useServices();
  const queries = useQueryClient();
  const { loaded, forms, chain, onDirty } = props;
  const [base, setBase] = useState({ version: loaded.details.version, draft: begun(loaded) });
  const [draft, setDraft] = useState(base.draft);
  const [problem, setProblem] = useState<ProblemError | null>(null);
  const [busy, run] = useAction((error) => setProblem(asProblem(error)));
  const readOnly = !can("settings.queues.edit");
  const dirty = !same(draft, base.draft);
  const changed = loaded.details.version > base.version;
  const begin = (from: Loaded): void => {
    const fresh = begun(from);
    setBase({ version: from.details.version, draft: fresh });
    setDraft(fresh);
    setProblem(null);
  };
  // Whoever has typed nothing sees at once what others have saved.
  if (changed && !dirty) begin(loaded);
  useEffect(() => {
    onDirty(dirty);
    return () => onDirty(false);
  }, [dirty, onDirty]);
  const conflict = (changed && dirty) || problem?.code === "changed_meanwhile";
  const reload = async (): Promise<void> => {
    const fresh: Loaded =
      props.id === GLOBAL
        ? { kind: "global", details: await api.queueGlobals() }
        : { kind: "node", details: await api.queueDetails(props.id) };
    begin(fresh);
  };
  const save = (): Promise<boolean> =>
    run(async () => {
      setProblem(null);
      const saved: Loaded =
        props.id === GLOBAL
          ? { kind: "global", details: await api.editQueueGlobals(base.version, settingsChange(draft.settings, forms.sections)) }
          : { kind: "node", details: await api.editQueue(props.id, queueChange(draft, base.version, forms.sections)) };
      queries.setQueryData(["queue-settings", props.id, props.stamp], saved);
      begin(saved);
      notify({ title: t("queues.saved") });
    });
  const nameOf = (source: string): string => {
    if (source === GLOBAL) return t("queues.global_short");
    const found = chain.find((node) => node.id === source);
    return found === undefined ? "–" : nameIn(found.names, language);
  };
  const shown = problem === null || problem.code === "changed_meanwhile" ? null : problem;
  const atField = shown?.field?.startsWith("settings.") === true || shown?.field?.startsWith("names") === true || shown?.field === "assignments";
  return (
    <form
      className="queue-form"
      noValidate
      aria-label={t("queues.editor")}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Head chain={chain} />
      {conflict ? (
        <Bar
          tone="warning"
          icon="warning"
          role="alert"
          actions={
            <Button icon="refresh" onClick={() => void run(reload)}>
              {t("queues.reload")}
            </Button>
          }
        >
          {t("queues.conflict")} {problem === null ? null : changedText(t, problem)}
        </Bar>
      ) : null}
      {shown === null ? null : (
        <Bar tone="danger" icon="warning" role="alert">
          {atField ? t("queues.look_at_fields") : problemText(t, shown)}
        </Bar>
      )}
      {loaded.kind === "node" ? (
        <NodeFields {...props} details={loaded.details} draft={draft} onChange={setDraft} problem={shown} readOnly={readOnly} />
      ) : (
        <p className="muted">{t("queues.global_hint")}</p>
      )}
      <datalist id={KNOWN_SKILLS}>
        {forms.skills.map((skill) => (
          <option key={skill} value={skill} />
        ))}
      </datalist>
      <SettingsForm
        sections={forms.sections}
        info={loaded.details.settings}
        draft={draft.settings}
        onChange={(settings) => setDraft({ ...draft, settings })}
        problem={shown}
        readOnly={readOnly}
        node={props.id === GLOBAL ? null : props.id}
        phone={props.channel === "ivr" || props.id === GLOBAL}
        texts={props.channel === "sms" || props.id === GLOBAL}
        nameOf={nameOf}
        phoneQueues={props.phoneQueues}
        agents={forms.agents}
      />
      {readOnly ? null : (
        <footer>
          <span className="muted">{dirty ? t("queues.unsaved") : ""}</span>
          <Button disabled={!dirty || busy} onClick={() => begin(loaded)}>
            {t("queues.discard")}
          </Button>
          <Button kind="primary" type="submit" disabled={!dirty} busy={busy}>
            {t("queues.save")}
          </Button>
        </footer>
      )}
    </form>
  );
}

/** What it is, and whom it inherits from: global, its parents, itself. */
function Head({ chain }: { chain: readonly QueueNodeRow[] }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const node = chain.at(-1);
  const names = chain.map((each) => nameIn(each.names, language));
  return (
    <header>
      <h2>{node === undefined ? t("queues.global") : names.at(-1)}</h2>
      <p className="muted">{[t("queues.global_short"), ...names].join(" › ")}</p>
    </header>
  );
}

function NodeFields(
  props: QueueEditorProps & {
    details: QueueDetails;
    draft: Draft;
    onChange: (draft: Draft) => void;
    problem: ProblemError | null;
    readOnly: boolean;
  },
): ReactNode {
  const t = useT();
  const ui = useLanguage();
  const { draft, onChange, problem, readOnly } = props;
  const languages = [...new Set([...NAMED, ...Object.keys(draft.names)])];
  const leaf = props.chain.at(-1)?.leaf ?? props.details.leaf;
  return (
    <>
      <fieldset className="settings-section">
        <legend>{t("queues.names")}</legend>
        {languages.map((of) => (
          <TextField
            key={of}
            label={t("queues.name_in", { language: languageName(of, ui) })}
            lang={of}
            value={draft.names[of] ?? ""}
            disabled={readOnly}
            error={fieldError(t, problem, `names.${of}`) ?? (of === languages[0] ? fieldError(t, problem, "names") : null)}
            onChange={(event) => onChange({ ...draft, names: { ...draft.names, [of]: event.target.value } })}
          />
        ))}
        <Check
          label={t("queues.hide")}
          checked={draft.hidden}
          disabled={readOnly}
          onChange={(event) => onChange({ ...draft, hidden: event.target.checked })}
        />
      </fieldset>
      {leaf ? (
        <Assignments
          assignments={draft.assignments}
          forms={props.forms}
          readOnly={readOnly}
          error={fieldError(t, problem, "assignments")}
          onChange={(assignments) => onChange({ ...draft, assignments })}
        />
      ) : (
        <p className="muted">{t("queues.level_hint")}</p>
      )}
    </>
  );
}
