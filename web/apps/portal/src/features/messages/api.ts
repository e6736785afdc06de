import type { Http, Upload } from "@madoguchi/client";
import type { ChangedMessage, LanguagesInfo, MessagesInfo, SaidMessage } from "@madoguchi/protocol";

/** Languages and messages, as the page asks for them. */
export class MessagesApi {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  languages = (): Promise<LanguagesInfo> => this.#http.get("/languages");
  setLanguages = (version: number, main: string, live: readonly string[]): Promise<LanguagesInfo> =>
    this.#http.put("/languages", { version, default: main, live });
  messages = (): Promise<MessagesInfo> => this.#http.get("/messages");
  setText = (said: SaidMessage, text: string): Promise<ChangedMessage> =>
    this.#http.put(path(said), { version: said.version, text });
  reset = (said: SaidMessage): Promise<ChangedMessage> => this.#http.delete(`${path(said)}?version=${said.version}`);
  upload = (said: SaidMessage, file: File, progress: (part: number) => void): Upload => {
    const form = new FormData();
    form.set("version", String(said.version));
    form.set("file", file, file.name);
    return this.#http.upload(`${path(said)}/sound`, form, progress);
  };
  /** Where the recording is; its version is in it, so that no player keeps the one before. */
  soundUrl = (said: SaidMessage): string => this.#http.url(`${path(said)}/sound?v=${said.version}`);
  /** What a caller would hear: `text`, or what holds now. */
  preview = (said: SaidMessage, text: string | null): Promise<Blob> =>
    this.#http.file("/messages/preview", { message: said.message, language: said.language, ...(text === null ? {} : { text }) });
}

function path(said: SaidMessage): string {
  return `/messages/${said.language}/${said.message}`;
}
