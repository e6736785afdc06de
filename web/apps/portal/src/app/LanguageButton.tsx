import { Button } from "@madoguchi/ui";
import type { ReactNode } from "react";
import { useValue } from "../shared/hooks.ts";
import { useSession } from "./session.tsx";

const OTHER = { en: { language: "ja", name: "日本語" }, ja: { language: "en", name: "English" } } as const;

/** Switches the page to the other language, which is named in itself. */
export function LanguageButton(): ReactNode {
  const { settings } = useSession();
  const current = useValue(settings);
  const other = OTHER[current.language];
  return (
    <Button lang={other.language} className="language" onClick={() => settings.set({ ...current, language: other.language })}>
      {other.name}
    </Button>
  );
}
