import type { SaidMessage } from "@madoguchi/protocol";
import type { T, TextKey } from "../../shared/text.tsx";

export const MUSIC_LANGUAGE = "zxx";

/** A language's name in the language of the page. */
export function languageName(language: string, shown: string): string {
  return new Intl.DisplayNames([shown], { type: "language" }).of(language) ?? language;
}

export function messageName(t: T, message: string): string {
  return t(`messages.name.${message}` as TextKey);
}

/** “Greeting – Japanese” */
export function fullName(t: T, said: { message: string; language: string }, shown: string): string {
  const name = messageName(t, said.message);
  return said.language === MUSIC_LANGUAGE ? name : `${name} – ${languageName(said.language, shown)}`;
}

export const WAYS: Readonly<Record<SaidMessage["way"], { tone: "ok" | "info" | "muted" | "danger"; glyph: string }>> = {
  built_in: { tone: "muted", glyph: "○" },
  text: { tone: "info", glyph: "✎" },
  audio: { tone: "ok", glyph: "♪" },
  missing: { tone: "danger", glyph: "!" },
};
