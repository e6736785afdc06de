import type { Http } from "@madoguchi/client";
import type { components } from "@madoguchi/protocol";
import { valueWord } from "../../shared/fields.ts";
import type { T } from "../../shared/text.tsx";

type Schemas = components["schemas"];
export type AuditRow = Schemas["AuditOut"];
export type AuditChange = Schemas["AuditChangeOut"];
export type AuditPage = Schemas["AuditPageOut"];
export type Subject = Schemas["Subject"];
export type Names = Readonly<Record<string, string>>;

export const SUBJECTS: readonly Subject[] = [
  "user",
  "sign_in",
  "role",
  "team",
  "queue",
  "queue_settings",
  "status",
  "disposition",
  "reply",
  "languages",
  "message",
  "support_center",
  "custom_hours",
  "holiday_folder",
  "sms_connection",
  "sms_number",
  "deflection",
  "goals",
  "settings",
];

/** What the URL of the page says. */
export interface AuditSearch {
  q?: string;
  subject?: Subject;
  /** Dates as people write them, both inclusive. */
  from?: string;
  to?: string;
  /** A user's id. */
  by?: string;
  /** The id of a thing. */
  thing?: string;
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

export function readAuditSearch(raw: Record<string, unknown>): AuditSearch {
  const search: AuditSearch = {};
  for (const key of ["q", "by", "thing"] as const) {
    const value = raw[key];
    if ((typeof value === "string" && value !== "") || typeof value === "number") search[key] = String(value);
  }
  for (const key of ["from", "to"] as const) {
    const value = raw[key];
    if (typeof value === "string" && DATE.test(value)) search[key] = value;
  }
  const subject = SUBJECTS.find((one) => one === raw["subject"]);
  if (subject !== undefined) search.subject = subject;
  return search;
}

/** The midnight at the beginning of a date where the reader is, `days` later. */
function midnight(date: string, days: number): string {
  const [year = 0, month = 1, day = 1] = date.split("-").map(Number);
  return new Date(year, month - 1, day + days).toISOString();
}

/** The same question as the server asks for it. */
export function auditQuery(search: AuditSearch): URLSearchParams {
  const query = new URLSearchParams();
  if (search.q !== undefined) query.set("text", search.q);
  if (search.subject !== undefined) query.set("subject", search.subject);
  if (search.by !== undefined) query.set("by", search.by);
  if (search.thing !== undefined) query.set("thing", search.thing);
  if (search.from !== undefined) query.set("since", midnight(search.from, 0));
  if (search.to !== undefined) query.set("until", midnight(search.to, 1));
  return query;
}

export function auditApi(http: Http) {
  return {
    page: (search: AuditSearch, before: number | null): Promise<AuditPage> => {
      const query = auditQuery(search);
      if (before !== null) query.set("before", String(before));
      return http.get(`/audit?${query.toString()}`);
    },
    exportUrl: (search: AuditSearch, language: string): string => {
      const query = auditQuery(search);
      query.set("language", language);
      return http.url(`/audit/export?${query.toString()}`);
    },
  };
}

/** A value of a field in words: ids by their names, lists by their items. */
export function valueText(t: T, field: string, value: unknown, names: Names): string {
  if (value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0)) return "–";
  if (typeof value === "boolean") return t(value ? "audit.yes" : "audit.no");
  if (typeof value === "string") return valueWord(t, field, value) ?? names[value] ?? value;
  if (Array.isArray(value)) return value.map((one) => valueText(t, field, one, names)).join(t("audit.comma"));
  if (typeof value === "object") {
    return Object.entries(value)
      .map(([key, one]) => `${key}: ${valueText(t, field, one, names)}`)
      .join(t("audit.comma"));
  }
  return typeof value === "number" ? String(value) : "–";
}
