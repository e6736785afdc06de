import type { Disposition, Names, QueueInfo } from "@madoguchi/protocol";
import { Button, Check, SelectField, TextField } from "@madoguchi/ui";
import { useId, useState, type ReactNode, type SubmitEvent } from "react";
import { FormError } from "../../shared/FormError.tsx";
import { useForm } from "../../shared/form.ts";
import { queueLabel, searchable } from "../../shared/labels.ts";
import { useServices } from "../../shared/services.ts";
import { useLanguage, useT } from "../../shared/text.tsx";
import type { Branch } from "./tree.ts";

const FIELDS = ["names.ja", "names.en", "parent"] as const;
const LONGEST = 100;
const MANY = 8;

/** Makes or changes a disposition. */
export function DispositionForm(props: {
  entry: Disposition | null;
  tree: readonly Branch[];
  queues: readonly QueueInfo[];
  onCancel: () => void;
  /** Shows what there is now. */
  onReload: () => void;
  onSaved: () => void;
}): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { api } = useServices();
  const { entry, tree } = props;
  const form = useForm();
  const [names, setNames] = useState<Names>({ ja: entry?.names["ja"] ?? "", en: entry?.names["en"] ?? "" });
  const [parent, setParent] = useState(entry?.parent ?? "");
  const [notes, setNotes] = useState(entry?.notes_required ?? false);
  const [queues, setQueues] = useState<readonly string[]>(entry?.queues ?? []);
  const [everywhere, setEverywhere] = useState(queues.length === 0);
  const [noQueue, setNoQueue] = useState(false);
  const heading = tree.some((branch) => branch.entry.id === entry?.id && branch.below.length > 0);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const nowhere = !everywhere && queues.length === 0;
    setNoQueue(nowhere);
    if (nowhere) return;
    const body = {
      names,
      parent: parent === "" ? null : parent,
      queues: everywhere ? [] : [...queues],
      notes_required: notes,
      position: entry?.position ?? 0,
    };
    void form.submit(async () => {
      await (entry === null ? api.addDisposition(body) : api.saveDisposition(entry.id, { ...body, version: entry.version }));
      props.onSaved();
    }, FIELDS);
  };
  return (
    <form className="form" onSubmit={submit} noValidate>
      <FormError form={form} onReload={props.onReload} />
      {(["ja", "en"] as const).map((each) => (
        <TextField
          key={each}
          label={t(`dispositions.name_${each}`)}
          lang={each}
          required
          maxLength={LONGEST}
          value={names[each]}
          error={form.errorOf(`names.${each}`)}
          onChange={(event) => {
            const { value } = event.target;
            setNames((before) => ({ ...before, [each]: value }));
          }}
        />
      ))}
      <SelectField
        label={t("dispositions.parent")}
        hint={t(heading ? "dispositions.parent_fixed" : "dispositions.parent_hint")}
        disabled={heading}
        value={parent}
        error={form.errorOf("parent")}
        onChange={(event) => setParent(event.target.value)}
        options={[
          { value: "", label: t("dispositions.top") },
          ...tree
            .filter((branch) => branch.entry.id !== entry?.id)
            .map((branch) => ({ value: branch.entry.id, label: branch.entry.names[language] ?? branch.entry.names["en"] ?? "" })),
        ]}
      />
      <Places
        queues={props.queues}
        everywhere={everywhere}
        chosen={queues}
        error={noQueue ? t("dispositions.no_queue") : null}
        onEverywhere={setEverywhere}
        onChange={setQueues}
      />
      {heading ? null : <Check label={t("dispositions.notes_rule")} checked={notes} onChange={(event) => setNotes(event.target.checked)} />}
      <div className="details-actions">
        <Button onClick={props.onCancel}>{t("action.cancel")}</Button>
        <Button kind="primary" type="submit" busy={form.busy}>
          {t("dispositions.save")}
        </Button>
      </div>
    </form>
  );
}

/** For which queues' work it can be chosen. */
function Places(props: {
  queues: readonly QueueInfo[];
  everywhere: boolean;
  chosen: readonly string[];
  error: string | null;
  onEverywhere: (everywhere: boolean) => void;
  onChange: (chosen: readonly string[]) => void;
}): ReactNode {
  const t = useT();
  const language = useLanguage();
  const id = useId();
  const [search, setSearch] = useState("");
  const { chosen } = props;
  const [before] = useState(chosen);
  const known = new Set(props.queues.map((queue) => queue.id));
  const all = [
    ...props.queues.map((queue) => ({ id: queue.id, label: queueLabel(queue, props.queues, t, language) })),
    // A queue that is gone must be seen to be taken away.
    ...before.filter((one) => !known.has(one)).map((one) => ({ id: one, label: t("dispositions.queue_gone") })),
  ];
  const shown = all.filter((one) => searchable(one.label).includes(searchable(search)));
  return (
    <fieldset className="choices places" aria-describedby={props.error === null ? undefined : `${id}-error`}>
      <legend>{t("dispositions.where")}</legend>
      {([true, false] as const).map((everywhere) => (
        <label key={String(everywhere)} className="check">
          <input type="radio" name={id} checked={props.everywhere === everywhere} onChange={() => props.onEverywhere(everywhere)} />
          {t(everywhere ? "dispositions.everywhere" : "dispositions.only_in")}
        </label>
      ))}
      {props.everywhere ? null : (
        <>
          {all.length <= MANY ? null : (
            <TextField
              label={t("dispositions.find_queue")}
              hideLabel
              type="search"
              placeholder={t("dispositions.find_queue")}
              value={search}
              onChange={(event) => setSearch(event.target.value)}
            />
          )}
          <ul className="people-list" aria-label={t("dispositions.where")} tabIndex={0}>
            {shown.map((one) => (
              <li key={one.id}>
                <Check
                  label={one.label}
                  checked={chosen.includes(one.id)}
                  onChange={(event) => props.onChange(event.target.checked ? [...chosen, one.id] : chosen.filter((each) => each !== one.id))}
                />
              </li>
            ))}
          </ul>
        </>
      )}
      {props.error === null ? null : (
        <p className="danger-text" role="alert" id={`${id}-error`}>
          {props.error}
        </p>
      )}
    </fieldset>
  );
}
