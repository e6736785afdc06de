import { preferredLanguage, translator, type Translate } from "@madoguchi/client";
import en from "./messages/en.json" with { type: "json" };
import ja from "./messages/ja.json" with { type: "json" };

export type Language = "ja" | "en";
export type TextKey = keyof typeof en;
export type Text = Translate<TextKey>;

const CATALOGUES: Readonly<Record<Language, Record<TextKey, string>>> = { ja, en };

export const isTextKey = (key: string): key is TextKey => key in en;

export const textIn = (language: Language): Text => translator(CATALOGUES[language]);

/** The page's own language counts more than the browser's: the consumer reads the page. */
export function firstLanguage(wanted: string | null, page: string, browser: readonly string[]): Language {
  return preferredLanguage<Language>(["ja", "en"], [wanted ?? "", page, ...browser]);
}
