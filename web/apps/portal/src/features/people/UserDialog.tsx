import { Button, Check, Dialog, SelectField, TextField } from "@madoguchi/ui";
import { useState, type ReactNode } from "react";
import { FormError } from "../../shared/FormError.tsx";
import { useLanguage, useT } from "../../shared/text.tsx";
import { languageName, roleName, SPOKEN } from "../../shared/people.ts";
import { SkillsField } from "./SkillsField.tsx";
import { DirectNumbersField } from "./DirectNumbersField.tsx";
import { directFault, directRows, draftOf, emptyDraft, skillRows, skillsFault, type MadeLink, type PeopleApi, type Person, type PersonDraft, type PersonOptions } from "./model.ts";
import { useForm } from "../../shared/form.ts";

const FIELDS = ["first_name", "last_name", "email", "phone", "agent_number", "location", "chat_limit", "languages", "roles", "teams", "skills", "direct_numbers"] as const;

/** Makes a user, who is then invited, or changes one. */
export function UserDialog(props: {
  api: PeopleApi;
  options: PersonOptions;
  /** The user; null for a new one. */
  person: Person | null;
  team: string | undefined;
  onClose: () => void;
  /** Shows the user as he is now. */
  onReload: () => void;
  onSaved: (link: MadeLink | null, name: string) => void;
}): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { person, options } = props;
  const [draft, setDraft] = useState<PersonDraft>(() => (person === null ? emptyDraft(props.team) : draftOf(person)));
  // As it was when the form was filled in: the list may bring a newer one meanwhile.
  const [version] = useState(person?.version ?? 0);
  const [skills, setSkills] = useState(() => skillRows(draft.skills));
  const [fault, setFault] = useState<"missing" | "double_skill" | null>(null);
  const [direct, setDirect] = useState(() => directRows(draft.direct_numbers));
  const [directWrong, setDirectWrong] = useState<"missing" | "double" | null>(null);
  const form = useForm();
  const set = (change: Partial<PersonDraft>): void => setDraft((before) => ({ ...before, ...change }));
  const toggled = (list: readonly string[], item: string, on: boolean): string[] =>
    on ? [...list.filter((one) => one !== item), item] : list.filter((one) => one !== item);
  const text = (field: "first_name" | "last_name" | "email" | "phone" | "agent_number" | "location") => ({
    value: draft[field],
    onChange: (event: { target: { value: string } }) => set({ [field]: event.target.value }),
    error: form.errorOf(field),
  });
  const save = (): void => {
    const found = skillsFault(skills);
    const wrong = directFault(direct);
    setFault(found);
    setDirectWrong(wrong);
    if (found !== null || wrong !== null) return;
    void form.submit(async () => {
      const whole = {
        ...draft,
        skills: Object.fromEntries(skills.map((row) => [row.skill.trim(), row.level])),
        direct_numbers: Object.fromEntries(direct.map((row) => [row.number.trim(), row.place])),
      };
      if (person !== null) {
        await props.api.change(person.id, { ...whole, version });
        props.onSaved(null, person.name);
      } else {
        const made = await props.api.create(whole);
        props.onSaved(made.link, [draft.last_name, draft.first_name].filter((one) => one !== "").join(" "));
      }
    }, FIELDS);
  };
  const spoken = [...new Set([...draft.languages, ...SPOKEN])];
  return (
    <Dialog
      open
      onClose={props.onClose}
      title={person === null ? t("people.invite") : t("people.edit_of", { name: person.name })}
      closeLabel={t("action.close")}
      className="people-dialog"
      footer={
        <>
          <Button onClick={props.onClose}>{t("action.cancel")}</Button>
          <Button kind="primary" busy={form.busy} onClick={save}>
            {t(person === null ? "people.invite_submit" : "people.save")}
          </Button>
        </>
      }
    >
      <form
        className="form two"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <FormError form={form} onReload={props.onReload} />
        <TextField label={t("people.last_name")} autoComplete="off" {...text("last_name")} />
        <TextField label={t("people.first_name")} autoComplete="off" {...text("first_name")} />
        <TextField label={t("people.email")} type="email" autoComplete="off" {...text("email")} />
        <TextField label={t("people.phone")} type="tel" autoComplete="off" {...text("phone")} />
        <TextField label={t("people.agent_number")} autoComplete="off" {...text("agent_number")} />
        <TextField label={t("people.location")} autoComplete="off" {...text("location")} />
        <fieldset className="choices">
          <legend>{t("people.roles")}</legend>
          {options.roles.map((role) => (
            <Check
              key={role.id}
              label={roleName(t, role)}
              checked={draft.roles.includes(role.id)}
              disabled={!role.assignable}
              onChange={(event) => set({ roles: toggled(draft.roles, role.id, event.target.checked) })}
            />
          ))}
          <Wrong text={form.errorOf("roles")} />
        </fieldset>
        <fieldset className="choices languages">
          <legend>{t("people.languages")}</legend>
          {spoken.map((code) => (
            <Check
              key={code}
              label={languageName(code, language)}
              checked={draft.languages.includes(code)}
              onChange={(event) => set({ languages: toggled(draft.languages, code, event.target.checked) })}
            />
          ))}
          <Wrong text={form.errorOf("languages")} />
        </fieldset>
        <fieldset className="wide teams-of">
          <legend>{t("people.teams")}</legend>
          {options.teams.length === 0 ? <p className="muted">{t("people.no_teams")}</p> : null}
          {options.teams.map((team) => (
            <SelectField
              key={team.id}
              label={team.path.replaceAll(":", " › ")}
              value={draft.manages.includes(team.id) ? "manager" : draft.teams.includes(team.id) ? "member" : "nothing"}
              onChange={(event) =>
                set({
                  teams: toggled(draft.teams, team.id, event.target.value === "member"),
                  manages: toggled(draft.manages, team.id, event.target.value === "manager"),
                })
              }
              options={(["nothing", "member", "manager"] as const).map((part) => ({ value: part, label: t(`people.part.${part}`) }))}
            />
          ))}
          <Wrong text={form.errorOf("teams")} />
        </fieldset>
        <SkillsField
          rows={skills}
          known={options.skills}
          error={fault === null ? form.errorOf("skills") : t(fault === "missing" ? "people.skills_missing" : "people.skills_double_skill")}
          onChange={setSkills}
        />
        <DirectNumbersField
          rows={direct}
          places={options.places}
          error={directWrong === null ? form.errorOf("direct_numbers") : t(directWrong === "missing" ? "people.direct_missing" : "people.direct_double")}
          onChange={setDirect}
        />
        <TextField
          label={t("people.chat_limit")}
          hint={t("people.chat_limit_hint")}
          type="number"
          min={0}
          max={50}
          value={draft.chat_limit}
          onChange={(event) => set({ chat_limit: Number(event.target.value) })}
          error={form.errorOf("chat_limit")}
        />
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}

function Wrong({ text }: { text: string | null }): ReactNode {
  return text === null ? null : (
    <p className="danger-text" role="alert">
      {text}
    </p>
  );
}
