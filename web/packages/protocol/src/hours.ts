/** Bodies of the hours and holidays interface, as openapi.json describes them. */
import type { components } from "./openapi.d.ts";

type Schemas = components["schemas"];

export type HoursSpan = Schemas["SpanIO"];
export type HoursWeek = Schemas["WeekIO"];
export type HoursNow = Schemas["NowOut"];
export type HoursSigned = Schemas["SignedOut"];
export type SupportCenter = Schemas["CenterOut"];
export type SupportCenterInput = Schemas["CenterIn"];
export type EntryPoint = Schemas["EntryPointIO"];
export type CustomHours = Schemas["CustomOut"];
export type CustomHoursInput = Schemas["CustomIn"];
export type Holiday = Schemas["HolidayIO"];
export type HolidayFolder = Schemas["FolderOut"];
export type HolidayFolderInput = Schemas["FolderIn"];
export type NationalHoliday = Schemas["NationalDayOut"];
export type HoursExplanation = Schemas["ExplanationOut"];
export type HoursStep = Schemas["StepOut"];
export type WeekTable = Schemas["WeekOut"];
