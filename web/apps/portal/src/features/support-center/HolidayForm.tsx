import type { Holiday } from "@madoguchi/protocol";
import { Check, SelectField, TextAreaField, TextField } from "@madoguchi/ui";
import { useId, type ReactNode } from "react";
import { useLanguage, useT } from "../../shared/text.tsx";
import { Spans, Wrong } from "./HoursEditor.tsx";
import { DAYS, OCCURRENCES, type Errors, type MonthDay } from "./model.ts";
import { languageName, wrong } from "./words.ts";

const AFTERNOON = { start: "12:00", end: "24:00" };

/** One holiday: names, when, at what times, and what consumers are told, per language. */
export function HolidayForm(props: {
  holiday: Holiday;
  at: string;
  errors: Errors;
  languages: readonly string[];
  disabled: boolean;
  onChange: (holiday: Holiday) => void;
}): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { holiday, at, errors, onChange } = props;
  const kind = useId();
  const set = (change: Partial<Holiday>): void => onChange({ ...holiday, ...change });
  const closed = holiday.closed ?? [];
  const messages = holiday.messages ?? {};
  const fixed = holiday.fixed ?? null;
  const nth = holiday.nth ?? null;
  const today = { month: 1, day: 1 };
  const whole = wrong(t, errors, at) ?? wrong(t, errors, `${at}.names`);
  return (
    <fieldset className="hours-holiday" disabled={props.disabled}>
      <legend className="visually-hidden">{t("hours.holiday")}</legend>
      <div className="hours-grid">
        {props.languages.map((code) => (
          <TextField
            key={code}
            label={t("hours.holiday_name", { language: languageName(code, language) })}
            value={holiday.names[code] ?? ""}
            maxLength={100}
            error={wrong(t, errors, `${at}.names.${code}`)}
            onChange={(event) => set({ names: { ...holiday.names, [code]: event.target.value } })}
          />
        ))}
      </div>
      {whole === null ? null : <Wrong text={whole} />}
      <div className="hours-modes">
        <label className="check">
          <input type="radio" name={kind} checked={fixed !== null} onChange={() => set({ fixed: { start: today, end: today, year: null }, nth: null })} />
          {t("hours.by_date")}
        </label>
        <label className="check">
          <input type="radio" name={kind} checked={nth !== null} onChange={() => set({ fixed: null, nth: { month: 1, weekday: "mon", occurrence: "1" } })} />
          {t("hours.by_weekday")}
        </label>
      </div>
      {fixed === null ? null : (
        <div className="hours-dates">
          <MonthDayField label={t("hours.from_day")} value={fixed.start} error={wrong(t, errors, `${at}.fixed.start`)} onChange={(start) => set({ fixed: { ...fixed, start, end: sameDay(fixed.start, fixed.end) ? start : fixed.end } })} />
          <MonthDayField label={t("hours.to_day")} value={fixed.end} error={wrong(t, errors, `${at}.fixed.end`)} onChange={(end) => set({ fixed: { ...fixed, end } })} />
          <TextField
            label={t("hours.only_year")}
            inputMode="numeric"
            placeholder={t("hours.each_year")}
            maxLength={4}
            value={fixed.year ?? ""}
            error={wrong(t, errors, `${at}.fixed.year`)}
            onChange={({ target: { value } }) => set({ fixed: { ...fixed, year: /^\d{1,4}$/.test(value) ? Number(value) : null } })}
          />
        </div>
      )}
      {nth === null ? null : (
        <div className="hours-dates">
          <SelectField label={t("hours.month")} value={String(nth.month)} options={months(language)} onChange={(event) => set({ nth: { ...nth, month: Number(event.target.value) } })} />
          <SelectField
            label={t("hours.week")}
            value={nth.occurrence}
            options={OCCURRENCES.map((one) => ({ value: one, label: t(`hours.nth.${one}`) }))}
            onChange={({ target: { value } }) => set({ nth: { ...nth, occurrence: OCCURRENCES.find((one) => one === value) ?? "1" } })}
          />
          <SelectField
            label={t("hours.weekday")}
            value={nth.weekday}
            options={DAYS.map((day) => ({ value: day, label: t(`hours.day.${day}`) }))}
            onChange={({ target: { value } }) => set({ nth: { ...nth, weekday: DAYS.find((day) => day === value) ?? "mon" } })}
          />
        </div>
      )}
      <Check label={t("hours.closed_whole_day")} checked={closed.length === 0} onChange={(event) => set({ closed: event.target.checked ? [] : [AFTERNOON] })} />
      {closed.length === 0 ? null : (
        <div className="hours-closed">
          <span className="label">{t("hours.closed_at")}</span>
          <Spans of={t("hours.closed_at")} spans={closed} at={`${at}.closed`} errors={errors} onChange={(spans) => set({ closed: spans })} />
        </div>
      )}
      <div className="hours-grid">
        {props.languages.map((code) => (
          <TextAreaField
            key={code}
            label={t("hours.message", { language: languageName(code, language) })}
            hint={t("hours.message_hint", { variable: "@{NEXT_REOPEN_HOUR}" })}
            rows={2}
            maxLength={600}
            value={messages[code] ?? ""}
            error={wrong(t, errors, `${at}.messages.${code}`)}
            onChange={(event) => set({ messages: { ...messages, [code]: event.target.value } })}
          />
        ))}
      </div>
    </fieldset>
  );
}

function sameDay(one: MonthDay, other: MonthDay): boolean {
  return one.month === other.month && one.day === other.day;
}

function months(language: string): { value: string; label: string }[] {
  return Array.from({ length: 12 }, (_, n) => ({
    value: String(n + 1),
    label: new Intl.DateTimeFormat(language, { timeZone: "UTC", month: "long" }).format(new Date(Date.UTC(2024, n, 1))),
  }));
}

function MonthDayField(props: { label: string; value: MonthDay; error: string | null; onChange: (day: MonthDay) => void }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { value, onChange } = props;
  return (
    <div className="hours-month-day" role="group" aria-label={props.label}>
      <SelectField label={`${props.label} · ${t("hours.month")}`} value={String(value.month)} options={months(language)} onChange={(event) => onChange({ ...value, month: Number(event.target.value) })} />
      <SelectField
        label={t("hours.day_of_month")}
        value={String(value.day)}
        options={Array.from({ length: 31 }, (_, n) => ({ value: String(n + 1), label: String(n + 1) }))}
        error={props.error}
        onChange={(event) => onChange({ ...value, day: Number(event.target.value) })}
      />
    </div>
  );
}
