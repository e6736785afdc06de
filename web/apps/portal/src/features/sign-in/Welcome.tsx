import { asProblem, type PortalApi } from "@madoguchi/client";
import type { components } from "@madoguchi/protocol";
import { Bar, Button, Skeleton } from "@madoguchi/ui";
import { useEffect, useState, type ReactNode } from "react";
import { FormError } from "../../shared/FormError.tsx";
import { problemText, useT } from "../../shared/text.tsx";
import { useForm } from "../../shared/form.ts";
import { NewPassword, strengthOf } from "../../shared/NewPassword.tsx";

type Invitation = components["schemas"]["WelcomeOut"];

/** Where a link leads: its owner chooses a password. The token is behind the `#`, which browsers send nowhere. */
export function Welcome({ api, footer }: { api: PortalApi; footer: ReactNode }): ReactNode {
  const t = useT();
  const [token] = useState(() => location.hash.slice(1));
  const [found, setFound] = useState<Invitation | null>(null);
  const [over, setOver] = useState<string | null>(null);
  const [done, setDone] = useState(false);
  const [password, setPassword] = useState("");
  const form = useForm();
  useEffect(() => {
    document.title = `${t("welcome.title")} – ${t("app.name")}`;
  }, [t]);
  useEffect(() => {
    let current = true;
    api.http.post<Invitation>("/welcome/link", { token: token === "" ? "-" : token }).then(
      (answer) => {
        if (current) setFound(answer);
      },
      (error: unknown) => {
        if (current) setOver(problemText(t, asProblem(error)));
      },
    );
    return () => {
      current = false;
    };
  }, [api, token, t]);
  return (
    <main className="sign-in">
      <form
        className="card"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void form.submit(async () => {
            await api.http.post("/welcome/password", { token, password });
            setDone(true);
          }, ["password"]);
        }}
      >
        <img src="/icon.svg" alt="" width="40" height="40" />
        <h1>{t(found?.kind === "reset" ? "welcome.reset" : "welcome.title")}</h1>
        {over !== null ? (
          <>
            <Bar tone="danger" icon="warning" role="alert">
              {over}
            </Bar>
            <a href="/forgotten">{t("sign_in.forgotten")}</a>
          </>
        ) : done ? (
          <>
            <Bar tone="info" icon="check" role="status">
              {t("welcome.done")}
            </Bar>
            <a className="button primary large" href="/sign-in">
              {t("sign_in.submit")}
            </a>
          </>
        ) : found === null ? (
          <Skeleton lines={3} label={t("state.loading")} />
        ) : (
          <>
            <p>{t("welcome.for", { name: found.name, email: found.email })}</p>
            <input type="text" name="username" autoComplete="username" value={found.email} readOnly hidden />
            <FormError form={form} />
            <NewPassword value={password} onChange={setPassword} error={form.errorOf("password")} large />
            <Button kind="primary" type="submit" large busy={form.busy} disabled={strengthOf(password) === "short"}>
              {t("welcome.submit")}
            </Button>
          </>
        )}
      </form>
      {footer}
    </main>
  );
}
