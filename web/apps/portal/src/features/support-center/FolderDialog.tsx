import { asProblem } from "@madoguchi/client";
import type { Holiday, HolidayFolder, HolidayFolderInput } from "@madoguchi/protocol";
import { Button, Confirm, Dialog, TextField } from "@madoguchi/ui";
import { useState, type ReactNode } from "react";
import { useAction } from "../../shared/hooks.ts";
import { problemText, useLanguage, useT } from "../../shared/text.tsx";
import type { HolidaysProps } from "./HolidaysCard.tsx";
import { HolidayForm } from "./HolidayForm.tsx";
import { holidayName, type Errors } from "./model.ts";
import { SaveBar, useDraft } from "./saving.tsx";
import { whenText, wrong } from "./words.ts";

type Editable = Omit<HolidayFolderInput, "version">;

const NEW_YEAR: Holiday = {
  names: {},
  fixed: { start: { month: 1, day: 1 }, end: { month: 1, day: 1 }, year: null },
  nth: null,
  closed: [],
  messages: {},
};

/** One folder with its holidays; one of them is open for editing. */
export function FolderDialog(props: HolidaysProps & { folder: HolidayFolder | null; onClose: () => void }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { folder, api, editable, onClose } = props;
  const [open, setOpen] = useState<number | null>(folder === null ? 0 : null);
  const [asking, setAsking] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const [deleting, remove] = useAction((error) => setRefused(problemText(t, asProblem(error))));
  const saved: Editable = folder === null ? { name: "", holidays: [NEW_YEAR] } : { name: folder.name, holidays: folder.holidays };
  const draft = useDraft<Editable>({
    saved,
    version: folder?.version ?? 0,
    write: (value, version) => api.saveFolder(folder?.id ?? null, { ...value, version }).then(onClose),
    reload: props.reload,
    fresh: folder === null,
  });
  const { value, set, errors } = draft;
  const change = (place: number, holiday: Holiday): void =>
    set({ holidays: value.holidays.map((one, n) => (n === place ? holiday : one)) });
  return (
    <Dialog open onClose={onClose} title={folder === null ? t("hours.add_folder") : folder.name} closeLabel={t("action.close")} className="hours-dialog">
      <div className="hours-form">
        <TextField label={t("hours.folder_name")} hint={t("hours.folder_hint")} value={value.name} maxLength={60} disabled={!editable} error={wrong(t, errors, "name")} onChange={(event) => set({ name: event.target.value })} />
        <ul className="hours-holidays">
          {value.holidays.map((holiday, place) => {
            const name = holidayName(holiday.names, language) || t("hours.unnamed");
            return (
              <li key={place} data-wrong={hasError(errors, place) ? "" : undefined}>
                <div className="row">
                  <button type="button" className="link" aria-expanded={open === place} onClick={() => setOpen(open === place ? null : place)}>
                    <span className="num">{whenText(t, holiday, language)}</span> {name}
                  </button>
                  <span className="muted">{(holiday.closed ?? []).length === 0 ? t("hours.all_day") : t("hours.part_of_day")}</span>
                  {editable ? (
                    <Button
                      kind="quiet"
                      icon="trash"
                      aria-label={t("hours.remove_holiday", { name })}
                      onClick={() => {
                        set({ holidays: value.holidays.filter((_, n) => n !== place) });
                        setOpen(null);
                      }}
                    >
                      {t("hours.remove")}
                    </Button>
                  ) : null}
                </div>
                {open === place || hasError(errors, place) ? (
                  <HolidayForm holiday={holiday} at={`holidays.${place}`} errors={errors} languages={props.languages} disabled={!editable} onChange={(one) => change(place, one)} />
                ) : null}
              </li>
            );
          })}
        </ul>
        {editable ? (
          <>
            <Button
              icon="plus"
              onClick={() => {
                set({ holidays: [...value.holidays, NEW_YEAR] });
                setOpen(value.holidays.length);
              }}
            >
              {t("hours.add_holiday")}
            </Button>
            <SaveBar
              draft={draft}
              saved={saved}
              signed={folder?.saved ?? null}
              label={t("hours.save_folder")}
              shown={(place) => /^(name|holidays\.\d+(\.(names|messages|fixed|closed)(\..*)?)?)$/.test(place)}
              partName={(part) => t(part === "name" ? "hours.folder_name" : "hours.holidays")}
              onDiscard={onClose}
            />
          </>
        ) : null}
        {editable && folder !== null ? (
          <Button icon="trash" className="hours-delete" onClick={() => setAsking(true)}>
            {t("hours.delete_folder")}
          </Button>
        ) : null}
      </div>
      {folder === null ? null : (
        <Confirm
          open={asking}
          onCancel={() => setAsking(false)}
          onConfirm={() =>
            void remove(async () => {
              await api.deleteFolder(folder.id, folder.version);
              await props.reload();
              onClose();
            })
          }
          title={t("hours.delete_folder_title", { name: folder.name })}
          confirmLabel={t("hours.delete_folder")}
          cancelLabel={t("action.cancel")}
          busy={deleting}
          error={refused}
        >
          {t("hours.delete_folder_detail")}
        </Confirm>
      )}
    </Dialog>
  );
}

function hasError(errors: Errors, place: number): boolean {
  const at = `holidays.${place}`;
  return [...errors.keys()].some((key) => key === at || key.startsWith(`${at}.`));
}
