import type { HoursApi } from "@madoguchi/client";
import type { SupportCenter, SupportCenterInput } from "@madoguchi/protocol";
import { Check, SelectField, TextField } from "@madoguchi/ui";
import { useEffect, useMemo, type ReactNode } from "react";
import { useT } from "../../shared/text.tsx";
import { HoursEditor } from "./HoursEditor.tsx";
import { NowBadge } from "./NowBadge.tsx";
import { SaveBar, useDraft } from "./saving.tsx";
import { wrong } from "./words.ts";

type Editable = Omit<SupportCenterInput, "version">;

const SHOWN = /^(name|email|phone|zone|weekly(\..*)?)$/;

/** Who we are to consumers, and the general hours. */
export function DetailsCard(props: {
  center: SupportCenter;
  api: HoursApi;
  editable: boolean;
  onDirty: (dirty: boolean) => void;
  reload: () => Promise<unknown>;
}): ReactNode {
  const t = useT();
  const { center, api, editable } = props;
  const saved = useMemo<Editable>(() => {
    const { name, email, phone, zone, weekly, holidays } = center;
    return { name, email, phone, zone, weekly, holidays };
  }, [center]);
  const draft = useDraft<Editable>({
    saved,
    version: center.version,
    write: (value, version) => api.saveCenter({ ...value, version }),
    reload: props.reload,
  });
  const { value, set, errors } = draft;
  const { onDirty } = props;
  useEffect(() => onDirty(draft.dirty), [onDirty, draft.dirty]);
  return (
    <section className="card hours-card" aria-labelledby="hours-details">
      <header>
        <h2 id="hours-details">{t("hours.details")}</h2>
        <NowBadge now={center.now} />
      </header>
      <div className="hours-grid">
        <TextField label={t("hours.name")} value={value.name} disabled={!editable} maxLength={200} error={wrong(t, errors, "name")} onChange={(event) => set({ name: event.target.value })} />
        <TextField label={t("hours.email")} type="email" hint={t("hours.email_hint")} value={value.email} disabled={!editable} maxLength={200} error={wrong(t, errors, "email")} onChange={(event) => set({ email: event.target.value })} />
        <TextField label={t("hours.phone")} type="tel" hint={t("hours.phone_hint")} value={value.phone} disabled={!editable} maxLength={30} error={wrong(t, errors, "phone")} onChange={(event) => set({ phone: event.target.value.replace(/[\s()-]/g, "") })} />
        <ZoneField value={value.zone} disabled={!editable} error={wrong(t, errors, "zone")} onChange={(zone) => set({ zone })} />
      </div>
      <HoursEditor week={value.weekly} at="weekly" errors={errors} disabled={!editable} onChange={(weekly) => set({ weekly })} />
      <Check label={t("hours.observe_holidays")} checked={value.holidays} disabled={!editable} onChange={(event) => set({ holidays: event.target.checked })} />
      {editable ? (
        <SaveBar
          draft={draft}
          saved={saved}
          signed={center.saved}
          label={t("hours.save_details")}
          shown={(place) => SHOWN.test(place)}
          partName={(part) => t(`hours.part.${part as keyof Editable}`)}
        />
      ) : null}
    </section>
  );
}

/** Time zones, as the browser knows them. */
export function ZoneField(props: { value: string; disabled?: boolean; error: string | null; onChange: (zone: string) => void }): ReactNode {
  const t = useT();
  const zones = useMemo(() => [...new Set([props.value, ...Intl.supportedValuesOf("timeZone"), "UTC"])].sort(), [props.value]);
  return (
    <SelectField
      label={t("hours.zone")}
      value={props.value}
      disabled={props.disabled}
      error={props.error}
      options={zones.map((zone) => ({ value: zone, label: zone }))}
      onChange={(event) => props.onChange(event.target.value)}
    />
  );
}
