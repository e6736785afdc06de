import type { components } from "@madoguchi/protocol";
import { Button, notify, SelectField, TextField } from "@madoguchi/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { FormError } from "../../shared/FormError.tsx";
import { Unanswered } from "../../shared/QueryState.tsx";
import { useValue } from "../../shared/hooks.ts";
import { useServices } from "../../shared/services.ts";
import { LANGUAGES, type Language } from "../../shared/settings.ts";
import { useT } from "../../shared/text.tsx";
import { languageName, roleName } from "../../shared/people.ts";
import { useForm } from "../../shared/form.ts";
import { NewPassword, strengthOf } from "../../shared/NewPassword.tsx";
import { small } from "./picture.ts";
import { SecondFactor } from "./SecondFactor.tsx";

type Me = components["schemas"]["MeOut"];

/** One's own profile: name, picture, password, second factor, language. */
export function MePage(): ReactNode {
  const t = useT();
  const { api, can } = useServices();
  const queries = useQueryClient();
  const query = useQuery({ queryKey: ["me"], queryFn: () => api.http.get<Me>("/me") });
  const [attempt, setAttempt] = useState(0);
  const again = (): void => void queries.invalidateQueries({ queryKey: ["me"] });
  return (
    <main className="board" id="main">
      <h1>{t("me.title")}</h1>
      {query.data === undefined ? (
        <Unanswered query={query} />
      ) : (
        <div className="me">
          <Profile key={attempt} me={query.data} onChanged={again} onReload={() => void query.refetch().then(() => setAttempt((before) => before + 1))} />
          <Language />
          <Password email={query.data.email} />
          <section className="card" aria-label={t("me.second_factor")}>
            <h2>{t("me.second_factor")}</h2>
            <SecondFactor key={String(query.data.second_factor)} active={query.data.second_factor} left={query.data.recovery_codes} onDone={again} />
          </section>
          {can("desk") ? (
            <section className="card" aria-label={t("canned.own_title")}>
              <h2>{t("canned.own_title")}</h2>
              <p className="muted">{t("canned.own_about")}</p>
              <p>
                <Link to="/me/replies">{t("canned.own_go")}</Link>
              </p>
            </section>
          ) : null}
        </div>
      )}
    </main>
  );
}

function Profile({ me, onChanged, onReload }: { me: Me; onChanged: () => void; onReload: () => void }): ReactNode {
  const t = useT();
  const { http } = useServices().api;
  const [first, setFirst] = useState(me.first_name);
  const [last, setLast] = useState(me.last_name);
  const [phone, setPhone] = useState(me.phone ?? "");
  // As it was when the form was filled in.
  const [version, setVersion] = useState(me.version);
  const [picture, setPicture] = useState(0);
  const form = useForm();
  const upload = useForm();
  const send = (file: File): void =>
    void upload.submit(async () => {
      const body = new FormData();
      body.set("file", await small(file), "avatar.png");
      await http.upload("/me/avatar", body, () => undefined).done;
      setPicture((before) => before + 1);
      onChanged();
    });
  return (
    <section className="card" aria-label={t("me.profile")}>
      <h2>{t("me.profile")}</h2>
      <div className="form">
        <div className="row">
          {me.avatar ? (
            <img className="avatar" src={`${http.url(`/users/${me.id}/avatar`)}?${picture}`} alt={t("me.picture_of", { name: me.name })} width="64" height="64" />
          ) : (
            <span className="avatar" aria-hidden="true">
              {me.name.slice(0, 1)}
            </span>
          )}
          <TextField
            label={t("me.picture")}
            type="file"
            accept="image/png,image/jpeg"
            onChange={(event) => {
              const file = event.target.files?.[0];
              if (file !== undefined) send(file);
            }}
            error={upload.error}
          />
          {me.avatar ? (
            <Button
              onClick={() =>
                void upload.submit(async () => {
                  await http.delete("/me/avatar");
                  onChanged();
                })
              }
            >
              {t("me.picture_remove")}
            </Button>
          ) : null}
        </div>
        <dl className="facts">
          <dt>{t("people.email")}</dt>
          <dd>{me.email}</dd>
          <dt>{t("people.roles")}</dt>
          <dd>{me.roles.map((role) => roleName(t, role)).join(", ")}</dd>
          <dt>{t("people.teams")}</dt>
          <dd>{me.teams.map((team) => team.replaceAll(":", " › ")).join(", ") || "–"}</dd>
        </dl>
      </div>
      <form
        className="form two"
        onSubmit={(event) => {
          event.preventDefault();
          void form.submit(
            async () => {
              await http.put("/me", { version, first_name: first, last_name: last, phone });
              setVersion((await http.get<Me>("/me")).version);
              notify({ title: t("me.saved") });
              onChanged();
            },
            ["first_name", "last_name", "phone"],
          );
        }}
      >
        <FormError form={form} onReload={onReload} />
        <TextField label={t("people.last_name")} autoComplete="family-name" value={last} onChange={(event) => setLast(event.target.value)} error={form.errorOf("last_name")} />
        <TextField label={t("people.first_name")} autoComplete="given-name" value={first} onChange={(event) => setFirst(event.target.value)} error={form.errorOf("first_name")} />
        <TextField label={t("people.phone")} type="tel" autoComplete="tel" value={phone} onChange={(event) => setPhone(event.target.value)} error={form.errorOf("phone")} />
        <p className="row wide">
          <Button kind="primary" type="submit" busy={form.busy}>
            {t("people.save")}
          </Button>
        </p>
      </form>
    </section>
  );
}

function Language(): ReactNode {
  const t = useT();
  const { settings } = useServices();
  const { language } = useValue(settings);
  return (
    <section className="card" aria-label={t("me.language")}>
      <h2>{t("me.language")}</h2>
      <SelectField
        label={t("me.language_hint")}
        value={language}
        onChange={(event) => settings.set({ ...settings.get(), language: event.target.value as Language })}
        options={LANGUAGES.map((code) => ({ value: code, label: languageName(code, code) }))}
      />
    </section>
  );
}

function Password({ email }: { email: string }): ReactNode {
  const t = useT();
  const { http } = useServices().api;
  const [present, setPresent] = useState("");
  const [password, setPassword] = useState("");
  const form = useForm();
  return (
    <section className="card" aria-label={t("me.password")}>
      <h2>{t("me.password")}</h2>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void form.submit(
            async () => {
              await http.post("/me/password", { present, password });
              setPresent("");
              setPassword("");
              notify({ title: t("me.password_changed") });
            },
            ["present", "password"],
          );
        }}
      >
        <FormError form={form} />
        <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />
        <TextField label={t("me.present_password")} type="password" autoComplete="current-password" value={present} onChange={(event) => setPresent(event.target.value)} error={form.errorOf("present")} />
        <NewPassword value={password} onChange={setPassword} error={form.errorOf("password")} />
        <p className="row">
          <Button kind="primary" type="submit" busy={form.busy} disabled={present === "" || strengthOf(password) === "short"}>
            {t("me.password_change")}
          </Button>
        </p>
      </form>
    </section>
  );
}
