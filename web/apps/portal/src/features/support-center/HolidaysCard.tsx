import type { HoursApi } from "@madoguchi/client";
import type { HolidayFolder } from "@madoguchi/protocol";
import { Button, Nothing } from "@madoguchi/ui";
import { useState, type ReactNode } from "react";
import { useLanguage, useT } from "../../shared/text.tsx";
import { FolderDialog } from "./FolderDialog.tsx";
import { ImportDialog } from "./ImportDialog.tsx";
import { holidayName } from "./model.ts";
import { whenText } from "./words.ts";

export interface HolidaysProps {
  folders: readonly HolidayFolder[];
  languages: readonly string[];
  api: HoursApi;
  editable: boolean;
  reload: () => Promise<unknown>;
}

const FEW = 6;

/** Holiday folders, and national holidays to import. */
export function HolidaysCard(props: HolidaysProps): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { folders, editable } = props;
  const [open, setOpen] = useState<string | null>(null);
  const [importing, setImporting] = useState(false);
  const edited = folders.find((one) => one.id === open);
  return (
    <section className="card hours-card" aria-labelledby="hours-holidays">
      <header>
        <h2 id="hours-holidays">{t("hours.holidays")}</h2>
        {editable ? (
          <span className="actions">
            <Button icon="calendar" onClick={() => setImporting(true)}>
              {t("hours.import")}
            </Button>
            <Button icon="plus" onClick={() => setOpen("")}>
              {t("hours.add_folder")}
            </Button>
          </span>
        ) : null}
      </header>
      {folders.length === 0 ? (
        <Nothing icon="calendar" title={t("hours.no_holidays")} />
      ) : (
        <ul className="hours-folders">
          {folders.map((folder) => (
            <li key={folder.id}>
              <div className="row">
                <h3>{folder.name}</h3>
                <span className="muted">{t("hours.count", { count: folder.holidays.length })}</span>
                <Button onClick={() => setOpen(folder.id)} aria-label={t(editable ? "hours.edit_of" : "hours.show_of", { name: folder.name })}>
                  {t(editable ? "hours.edit" : "hours.show")}
                </Button>
              </div>
              <p className="muted">
                {folder.holidays
                  .slice(0, FEW)
                  .map((holiday) => `${whenText(t, holiday, language)} ${holidayName(holiday.names, language)}`)
                  .join(" · ")}
                {folder.holidays.length > FEW ? " …" : ""}
              </p>
            </li>
          ))}
        </ul>
      )}
      {open === null ? null : <FolderDialog {...props} key={open} folder={edited ?? null} onClose={() => setOpen(null)} />}
      {importing ? <ImportDialog {...props} onClose={() => setImporting(false)} /> : null}
    </section>
  );
}
