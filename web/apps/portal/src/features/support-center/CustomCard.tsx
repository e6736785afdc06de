import { asProblem, type HoursApi } from "@madoguchi/client";
import type { CustomHours, CustomHoursInput, EntryPoint, QueueInfo } from "@madoguchi/protocol";
import { Button, Check, Confirm, Dialog, IconButton, Nothing, SelectField, TextField } from "@madoguchi/ui";
import { useState, type ReactNode } from "react";
import { useAction } from "../../shared/hooks.ts";
import { queueLabel } from "../../shared/labels.ts";
import { problemText, useLanguage, useT } from "../../shared/text.tsx";
import { ZoneField } from "./DetailsCard.tsx";
import { HoursEditor, Wrong } from "./HoursEditor.tsx";
import { NowBadge } from "./NowBadge.tsx";
import { SaveBar, useDraft } from "./saving.tsx";
import { languageName, wrong } from "./words.ts";

type Editable = Omit<CustomHoursInput, "version">;

interface Props {
  custom: readonly CustomHours[];
  zone: string;
  languages: readonly string[];
  queues: readonly QueueInfo[];
  api: HoursApi;
  editable: boolean;
  reload: () => Promise<unknown>;
}

/** Hours of their own for queues, languages and channels, and whether they are open now. */
export function CustomCard(props: Props): ReactNode {
  const t = useT();
  const { custom, editable } = props;
  const [open, setOpen] = useState<string | null>(null);
  const edited = custom.find((one) => one.id === open);
  return (
    <section className="card hours-card" aria-labelledby="hours-custom">
      <header>
        <h2 id="hours-custom">{t("hours.custom")}</h2>
        {editable ? (
          <Button icon="plus" onClick={() => setOpen("")}>
            {t("hours.add_custom")}
          </Button>
        ) : null}
      </header>
      <p className="muted">{t("hours.custom_hint")}</p>
      {custom.length === 0 ? (
        <Nothing icon="clock" title={t("hours.no_custom")} />
      ) : (
        <div className="plain-table" tabIndex={0} role="region" aria-label={t("hours.custom_list")}>
          <table className="hours-list">
            <thead>
              <tr>
                <th scope="col">{t("hours.name")}</th>
                <th scope="col">{t("hours.for")}</th>
                <th scope="col">{t("hours.now")}</th>
                <th scope="col">
                  <span className="visually-hidden">{t("column.actions")}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {custom.map((one) => (
                <tr key={one.id}>
                  <th scope="row">{one.name}</th>
                  <td>
                    <ul>
                      {one.entry_points.map((point, place) => (
                        <li key={place}>
                          <PointText point={point} queues={props.queues} />
                        </li>
                      ))}
                    </ul>
                  </td>
                  <td>
                    <NowBadge now={one.now} />
                  </td>
                  <td>
                    <Button onClick={() => setOpen(one.id)} aria-label={t(editable ? "hours.edit_of" : "hours.show_of", { name: one.name })}>
                      {t(editable ? "hours.edit" : "hours.show")}
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {open === null ? null : <CustomDialog {...props} key={open} hours={edited ?? null} onClose={() => setOpen(null)} />}
    </section>
  );
}

/** An entry point in one line. */
function PointText({ point, queues }: { point: EntryPoint; queues: readonly QueueInfo[] }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const named = (point.queues ?? []).map((id) => {
    const found = queues.find((queue) => queue.id === id);
    return found === undefined ? t("hours.deleted_queue") : queueLabel(found, queues, t, language);
  });
  const parts = [
    t(point.channel === "call" ? "hours.channel.call" : point.channel === "chat" ? "hours.channel.chat" : "hours.channel.any"),
    ...(point.languages ?? []).map((code) => languageName(code, language)),
    ...named,
  ];
  return parts.join(" · ");
}

function CustomDialog(props: Props & { hours: CustomHours | null; onClose: () => void }): ReactNode {
  const t = useT();
  const { hours, api, editable, onClose } = props;
  const [asking, setAsking] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const [deleting, remove] = useAction((error) => setRefused(problemText(t, asProblem(error))));
  const saved: Editable =
    hours === null
      ? { name: "", zone: props.zone, weekly: { mode: "always", days: {} }, holidays: true, entry_points: [{ channel: null, languages: [], queues: [] }] }
      : { name: hours.name, zone: hours.zone, weekly: hours.weekly, holidays: hours.holidays, entry_points: hours.entry_points };
  const draft = useDraft<Editable>({
    saved,
    version: hours?.version ?? 0,
    write: (value, version) => api.saveCustom(hours?.id ?? null, { ...value, version }).then(onClose),
    reload: props.reload,
    fresh: hours === null,
  });
  const { value, set, errors } = draft;
  const setPoint = (place: number, change: Partial<EntryPoint>): void =>
    set({ entry_points: value.entry_points.map((point, n) => (n === place ? { ...point, ...change } : point)) });
  return (
    <Dialog open onClose={onClose} title={hours === null ? t("hours.add_custom") : hours.name} closeLabel={t("action.close")} className="hours-dialog">
      <div className="hours-form">
        <div className="hours-grid">
          <TextField label={t("hours.internal_name")} value={value.name} disabled={!editable} maxLength={200} error={wrong(t, errors, "name")} onChange={(event) => set({ name: event.target.value })} />
          <ZoneField value={value.zone} disabled={!editable} error={wrong(t, errors, "zone")} onChange={(zone) => set({ zone })} />
        </div>
        <fieldset className="hours-editor" disabled={!editable}>
          <legend>{t("hours.for")}</legend>
          <p className="muted">{t("hours.for_hint")}</p>
          {value.entry_points.map((point, place) => (
            <Point
              key={place}
              place={place}
              point={point}
              languages={props.languages}
              queues={props.queues}
              error={wrong(t, errors, `entry_points.${place}`)}
              onChange={(change) => setPoint(place, change)}
              onRemove={value.entry_points.length > 1 ? () => set({ entry_points: value.entry_points.filter((_, n) => n !== place) }) : null}
            />
          ))}
          {wrong(t, errors, "entry_points") === null ? null : <Wrong text={wrong(t, errors, "entry_points") ?? ""} />}
          <Button icon="plus" onClick={() => set({ entry_points: [...value.entry_points, { channel: null, languages: [], queues: [] }] })}>
            {t("hours.add_point")}
          </Button>
        </fieldset>
        <HoursEditor week={value.weekly} at="weekly" errors={errors} disabled={!editable} onChange={(weekly) => set({ weekly })} />
        <Check label={t("hours.observe_holidays")} checked={value.holidays} disabled={!editable} onChange={(event) => set({ holidays: event.target.checked })} />
        {editable ? (
          <SaveBar
            draft={draft}
            saved={saved}
            signed={hours?.saved ?? null}
            label={t("hours.save_custom")}
            shown={(place) => /^(name|zone|weekly(\..*)?|entry_points(\.\d+)?)$/.test(place)}
            partName={(part) => t(`hours.part.${part as keyof Editable}`)}
            onDiscard={onClose}
          />
        ) : null}
        {editable && hours !== null ? (
          <Button icon="trash" className="hours-delete" onClick={() => setAsking(true)}>
            {t("hours.delete")}
          </Button>
        ) : null}
      </div>
      {hours === null ? null : (
        <Confirm
          open={asking}
          onCancel={() => setAsking(false)}
          onConfirm={() =>
            void remove(async () => {
              await api.deleteCustom(hours.id, hours.version);
              await props.reload();
              onClose();
            })
          }
          title={t("hours.delete_custom_title", { name: hours.name })}
          confirmLabel={t("hours.delete")}
          cancelLabel={t("action.cancel")}
          busy={deleting}
          error={refused}
        >
          {t("hours.delete_custom_detail")}
        </Confirm>
      )}
    </Dialog>
  );
}

function Point(props: {
  place: number;
  point: EntryPoint;
  languages: readonly string[];
  queues: readonly QueueInfo[];
  error: string | null;
  onChange: (change: Partial<EntryPoint>) => void;
  onRemove: (() => void) | null;
}): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { point, onChange, place } = props;
  const label = t("hours.point", { number: place + 1 });
  const queues = point.queues ?? [];
  const languages = point.languages ?? [];
  return (
    <div className="hours-point" role="group" aria-label={label}>
      <SelectField
        label={t("hours.channel")}
        value={point.channel ?? ""}
        options={[
          { value: "", label: t("hours.channel.any") },
          { value: "call", label: t("hours.channel.call") },
          { value: "chat", label: t("hours.channel.chat") },
        ]}
        onChange={({ target: { value } }) => onChange({ channel: value === "call" || value === "chat" ? value : null })}
      />
      <Several
        legend={t("hours.languages")}
        none={t("hours.any_language")}
        options={props.languages.map((code) => ({ value: code, label: languageName(code, language) }))}
        chosen={languages}
        onChange={(chosen) => onChange({ languages: chosen })}
      />
      <Several
        legend={t("hours.queues")}
        none={t("hours.any_queue")}
        options={[
          ...props.queues.map((queue) => ({ value: queue.id, label: queueLabel(queue, props.queues, t, language) })),
          ...queues.filter((id) => props.queues.every((queue) => queue.id !== id)).map((id) => ({ value: id, label: t("hours.deleted_queue") })),
        ]}
        chosen={queues}
        onChange={(chosen) => onChange({ queues: chosen })}
      />
      {props.onRemove === null ? null : <IconButton icon="close" label={t("hours.remove_point", { number: place + 1 })} onClick={props.onRemove} />}
      {props.error === null ? null : <Wrong text={props.error} />}
    </div>
  );
}

/** Some of a few, or any. */
function Several(props: {
  legend: string;
  none: string;
  options: { value: string; label: string }[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}): ReactNode {
  const { chosen } = props;
  return (
    <fieldset className="hours-several">
      <legend>{props.legend}</legend>
      {props.options.map(({ value, label }) => (
        <Check
          key={value}
          label={label}
          checked={chosen.includes(value)}
          onChange={(event) => props.onChange(event.target.checked ? [...chosen, value] : chosen.filter((one) => one !== value))}
        />
      ))}
      {chosen.length === 0 ? <span className="muted">{props.none}</span> : null}
    </fieldset>
  );
}
