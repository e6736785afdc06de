import { Bar, Button, Dialog, TextField } from "@madoguchi/ui";
import { useState, type ReactNode } from "react";
import { FormError } from "../../shared/FormError.tsx";
import { useLanguage, useT } from "../../shared/text.tsx";
import type { ImportReport, PeopleApi } from "./model.ts";
import { useForm } from "../../shared/form.ts";

/** Users from a CSV file: first what would happen and what is wrong, then all of it or nothing. */
export function ImportDialog(props: { api: PeopleApi; onClose: () => void; onDone: () => void }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const [file, setFile] = useState<File | null>(null);
  const [report, setReport] = useState<ImportReport | null>(null);
  const form = useForm();
  const run = (chosen: File, dry: boolean): void =>
    void form.submit(async () => {
      const found = (await props.api.importFile(chosen, dry)) as ImportReport;
      setReport(found);
      if (found.applied) props.onDone();
    });
  const clean = report !== null && report.mistakes.length === 0 && report.new + report.changed > 0;
  return (
    <Dialog
      open
      onClose={props.onClose}
      title={t("people.import")}
      closeLabel={t("action.close")}
      footer={
        <>
          <Button onClick={props.onClose}>{t(report?.applied === true ? "action.close" : "action.cancel")}</Button>
          {report?.applied === true ? null : (
            <Button
              kind="primary"
              busy={form.busy}
              disabled={!clean || file === null}
              onClick={() => {
                if (file !== null) run(file, false);
              }}
            >
              {t("people.import_apply")}
            </Button>
          )}
        </>
      }
    >
      <div className="form">
        <p>{t("people.import_text")}</p>
        <TextField
          label={t("people.import_file")}
          type="file"
          accept=".csv,text/csv"
          // So that a file that was mended can be chosen again.
          onClick={(event) => {
            event.currentTarget.value = "";
          }}
          onChange={(event) => {
            const chosen = event.target.files?.[0] ?? null;
            setFile(chosen);
            setReport(null);
            if (chosen !== null) run(chosen, true);
          }}
        />
        <FormError form={form} />
        {report === null ? null : (
          <>
            <Bar tone={report.mistakes.length > 0 ? "danger" : "info"} icon={report.applied ? "check" : "info"} role="status">
              {t(report.applied ? "people.import_done" : report.mistakes.length > 0 ? "people.import_wrong" : "people.import_would", {
                new: report.new,
                changed: report.changed,
                unchanged: report.unchanged,
                count: report.mistakes.length,
              })}
            </Bar>
            {report.mistakes.length === 0 ? null : (
              <div className="plain-table card mistakes" tabIndex={0} role="region" aria-label={t("people.mistakes")}>
                <table>
                  <thead>
                    <tr>
                      <th scope="col">{t("people.row")}</th>
                      <th scope="col">{t("people.column")}</th>
                      <th scope="col">{t("people.mistake")}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {report.mistakes.map((one, index) => (
                      <tr key={index}>
                        <td className="num">{one.row}</td>
                        <td className="mono">{one.column}</td>
                        <td>{one.text[language] ?? one.reason}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
          </>
        )}
      </div>
    </Dialog>
  );
}
