/** Bodies of the routes of languages and messages: docs/protocol/http.md in types. */
import type { Timestamp } from "./realtime.ts";

export interface MissingMessage {
  language: string;
  message: string;
}

export interface LanguageInfo {
  language: string;
  live: boolean;
  /** There are texts in it. */
  built_in: boolean;
  /** Texts can be spoken in it. */
  voice: boolean;
}

export interface LanguagesInfo {
  version: number;
  default: string;
  languages: LanguageInfo[];
  missing: MissingMessage[];
  changed_by: string | null;
  changed_at: Timestamp | null;
}

export type MessageWay = "built_in" | "text" | "audio" | "missing";
export type MessageGroup = "menu" | "recording" | "waiting" | "ending" | "music";

/** What may be done with a message. */
export interface MessageInfo {
  message: string;
  group: MessageGroup;
  variables: string[];
  required: string[];
  text: boolean;
  audio: boolean;
  longest_s: number;
}

/** One message in one language; `zxx` is that of music. */
export interface SaidMessage {
  message: string;
  language: string;
  version: number;
  way: MessageWay;
  text: string;
  built_in: string;
  sound: { name: string; span_s: number; size: number } | null;
  changed_by: string | null;
  changed_at: Timestamp | null;
}

export interface MessagesInfo {
  messages: MessageInfo[];
  said: SaidMessage[];
  longest_text: number;
  max_bytes: number;
}

export interface ChangedMessage {
  said: SaidMessage;
  missing: MissingMessage[];
}
