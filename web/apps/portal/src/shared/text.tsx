import { translator, type ProblemError, type Translate } from "@madoguchi/client";
import { createContext, useContext, type ReactNode } from "react";
import en from "../text/en.json";
import ja from "../text/ja.json";
import { changedText } from "./fields.ts";
import type { Language } from "./settings.ts";

export type TextKey = keyof typeof en;
export type T = Translate<TextKey>;

const TRANSLATORS: Readonly<Record<Language, T>> = { en: translator(en), ja: translator(ja) };

const Context = createContext<{ t: T; language: Language }>({ t: TRANSLATORS.en, language: "en" });

export function TextProvider({ language, children }: { language: Language; children: ReactNode }): ReactNode {
  return <Context value={{ t: TRANSLATORS[language], language }}>{children}</Context>;
}

/** The function that gives text in the user's language. */
export function useT(): T {
  return useContext(Context).t;
}

export function useLanguage(): Language {
  return useContext(Context).language;
}

/** Says a problem in the user's language where its code is known, else as the server said it. */
export function problemText(t: T, problem: ProblemError): string {
  const key = `problem.${problem.code}`;
  const exact = `${key}.${problem.reason ?? ""}`;
  const more = changedText(t, problem);
  const known = exact in en ? exact : key in en ? key : null;
  if (known !== null) return [t(known as TextKey), more].filter((part) => part !== "").join(" ");
  return [problem.title, problem.detail].filter((part) => part !== "").join(" ") || t("problem.unexpected");
}

export function isTextKey(key: string): key is TextKey {
  return key in en;
}
