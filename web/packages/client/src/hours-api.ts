import type {
  CustomHours,
  CustomHoursInput,
  HolidayFolder,
  HolidayFolderInput,
  HoursExplanation,
  NationalHoliday,
  SupportCenter,
  SupportCenterInput,
  WeekTable,
} from "@madoguchi/protocol";
import type { Http } from "./http.ts";

const part = encodeURIComponent;

/** Where a consumer is; without a queue, whatever counts for queues without hours of their own. */
export interface Asked {
  queue: string;
  channel: "call" | "chat";
  language: string;
}

/** Support center details, hours and holidays. */
export class HoursApi {
  readonly http: Http;

  constructor(http: Http) {
    this.http = http;
  }

  center = (): Promise<SupportCenter> => this.http.get("/support-center");
  saveCenter = (body: SupportCenterInput): Promise<SupportCenter> => this.http.put("/support-center", body);

  custom = (): Promise<{ custom: CustomHours[] }> => this.http.get("/hours/custom");
  /** Saves custom hours; without an id they are new. */
  saveCustom = (id: string | null, body: CustomHoursInput): Promise<{ id: string }> =>
    id === null ? this.http.post("/hours/custom", body) : this.http.put(`/hours/custom/${part(id)}`, body);
  deleteCustom = (id: string, version: number): Promise<void> =>
    this.http.delete(`/hours/custom/${part(id)}?version=${version}`);

  folders = (): Promise<{ folders: HolidayFolder[] }> => this.http.get("/hours/holidays");
  /** Saves a folder; without an id it is new. */
  saveFolder = (id: string | null, body: HolidayFolderInput): Promise<{ id: string }> =>
    id === null ? this.http.post("/hours/holidays", body) : this.http.put(`/hours/holidays/${part(id)}`, body);
  deleteFolder = (id: string, version: number): Promise<void> =>
    this.http.delete(`/hours/holidays/${part(id)}?version=${version}`);

  countries = (): Promise<{ countries: string[] }> => this.http.get("/hours/national");
  national = (country: string, years: readonly number[]): Promise<{ holidays: NationalHoliday[] }> =>
    this.http.get(`/hours/national/preview?country=${part(country)}${years.map((year) => `&year=${year}`).join("")}`);

  explain = (asked: Asked, at: string | null): Promise<HoursExplanation> =>
    this.http.get(`/hours/explain?${query(asked)}${at === null ? "" : `&at=${part(at)}`}`);
  week = (asked: Asked, day: string | null): Promise<WeekTable> =>
    this.http.get(`/hours/week?${query(asked)}${day === null ? "" : `&day=${part(day)}`}`);
}

function query({ queue, channel, language }: Asked): string {
  return `channel=${channel}&language=${part(language)}${queue === "" ? "" : `&queue=${part(queue)}`}`;
}
