import { asProblem, type ProblemError } from "@madoguchi/client";
import type { LanguagesInfo } from "@madoguchi/protocol";
import { Badge, Bar, Button, notify } from "@madoguchi/ui";
import { useState, type ReactNode } from "react";
import { changedText } from "../../shared/fields.ts";
import { problemText, useLanguage, useT } from "../../shared/text.tsx";
import { languageName } from "./words.ts";

interface Choice {
  main: string;
  live: readonly string[];
}

/** Which languages consumers are offered, and which one is spoken where none was chosen. */
export function LanguagesCard(props: {
  info: LanguagesInfo;
  editable: boolean;
  save: (version: number, main: string, live: readonly string[]) => Promise<LanguagesInfo>;
  onSaved: (saved: LanguagesInfo) => void;
  onStale: () => void;
}): ReactNode {
  const t = useT();
  const shown = useLanguage();
  const { info, editable } = props;
  const [draft, setDraft] = useState<Choice | null>(null);
  const [problem, setProblem] = useState<ProblemError | null>(null);
  const [busy, setBusy] = useState(false);
  const present = { main: info.default, live: info.languages.filter((one) => one.live).map((one) => one.language) };
  const choice = draft ?? present;
  const dirty = draft !== null && (draft.main !== present.main || [...draft.live].sort().join() !== [...present.live].sort().join());

  const choose = (next: Choice): void => {
    setDraft(next);
    setProblem(null);
  };
  const toggle = (language: string, on: boolean): void =>
    choose({ ...choice, live: on ? [...choice.live, language] : choice.live.filter((one) => one !== language) });
  const save = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      const saved = await props.save(info.version, choice.main, choice.live);
      props.onSaved(saved);
      setDraft(null);
      notify({
        title: t("messages.languages_saved"),
        ...(saved.missing.length === 0 ? {} : { detail: t("messages.missing_count", { count: saved.missing.length }) }),
      });
    } catch (failure) {
      const found = asProblem(failure);
      setProblem(found);
      if (found.code === "stale_version") props.onStale();
    } finally {
      setBusy(false);
    }
  };

  return (
    <section className="card languages">
      <h2>{t("messages.languages")}</h2>
      <p className="muted">{t("messages.languages_hint")}</p>
      <div className="languages-table" tabIndex={0} role="region" aria-label={t("messages.languages")}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("messages.language")}</th>
              <th scope="col">{t("messages.live")}</th>
              <th scope="col">{t("messages.default")}</th>
              <th scope="col">{t("messages.what_there_is")}</th>
              <th scope="col">{t("messages.missing")}</th>
            </tr>
          </thead>
          <tbody>
            {info.languages.map((one) => {
              const name = languageName(one.language, shown);
              const live = choice.live.includes(one.language);
              const isDefault = choice.main === one.language;
              const lacking = info.missing.filter((each) => each.language === one.language).length;
              return (
                <tr key={one.language}>
                  <th scope="row">{name}</th>
                  <td>
                    <label className="switch">
                      <input
                        type="checkbox"
                        role="switch"
                        checked={live}
                        // The default stays live: choose another default first.
                        disabled={!editable || isDefault}
                        onChange={(event) => toggle(one.language, event.target.checked)}
                        aria-label={t("messages.live_of", { language: name })}
                      />
                      <span aria-hidden="true">{t(live ? "messages.on" : "messages.off")}</span>
                    </label>
                  </td>
                  <td>
                    <input
                      type="radio"
                      name="default-language"
                      checked={isDefault}
                      disabled={!editable || !live}
                      onChange={() => choose({ ...choice, main: one.language })}
                      aria-label={t("messages.default_of", { language: name })}
                    />
                  </td>
                  <td>
                    {one.built_in && one.voice ? (
                      <Badge tone="ok" glyph="✓">
                        {t("messages.text_and_voice")}
                      </Badge>
                    ) : (
                      <Badge tone="muted" glyph="♪">
                        {t(one.voice ? "messages.voice_only" : "messages.recordings_only")}
                      </Badge>
                    )}
                  </td>
                  <td>
                    {lacking === 0 ? (
                      <span className="muted">–</span>
                    ) : (
                      <Badge tone="danger" glyph="!">
                        {t("messages.count", { count: lacking })}
                      </Badge>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {problem === null ? null : (
        <Bar tone="danger" icon="warning" role="alert">
          {problem.code === "stale_version" ? `${t("messages.languages_stale")} ${changedText(t, problem)}` : problemText(t, problem)}
        </Bar>
      )}
      {editable ? (
        <footer className="card-foot">
          <span className="muted" role="status">
            {dirty ? t("messages.unsaved") : ""}
          </span>
          <Button disabled={!dirty || busy} onClick={() => choose(present)}>
            {t("messages.discard")}
          </Button>
          <Button kind="primary" disabled={!dirty} busy={busy} onClick={() => void save()}>
            {t("messages.save_languages")}
          </Button>
        </footer>
      ) : null}
    </section>
  );
}
