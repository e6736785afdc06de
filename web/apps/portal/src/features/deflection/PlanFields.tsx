import type { ProblemError } from "@madoguchi/client";
import type { DeflectionOption, DeflectionPlan } from "@madoguchi/protocol";
import { Check, Icon, SelectField, TextAreaField, TextField } from "@madoguchi/ui";
import { Link } from "@tanstack/react-router";
import { useId, type ReactNode } from "react";
import { languageName } from "../../shared/labels.ts";
import { useLanguage, useT } from "../../shared/text.tsx";
import { kindName, planFault, withKind, type QueueName } from "./words.ts";

export interface PlanFieldsProps {
  label: string;
  plan: DeflectionPlan;
  onChange: (plan: DeflectionPlan) => void;
  options: readonly DeflectionOption[];
  /** Whether just one option can be chosen. */
  one: boolean;
  /** Queues to which consumers can be sent. */
  queues: readonly { value: string; label: string }[];
  queueName: QueueName;
  /** The live languages; own words are given in all of them, or in none. */
  languages: readonly string[];
  /** The address of the support centre. */
  email: string;
  problem: ProblemError | null;
  /** How the server calls the plan: `phone`, `pages` or `plan`. */
  place: string;
  readOnly: boolean;
  /** Words beside an option, such as that only apps can offer it. */
  note?: (kind: DeflectionOption["kind"]) => string | null;
}

/** What is offered, and what that needs. */
export function PlanFields(props: PlanFieldsProps): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { plan, onChange, options, one, problem, place, readOnly } = props;
  const group = useId();
  const fault = (part: string): string | null => planFault(t, problem, place, part, language, props.queueName);
  const has = (kind: DeflectionOption["kind"]): boolean => plan.kinds.includes(kind);
  const wrong = fault("kinds");
  return (
    <fieldset className="deflection-plan" aria-describedby={wrong === null ? undefined : `${group}-error`}>
      <legend>{props.label}</legend>
      <div className="deflection-options">
        {options.map(({ kind, given }) => (
          <div key={kind} className="deflection-option">
            {one ? (
              <label className="check">
                <input
                  type="radio"
                  name={group}
                  checked={has(kind)}
                  disabled={readOnly || !given}
                  onChange={() => onChange(withKind(plan, kind, true, true))}
                />
                {kindName(t, kind)}
              </label>
            ) : (
              <Check
                label={kindName(t, kind)}
                checked={has(kind)}
                disabled={readOnly || (!given && !has(kind))}
                onChange={(event) => onChange(withKind(plan, kind, event.target.checked, false))}
              />
            )}
            <small className="muted">{given ? (props.note?.(kind) ?? "") : t("deflection.not_given")}</small>
          </div>
        ))}
      </div>
      {wrong === null ? null : (
        <p className="deflection-error" id={`${group}-error`}>
          <Icon name="warning" size="small" />
          {wrong}
        </p>
      )}
      {has("queue") ? (
        <SelectField
          label={t("deflection.to_queue")}
          value={plan.queue}
          disabled={readOnly}
          error={fault("queue")}
          options={[
            { value: "", label: t("deflection.choose_queue") },
            ...props.queues,
            ...(plan.queue === "" || props.queues.some((queue) => queue.value === plan.queue)
              ? []
              : [{ value: plan.queue, label: props.queueName(plan.queue) }]),
          ]}
          onChange={(event) => onChange({ ...plan, queue: event.target.value })}
        />
      ) : null}
      {has("phone_number") ? (
        <TextField
          label={t("deflection.number")}
          hint={t("deflection.number_hint")}
          type="tel"
          autoComplete="off"
          maxLength={40}
          value={plan.number}
          disabled={readOnly}
          error={fault("number")}
          onChange={(event) => onChange({ ...plan, number: event.target.value })}
        />
      ) : null}
      {has("email") ? (
        <p className="muted">
          {props.email === "" ? t("deflection.fault.email_missing") : t("deflection.email_is", { email: props.email })}{" "}
          <Link className="link" to="/settings/support-center">
            {t("page.support_center")}
          </Link>
        </p>
      ) : null}
      {has("message") ? <Texts {...props} error={fault("texts")} /> : null}
    </fieldset>
  );
}

/** The usual message, or own words in every live language. */
function Texts(props: PlanFieldsProps & { error: string | null }): ReactNode {
  const t = useT();
  const ui = useLanguage();
  const { plan, onChange, readOnly } = props;
  return (
    <div className="deflection-texts">
      <p className="muted">
        {t("deflection.texts_hint")}{" "}
        <Link className="link" to="/settings/languages">
          {t("page.languages")}
        </Link>
      </p>
      {props.languages.map((of, index) => (
        <TextAreaField
          key={of}
          label={t("deflection.text_in", { language: languageName(of, ui) })}
          lang={of}
          rows={2}
          maxLength={1000}
          value={plan.texts[of] ?? ""}
          disabled={readOnly}
          error={index === 0 ? props.error : null}
          onChange={(event) => onChange({ ...plan, texts: { ...plan.texts, [of]: event.target.value } })}
        />
      ))}
    </div>
  );
}
