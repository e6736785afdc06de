import type { HoursSpan, HoursWeek } from "@madoguchi/protocol";
import { Button, Icon, IconButton } from "@madoguchi/ui";
import { useId, type ReactNode } from "react";
import { useT } from "../../shared/text.tsx";
import { asTime, DAYS, nextSpan, overMidnight, spansOf, WEEKDAYS, WEEKEND, withMode, withSpans, type Day, type Errors } from "./model.ts";
import { wrong } from "./words.ts";

const MODES = ["always", "weekdays", "per_day"] as const;

/** A week's hours: round the clock, weekdays and weekends, or day by day. `at` is the week's place in the request. */
export function HoursEditor(props: {
  week: HoursWeek;
  onChange: (week: HoursWeek) => void;
  errors: Errors;
  at: string;
  disabled: boolean;
}): ReactNode {
  const t = useT();
  const { week, onChange, errors, at, disabled } = props;
  const name = useId();
  const groups: { label: string; days: readonly Day[] }[] =
    week.mode === "weekdays"
      ? [
          { label: t("hours.weekdays"), days: WEEKDAYS },
          { label: t("hours.weekends"), days: WEEKEND },
        ]
      : DAYS.map((day) => ({ label: t(`hours.day.${day}`), days: [day] }));
  const never = wrong(t, errors, `${at}.days`);
  return (
    <fieldset className="hours-editor" disabled={disabled}>
      <legend>{t("hours.opening")}</legend>
      <div className="hours-modes">
        {MODES.map((mode) => (
          <label key={mode} className="check">
            <input type="radio" name={name} checked={week.mode === mode} onChange={() => onChange(withMode(week, mode))} />
            {t(`hours.mode.${mode}`)}
          </label>
        ))}
      </div>
      {week.mode === "always" ? null : (
        <ul className="hours-days">
          {groups.map(({ label, days: [first, ...rest] }) =>
            first === undefined ? null : (
              <li key={first}>
                <span className="day">{label}</span>
                <Spans
                  of={label}
                  spans={spansOf(week, first)}
                  at={`${at}.days.${first}`}
                  errors={errors}
                  onChange={(spans) => onChange(withSpans(week, [first, ...rest], spans))}
                />
                {week.mode === "per_day" && spansOf(week, first).length > 0 ? (
                  <Button kind="quiet" onClick={() => onChange(withSpans(week, DAYS, spansOf(week, first)))} aria-label={t("hours.copy_of", { day: label })}>
                    {t("hours.copy")}
                  </Button>
                ) : null}
              </li>
            ),
          )}
        </ul>
      )}
      {never === null ? null : <Wrong text={never} />}
    </fieldset>
  );
}

/** The spans of one day, or the closed parts of a holiday. */
export function Spans(props: {
  of: string;
  spans: readonly HoursSpan[];
  at: string;
  errors: Errors;
  onChange: (spans: HoursSpan[]) => void;
  none?: string;
}): ReactNode {
  const t = useT();
  const { of, spans, at, errors, onChange } = props;
  const set = (place: number, change: Partial<HoursSpan>): void =>
    onChange(spans.map((span, n) => (n === place ? { ...span, ...change } : span)));
  const whole = wrong(t, errors, at);
  return (
    <div className="hours-spans">
      {spans.length === 0 ? <span className="muted">{props.none ?? t("hours.closed_all_day")}</span> : null}
      {spans.map((span, place) => (
        <Span key={place} of={of} place={place} span={span} at={`${at}.${place}`} errors={errors} onChange={(change) => set(place, change)} onRemove={() => onChange(spans.filter((_, n) => n !== place))} />
      ))}
      <IconButton icon="plus" label={t("hours.add_span", { day: of })} onClick={() => onChange([...spans, nextSpan(spans)])} />
      {whole === null ? null : <Wrong text={whole} />}
    </div>
  );
}

function Span(props: {
  of: string;
  place: number;
  span: HoursSpan;
  at: string;
  errors: Errors;
  onChange: (change: Partial<HoursSpan>) => void;
  onRemove: () => void;
}): ReactNode {
  const t = useT();
  const { of, place, span, at, errors, onChange } = props;
  const id = useId();
  const error = wrong(t, errors, `${at}.start`) ?? wrong(t, errors, `${at}.end`) ?? wrong(t, errors, at);
  const side = (which: "start" | "end"): ReactNode => (
    <input
      className="input time"
      inputMode="numeric"
      autoComplete="off"
      maxLength={8}
      value={span[which]}
      aria-label={t(which === "start" ? "hours.span_start" : "hours.span_end", { day: of, number: place + 1 })}
      aria-invalid={errors.has(`${at}.${which}`) ? true : undefined}
      aria-describedby={error === null ? undefined : id}
      onChange={(event) => onChange({ [which]: event.target.value })}
      onBlur={(event) => onChange({ [which]: asTime(event.target.value) })}
    />
  );
  return (
    <span className="hours-span">
      {side("start")}
      <span aria-hidden="true">–</span>
      {side("end")}
      {overMidnight(span) ? <span className="muted next-day">{t("hours.next_day")}</span> : null}
      <IconButton icon="close" label={t("hours.remove_span", { day: of, number: place + 1 })} onClick={props.onRemove} />
      {error === null ? null : <Wrong id={id} text={error} />}
    </span>
  );
}

/** What is wrong, beside its input. */
export function Wrong({ text, id }: { text: string; id?: string }): ReactNode {
  return (
    <span className="hours-error" id={id}>
      <Icon name="warning" size="small" />
      {text}
    </span>
  );
}
