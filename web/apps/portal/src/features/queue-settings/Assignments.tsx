import type { QueueAssignment, QueueForms } from "@madoguchi/protocol";
import { Check, Nothing, SelectField, TextField } from "@madoguchi/ui";
import { useState, type ReactNode } from "react";
import { languageName, searchable } from "../../shared/labels.ts";
import { useLanguage, useT } from "../../shared/text.tsx";
import { withAssigned } from "./draft.ts";

const SPOKEN = ["ja", "en"];

export interface AssignmentsProps {
  assignments: QueueAssignment[];
  forms: QueueForms;
  readOnly: boolean;
  error: string | null;
  onChange: (assignments: QueueAssignment[]) => void;
}

/** Who serves the queue, language by language. */
export function Assignments(props: AssignmentsProps): ReactNode {
  const t = useT();
  const ui = useLanguage();
  const [language, setLanguage] = useState("");
  const [search, setSearch] = useState("");
  const languages = [...new Set([...SPOKEN, ...props.assignments.map((one) => one.language)])].filter((one) => one !== "");
  const count = (of: string): number => {
    const one = props.assignments.find((each) => each.language === of);
    return one === undefined ? 0 : one.users.length + one.teams.length;
  };
  const present = props.assignments.find((one) => one.language === language) ?? { language, users: [], teams: [] };
  const wanted = searchable(search);
  const known = new Set(props.forms.agents.map((agent) => agent.id));
  const people = [
    ...props.forms.agents,
    // Somebody who has left may still be assigned: he must be seen to be taken away.
    ...present.users.filter((id) => !known.has(id)).map((id) => ({ id, name: id, languages: [] as string[] })),
  ].filter((agent) => searchable(agent.name).includes(wanted));
  const teams = props.forms.teams.filter((team) => searchable(team.name).includes(wanted));
  const option = (of: string, name: string): { value: string; label: string } => ({ value: of, label: `${name} (${count(of)})` });
  return (
    <fieldset className="settings-section assignments">
      <legend>{t("queues.assignments")}</legend>
      {props.error === null ? null : (
        <p className="danger-text" role="alert">
          {props.error}
        </p>
      )}
      <div className="pair">
        <SelectField
          label={t("queues.assign_language")}
          value={language}
          options={[option("", t("queues.all_languages")), ...languages.map((of) => option(of, languageName(of, ui)))]}
          onChange={(event) => setLanguage(event.target.value)}
        />
        <TextField label={t("queues.find_agent")} type="search" value={search} onChange={(event) => setSearch(event.target.value)} />
      </div>
      {people.length + teams.length === 0 ? (
        <Nothing icon="search" title={t("state.nothing_found")} />
      ) : (
        <ul className="people-list" aria-label={t("queues.assignments")} tabIndex={0}>
          {teams.map((team) => (
            <li key={team.id}>
              <Check
                label={t("queues.team", { name: team.name })}
                checked={present.teams.includes(team.id)}
                disabled={props.readOnly}
                onChange={(event) => props.onChange(withAssigned(props.assignments, language, "teams", team.id, event.target.checked))}
              />
            </li>
          ))}
          {people.map((agent) => (
            <li key={agent.id}>
              <Check
                label={agent.name}
                checked={present.users.includes(agent.id)}
                disabled={props.readOnly}
                onChange={(event) => props.onChange(withAssigned(props.assignments, language, "users", agent.id, event.target.checked))}
              />
              <span className="muted">{agent.languages.map((one) => languageName(one, ui)).join(", ")}</span>
            </li>
          ))}
        </ul>
      )}
    </fieldset>
  );
}
