import type { SettingDescription } from "@madoguchi/protocol";
import type { ProblemError } from "@madoguchi/client";
import { isTextKey, type T } from "../../shared/text.tsx";

/** The text of a key that is put together; the bare word where a newer server has one that this page does not know. */
export function labelled(t: T, group: string, name: string): string {
  const key = `${group}.${name}`;
  return isTextKey(key) ? t(key) : name;
}

/** What is wrong with one field, if the problem is about it. */
export function fieldError(t: T, problem: ProblemError | null, path: string, field?: SettingDescription): string | null {
  if (problem?.field !== path) return null;
  if (problem.reason === "range" && field !== undefined) {
    return t("queues.error.range", { least: field.least ?? 0, most: field.most ?? 0 });
  }
  const key = `queues.error.${problem.reason ?? ""}`;
  return isTextKey(key) ? t(key) : t("problem.invalid_input");
}
