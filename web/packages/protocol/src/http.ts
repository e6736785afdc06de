/** Bodies of the HTTP interface: docs/protocol/http.md in types. */
import type { CallRow, ChatRow, MessageBody, Names, PresenceStatus, Timestamp } from "./realtime.ts";

/** RFC 9457. */
export interface Problem {
  type?: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  field?: string | null;
  /** Which of the code's cases this is: a stable word. */
  reason?: string | null;
  errors?: { field: string; detail: string }[] | null;
}

export type Permission =
  | "desk"
  | "calls.view"
  | "chats.view"
  | "agents.view"
  | "agents.edit"
  | "monitor"
  | "monitor_chats.edit"
  | "recordings.view"
  | "transcripts.view"
  | "outbound"
  | "settings.dispositions.edit"
  | "settings.replies.edit";

export interface SessionInfo {
  user: { id: string; name: string; email: string; roles: string[]; languages: string[]; chat_limit: number };
  permissions: Permission[];
  branding: { name?: string | Names } | null;
}

export interface QueueInfo {
  id: string;
  names: Names;
  path: Names[];
  channels: string[];
  agents: number;
  available: number;
}

export interface Colleague {
  id: string;
  name: string;
  status: PresenceStatus;
  available: boolean;
}

export interface Disposition {
  id: string;
  names: Record<string, string>;
  /** The heading it is under. */
  parent: string | null;
  /** Where it can be chosen; empty: everywhere. */
  queues: string[];
  notes_required: boolean;
  position: number;
}

export interface Dispositions {
  dispositions: Disposition[];
  /** A wrap-up cannot be finished without one. */
  required: boolean;
}

export type ReplyScope = "global" | "queue" | "own";

export interface CannedReply {
  id: string;
  shortcut: string;
  texts: Record<string, string>;
  scope: string;
  queue: string | null;
}

export interface Accepted {
  interaction: string;
  handling: string;
}

export interface MediaAnswer {
  leg: string;
  answer: string;
}

export interface MonitorAnswer extends MediaAnswer {
  monitoring: string;
}

export interface TimelineEntry {
  at: Timestamp;
  kind: string;
  data: Record<string, unknown>;
}

export interface RecordingInfo {
  id: string;
  state: "live" | "captured" | "ready" | "failed";
  span_s: number;
  size: number;
}

export interface CallDetails extends CallRow {
  timeline: TimelineEntry[];
  recordings: RecordingInfo[];
}

export interface Page<Row> {
  rows: Row[];
  next?: string | null;
}

export type CompletedCallRow = CallRow & { recordings?: RecordingInfo[] };
export type CompletedChatRow = ChatRow;

export interface TranscriptMessage {
  seq: number;
  at: Timestamp;
  sender: "consumer" | "agent" | "system";
  sender_name: string;
  body: MessageBody;
}

export interface ConsumerConfig {
  name: string;
  languages: string[];
  queues: { id: string; names: Names; path: Names[]; channels: string[] }[];
  attachments: { max_bytes: number; types: string[] };
}

export interface ConsumerSession {
  token: string;
  consumer: { id: string; name: string };
  expires_at: Timestamp;
}
