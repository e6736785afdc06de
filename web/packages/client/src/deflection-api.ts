import type {
  CallDeflection,
  CallDeflectionInput,
  ChatDeflection,
  ChatDeflectionInput,
  Deflection,
  DeflectionPreview,
  QueueDeflection,
  QueueDeflectionInput,
  TransferQueues,
} from "@madoguchi/protocol";
import type { Http } from "./http.ts";

const part = encodeURIComponent;

/** What is offered after hours, and where agents may transfer to. */
export class DeflectionApi {
  readonly http: Http;

  constructor(http: Http) {
    this.http = http;
  }

  all = (): Promise<Deflection> => this.http.get("/settings/deflection");
  saveCalls = (body: CallDeflectionInput): Promise<CallDeflection> => this.http.put("/settings/deflection/calls", body);
  saveChats = (body: ChatDeflectionInput): Promise<ChatDeflection> => this.http.put("/settings/deflection/chats", body);
  saveQueue = (queue: string, body: QueueDeflectionInput): Promise<QueueDeflection> =>
    this.http.put(`/settings/deflection/queues/${part(queue)}`, body);
  preview = (queue: string, service: "call" | "chat", language: string, at: string | null): Promise<DeflectionPreview> =>
    this.http.get(
      `/settings/deflection/preview?queue=${part(queue)}&service=${service}&language=${part(language)}${at === null ? "" : `&at=${part(at)}`}`,
    );
  transferQueues = (service: "call" | "chat", language: string): Promise<TransferQueues> =>
    this.http.get(`/desk/transfer-queues?service=${service}&language=${part(language)}`);
}
