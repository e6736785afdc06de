import { asProblem } from "@madoguchi/client";
import type { Goals } from "@madoguchi/protocol";
import { Button, Dialog, notify, TextField } from "@madoguchi/ui";
import { useState, type ReactNode, type SyntheticEvent } from "react";
import { useAction } from "../../shared/hooks.ts";
import { useServices } from "../../shared/services.ts";
import { problemText, useT } from "../../shared/text.tsx";

const FIELDS = [
  { name: "answer_s", label: "dashboard.goal_answer_s", from: 1, to: 3600, unit: 1 },
  { name: "service_level", label: "dashboard.goal_service_level", from: 1, to: 100, unit: 100 },
  { name: "short_abandon_s", label: "dashboard.goal_short_abandon_s", from: 0, to: 600, unit: 1 },
] as const;

type Name = (typeof FIELDS)[number]["name"];

/** What counts as answered in time, and who left too soon to count. */
export function GoalsDialog(props: { goals: Goals; onClose: () => void; onSaved: () => void }): ReactNode {
  const t = useT();
  const { api } = useServices();
  const [texts, setTexts] = useState<Record<Name, string>>({
    answer_s: String(props.goals.answer_s),
    service_level: String(Math.round(props.goals.service_level * 1000) / 10),
    short_abandon_s: String(props.goals.short_abandon_s),
  });
  // As they were when the form was filled in: the live figures may bring newer ones meanwhile.
  const [version] = useState(props.goals.version);
  const [wrong, setWrong] = useState<Partial<Record<Name, string>>>({});
  const [busy, run] = useAction((error) => {
    const problem = asProblem(error);
    const field = FIELDS.find((each) => each.name === problem.field);
    if (field === undefined) notify({ title: problemText(t, problem), error: true });
    else setWrong({ [field.name]: problemText(t, problem) });
  });
  const save = (event: SyntheticEvent): void => {
    event.preventDefault();
    const found: Partial<Record<Name, string>> = {};
    const goals: Goals = { ...props.goals, version };
    for (const { name, from, to, unit } of FIELDS) {
      const value = texts[name].trim() === "" ? NaN : Number(texts[name].normalize("NFKC"));
      if (!(value >= from && value <= to)) found[name] = t("dashboard.bad_number", { from, to });
      else goals[name] = value / unit;
    }
    setWrong(found);
    if (Object.keys(found).length > 0) return;
    void run(() => api.setGoals(goals)).then((done) => {
      if (!done) return;
      notify({ title: t("dashboard.goals_saved") });
      props.onSaved();
    });
  };
  return (
    <Dialog open onClose={props.onClose} title={t("dashboard.goals")} closeLabel={t("action.close")} narrow>
      <form className="sound-form" onSubmit={save} noValidate>
        {FIELDS.map(({ name, label }) => (
          <TextField
            key={name}
            label={t(label)}
            inputMode="decimal"
            value={texts[name]}
            error={wrong[name] ?? null}
            onChange={(event) => setTexts({ ...texts, [name]: event.target.value })}
          />
        ))}
        <p className="muted">{t("dashboard.goals_detail")}</p>
        <div className="actions">
          <Button type="submit" kind="primary" busy={busy}>
            {t("dashboard.save")}
          </Button>
          <Button onClick={props.onClose}>{t("action.cancel")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
