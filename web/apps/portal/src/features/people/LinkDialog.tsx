import { dateAndTime } from "@madoguchi/client";
import { Button, Dialog, notify, TextField } from "@madoguchi/ui";
import { useRef, type ReactNode } from "react";
import { useLanguage, useT } from "../../shared/text.tsx";
import type { MadeLink } from "./model.ts";

/** A one-time link to hand over. It is shown only now. */
export function LinkDialog({ link, name, onClose }: { link: MadeLink | null; name: string; onClose: () => void }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const input = useRef<HTMLInputElement>(null);
  const url = link === null ? "" : location.origin + link.path;
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(url);
      notify({ title: t("people.copied") });
    } catch {
      // Without leave, or without a secure context: then by hand.
      input.current?.select();
    }
  };
  return (
    <Dialog
      open={link !== null}
      narrow
      onClose={onClose}
      title={t(link?.kind === "reset" ? "people.link_reset" : "people.link_invitation", { name })}
      closeLabel={t("action.close")}
      initialFocus={input}
      footer={
        <>
          <Button onClick={onClose}>{t("action.close")}</Button>
          <Button kind="primary" onClick={() => void copy()}>
            {t("people.copy")}
          </Button>
        </>
      }
    >
      {link === null ? null : (
        <div className="form">
          <p>{t(link.mailed ? "people.link_mailed" : "people.link_not_mailed")}</p>
          <TextField
            ref={input}
            label={t("people.link")}
            readOnly
            value={url}
            hint={t("people.link_until", { time: dateAndTime(link.expires_at, language, 0) })}
            onFocus={(event) => event.target.select()}
          />
        </div>
      )}
    </Dialog>
  );
}
