/** The realtime socket's frames, views, rows and commands: docs/protocol/realtime.md in types. */

/** RFC 3339 in UTC. */
export type Timestamp = string;
export type Language = string;

export interface Names {
  en: string;
  ja: string;
}

export interface Person {
  id: string;
  name: string;
}

export interface ConsumerRef {
  id: string;
  name: string;
  phone?: string | null;
  anonymous: boolean;
}

export interface QueueRef {
  id: string;
  names: Names;
  /** Outermost menu first; ends with the queue. */
  path: Names[];
}

export interface TransferRecord {
  at: Timestamp;
  from: Person | null;
  to_queue: QueueRef | null;
  to_agent: Person | null;
  to_number?: string | null;
  /** The agent spoke to the other side first. */
  warm?: boolean;
}

export interface Participant {
  party: string;
  /** `barge`: a supervisor whom all hear. */
  role: "consumer" | "agent" | "third_party" | "barge";
  name: string;
  since: Timestamp;
  connected: boolean;
  on_hold?: boolean;
  muted?: boolean;
  number?: string | null;
}

export type CallState = "in_menu" | "queued" | "offered" | "dialling" | "talking" | "ended" | "abandoned" | "failed";
export type RecordingStatus = "off" | "recording" | "paused" | "stopped";
export type Medium = "phone" | "web";
export type OfferMedium = Medium | "sms";
export type Channel = "call" | "chat";

export interface CallRow {
  id: string;
  kind: "call";
  state: CallState;
  medium: Medium;
  /** `outbound`: an agent called the consumer. */
  direction?: "inbound" | "outbound";
  /** The consumer called an agent's own number. */
  direct?: boolean;
  /** The support number that the consumer dialled. */
  called?: string | null;
  language: Language;
  consumer: ConsumerRef;
  queue: QueueRef | null;
  /** Of the queue: 1 (first) to 8. */
  priority?: number | null;
  agent: Person | null;
  offered_to: Person[];
  position?: number | null;
  /** How long he will probably wait, in minutes. */
  wait_min?: number | null;
  started_at: Timestamp;
  queued_at?: Timestamp | null;
  answered_at?: Timestamp | null;
  ended_at?: Timestamp | null;
  on_hold: boolean;
  recording: RecordingStatus;
  /** What the consumer said to being recorded. */
  recording_permission?: "not_asked" | "granted" | "denied";
  transfers: TransferRecord[];
  participants: Participant[];
  /** Only in the view `calls`; never on a desk or at a consumer's. */
  monitors?: Supervisor[];
  end_reason?: string | null;
}

export type ChatState =
  | "queued"
  | "offered"
  | "chatting"
  | "dormant"
  | "finished"
  | "abandoned"
  | "dismissed"
  | "failed";

export type ChatSide = "consumer" | "agent";

/** A line that only a chat's agent and supervisors see. */
export interface WhisperRow {
  id: string;
  kind: "whisper";
  at: Timestamp;
  sender: Person;
  client_id: string;
  text: string;
}

export interface ChatRow {
  id: string;
  kind: "chat";
  /** Older servers do not tell, and know nothing but pages. */
  medium?: "web" | "sms";
  state: ChatState;
  language: Language;
  consumer: ConsumerRef;
  queue: QueueRef;
  agent: Person | null;
  offered_to: Person[];
  position?: number | null;
  /** How long he will probably wait, in minutes. */
  wait_min?: number | null;
  started_at: Timestamp;
  queued_at?: Timestamp | null;
  answered_at?: Timestamp | null;
  ended_at?: Timestamp | null;
  /** The consumer's oldest unanswered line. */
  waiting_since?: Timestamp | null;
  last_message: { at: Timestamp; sender: MessageSender; text: string } | null;
  transfers: TransferRecord[];
  typing: Record<ChatSide, boolean>;
  /** Highest message number that side has received. */
  delivered: Record<ChatSide, number>;
  /** Highest message number that side has seen. */
  read: Record<ChatSide, number>;
  /** Only in the view `chats`. */
  monitors?: Person[];
  end_reason?: string | null;
  /** Supervisors who have joined and write. */
  guests?: Person[];
}

export type MessageSender = "consumer" | "agent" | "system";

export interface TextBody {
  type: "text";
  text: string;
}

export interface AttachmentBody {
  type: "attachment";
  attachment: string;
  name: string;
  media_type: string;
  size: number;
  width: number | null;
  height: number | null;
}

export interface EventBody {
  type: "event";
  event: "agent_joined" | "agent_left" | "transferred" | "ended" | "not_delivered";
  name?: string | null;
  /** Of `not_delivered`: the number of the line. */
  line?: number;
  /** Of `not_delivered`: the carrier's word for why. */
  reason?: string;
}

export type MessageBody = TextBody | AttachmentBody | EventBody;

export interface MessageRow {
  id: string;
  kind: "message";
  seq: number;
  at: Timestamp;
  sender: MessageSender;
  sender_id: string;
  sender_name: string;
  client_id: string | null;
  body: MessageBody;
}

export type PresenceStatus =
  | "signed_out"
  | "available"
  | "unavailable"
  | "break"
  | "meal"
  | "special_task"
  | "custom"
  | "missed_call"
  | "missed_chat"
  | "unresponsive";

export type StatusColour = "green" | "blue" | "violet" | "amber" | "red" | "grey";

/** Which one, where the status is `custom`: one of the organisation's own. */
export interface CustomStatusRef {
  id: string;
  names: Names;
  colour: StatusColour;
}

export interface PresenceRow {
  id: "presence";
  kind: "presence";
  status: PresenceStatus;
  custom?: CustomStatusRef | null;
  since: Timestamp;
  next_status?: PresenceStatus | null;
  next_custom?: CustomStatusRef | null;
  calls: number;
  chats: number;
  chat_limit: number;
}

export type ConsultState = "ringing" | "consulting" | "three_way" | "handing_over";
export type ConsultOutcome =
  | "busy"
  | "declined"
  | "no_answer"
  | "unreachable"
  | "hung_up"
  | "media_lost";

/** Somebody is asked into a call. */
export interface ConsultInfo {
  id: string;
  by: Person;
  target: "queue" | "agent" | "number";
  name: string;
  private: boolean;
  state: ConsultState;
  party: string | null;
  note: string;
  began_at: Timestamp;
}

export interface ConsultFailure {
  name: string;
  outcome: ConsultOutcome;
  at: Timestamp;
}

export interface OfferRow {
  id: string;
  kind: "offer";
  offer: string;
  interaction: string;
  channel: Channel;
  medium: OfferMedium;
  consumer: ConsumerRef;
  /** None for a call that came from no queue. */
  queue: QueueRef | null;
  /** The consumer called the agent's own number. */
  direct?: boolean;
  /** A colleague asks for help. */
  consult?: ConsultInfo | null;
  language: Language;
  queued_at: Timestamp;
  offered_at: Timestamp;
  expires_at: Timestamp;
  /** The page takes it after a moment, without a click. */
  auto_answer?: boolean;
}

export type MyMedia = "none" | "connecting" | "connected" | "lost";

export interface DeskCallRow extends Omit<CallRow, "monitors"> {
  handling: string;
  my_media: MyMedia;
  muted: boolean;
  /** `third_party`: a colleague has asked him into the call. */
  part?: "agent" | "third_party";
  /** Supervisors whom only the agent hears. */
  coaches?: Person[];
  consult?: ConsultInfo | null;
  consult_failure?: ConsultFailure | null;
}

export interface DeskChatRow extends Omit<ChatRow, "monitors"> {
  handling: string;
  unread: number;
}

export interface WrapUpRow {
  id: string;
  kind: "wrap_up";
  handling: string;
  interaction: string;
  channel: Channel;
  consumer: ConsumerRef;
  queue: QueueRef | null;
  started_at: Timestamp;
  ends_at: Timestamp | null;
  /** What was chosen and written so far. */
  disposition?: string;
  notes?: string;
  /** A supervisor has ended the call or chat. */
  dismissed?: boolean;
}

export type DeskRow = PresenceRow | OfferRow | DeskCallRow | DeskChatRow | WrapUpRow;

export interface InteractionRef {
  id: string;
  consumer: ConsumerRef;
  queue: QueueRef | null;
}

export type Occupancy = "idle" | "offered" | "in_call" | "in_chat" | "wrap_up";

export interface AgentRow {
  id: string;
  kind: "agent";
  name: string;
  email: string;
  status: PresenceStatus;
  custom?: CustomStatusRef | null;
  since: Timestamp;
  next_status?: PresenceStatus | null;
  next_custom?: CustomStatusRef | null;
  calls: InteractionRef[];
  chats: InteractionRef[];
  chat_limit: number;
  languages: Language[];
  /** Skill to level, 1 to 5. */
  skills?: Record<string, number>;
  occupancy: Occupancy;
  occupied_since?: Timestamp | null;
  calls_today: number;
  chats_today: number;
  /** Offers that he let lapse. */
  missed_today?: number;
  /** Of today's handlings, from taking them to their closing, in seconds; null where there is none. */
  aht_s?: number | null;
  wrap_up_s?: number | null;
  last_offered_at?: Timestamp | null;
  last_ended_at?: Timestamp | null;
  /** Since when his consumer is on hold. */
  held_since?: Timestamp | null;
  /** Those that he is a member of; `name` is the path. */
  teams?: { id: string; name: string }[];
  queues: QueueRef[];
}

/** Counts over a time; parts are 0 to 1, lengths are seconds; null where there is nothing to divide by. */
export interface Figures {
  offered: number;
  answered: number;
  abandoned: number;
  short_abandoned: number;
  service_level: number | null;
  abandon_rate: number | null;
  asa_s: number | null;
  longest_wait_s: number;
  handled: number;
  aht_s: number | null;
  talk_s: number | null;
  hold_s: number | null;
  wrap_up_s: number | null;
  transfers: number;
}

export interface Goals {
  answer_s: number;
  service_level: number;
  short_abandon_s: number;
  version: number;
}

/** How one channel of a queue stands now. */
export interface LiveFigures {
  waiting: number;
  longest_since?: Timestamp | null;
  working: number;
}

export interface FiguresRow {
  /** A queue's id, or `all`. */
  id: string;
  kind: "figures";
  queue: QueueRef | null;
  call: LiveFigures;
  chat: LiveFigures;
  agents: { assigned: number; signed_in: number; available: number };
  /** The centre's date. */
  day: string;
  today: Record<Channel | "all", Figures>;
  goals: Goals;
}

/** What a queue has had; lengths are seconds, null where there was nothing. */
export interface QueueSums {
  offered: number;
  connected: number;
  abandoned: number;
  handle_s: number | null;
  longest_handle_s: number | null;
  wait_s: number | null;
  longest_wait_s: number | null;
  hold_s: number | null;
  longest_hold_s: number | null;
}

/** How a queue stands now, and what the last 24 hours have brought it. */
export interface LiveQueueRow {
  id: string;
  kind: "queue";
  queue: QueueRef;
  channels: MenuChannel[];
  policy: "deltacast" | "multicast";
  spread: "all" | "cascade" | "percent";
  /** 1 (first) to 8. */
  priority: number;
  /** Busy: with work, a wrap-up or a ring. */
  agents: { assigned: number; signed_in: number; busy: number; available: number };
  call: LiveFigures;
  chat: LiveFigures;
  last: Record<Channel | "all", QueueSums>;
}

/** What a supervisor does in a call: he is heard by nobody, by its agent alone, by all. */
export type MonitoringMode = "listen" | "whisper" | "barge";

export interface Supervisor extends Person {
  mode: MonitoringMode;
}

export interface MonitoringRow {
  id: string;
  kind: "monitoring";
  call: string;
  consumer: ConsumerRef;
  agent: Person | null;
  mode: MonitoringMode;
  /** The agent leaves something out; supervisors hear nothing meanwhile. */
  redacted: boolean;
  since: Timestamp;
  media: "connecting" | "connected" | "lost";
}

export interface ConsumerCallRow {
  id: string;
  kind: "call";
  state: CallState;
  queue: QueueRef | null;
  agent: { name: string } | null;
  position?: number | null;
  /** How long he will probably wait, in minutes. */
  wait_min?: number | null;
  started_at: Timestamp;
  answered_at?: Timestamp | null;
  on_hold: boolean;
  my_media: MyMedia;
  end_reason?: string | null;
}

export interface ConsumerChatRow {
  id: string;
  kind: "chat";
  state: ChatState;
  queue: QueueRef;
  agent: { name: string } | null;
  started_at: Timestamp;
  position?: number | null;
  /** How long he will probably wait, in minutes. */
  wait_min?: number | null;
  unread: number;
  end_reason?: string | null;
  /** These are present in the view `chat`, where the consumer follows his own conversation. */
  language?: Language;
  typing?: Record<ChatSide, boolean>;
  delivered?: Record<ChatSide, number>;
  read?: Record<ChatSide, number>;
}

export type ConsumerRow = ConsumerCallRow | ConsumerChatRow;

/** What each view's rows are. */
export type MenuChannel = "ivr" | "mobile" | "web" | "sms";

/** A level or queue in a menu tree. */
export interface QueueNodeRow {
  id: string;
  kind: "node";
  channel: MenuChannel;
  parent: string | null;
  position: number;
  /** In the phone menu. */
  key: number | null;
  names: Names;
  leaf: boolean;
  hidden: boolean;
  /** Consumers can choose it. */
  staffed: boolean;
  agents: number;
  teams: number;
  /** How many settings it sets itself. */
  own: number;
  version: number;
}

/** What all trees have in common. */
export interface QueueGlobalRow {
  id: "global";
  kind: "global";
  own: number;
  version: number;
}

export type QueueTreeRow = QueueNodeRow | QueueGlobalRow;

export interface ViewRows {
  desk: DeskRow;
  calls: CallRow;
  chats: ChatRow;
  agents: AgentRow;
  queues: QueueTreeRow;
  queues_live: LiveQueueRow;
  figures: FiguresRow;
  monitoring: MonitoringRow;
  chat: ChatRow | ConsumerChatRow | MessageRow | WhisperRow;
  consumer: ConsumerRow;
}

/** What each view needs to know. */
export interface ViewParams {
  desk: undefined;
  calls: undefined;
  chats: undefined;
  queues: undefined;
  agents: undefined;
  queues_live: undefined;
  figures: undefined;
  monitoring: undefined;
  chat: { chat: string };
  consumer: undefined;
}

export type ViewName = keyof ViewRows;

/** What each command carries. */
export interface Commands {
  "chat.send": { data: { chat: string; client_id: string; text: string }; reply: { seq: number } };
  "chat.typing": { data: { chat: string; typing: boolean }; reply: Record<string, never> };
  "chat.delivered": { data: { chat: string; seq: number }; reply: Record<string, never> };
  "chat.read": { data: { chat: string; seq: number }; reply: Record<string, never> };
}

export type CommandName = keyof Commands;

export type ClientFrame =
  | { type: "hello"; version: 1; token?: string }
  | { type: "subscribe"; ref: string; view: ViewName; params?: Record<string, string>; cursor?: string }
  | { type: "unsubscribe"; ref: string }
  | { type: "command"; ref: string; name: CommandName; data: unknown }
  | { type: "ping" };

/** A row as the envelope knows it. */
export interface AnyRow {
  id: string;
}

export type ServerFrame =
  | { type: "welcome"; session: string; now: Timestamp; heartbeat_s: number }
  | { type: "snapshot"; ref: string; cursor: string; rows: AnyRow[] }
  | { type: "delta"; ref: string; cursor: string; put: AnyRow[]; gone: string[] }
  | { type: "reply"; ref: string; data: unknown }
  | { type: "problem"; ref?: string | null; code: string; title: string; detail: string; field?: string | null }
  | { type: "pong"; now: Timestamp };

/** Why the server closed the socket, where it matters what to do next. */
export const CLOSE = {
  /** A frame broke the protocol: repeating it would break it again. */
  protocolViolation: 4400,
  signInNeeded: 4401,
  restarting: 1012,
  tooManySockets: 1013,
} as const;
