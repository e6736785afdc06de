import type { ProblemError } from "@madoguchi/client";
import en from "../text/en.json";
import type { T, TextKey } from "./text.tsx";

/** Pages on whose rights a role's permissions are, where the right is not named after the page. */
const PAGES: Readonly<Record<string, string>> = {
  agent_statuses: "statuses",
  "settings.queues": "queue_settings",
  "settings.dispositions": "dispositions",
  "settings.replies": "replies",
  "settings.messages": "messages",
  "settings.support_center": "support_center",
};

function known(t: T, key: string): string | null {
  return key in en ? t(key as TextKey) : null;
}

/** What the pages call a field that the server names by its path, such as `settings.routing.offer_s`. */
export function fieldName(t: T, path: string, names: Readonly<Record<string, string>> = {}): string {
  const [first = "", ...rest] = path.split(".");
  const called = known(t, `audit.field.${first}`) ?? first;
  if (first === "settings" && rest.length > 1) {
    const [section = "", field = "", ...more] = rest;
    return [known(t, `queues.section.${section}`) ?? section, known(t, `queues.field.${field}`) ?? field, ...more].join(" › ");
  }
  if (first === "grants") {
    const [only = "", ...more] = rest;
    if (more.length === 0) return [called, known(t, `roles.page.${only}`) ?? only].join(" › ");
    const page = rest.slice(0, -1).join(".");
    const right = rest.at(-1) ?? "";
    return [called, known(t, `roles.page.${PAGES[page] ?? page}`) ?? page, known(t, `roles.${right}`) ?? right].join(" › ");
  }
  const parts = rest.map((part) => (part === "*" ? t("audit.all_languages") : (known(t, `audit.part.${part}`) ?? names[part] ?? part)));
  return [called, ...parts].join(" › ");
}

/** Where the words stand for the values of a field, by the first part of its path. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  assignable: ["roles.default."],
  channel: ["queues.channel."],
  colour: ["statuses.colour_", "roles.colour."],
  default: ["audit.part."],
  grants: ["roles.scope."],
  languages: ["audit.part."],
  live: ["audit.part."],
  roles: ["roles.default."],
  scope: ["audit.scope."],
  settings: ["queues.choice."],
  weekly: ["hours.mode."],
};

/** What the pages call a value of a field, such as a colour; null where it is no word of the server's. */
export function valueWord(t: T, path: string, value: string): string | null {
  const [first = ""] = path.split(".");
  for (const beginning of VALUES[first] ?? []) {
    const word = known(t, beginning + value);
    if (word !== null) return word;
  }
  return null;
}

const MOST = 6;

/** Who has changed which fields meanwhile, in words; empty where the server does not say. */
export function changedText(t: T, problem: ProblemError): string {
  const fields = new Map<string, Set<string>>();
  for (const change of problem.changed) {
    const by = change.by === "" ? t("audit.system") : change.by;
    const told = fields.get(by) ?? new Set<string>();
    for (const field of change.fields) told.add(fieldName(t, field));
    fields.set(by, told);
  }
  return [...fields]
    .map(([name, told]) => t("problem.changed_by", { name, fields: [...told].slice(0, MOST).join(t("audit.comma")) + (told.size > MOST ? " …" : "") }))
    .join(" ");
}
