import { asProblem, type PortalApi } from "@madoguchi/client";
import { Bar, Button, TextField } from "@madoguchi/ui";
import { useEffect, useRef, useState, type ReactNode, type SyntheticEvent } from "react";
import { problemText, useT } from "../../shared/text.tsx";

/** E-mail and password. Both can be pasted and filled in by password managers. */
export function SignIn(props: {
  api: PortalApi;
  /** Why the person has to sign in again, if that was not his choice. */
  expired: boolean;
  onSignedIn: () => void;
  footer: ReactNode;
}): ReactNode {
  const t = useT();
  const [error, setError] = useState<string | null>(null);
  const [missing, setMissing] = useState<"email" | "password" | null>(null);
  const [busy, setBusy] = useState(false);
  /** Whether address and password are right and the code of the second factor is asked for. */
  const [second, setSecond] = useState(false);
  const email = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  const code = useRef<HTMLInputElement>(null);

  useEffect(() => {
    document.title = `${t("sign_in.title")} – ${t("app.name")}`;
    email.current?.focus();
  }, [t]);

  useEffect(() => {
    if (second) code.current?.focus();
  }, [second]);

  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    const [who, secret] = [email.current?.value.trim() ?? "", password.current?.value ?? ""];
    setError(null);
    setMissing(who === "" ? "email" : secret === "" ? "password" : null);
    if (who === "" || secret === "") {
      (who === "" ? email : password).current?.focus();
      return;
    }
    setBusy(true);
    try {
      await props.api.signIn(who, secret, second ? (code.current?.value ?? "") : "", window.parent !== window);
      props.onSignedIn();
    } catch (failure) {
      setBusy(false);
      const problem = asProblem(failure);
      if (problem.code === "second_factor_needed" && !second) {
        setSecond(true);
        return;
      }
      if (problem.code === "wrong_credentials") setSecond(false);
      setError(problemText(t, problem));
      (problem.code === "wrong_credentials" ? password : second ? code : password).current?.select();
    }
  };

  return (
    <main className="sign-in">
      <form className="card" onSubmit={(event) => void submit(event)} noValidate>
        <img src="/icon.svg" alt="" width="40" height="40" />
        <h1>{t("sign_in.heading")}</h1>
        {props.expired ? (
          <Bar tone="warning" icon="clock" role="status">
            {t("sign_in.expired")}
          </Bar>
        ) : null}
        {error === null ? null : (
          <Bar tone="danger" icon="warning" role="alert">
            {error}
          </Bar>
        )}
        <TextField
          ref={email}
          label={t("sign_in.email")}
          type="email"
          autoComplete="username"
          inputMode="email"
          large
          error={missing === "email" ? t("sign_in.email_missing") : null}
        />
        <TextField
          ref={password}
          label={t("sign_in.password")}
          type="password"
          autoComplete="current-password"
          large
          error={missing === "password" ? t("sign_in.password_missing") : null}
        />
        {second ? (
          <TextField
            ref={code}
            label={t("sign_in.code")}
            hint={t("sign_in.code_hint")}
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={40}
            large
          />
        ) : null}
        <Button kind="primary" type="submit" large busy={busy}>
          {t("sign_in.submit")}
        </Button>
        <a href="/forgotten">{t("sign_in.forgotten")}</a>
      </form>
      {props.footer}
    </main>
  );
}
