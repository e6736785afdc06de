import type {
  Accepted,
  CallDetails,
  CannedReply,
  Colleague,
  CompletedCallRow,
  CompletedChatRow,
  ConsumerConfig,
  ConsumerSession,
  CustomStatus,
  CustomStatusInput,
  FiguresAnswer,
  FiguresQuestion,
  Goals,
  Anomaly,
  DoctorSettings,
  EmbeddingInfo,
  Disposition,
  Dispositions,
  MediaAnswer,
  MenuChannel,
  MonitorAnswer,
  MonitoringMode,
  Names,
  Page,
  PastInteraction,
  QueueChange,
  QueueDetails,
  QueueForms,
  QueueGlobals,
  QueueInfo,
  Routing,
  SessionInfo,
  SettingsChange,
  SmsConnectionInput,
  SmsInfo,
  SmsNumberInput,
  Transcript,
} from "@madoguchi/protocol";
import type { Http, Upload } from "./http.ts";

export type TransferTarget = { queue: string } | { agent: string };
export type DispositionInput = Omit<Disposition, "id" | "version" | "names"> & { names: Names };
export type ReplyInput = Omit<CannedReply, "id" | "version">;
export type CallTarget = TransferTarget | { number: string };

const part = encodeURIComponent;

/** What a page of the portal can ask of the server. */
export class PortalApi {
  readonly http: Http;

  constructor(http: Http) {
    this.http = http;
  }

  session = (): Promise<SessionInfo> => this.http.get("/session");
  signIn = (email: string, password: string, code = "", embedded = false): Promise<SessionInfo | undefined> =>
    this.http.post("/session", { email, password, ...(code === "" ? {} : { code }), ...(embedded ? { embedded } : {}) });
  signOut = (): Promise<void> => this.http.delete("/session");
  embedding = (): Promise<EmbeddingInfo> => this.http.get("/settings/embedding");
  saveEmbedding = (version: number, origins: readonly string[]): Promise<EmbeddingInfo> =>
    this.http.put("/settings/embedding", { version, origins });
  sms = (): Promise<SmsInfo> => this.http.get("/settings/sms");
  addSmsConnection = (connection: SmsConnectionInput): Promise<{ id: string }> => this.http.post("/settings/sms/connections", connection);
  saveSmsConnection = (id: string, connection: SmsConnectionInput & { version: number }): Promise<void> =>
    this.http.put(`/settings/sms/connections/${part(id)}`, connection);
  removeSmsConnection = (id: string): Promise<void> => this.http.delete(`/settings/sms/connections/${part(id)}`);
  addSmsNumber = (number: SmsNumberInput): Promise<{ id: string }> => this.http.post("/settings/sms/numbers", number);
  saveSmsNumber = (id: string, number: SmsNumberInput & { version: number }): Promise<void> =>
    this.http.put(`/settings/sms/numbers/${part(id)}`, number);
  removeSmsNumber = (id: string): Promise<void> => this.http.delete(`/settings/sms/numbers/${part(id)}`);
  anomalies = (): Promise<{ anomalies: Anomaly[] }> => this.http.get("/doctor");
  heal = (anomaly: string): Promise<void> => this.http.post("/doctor/heal", { anomaly });
  doctorSettings = (): Promise<DoctorSettings> => this.http.get("/doctor/settings");
  saveDoctorSettings = (version: number, stuck_min: number, no_media_s: number): Promise<DoctorSettings> =>
    this.http.put("/doctor/settings", { version, stuck_min, no_media_s });
  queues = (): Promise<{ queues: QueueInfo[] }> => this.http.get("/queues");
  queueForms = (): Promise<QueueForms> => this.http.get("/settings/queues");
  queueDetails = (queue: string): Promise<QueueDetails> => this.http.get(`/settings/queues/${part(queue)}`);
  queueGlobals = (): Promise<QueueGlobals> => this.http.get("/settings/queues/global");
  addQueue = (channel: MenuChannel, parent: string | null, names: Record<string, string>): Promise<{ queues: string[] }> =>
    this.http.post("/settings/queues", { channel, parent, names });
  editQueue = (queue: string, change: QueueChange): Promise<QueueDetails> =>
    this.http.put(`/settings/queues/${part(queue)}`, change);
  editQueueGlobals = (version: number, settings: SettingsChange): Promise<QueueGlobals> =>
    this.http.put("/settings/queues/global", { version, settings });
  moveQueue = (queue: string, to: { direction: "up" | "down" } | { into: string | null }): Promise<void> =>
    this.http.post(`/settings/queues/${part(queue)}/move`, to);
  copyQueues = (
    source: { queue: string } | { tree: MenuChannel },
    channel: MenuChannel,
    parent: string | null,
  ): Promise<{ queues: string[] }> => this.http.post("/settings/queues/copies", { ...source, channel, parent });
  deleteQueue = (queue: string, confirmed: boolean): Promise<void> =>
    this.http.delete(`/settings/queues/${part(queue)}?confirmed=${String(confirmed)}`);
  colleagues = (): Promise<{ agents: Colleague[] }> => this.http.get("/colleagues");

  /** `status` is a built-in one's word, or the id of one of the organisation's own. */
  setPresence = (status: string, when: "now" | "next" = "now"): Promise<void> =>
    this.http.put("/desk/presence", { status, when });
  accept = (offer: string): Promise<Accepted> => this.http.post(`/offers/${part(offer)}/accept`);
  decline = (offer: string): Promise<void> => this.http.post(`/offers/${part(offer)}/decline`);

  connectCall = (call: string, offer: string): Promise<MediaAnswer> =>
    this.http.post(`/calls/${part(call)}/media`, { offer });
  hold = (call: string, on: boolean): Promise<void> => this.http.post(`/calls/${part(call)}/hold`, { on });
  mute = (call: string, on: boolean): Promise<void> => this.http.post(`/calls/${part(call)}/mute`, { on });
  digits = (call: string, digits: string): Promise<void> => this.http.post(`/calls/${part(call)}/digits`, { digits });
  pauseRecording = (call: string, paused: boolean): Promise<void> =>
    this.http.post(`/calls/${part(call)}/recording`, { paused });
  transferCall = (call: string, target: CallTarget): Promise<void> =>
    this.http.post(`/calls/${part(call)}/transfer`, target);
  hangUp = (call: string): Promise<void> => this.http.post(`/calls/${part(call)}/hang-up`);

  dial = (number: string, queue: string | null): Promise<{ call: string }> => this.http.post("/calls", { number, queue });
  consult = (call: string, target: CallTarget, isPrivate: boolean, note: string): Promise<void> =>
    this.http.post(`/calls/${part(call)}/consult`, { ...target, private: isPrivate, note });
  consultStep = (call: string, step: "swap" | "join" | "complete" | "cancel"): Promise<void> =>
    this.http.post(`/calls/${part(call)}/consult/${step}`);
  holdParty = (call: string, party: string, on: boolean): Promise<void> =>
    this.http.post(`/calls/${part(call)}/parties/${part(party)}/hold`, { on });
  muteParty = (call: string, party: string, on: boolean): Promise<void> =>
    this.http.post(`/calls/${part(call)}/parties/${part(party)}/mute`, { on });
  removeParty = (call: string, party: string): Promise<void> =>
    this.http.post(`/calls/${part(call)}/parties/${part(party)}/remove`);

  transferChat = (chat: string, target: TransferTarget): Promise<void> =>
    this.http.post(`/chats/${part(chat)}/transfer`, target);
  endChat = (chat: string): Promise<void> => this.http.post(`/chats/${part(chat)}/end`);
  attach = (chat: string, file: File, clientId: string, progress: (part: number) => void): Upload =>
    this.http.upload(`/chats/${part(chat)}/attachments`, attachmentForm(file, clientId), progress);
  attachmentUrl = (attachment: string): string => this.http.url(`/attachments/${part(attachment)}`);
  transcriptUrl = (chat: string, format: "txt" | "json"): string =>
    this.http.url(`/chats/${part(chat)}/transcript?format=${format}`);
  transcript = (chat: string): Promise<Transcript> =>
    this.http.get(`/chats/${part(chat)}/transcript?format=json`);

  finish = (handling: string, disposition: string | null, notes: string | null): Promise<void> =>
    this.http.post(`/handlings/${part(handling)}/finish`, { disposition, notes });
  draft = (handling: string, disposition: string, notes: string): Promise<void> =>
    this.http.put(`/handlings/${part(handling)}/draft`, { disposition, notes });
  dispositions = (): Promise<Dispositions> => this.http.get("/dispositions");
  addDisposition = (one: DispositionInput): Promise<{ id: string }> => this.http.post("/dispositions", one);
  saveDisposition = (id: string, one: DispositionInput & { version: number }): Promise<void> =>
    this.http.put(`/dispositions/${part(id)}`, one);
  removeDisposition = (id: string): Promise<void> => this.http.delete(`/dispositions/${part(id)}`);
  orderDispositions = (dispositions: string[]): Promise<void> => this.http.put("/dispositions/order", { dispositions });
  setDispositionRequired = (required: boolean): Promise<void> => this.http.put("/settings/wrap-up", { required });
  replies = (): Promise<{ replies: CannedReply[] }> => this.http.get("/replies");
  addReply = (one: ReplyInput): Promise<{ id: string }> => this.http.post("/replies", one);
  saveReply = (id: string, one: ReplyInput & { version: number }): Promise<void> =>
    this.http.put(`/replies/${part(id)}`, one);
  removeReply = (id: string): Promise<void> => this.http.delete(`/replies/${part(id)}`);
  extend = (handling: string): Promise<void> => this.http.post(`/handlings/${part(handling)}/extend`);

  monitor = (call: string, offer: string): Promise<MonitorAnswer> =>
    this.http.post(`/calls/${part(call)}/monitor`, { offer });
  connectMonitoring = (monitoring: string, offer: string): Promise<MediaAnswer> =>
    this.http.post(`/monitorings/${part(monitoring)}/media`, { offer });
  /** Listens, whispers to the agent, or speaks to all, on the connection that there is. */
  switchMonitoring = (monitoring: string, mode: MonitoringMode): Promise<void> =>
    this.http.put(`/monitorings/${part(monitoring)}/mode`, { mode });
  /** Makes the caller the call's agent, on the connection that there is. */
  takeOver = (monitoring: string): Promise<{ call: string }> => this.http.post(`/monitorings/${part(monitoring)}/take-over`);
  stopMonitoring = (monitoring: string): Promise<void> => this.http.delete(`/monitorings/${part(monitoring)}`);
  endCall = (call: string): Promise<void> => this.http.post(`/calls/${part(call)}/end`);
  /** Writes a line that only the chat's agent and other supervisors see. */
  whisper = (chat: string, line: { client_id: string; text: string }): Promise<void> =>
    this.http.post(`/chats/${part(chat)}/whispers`, line);
  joinChat = (chat: string): Promise<void> => this.http.put(`/chats/${part(chat)}/barge`);
  leaveChat = (chat: string): Promise<void> => this.http.delete(`/chats/${part(chat)}/barge`);
  takeOverChat = (chat: string): Promise<void> => this.http.post(`/chats/${part(chat)}/take-over`);
  endStuckChat = (chat: string): Promise<void> => this.http.post(`/chats/${part(chat)}/end-stuck`);
  setAgentPresence = (user: string, status: string): Promise<void> => this.http.put(`/agents/${part(user)}/presence`, { status });
  statuses = (): Promise<{ statuses: CustomStatus[] }> => this.http.get("/agent-statuses");
  makeStatus = (status: CustomStatusInput): Promise<CustomStatus> => this.http.post("/agent-statuses", status);
  changeStatus = (id: string, status: CustomStatusInput & { version: number }): Promise<CustomStatus> =>
    this.http.put(`/agent-statuses/${part(id)}`, status);
  removeStatus = (id: string): Promise<void> => this.http.delete(`/agent-statuses/${part(id)}`);
  routing = (kind: "call" | "chat", id: string, signal?: AbortSignal): Promise<Routing> =>
    this.http.get(`/${kind}s/${part(id)}/routing`, signal);

  call = (call: string, signal?: AbortSignal): Promise<CallDetails> => this.http.get(`/calls/${part(call)}`, signal);
  completedCalls = (before?: string): Promise<Page<CompletedCallRow>> =>
    this.http.get(`/completed/calls?limit=50${before === undefined ? "" : `&before=${part(before)}`}`);
  completedChats = (before?: string): Promise<Page<CompletedChatRow>> =>
    this.http.get(`/completed/chats?limit=50${before === undefined ? "" : `&before=${part(before)}`}`);
  consumerInteractions = (consumer: string, before?: string, signal?: AbortSignal): Promise<Page<PastInteraction>> =>
    this.http.get(`/consumers/${part(consumer)}/interactions${before === undefined ? "" : `?before=${part(before)}`}`, signal);
  metadataUrl = (channel: "call" | "chat", id: string): string => this.http.url(`/${channel}s/${part(id)}/metadata`);
  figures = (question: FiguresQuestion, signal?: AbortSignal): Promise<FiguresAnswer> =>
    this.http.get(`/figures?${new URLSearchParams({ ...question }).toString()}`, signal);
  figuresUrl = (question: FiguresQuestion, language: string): string =>
    this.http.url(`/figures/export?${new URLSearchParams({ ...question, language }).toString()}`);
  setGoals = (goals: Goals): Promise<void> => this.http.put("/figures/goals", goals);
  recordingUrl = (recording: string): string => this.http.url(`/recordings/${part(recording)}/audio`);
}

/** What the consumer's widget can ask of the server. */
export class ConsumerApi {
  readonly http: Http;

  constructor(http: Http) {
    this.http = http;
  }

  config = (): Promise<ConsumerConfig> => this.http.get("/consumer/config");
  openSession = (resume: string | undefined, language: string): Promise<ConsumerSession> =>
    this.http.post("/consumer/sessions", { ...(resume === undefined ? {} : { resume }), language });
  startChat = (queue: string, language: string, text?: string): Promise<{ chat: string }> =>
    this.http.post("/consumer/chats", { queue, language, ...(text === undefined ? {} : { text }) });
  endChat = (chat: string): Promise<void> => this.http.post(`/consumer/chats/${part(chat)}/end`);
  attach = (chat: string, file: File, clientId: string, progress: (part: number) => void): Upload =>
    this.http.upload(`/consumer/chats/${part(chat)}/attachments`, attachmentForm(file, clientId), progress);
  attachmentUrl = (attachment: string): string => this.http.url(`/attachments/${part(attachment)}`);
  transcriptUrl = (chat: string, format: "txt" | "json"): string =>
    this.http.url(`/consumer/chats/${part(chat)}/transcript?format=${format}`);
  startCall = (queue: string, language: string, offer: string): Promise<{ call: string } & MediaAnswer> =>
    this.http.post("/consumer/calls", { queue, language, offer });
  connectCall = (call: string, offer: string): Promise<MediaAnswer> =>
    this.http.post(`/consumer/calls/${part(call)}/media`, { offer });
  hangUp = (call: string): Promise<void> => this.http.post(`/consumer/calls/${part(call)}/hang-up`);
  digits = (call: string, digits: string): Promise<void> =>
    this.http.post(`/consumer/calls/${part(call)}/digits`, { digits });
}

function attachmentForm(file: File, clientId: string): FormData {
  const form = new FormData();
  form.set("client_id", clientId);
  form.set("file", file, file.name);
  return form;
}
