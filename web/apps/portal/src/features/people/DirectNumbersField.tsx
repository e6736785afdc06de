import { Button, IconButton, SelectField, TextField } from "@madoguchi/ui";
import type { ReactNode } from "react";
import { useLanguage, useT } from "../../shared/text.tsx";
import type { DirectRow, PersonOptions } from "./model.ts";

const MOST = 5;

/** Telephone numbers that lead to one agent, and what happens when he does not answer. */
export function DirectNumbersField(props: {
  rows: readonly DirectRow[];
  places: PersonOptions["places"];
  error: string | null;
  onChange: (rows: DirectRow[]) => void;
}): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { rows, error, onChange } = props;
  const put = (index: number, change: Partial<DirectRow>): void => onChange(rows.map((row, at) => (at === index ? { ...row, ...change } : row)));
  const otherwise = [
    { value: "", label: t("people.direct_nothing") },
    ...props.places.map((place) => ({
      value: place.id,
      label: t("people.direct_go", { place: place.path.map((names) => names[language] ?? names["en"]).join(" › ") }),
    })),
  ];
  return (
    <fieldset className="wide teams-of direct-of">
      <legend>{t("people.direct_numbers")}</legend>
      <p className="muted">{t("people.direct_hint")}</p>
      {rows.map((row, index) => {
        const name = t("people.direct_number", { number: index + 1 });
        return (
          <div key={index} className="skill-row direct-row">
            <TextField
              label={name}
              hideLabel
              type="tel"
              placeholder="03-1234-5678"
              autoComplete="off"
              maxLength={40}
              autoFocus={row.number === ""}
              value={row.number}
              onChange={(event) => put(index, { number: event.target.value })}
            />
            <SelectField
              label={t("people.direct_otherwise", { number: row.number === "" ? name : row.number })}
              hideLabel
              value={row.place}
              options={otherwise.some((one) => one.value === row.place) ? otherwise : [...otherwise, { value: row.place, label: "–" }]}
              onChange={(event) => put(index, { place: event.target.value })}
            />
            <IconButton
              icon="trash"
              label={t("people.direct_remove", { name: row.number === "" ? name : row.number })}
              onClick={() => onChange(rows.filter((_, at) => at !== index))}
            />
          </div>
        );
      })}
      {rows.length < MOST ? (
        <div>
          <Button icon="plus" onClick={() => onChange([...rows, { number: "", place: "" }])}>
            {t("people.direct_add")}
          </Button>
        </div>
      ) : null}
      {error === null ? null : (
        <p className="danger-text" role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}
