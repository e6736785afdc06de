/** Bodies of the HTTP interface: docs/protocol/http.md in types. */
import type { CallRow, ChatRow, MessageBody, Names, PresenceStatus, StatusColour, Timestamp } from "./realtime.ts";

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
  | "agent_statuses.edit"
  | "routing.edit"
  | "monitor"
  | "monitor_chats.edit"
  | "recordings.view"
  | "transcripts.view";

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

/** One of the organisation's own statuses. */
export interface CustomStatus {
  id: string;
  names: Names;
  colour: StatusColour;
  /** Nothing is offered in it. */
  away: boolean;
}

export type CustomStatusInput = Omit<CustomStatus, "id">;

export type RoutingRule =
  | "longest_since_call"
  | "longest_since_chat"
  | "fewest_chats"
  | "all_at_once"
  | "fell_back"
  | "asked_for"
  | "nobody";

export type PassedOverReason =
  | "signed_out"
  | "away"
  | "missed"
  | "leaving"
  | "pause"
  | "busy"
  | "group"
  | "language"
  | "skill"
  | "ringing"
  | "tried"
  | "turn";

export interface ConsideredAgent {
  agent: string;
  name: string;
  /** Seconds since he last had one of this channel; null where he never had. */
  idle_s: number | null;
}

export interface RungAgent extends ConsideredAgent {
  outcome: "standing" | "accepted" | "declined" | "missed" | "withdrawn";
}

interface RoutingWhy {
  at: Timestamp;
  rule: RoutingRule;
  attempt: number;
  language: string | null;
  skills: string[];
  skills_given_up: boolean;
  groups: string[];
  passed: { reason: PassedOverReason; count: number; agents: ConsideredAgent[] }[];
}

export interface RoutingDecision extends RoutingWhy {
  rung: RungAgent[];
}

export interface RoutingNow extends RoutingWhy {
  rung: ConsideredAgent[];
}

/** Whom an interaction was offered to and why, and what would be decided now where it waits. */
export interface Routing {
  decisions: RoutingDecision[];
  now: RoutingNow | null;
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
