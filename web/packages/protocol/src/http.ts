/** Bodies of the HTTP interface: docs/protocol/http.md in types. */
import type {
  CallRow,
  ChatRow,
  Figures,
  Goals,
  MessageBody,
  Names,
  Person,
  PresenceStatus,
  QueueRef,
  StatusColour,
  Timestamp,
} from "./realtime.ts";

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
  /** How many characters of the field stand before what is wrong with it. */
  position?: number | null;
  errors?: FieldProblem[] | null;
  /** What others did since the version that was sent, the newest first. */
  changed?: ChangedMeanwhile[] | null;
}

/** What somebody else did meanwhile; `by` is empty for the system. */
export interface ChangedMeanwhile {
  by: string;
  at: Timestamp;
  action: string;
  /** Paths of the fields. */
  fields: string[];
}

/** What is wrong with one input; `field` is its place, such as `weekly.days.mon.1.start`. */
export interface FieldProblem {
  field: string;
  detail: string;
  reason?: string | null;
  params?: Readonly<Record<string, string>> | null;
}

export type Permission =
  | "desk"
  | "calls.view"
  | "chats.view"
  | "agents.view"
  | "queues_live.view"
  | "dashboard.view"
  | "reports.view"
  | "agents.edit"
  | "agent_statuses.edit"
  | "audit.view"
  | "reports.monitoring.view"
  | "monitor"
  | "barge"
  | "monitor_chats.edit"
  | "recordings.view"
  | "transcripts.view"
  | "settings.queues.view"
  | "settings.queues.edit"
  | "users.view"
  | "users.edit"
  | "teams.view"
  | "teams.edit"
  | "roles.view"
  | "roles.edit"
  | "settings.messages.view"
  | "settings.messages.edit"
  | "settings.support_center.view"
  | "settings.support_center.edit"
  | "settings.embedding.edit"
  | "settings.sms.edit"
  | "outbound"
  | "settings.dispositions.edit"
  | "settings.replies.edit";

export interface SessionInfo {
  user: { id: string; name: string; email: string; roles: string[]; languages: string[]; chat_limit: number };
  permissions: Permission[];
  /** He may do nothing before he has set up a second factor. */
  must_enrol?: boolean;
  branding: { name?: string | Names } | null;
  /** Origins whose pages may embed this one and exchange messages with it. */
  embedders?: string[];
}

/** Something about a live interaction or an agent that ought not to be. */
export interface Anomaly {
  id: string;
  code:
    | "stuck"
    | "no_owner"
    | "unreadable"
    | "leg_gone"
    | "agent_gone"
    | "no_media"
    | "recording_without_talk"
    | "reservation_without_offer"
    | "handling_without_interaction"
    | "wrap_up_overdue";
  kind: "call" | "chat" | "agent";
  /** The id of the call, chat or agent. */
  subject: string;
  /** The consumer's name, or the agent's. */
  name: string;
  /** The name of the agent who has the interaction, or empty. */
  agent: string;
  since: string | null;
  remedy: "end_call" | "end_chat" | "free_agent" | "nothing";
  /** When it is over by itself, where that is known. */
  heals_at: string | null;
}

/** When an interaction is stuck, and when a call without media is ended. */
export interface DoctorSettings {
  version: number;
  stuck_min: number;
  no_media_s: number;
  may_change: boolean;
}

/** Which sites may show the portal in a frame. */
export interface EmbeddingInfo {
  version: number;
  origins: string[];
  /** What the start-up settings allow besides, as CSP sources. */
  fixed: string[];
}

/** A connection to a carrier of text messages. Its secret is never sent. */
export interface SmsConnectionInfo {
  id: string;
  version: number;
  name: string;
  carrier: "smpp" | "http";
  enabled: boolean;
  host: string;
  port: number;
  system_id: string;
  system_type: string;
  base_url: string;
  account: string;
  has_secret: boolean;
  up: boolean;
  /** Why it is down, as a short word. */
  trouble: string;
  /** Where the carrier has to send texts; empty for SMPP. */
  message_url: string;
  status_url: string;
}

export type SmsConnectionInput = Omit<
  SmsConnectionInfo,
  "id" | "version" | "has_secret" | "up" | "trouble" | "message_url" | "status_url"
> & { secret: string | null };

/** A number to which consumers write. */
export interface SmsNumberInfo {
  id: string;
  version: number;
  number: string;
  connection: string;
  /** A level or queue of the menu for text messages; null for the whole menu. */
  place: string | null;
  language: string;
  keywords: { word: string; queue: string }[];
  help_text: string;
}

export type SmsNumberInput = Omit<SmsNumberInfo, "id" | "version">;

export interface SmsInfo {
  connections: SmsConnectionInfo[];
  numbers: SmsNumberInfo[];
  places: { id: string; path: Names[]; leaf: boolean }[];
}

export interface QueueInfo {
  id: string;
  names: Names;
  path: Names[];
  channels: string[];
  agents: number;
  available: number;
}

/** A setting's value as it is stored and sent. */
export type SettingValue = string | number | boolean | null | SettingValue[] | { [member: string]: SettingValue };

/** A setting in effect. */
export interface SettingInfo {
  value: SettingValue;
  /** The id of the node that sets it, or `global`. */
  source: string;
  own: boolean;
  /** What it would be if it were not set here. */
  inherited: SettingValue;
  inherited_from: string;
}

/** Section to field to value. */
export type SettingsInfo = Record<string, Record<string, SettingInfo>>;

export interface QueueAssignment {
  /** Empty for all languages. */
  language: string;
  users: string[];
  teams: string[];
}

export interface QueueDetails {
  id: string;
  channel: string;
  leaf: boolean;
  version: number;
  names: Record<string, string>;
  hidden: boolean;
  path: { id: string; names: Record<string, string> }[];
  assignments: QueueAssignment[];
  settings: SettingsInfo;
}

export interface QueueGlobals {
  version: number;
  settings: SettingsInfo;
}

export interface SettingDescription {
  name: string;
  kind: "choice" | "switch" | "whole" | "number" | "text" | "list" | "records" | "queue";
  choices: string[];
  least: number | null;
  most: number | null;
  unit: string;
  /** Of the records in a list. */
  members: SettingDescription[];
}

/** What the queue pages need beside the trees. */
export interface QueueForms {
  sections: { name: string; fields: SettingDescription[] }[];
  agents: { id: string; name: string; languages: string[] }[];
  teams: { id: string; name: string }[];
  /** Those that a user has or a queue asks for. */
  skills: string[];
}

export type SettingsChange = Record<string, Record<string, SettingValue | null>>;

export interface QueueChange {
  version: number;
  names: Record<string, string>;
  hidden: boolean;
  settings: SettingsChange;
  assignments: { language: string | null; users: string[]; teams: string[] }[];
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
  version: number;
  names: Names;
  colour: StatusColour;
  /** Nothing is offered in it. */
  away: boolean;
}

export type CustomStatusInput = Omit<CustomStatus, "id" | "version">;

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

export interface Disposition {
  id: string;
  version: number;
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
  version: number;
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

/** An agent's stretch on something that is over. */
export interface PastHandling {
  agent: Person;
  disposition: string | null;
  /** Null where there is none of that id (any more). */
  disposition_names: Names | null;
  notes: string;
}

interface Past {
  id: string;
  medium: "phone" | "web" | "sms";
  direction: "inbound" | "outbound";
  language: string;
  queue: QueueRef | null;
  agent: Person | null;
  started_at: Timestamp;
  answered_at: Timestamp | null;
  ended_at: Timestamp | null;
  end_reason: string | null;
  /** Whether this user may read its details. */
  opens: boolean;
  handlings: PastHandling[];
}

/** A call or chat of a consumer that is over. */
export type PastInteraction = Past & ({ channel: "call"; state: CallRow["state"] } | { channel: "chat"; state: ChatRow["state"] });

export interface TranscriptMessage {
  seq: number;
  at: Timestamp;
  sender: "consumer" | "agent" | "system";
  sender_name: string;
  body: MessageBody;
}

/** A chat's transcript for programs. */
export interface Transcript {
  ended_at?: Timestamp | null;
  end_reason?: string | null;
  messages: TranscriptMessage[];
}

/** One choice of a consumer's menu: a level with entries, or a queue with channels. */
export interface MenuEntry {
  id: string;
  names: Names;
  channels: string[];
  entries: MenuEntry[];
}

export interface FiguresOfRow extends Figures {
  id: string;
  /** By queue; null for one that was deleted. */
  queue?: QueueRef | null;
  /** By agent. */
  name?: string | null;
  /** By interval: when it begins, in the centre's time. */
  at?: string | null;
  occupancy?: number | null;
  busy_s?: number | null;
  idle_s?: Record<string, number> | null;
}

/** The figures of whole days. */
export interface FiguresAnswer {
  from: string;
  to: string;
  zone: string;
  by: string;
  interval: string;
  channel: string | null;
  goals: Goals;
  total: Figures;
  rows: FiguresOfRow[];
}

export interface FiguresQuestion {
  from: string;
  to: string;
  by: "queue" | "agent" | "interval";
  channel?: "call" | "chat";
  queue?: string;
}

export interface ConsumerConfig {
  name: string;
  languages: string[];
  queues: { id: string; names: Names; path: Names[]; channels: string[] }[];
  menu: MenuEntry[];
  attachments: { max_bytes: number; types: string[] };
  /** Where it is closed now; everything else is open. */
  closed: ClosedQueue[];
}

export interface ClosedQueue {
  queue: string;
  channel: string;
  language: string;
  opens_at: Timestamp | null;
  zone: string;
  /** What a holiday has to say, and on pages where to write instead; empty otherwise. */
  message: string;
  /** What is offered instead; for apps. */
  options?: InsteadOption[];
}

/** What is offered in the place of a closed queue. */
export interface InsteadOption {
  kind: string;
  email: string;
  number: string;
  /** Where the consumer goes instead; it is open. */
  queue: string;
}

export interface ConsumerSession {
  token: string;
  consumer: { id: string; name: string };
  expires_at: Timestamp;
}
