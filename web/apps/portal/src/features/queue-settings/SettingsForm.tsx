import type { QueueForms, SettingDescription, SettingInfo, SettingsInfo, SettingValue } from "@madoguchi/protocol";
import type { ProblemError } from "@madoguchi/client";
import { Button, SelectField, TextField } from "@madoguchi/ui";
import type { ReactNode } from "react";
import { useT } from "../../shared/text.tsx";
import { shown, withSetting, type Draft } from "./draft.ts";
import { fieldError, labelled } from "./problems.ts";
import { Records } from "./Records.tsx";

export interface SettingsFormProps {
  sections: QueueForms["sections"];
  info: SettingsInfo;
  draft: Draft["settings"];
  onChange: (settings: Draft["settings"]) => void;
  problem: ProblemError | null;
  readOnly: boolean;
  /** The node whose settings these are; null for the global ones. */
  node: string | null;
  /** Only the phone menu has keys. */
  phone: boolean;
  /** Only text messages are answered after hours by a text of the queue's own. */
  texts: boolean;
  nameOf: (source: string) => string;
  phoneQueues: { value: string; label: string }[];
  agents: QueueForms["agents"];
}

/** All sections: each value with where it comes from, and a way back to the parent's. */
export function SettingsForm(props: SettingsFormProps): ReactNode {
  const t = useT();
  return props.sections
    .filter((section) => section.name !== "phone_menu" || props.phone)
    .filter((section) => section.name !== "sms" || props.texts)
    .map((section) => (
      <fieldset key={section.name} className="settings-section">
        <legend>{labelled(t, "queues.section", section.name)}</legend>
        {section.fields.map((field) => {
          const info = props.info[section.name]?.[field.name];
          return info === undefined ? null : (
            <Setting key={field.name} {...props} section={section.name} field={field} setting={info} />
          );
        })}
      </fieldset>
    ));
}

function Setting(
  props: SettingsFormProps & { section: string; field: SettingDescription; setting: SettingInfo },
): ReactNode {
  const t = useT();
  const { section, field, setting, draft } = props;
  const own = draft[section]?.[field.name];
  const value = own ?? setting.inherited;
  const set = (next: SettingValue | undefined): void => props.onChange(withSetting(draft, section, field.name, next));
  const source =
    own === undefined
      ? props.node === null
        ? t("queues.from_usual")
        : t("queues.from", { source: props.nameOf(setting.inherited_from) })
      : props.node === null
        ? t("queues.from_global")
        : t("queues.from_here");
  const label = labelled(t, "queues.field", field.name) + (field.unit === "s" ? t("queues.seconds") : field.unit === "%" ? t("queues.percent") : "");
  const error = fieldError(t, props.problem, `settings.${section}.${field.name}`, field);
  return (
    <div className="setting" data-own={own === undefined ? undefined : ""}>
      {field.kind === "records" ? (
        <Records
          field={field}
          label={label}
          hint={source}
          path={`settings.${section}.${field.name}`}
          value={value}
          problem={props.problem}
          readOnly={props.readOnly}
          agents={props.agents}
          onChange={set}
        />
      ) : (
        <Input {...props} label={label} hint={source} error={error} value={value} onChange={(next) => set(next === "" && setting.inherited === null ? undefined : next)} />
      )}
      {own === undefined || props.readOnly ? null : (
        <Button
          aria-label={t(props.node === null ? "queues.reset_usual_of" : "queues.reset_of", { name: label })}
          onClick={() => set(undefined)}
        >
          {t(props.node === null ? "queues.reset_usual" : "queues.reset")}
        </Button>
      )}
    </div>
  );
}

function Input(props: {
  field: SettingDescription;
  label: string;
  hint: string;
  error: string | null;
  value: SettingValue;
  readOnly: boolean;
  phoneQueues: { value: string; label: string }[];
  onChange: (value: SettingValue) => void;
}): ReactNode {
  const t = useT();
  const { field, value, label, hint, error } = props;
  const common = { label, hint, error, disabled: props.readOnly };
  if (field.kind === "choice" || field.kind === "queue" || field.kind === "switch") {
    const options =
      field.kind === "queue"
        ? [{ value: "", label: t("queues.no_queue") }, ...props.phoneQueues]
        : (field.kind === "switch" ? ["true", "false"] : field.choices).map((choice) => ({
            value: choice,
            label: labelled(t, "queues.choice", choice),
          }));
    const change = (chosen: string): void => props.onChange(field.kind === "switch" ? chosen === "true" : chosen);
    return <SelectField {...common} value={shown(value)} options={options} onChange={(event) => change(event.target.value)} />;
  }
  const numeric = field.kind === "number" || field.kind === "whole";
  return (
    <TextField
      {...common}
      value={shown(value)}
      {...(numeric ? { inputMode: field.kind === "whole" ? ("numeric" as const) : ("decimal" as const) } : {})}
      onChange={(event) => props.onChange(event.target.value)}
    />
  );
}
