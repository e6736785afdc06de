import type { SmsConnectionInfo } from "@madoguchi/protocol";
import { Bar, Button, Check, SelectField, TextField } from "@madoguchi/ui";
import { useState, type ReactNode, type SubmitEvent } from "react";
import { useServices } from "../../shared/services.ts";
import { useT } from "../../shared/text.tsx";
import { useFaults } from "./faults.ts";

const SMPP = ["name", "host", "port", "system_id", "system_type", "secret"];
const HTTP = ["name", "base_url", "account", "secret"];

/** Makes or changes a connection to a carrier. What its secret is, nobody is shown. */
export function ConnectionForm(props: { entry: SmsConnectionInfo | null; onCancel: () => void; onSaved: () => void }): ReactNode {
  const t = useT();
  const { api } = useServices();
  const { entry } = props;
  const [values, setValues] = useState({
    name: entry?.name ?? "",
    carrier: entry?.carrier ?? ("smpp" as const),
    enabled: entry?.enabled ?? true,
    host: entry?.host ?? "",
    port: String(entry?.port ?? 2775),
    system_id: entry?.system_id ?? "",
    system_type: entry?.system_type ?? "",
    base_url: entry?.base_url ?? "https://api.twilio.com",
    account: entry?.account ?? "",
  });
  const [secret, setSecret] = useState("");
  const fields = values.carrier === "smpp" ? SMPP : HTTP;
  const faults = useFaults((field) => fields.includes(field));
  const text = (name: "name" | "host" | "port" | "system_id" | "system_type" | "base_url" | "account") => ({
    label: t(`sms.field.${name}`),
    value: values[name],
    error: faults.of(name),
    autoComplete: "off",
    spellCheck: false,
    maxLength: 200,
    onChange: (event: { target: { value: string } }) => {
      const { value } = event.target;
      setValues((before) => ({ ...before, [name]: value }));
    },
  });
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const port = Number(values.port.normalize("NFKC").trim());
    const body = { ...values, port: Number.isInteger(port) && port >= 0 && port < 65_536 ? port : 0, secret: secret === "" ? null : secret };
    void faults.submit(async () => {
      await (entry === null ? api.addSmsConnection(body) : api.saveSmsConnection(entry.id, { ...body, version: entry.version }));
      props.onSaved();
    });
  };
  return (
    <form className="form" onSubmit={submit} noValidate>
      {faults.error === null ? null : (
        <Bar tone="danger" icon="warning" role="alert">
          {faults.error}
        </Bar>
      )}
      <TextField {...text("name")} required />
      <SelectField
        label={t("sms.field.carrier")}
        value={values.carrier}
        disabled={entry !== null}
        options={(["smpp", "http"] as const).map((value) => ({ value, label: t(`sms.carrier.${value}`) }))}
        onChange={(event) => {
          const carrier = event.target.value === "http" ? "http" : "smpp";
          setValues((before) => ({ ...before, carrier }));
        }}
      />
      {values.carrier === "smpp" ? (
        <>
          <TextField {...text("host")} required />
          <TextField {...text("port")} inputMode="numeric" />
          <TextField {...text("system_id")} required />
          <TextField {...text("system_type")} />
        </>
      ) : (
        <>
          <TextField {...text("base_url")} type="url" inputMode="url" required />
          <TextField {...text("account")} required />
        </>
      )}
      <TextField
        label={t(values.carrier === "smpp" ? "sms.field.password" : "sms.field.token")}
        hint={t(entry?.has_secret === true ? "sms.secret_kept" : "sms.secret_hint")}
        type="password"
        autoComplete="new-password"
        value={secret}
        error={faults.of("secret")}
        onChange={(event) => setSecret(event.target.value)}
      />
      {entry === null || entry.message_url === "" ? (
        values.carrier === "http" ? <p className="muted">{t("sms.urls_later")}</p> : null
      ) : (
        <>
          <TextField label={t("sms.message_url")} readOnly value={entry.message_url} />
          <TextField label={t("sms.status_url")} readOnly value={entry.status_url} />
        </>
      )}
      <Check
        label={t("sms.field.enabled")}
        checked={values.enabled}
        onChange={(event) => {
          const enabled = event.target.checked;
          setValues((before) => ({ ...before, enabled }));
        }}
      />
      <div className="details-actions">
        <Button onClick={props.onCancel}>{t("action.cancel")}</Button>
        <Button kind="primary" type="submit" busy={faults.busy}>
          {t("sms.save")}
        </Button>
      </div>
    </form>
  );
}
