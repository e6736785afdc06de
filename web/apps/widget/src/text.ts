import { preferredLanguage, translator, type Translate } from "@madoguchi/client";
import en from "./messages/en.json" with { type: "json" };
import ja from "./messages/ja.json" with { type: "json" };

export type Language = "ja" | "en";
export type TextKey = keyof typeof en;
export type Text = Translate<TextKey>;

const CATALOGUES: Readonly<Record<Language, Record<TextKey, string>>> = { ja, en };

export const isTextKey = (key: string): key is TextKey => key in en;

export const textIn = (language: Language): Text => translator(CATALOGUES[language]);

/** A shorter wait is not promised. */
const WORTH_SAYING_MIN = 2;

/** What is said to somebody who waits: his place and how long it will take, as far as both are known. */
export function waiting(
  text: Text,
  kind: "call" | "chat",
  row: { position?: number | null; wait_min?: number | null } | undefined,
): string {
  const position = row?.position ?? null;
  const minutes = row?.wait_min ?? null;
  if (position === null) return text(`${kind}.waiting`);
  return minutes !== null && minutes >= WORTH_SAYING_MIN
    ? text(`${kind}.waiting.estimate`, { position, minutes })
    : text(`${kind}.waiting.position`, { position });
}

/** The page's own language counts more than the browser's: the consumer reads the page. */
export function firstLanguage(wanted: string | null, page: string, browser: readonly string[]): Language {
  return preferredLanguage<Language>(["ja", "en"], [wanted ?? "", page, ...browser]);
}
