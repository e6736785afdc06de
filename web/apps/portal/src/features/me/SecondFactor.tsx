import { asProblem } from "@madoguchi/client";
import type { components } from "@madoguchi/protocol";
import { Bar, Button, notify, TextField } from "@madoguchi/ui";
import { useState, type ReactNode } from "react";
import { FormError } from "../../shared/FormError.tsx";
import { useServices } from "../../shared/services.ts";
import { problemText, useT } from "../../shared/text.tsx";
import { useForm } from "../../shared/form.ts";

type Enrolment = components["schemas"]["EnrolmentOut"];

/** Sets up an authenticator app step by step, or turns it off. */
export function SecondFactor(props: { active: boolean; left: number; onDone: () => void }): ReactNode {
  const t = useT();
  const { http } = useServices().api;
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const [code, setCode] = useState("");
  const [present, setPresent] = useState("");
  const form = useForm();
  if (codes !== null) {
    return (
      <div className="form">
        <Bar tone="warning" icon="warning" role="status">
          {t("me.recovery_text")}
        </Bar>
        <ul className="recovery mono" aria-label={t("me.recovery")}>
          {codes.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
        <p className="row">
          <Button
            onClick={() => {
              navigator.clipboard.writeText(codes.join("\n")).then(
                () => notify({ title: t("people.copied") }),
                (error: unknown) => notify({ title: problemText(t, asProblem(error)), error: true }),
              );
            }}
          >
            {t("people.copy")}
          </Button>
          <Button kind="primary" onClick={props.onDone}>
            {t("me.recovery_kept")}
          </Button>
        </p>
      </div>
    );
  }
  if (props.active) {
    return (
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void form.submit(async () => {
            await http.post("/me/second-factor/remove", { present });
            props.onDone();
          }, ["present"]);
        }}
      >
        <Bar tone="info" icon="check" role="status">
          {t("me.second_factor_on", { count: props.left })}
        </Bar>
        <FormError form={form} />
        <TextField
          label={t("me.present_password")}
          type="password"
          autoComplete="current-password"
          value={present}
          onChange={(event) => setPresent(event.target.value)}
          error={form.errorOf("present")}
        />
        <p className="row">
          <Button kind="danger" type="submit" busy={form.busy} disabled={present === ""}>
            {t("me.second_factor_remove")}
          </Button>
        </p>
      </form>
    );
  }
  if (enrolment === null) {
    return (
      <div className="form">
        <p>{t("me.second_factor_text")}</p>
        <FormError form={form} />
        <p className="row">
          <Button
            kind="primary"
            icon="lock"
            busy={form.busy}
            onClick={() => void form.submit(async () => setEnrolment(await http.post<Enrolment>("/me/second-factor")))}
          >
            {t("me.second_factor_begin")}
          </Button>
        </p>
      </div>
    );
  }
  return (
    <form
      className="form enrolment"
      onSubmit={(event) => {
        event.preventDefault();
        void form.submit(async () => {
          const made = await http.post<{ codes: string[] }>("/me/second-factor/confirm", { code });
          setCodes(made.codes);
        }, ["code"]);
      }}
    >
      <p>{t("me.second_factor_scan")}</p>
      <img className="qr" src={enrolment.qr} alt={t("me.qr")} width="196" height="196" />
      <p>
        {t("me.second_factor_key")} <code className="mono">{enrolment.secret.match(/.{1,4}/g)?.join(" ")}</code>
      </p>
      <FormError form={form} />
      <TextField
        label={t("me.code")}
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={12}
        value={code}
        onChange={(event) => setCode(event.target.value)}
        error={form.errorOf("code")}
      />
      <p className="row">
        <Button kind="primary" type="submit" busy={form.busy} disabled={code.trim() === ""}>
          {t("me.second_factor_confirm")}
        </Button>
      </p>
    </form>
  );
}
