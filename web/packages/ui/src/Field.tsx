import { useId, type ComponentProps, type ReactNode } from "react";
import { Icon } from "./Icon.tsx";

interface FieldProps {
  label: string;
  hint?: string;
  error?: string | null;
  /** Only for assistive technology; for inputs whose place says what they are. */
  hideLabel?: boolean;
}

interface Wiring {
  id: string;
  "aria-invalid": boolean | undefined;
  "aria-describedby": string | undefined;
}

/** A label, an input, and what is wrong with it, tied together. */
function Field(props: FieldProps & { children: (wiring: Wiring) => ReactNode }): ReactNode {
  const id = useId();
  const wrong = props.error !== undefined && props.error !== null && props.error !== "";
  const described = [props.hint === undefined ? "" : `${id}-hint`, wrong ? `${id}-error` : ""].join(" ").trim();
  return (
    <div className="field">
      <label htmlFor={id} className={props.hideLabel === true ? "visually-hidden" : "label"}>
        {props.label}
      </label>
      {props.children({
        id,
        "aria-invalid": wrong ? true : undefined,
        "aria-describedby": described === "" ? undefined : described,
      })}
      {props.hint === undefined ? null : (
        <span className="hint" id={`${id}-hint`}>
          {props.hint}
        </span>
      )}
      {wrong ? (
        <span className="error" id={`${id}-error`}>
          <Icon name="warning" size="small" />
          {props.error}
        </span>
      ) : null}
    </div>
  );
}

export function TextField(props: FieldProps & Omit<ComponentProps<"input">, "id"> & { large?: boolean }): ReactNode {
  const { label, hint, error, hideLabel, large, ...input } = props;
  return (
    <Field label={label} {...optional({ hint, error, hideLabel })}>
      {(wiring) => <input className={`input ${large === true ? "large" : ""}`} {...input} {...wiring} />}
    </Field>
  );
}

export function TextAreaField(props: FieldProps & Omit<ComponentProps<"textarea">, "id">): ReactNode {
  const { label, hint, error, hideLabel, ...input } = props;
  return (
    <Field label={label} {...optional({ hint, error, hideLabel })}>
      {(wiring) => <textarea className="input" {...input} {...wiring} />}
    </Field>
  );
}

export function SelectField(
  props: FieldProps & Omit<ComponentProps<"select">, "id"> & { options: { value: string; label: string }[] },
): ReactNode {
  const { label, hint, error, hideLabel, options, ...input } = props;
  return (
    <Field label={label} {...optional({ hint, error, hideLabel })}>
      {(wiring) => (
        <select className="input" {...input} {...wiring}>
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export function Check(props: { label: string } & Omit<ComponentProps<"input">, "type">): ReactNode {
  const { label, ...input } = props;
  return (
    <label className="check">
      <input type="checkbox" {...input} />
      {label}
    </label>
  );
}

/** Leaves out what is undefined, as exact optional properties want it. */
function optional<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
