import type { ProblemError } from "@madoguchi/client";
import type { DeflectionFinding, DeflectionKind, DeflectionPlan } from "@madoguchi/protocol";
import { languageName } from "../../shared/labels.ts";
import type { Language } from "../../shared/settings.ts";
import { isTextKey, type T } from "../../shared/text.tsx";

export type QueueName = (id: string) => string;

/** Nothing is offered. */
export const NO_PLAN: DeflectionPlan = { kinds: [], queue: "", number: "", texts: {} };

/** What an option is called. */
export function kindName(t: T, kind: DeflectionKind): string {
  return t(`deflection.kind.${kind}`);
}

/** What is wrong, in words. */
export function faultText(t: T, fault: string, params: Readonly<Record<string, string>>, language: Language, queue: QueueName): string {
  const key = `deflection.fault.${fault}`;
  if (!isTextKey(key)) return fault;
  const kind = `deflection.kind.${params["kind"] ?? ""}`;
  return t(key, {
    kind: isTextKey(kind) ? t(kind) : "",
    language: params["language"] === undefined || params["language"] === "" ? "" : languageName(params["language"], language),
    queue: params["queue"] === undefined || params["queue"] === "" ? "" : queue(params["queue"]),
    path: (params["path"] ?? "").split(" ").filter((id) => id !== "").map(queue).join(" → "),
    name: params["name"] ?? "",
  });
}

/** Where a finding is, in words. */
export function placeName(t: T, one: DeflectionFinding, queue: QueueName): string {
  const key = `deflection.place.${one.place}`;
  return isTextKey(key) ? t(key) : queue(one.place);
}

/** What the server says of one part of a plan, such as `phone.queue`; of texts, whatever language it is about. */
export function planFault(t: T, problem: ProblemError | null, place: string, part: string, language: Language, queue: QueueName): string | null {
  const path = `${place}.${part}`;
  const found = problem?.errors.filter((one) => one.field === path || one.field.startsWith(`${path}.`)) ?? [];
  if (found.length === 0) return null;
  return found.map((one) => faultText(t, one.reason ?? "", { language: one.field.split(".")[2] ?? "", ...one.params }, language, queue)).join(" ");
}

/** A plan with an option chosen or not; `only` is for menus where there is one. */
export function withKind(plan: DeflectionPlan, kind: DeflectionKind, on: boolean, only: boolean): DeflectionPlan {
  if (only) return { ...plan, kinds: [kind] };
  const others = plan.kinds.filter((one) => one !== kind);
  if (!on) return { ...plan, kinds: others };
  // In an app another queue excludes everything else.
  return { ...plan, kinds: kind === "queue" ? ["queue"] : [...others.filter((one) => one !== "queue"), kind] };
}

/** Whether two plans say the same. */
export function samePlan(one: DeflectionPlan, other: DeflectionPlan): boolean {
  const plain = (plan: DeflectionPlan): string =>
    JSON.stringify([
      [...plan.kinds].sort(),
      plan.queue,
      plan.number,
      Object.entries(plan.texts).filter(([, text]) => text.trim() !== "").sort(),
    ]);
  return plain(one) === plain(other);
}
