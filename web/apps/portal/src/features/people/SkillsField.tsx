import { Button, IconButton, SelectField, TextField } from "@madoguchi/ui";
import { useId, type ReactNode } from "react";
import { useT } from "../../shared/text.tsx";
import { LEVELS, type SkillRow } from "./model.ts";

/** What an agent can do, and how well: chosen from what there is, or written anew. */
export function SkillsField(props: {
  rows: readonly SkillRow[];
  known: readonly string[];
  error: string | null;
  onChange: (rows: SkillRow[]) => void;
}): ReactNode {
  const t = useT();
  const list = useId();
  const { rows, error, onChange } = props;
  const put = (index: number, change: Partial<SkillRow>): void => onChange(rows.map((row, at) => (at === index ? { ...row, ...change } : row)));
  return (
    <fieldset className="wide teams-of skills-of">
      <legend>{t("people.skills")}</legend>
      <p className="muted">{t("people.skills_hint")}</p>
      <datalist id={list}>
        {props.known
          .filter((skill) => !rows.some((row) => row.skill === skill))
          .map((skill) => (
            <option key={skill} value={skill} />
          ))}
      </datalist>
      {rows.map((row, index) => (
        <div key={index} className="skill-row">
          <TextField
            label={t("people.skill_number", { number: index + 1 })}
            hideLabel
            placeholder={t("people.skill")}
            list={list}
            autoComplete="off"
            maxLength={40}
            autoFocus={row.skill === ""}
            value={row.skill}
            onChange={(event) => put(index, { skill: event.target.value })}
          />
          <SelectField
            label={t("people.level_number", { number: index + 1 })}
            hideLabel
            value={String(row.level)}
            options={LEVELS.map((level) => ({ value: String(level), label: t("people.level", { level }) }))}
            onChange={(event) => put(index, { level: Number(event.target.value) })}
          />
          <IconButton
            icon="trash"
            label={t("people.skill_remove", { name: row.skill === "" ? t("people.skill_number", { number: index + 1 }) : row.skill })}
            onClick={() => onChange(rows.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <div>
        <Button icon="plus" onClick={() => onChange([...rows, { skill: "", level: 1 }])}>
          {t("people.skill_add")}
        </Button>
      </div>
      {error === null ? null : (
        <p className="danger-text" role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}
