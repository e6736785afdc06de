import type { QueueForms, SettingDescription, SettingValue } from "@madoguchi/protocol";
import type { ProblemError } from "@madoguchi/client";
import { Button, Check, TextField } from "@madoguchi/ui";
import type { ReactNode } from "react";
import { useT } from "../../shared/text.tsx";
import { isRecord, shown } from "./draft.ts";
import { fieldError, labelled } from "./problems.ts";

export interface RecordsProps {
  field: SettingDescription;
  label: string;
  hint?: string;
  /** Where it is, as problems name it: `settings.routing.groups`. */
  path: string;
  value: SettingValue;
  problem: ProblemError | null;
  readOnly: boolean;
  agents: QueueForms["agents"];
  onChange: (value: SettingValue) => void;
}

/** The id of the list of skills that there are. */
export const KNOWN_SKILLS = "known-skills";

type Row = Record<string, SettingValue>;

/** A list of records, such as groups of agents: one after the other, added, moved and removed by buttons. */
export function Records(props: RecordsProps): ReactNode {
  const t = useT();
  const { field, label, path, problem, readOnly, onChange } = props;
  const rows: Row[] = Array.isArray(props.value) ? props.value.filter(isRecord) : [];
  const put = (index: number, member: string, value: SettingValue): void =>
    onChange(rows.map((row, at) => (at === index ? { ...row, [member]: value } : row)));
  const swap = (index: number): void => onChange(rows.map((row, at) => (at === index ? rows[at - 1] : at === index - 1 ? rows[index] : row) ?? row));
  const error = fieldError(t, problem, path);
  return (
    <fieldset className="records">
      <legend className="label">{label}</legend>
      {props.hint === undefined ? null : <p className="hint">{props.hint}</p>}
      {error === null ? null : (
        <p className="danger-text" role="alert">
          {error}
        </p>
      )}
      <ol>
        {rows.map((row, index) => (
          <li key={index} aria-label={t("queues.record", { number: index + 1 })}>
            {field.members.map((member) => (
              <Member
                key={member.name}
                {...props}
                field={member}
                label={labelled(t, "queues.member", member.name) + (member.name.endsWith("_s") ? t("queues.seconds") : "")}
                path={`${path}.${index}.${member.name}`}
                value={row[member.name] ?? usual(member)}
                onChange={(value) => put(index, member.name, value)}
              />
            ))}
            {readOnly ? null : (
              <div className="pair">
                {index === 0 ? null : (
                  <Button icon="up" onClick={() => swap(index)}>
                    {t("queues.record_up", { number: index + 1 })}
                  </Button>
                )}
                <Button icon="trash" onClick={() => onChange(rows.filter((_, at) => at !== index))}>
                  {t("queues.record_remove", { number: index + 1 })}
                </Button>
              </div>
            )}
          </li>
        ))}
      </ol>
      {readOnly ? null : (
        <Button icon="plus" onClick={() => onChange([...rows, Object.fromEntries(field.members.map((one) => [one.name, usual(one)]))])}>
          {t("queues.record_add", { of: label })}
        </Button>
      )}
    </fieldset>
  );
}

/** What a member of a new record is, until somebody says otherwise. */
function usual(member: SettingDescription): SettingValue {
  switch (member.kind) {
    case "switch":
      return false;
    case "whole":
      return member.name === "level" ? 1 : 0;
    case "number":
      return 30;
    case "list":
    case "records":
      return [];
    default:
      return "";
  }
}

function Member(props: RecordsProps): ReactNode {
  const t = useT();
  const { field, label, path, value, readOnly, onChange } = props;
  const error = fieldError(t, props.problem, path, field);
  if (field.kind === "records") return <Records {...props} hint={t("queues.member_skills_hint")} />;
  if (field.kind === "switch") {
    return <Check label={label} checked={value === true} disabled={readOnly} onChange={(event) => onChange(event.target.checked)} />;
  }
  if (field.kind === "list") {
    const chosen = Array.isArray(value) ? value : [];
    return (
      <fieldset className="records">
        <legend className="label">{label}</legend>
        {error === null ? null : (
          <p className="danger-text" role="alert">
            {error}
          </p>
        )}
        <ul className="people-list" aria-label={label} tabIndex={0}>
          {props.agents.map((agent) => (
            <li key={agent.id}>
              <Check
                label={agent.name}
                checked={chosen.includes(agent.id)}
                disabled={readOnly}
                onChange={(event) => onChange(event.target.checked ? [...chosen, agent.id] : chosen.filter((one) => one !== agent.id))}
              />
            </li>
          ))}
        </ul>
      </fieldset>
    );
  }
  return (
    <TextField
      label={label}
      error={error}
      disabled={readOnly}
      value={shown(value)}
      {...(field.name === "skill" ? { list: KNOWN_SKILLS, autoComplete: "off" } : {})}
      {...(field.kind === "text" ? {} : { inputMode: field.kind === "whole" ? ("numeric" as const) : ("decimal" as const) })}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
