import { asProblem } from "@madoguchi/client";
import { Button, Check, Dialog, notify, SelectField, Skeleton, TextField } from "@madoguchi/ui";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState, type ReactNode } from "react";
import { Failed } from "../../shared/QueryState.tsx";
import { useAction, useClock } from "../../shared/hooks.ts";
import { problemText, useLanguage, useT } from "../../shared/text.tsx";
import type { HolidaysProps } from "./HolidaysCard.tsx";
import { errorsOf, holidayName, importedHoliday, NO_ERRORS, type Errors } from "./model.ts";
import { countryName, countryOptions, dayName, reasonText, wrong } from "./words.ts";

const AHEAD = 3;

/** A country's holidays: shown first, added then. */
export function ImportDialog(props: HolidaysProps & { onClose: () => void }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { api, folders, onClose } = props;
  const thisYear = useClock((now) => new Date(now).getFullYear());
  const [country, setCountry] = useState("JP");
  const [years, setYears] = useState<readonly number[]>([thisYear, thisYear + 1]);
  const [without, setWithout] = useState<ReadonlySet<string>>(new Set());
  const [target, setTarget] = useState("");
  const [typed, setTyped] = useState<string | null>(null);
  const [errors, setErrors] = useState<Errors>(NO_ERRORS);
  const [refused, setRefused] = useState<string | null>(null);
  const countries = useQuery({ queryKey: ["hours", "countries"], queryFn: () => api.countries() });
  const preview = useQuery({
    queryKey: ["hours", "national", country, years],
    queryFn: () => api.national(country, years),
    enabled: years.length > 0,
  });
  const options = useMemo(() => countryOptions(countries.data?.countries ?? ["JP"], language), [countries.data, language]);
  const all = years.length === 0 ? [] : (preview.data?.holidays ?? []);
  const chosen = all.filter((day) => !day.known && !without.has(day.date));
  const name = typed ?? t("hours.import_name", { country: countryName(country, language) }).slice(0, 25);
  const [busy, add] = useAction((error) => {
    const problem = asProblem(error);
    setErrors(errorsOf(problem.errors));
    const [first] = problem.errors;
    setRefused(problem.code === "stale_version" ? t("hours.import_again") : first === undefined || first.field === "name" ? problemText(t, problem) : reasonText(t, first));
  });
  const save = async (): Promise<void> => {
    const folder = folders.find((one) => one.id === target);
    const added = chosen.map((day) => importedHoliday(day.date, day.names));
    await api.saveFolder(folder?.id ?? null, {
      version: folder?.version ?? 0,
      name: folder?.name ?? name,
      holidays: [...(folder?.holidays ?? []), ...added],
    });
    await props.reload();
    notify({ title: t("hours.imported", { count: added.length }) });
    onClose();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("hours.import")}
      closeLabel={t("action.close")}
      className="hours-dialog"
      footer={
        <>
          <span className="start muted" role="status">
            {t("hours.import_count", { count: chosen.length })}
          </span>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button kind="primary" busy={busy} disabled={chosen.length === 0} onClick={() => void add(save)}>
            {t("hours.import_add")}
          </Button>
        </>
      }
    >
      <div className="hours-form">
        <div className="hours-grid">
          <SelectField
            label={t("hours.country")}
            value={country}
            options={options}
            onChange={(event) => {
              setCountry(event.target.value);
              setWithout(new Set());
            }}
          />
          <fieldset className="hours-several">
            <legend>{t("hours.years")}</legend>
            {Array.from({ length: AHEAD }, (_, n) => thisYear + n).map((year) => (
              <Check key={year} label={String(year)} checked={years.includes(year)} onChange={(event) => setYears(event.target.checked ? [...years, year].sort() : years.filter((one) => one !== year))} />
            ))}
          </fieldset>
          <SelectField
            label={t("hours.import_into")}
            value={target}
            options={[{ value: "", label: t("hours.new_folder") }, ...folders.map((folder) => ({ value: folder.id, label: folder.name }))]}
            onChange={(event) => setTarget(event.target.value)}
          />
          {target === "" ? (
            <TextField label={t("hours.folder_name")} value={name} maxLength={60} error={wrong(t, errors, "name")} onChange={(event) => setTyped(event.target.value)} />
          ) : null}
        </div>
        {refused === null ? null : (
          <p role="alert" className="hours-problem">
            {refused}
          </p>
        )}
        {years.length === 0 ? (
          <p className="muted">{t("hours.choose_year")}</p>
        ) : preview.error !== null ? (
          <Failed error={preview.error} onRetry={() => void preview.refetch()} />
        ) : preview.data === undefined ? (
          <Skeleton label={t("state.loading")} />
        ) : (
          <ul className="hours-preview" aria-label={t("hours.preview")}>
            {all.map((day) => (
              <li key={day.date}>
                <Check
                  label={`${dayName(day.date, language, true)} ${holidayName(day.names, language)}`}
                  checked={!day.known && !without.has(day.date)}
                  disabled={day.known}
                  onChange={(event) => {
                    const next = new Set(without);
                    if (event.target.checked) next.delete(day.date);
                    else next.add(day.date);
                    setWithout(next);
                  }}
                />
                {day.known ? <span className="muted">{t("hours.known")}</span> : null}
              </li>
            ))}
          </ul>
        )}
      </div>
    </Dialog>
  );
}
