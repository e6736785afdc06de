import { Button, Confirm, Dialog, SelectField, TextField } from "@madoguchi/ui";
import { useState, type ReactNode } from "react";
import { FormError } from "../../shared/FormError.tsx";
import { useT } from "../../shared/text.tsx";
import type { PeopleApi, Team } from "./model.ts";
import { useForm } from "../../shared/form.ts";

const FIELDS = ["name", "parent"] as const;

/** Makes a team, or renames, moves and deletes one. */
export function TeamDialog(props: {
  api: PeopleApi;
  teams: readonly Team[];
  /** The team; null for a new one. */
  team: Team | null;
  parent: string | undefined;
  everybody: boolean;
  onClose: () => void;
  onChanged: (gone: boolean) => void;
}): ReactNode {
  const t = useT();
  const { team } = props;
  const [name, setName] = useState(team?.name ?? "");
  const [parent, setParent] = useState(team === null ? (props.parent ?? "") : (team.parent ?? ""));
  const [asking, setAsking] = useState(false);
  // As it was when the form was filled in: the list may bring a newer one meanwhile.
  const [version] = useState(team?.version ?? 0);
  const form = useForm();
  const removal = useForm();
  const below = new Set(team === null ? [] : [team.id]);
  for (const one of props.teams) if (one.parent !== null && below.has(one.parent)) below.add(one.id);
  const draft = { name, parent: parent === "" ? null : parent };
  const save = (): void =>
    void form.submit(async () => {
      await (team === null ? props.api.createTeam(draft) : props.api.changeTeam(team.id, { ...draft, version }));
      props.onChanged(false);
    }, FIELDS);
  const move = (up: boolean): void =>
    void form.submit(async () => {
      if (team !== null) await props.api.moveTeam(team.id, up);
      props.onChanged(false);
    });
  return (
    <Dialog
      open
      narrow
      onClose={props.onClose}
      title={t(team === null ? "people.team_new" : "people.team_edit")}
      closeLabel={t("action.close")}
      footer={
        <>
          {team === null ? null : (
            <Button kind="danger" className="start" onClick={() => setAsking(true)}>
              {t("people.delete")}
            </Button>
          )}
          <Button onClick={props.onClose}>{t("action.cancel")}</Button>
          <Button kind="primary" busy={form.busy} onClick={save}>
            {t("people.save")}
          </Button>
        </>
      }
    >
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <FormError form={form} onReload={() => props.onChanged(false)} />
        <TextField
          label={t("people.team_name")}
          hint={t("people.team_name_hint")}
          value={name}
          maxLength={60}
          onChange={(event) => setName(event.target.value)}
          error={form.errorOf("name")}
        />
        <SelectField
          label={t("people.team_parent")}
          value={parent}
          onChange={(event) => setParent(event.target.value)}
          error={form.errorOf("parent")}
          options={[
            ...(props.everybody || (team !== null && team.parent === null) ? [{ value: "", label: t("people.team_top") }] : []),
            ...props.teams
              .filter((one) => !below.has(one.id))
              .map((one) => ({ value: one.id, label: `${"\u3000".repeat(one.depth)}${one.name}` })),
          ]}
        />
        {team === null ? null : (
          <p className="row">
            <Button onClick={() => move(true)}>{t("people.move_up")}</Button>
            <Button onClick={() => move(false)}>{t("people.move_down")}</Button>
          </p>
        )}
      </form>
      <Confirm
        open={asking}
        onCancel={() => setAsking(false)}
        onConfirm={() =>
          void removal.submit(async () => {
            if (team !== null) await props.api.deleteTeam(team.id);
            props.onChanged(true);
          })
        }
        title={t("people.team_delete", { name: team?.name ?? "" })}
        confirmLabel={t("people.delete")}
        cancelLabel={t("action.cancel")}
        busy={removal.busy}
        error={removal.error}
      >
        {t("people.team_delete_text")}
      </Confirm>
    </Dialog>
  );
}
