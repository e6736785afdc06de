import type { Disposition } from "@madoguchi/protocol";
import type { Language } from "../../shared/settings.ts";

export interface DispositionChoice {
  id: string;
  label: string;
}

function fits(one: Disposition, queue: string | null): boolean {
  return one.queues.length === 0 || (queue !== null && one.queues.includes(queue));
}

function nameOf(one: Disposition, language: Language): string {
  return one.names[language] ?? one.names["en"] ?? "";
}

/** What can be chosen for work of `queue`, by position, each under its heading: `Returns › Damaged`. Headings cannot. */
export function choices(all: readonly Disposition[], queue: string | null, language: Language): DispositionChoice[] {
  const byId = new Map(all.map((one) => [one.id, one]));
  const headings = new Set(all.map((one) => one.parent));
  const found: DispositionChoice[] = [];
  for (const one of all) {
    if (headings.has(one.id) || !fits(one, queue)) continue;
    const heading = one.parent === null ? undefined : byId.get(one.parent);
    if (heading !== undefined && !fits(heading, queue)) continue;
    const name = nameOf(one, language);
    found.push({ id: one.id, label: heading === undefined ? name : `${nameOf(heading, language)} › ${name}` });
  }
  return found;
}
