import type { QueueAssignment, QueueChange, QueueDetails, SettingDescription, SettingsChange, SettingsInfo, SettingValue } from "@madoguchi/protocol";

/** What somebody is typing; numbers stay text until they are sent. */
export interface Draft {
  names: Record<string, string>;
  hidden: boolean;
  /** Section to field to value; only what is set here. */
  settings: Record<string, Record<string, SettingValue>>;
  assignments: QueueAssignment[];
}

export function ownSettings(settings: SettingsInfo): Draft["settings"] {
  const own: Draft["settings"] = {};
  for (const [section, fields] of Object.entries(settings)) {
    for (const [field, info] of Object.entries(fields)) {
      if (info.own) (own[section] ??= {})[field] = typeof info.value === "number" ? String(info.value) : info.value;
    }
  }
  return own;
}

export function draftOf(details: QueueDetails): Draft {
  return {
    names: { ...details.names },
    hidden: details.hidden,
    settings: ownSettings(details.settings),
    assignments: details.assignments.map((one) => ({ ...one, users: [...one.users], teams: [...one.teams] })),
  };
}

/** The same with one setting changed; `undefined` gives it back to the parent. */
export function withSetting(
  settings: Draft["settings"],
  section: string,
  field: string,
  value: SettingValue | undefined,
): Draft["settings"] {
  const { [field]: _old, ...rest } = settings[section] ?? {};
  const fields = value === undefined ? rest : { ...rest, [field]: value };
  const { [section]: _gone, ...others } = settings;
  return Object.keys(fields).length === 0 ? others : { ...others, [section]: fields };
}

/** The same with somebody assigned for a language (empty for all), or not any more. */
export function withAssigned(
  assignments: readonly QueueAssignment[],
  language: string,
  kind: "users" | "teams",
  id: string,
  assigned: boolean,
): QueueAssignment[] {
  const old = assignments.find((one) => one.language === language) ?? { language, users: [], teams: [] };
  const ids = old[kind].filter((each) => each !== id);
  const changed = { ...old, [kind]: assigned ? [...ids, id] : ids };
  const others = assignments.filter((one) => one.language !== language);
  const empty = changed.users.length === 0 && changed.teams.length === 0;
  return (empty ? others : [...others, changed]).sort((a, b) => a.language.localeCompare(b.language));
}

/** Settings as the server takes them: numbers as numbers where they are some. */
export function settingsChange(
  settings: Draft["settings"],
  sections: readonly { name: string; fields: readonly SettingDescription[] }[],
): SettingsChange {
  const change: SettingsChange = {};
  for (const section of sections) {
    for (const field of section.fields) {
      const value = settings[section.name]?.[field.name];
      if (value === undefined) continue;
      (change[section.name] ??= {})[field.name] = asSent(value, field);
    }
  }
  return change;
}

export function queueChange(
  draft: Draft,
  version: number,
  sections: readonly { name: string; fields: readonly SettingDescription[] }[],
): QueueChange {
  return {
    version,
    names: Object.fromEntries(Object.entries(draft.names).filter(([, name]) => name.trim() !== "")),
    hidden: draft.hidden,
    settings: settingsChange(draft.settings, sections),
    assignments: draft.assignments.map((one) => ({ ...one, language: one.language === "" ? null : one.language })),
  };
}

/** A value with numbers as numbers, in records too. */
function asSent(value: SettingValue, field: SettingDescription): SettingValue {
  if (field.kind === "number" || field.kind === "whole") return asNumber(value);
  if (field.kind !== "records" || !Array.isArray(value)) return value;
  return value.map((each) => (isRecord(each) ? asSentRecord(each, field.members) : each));
}

function asSentRecord(record: Record<string, SettingValue>, members: readonly SettingDescription[]): SettingValue {
  return Object.fromEntries(
    members.flatMap((member) => {
      const value = record[member.name];
      return value === undefined ? [] : [[member.name, asSent(value, member)]];
    }),
  );
}

export function isRecord(value: SettingValue | undefined): value is Record<string, SettingValue> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A simple value as its input shows it; nothing for what is not set. */
export function shown(value: SettingValue): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

function asNumber(value: SettingValue): SettingValue {
  const text = shown(value).normalize("NFKC").trim();
  const number = Number(text);
  return text === "" || !Number.isFinite(number) ? text : number;
}

/** Whether two drafts say the same. */
export function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a, sorted) === JSON.stringify(b, sorted);
}

function sorted(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a.localeCompare(b)));
}
