import { isTextKey, type T } from "./text.tsx";

/** A role's name: default roles in the user's language, others as they were given. */
export function roleName(t: T, role: { id: string; name: string }): string {
  const key = `roles.default.${role.id}`;
  return isTextKey(key) ? t(key) : role.name;
}

/** A language's name in the user's language, in front of its code where nobody knows it. */
export function languageName(code: string, language: string): string {
  return new Intl.DisplayNames([language], { type: "language", fallback: "code" }).of(code) ?? code;
}

/** Languages that users may speak with consumers. */
export const SPOKEN = ["ja", "en", "zh", "ko", "vi", "tl", "pt", "es", "ne", "th", "id", "fr", "de", "it", "ru", "ar", "hi"] as const;
