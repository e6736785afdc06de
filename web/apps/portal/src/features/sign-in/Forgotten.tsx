import type { PortalApi } from "@madoguchi/client";
import { Bar, Button, TextField } from "@madoguchi/ui";
import { useEffect, useState, type ReactNode } from "react";
import { FormError } from "../../shared/FormError.tsx";
import { useT } from "../../shared/text.tsx";
import { useForm } from "../../shared/form.ts";

/** Asks for a mail with a link. What is said afterwards does not tell whether anybody has the address. */
export function Forgotten({ api, footer }: { api: PortalApi; footer: ReactNode }): ReactNode {
  const t = useT();
  const [email, setEmail] = useState("");
  const [sent, setSent] = useState<{ mails: boolean } | null>(null);
  const form = useForm();
  useEffect(() => {
    document.title = `${t("sign_in.forgotten")} – ${t("app.name")}`;
  }, [t]);
  return (
    <main className="sign-in">
      <form
        className="card"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (email.trim() !== "") void form.submit(async () => setSent(await api.http.post<{ mails: boolean }>("/welcome/forgotten", { email })));
        }}
      >
        <img src="/icon.svg" alt="" width="40" height="40" />
        <h1>{t("sign_in.forgotten")}</h1>
        {sent === null ? (
          <>
            <FormError form={form} />
            <TextField
              label={t("sign_in.email")}
              type="email"
              autoComplete="username"
              large
              value={email}
              onChange={(event) => setEmail(event.target.value)}
            />
            <Button kind="primary" type="submit" large busy={form.busy}>
              {t("welcome.ask")}
            </Button>
          </>
        ) : (
          <Bar tone="info" icon="info" role="status">
            {t(sent.mails ? "welcome.asked" : "welcome.no_mail")}
          </Bar>
        )}
        <a href="/sign-in">{t("welcome.back")}</a>
      </form>
      {footer}
    </main>
  );
}
