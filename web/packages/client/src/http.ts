import type { Problem } from "@madoguchi/protocol";
import { ProblemError } from "./problem.ts";

export interface HttpOptions {
  base?: string;
  /** A consumer's session token; portal pages use their cookie. */
  token?: () => string | undefined;
  fetch?: typeof globalThis.fetch;
}

export interface Upload {
  done: Promise<unknown>;
  cancel(): void;
}

/** JSON over HTTP with problems as errors. */
export class Http {
  readonly #base: string;
  readonly #token: (() => string | undefined) | undefined;
  readonly #fetch: typeof globalThis.fetch;

  constructor(options: HttpOptions = {}) {
    this.#base = options.base ?? "/api/v1";
    this.#token = options.token;
    this.#fetch = options.fetch ?? ((...request) => globalThis.fetch(...request));
  }

  url(path: string): string {
    return this.#base + path;
  }

  get<Body>(path: string, signal?: AbortSignal): Promise<Body> {
    return this.#request<Body>("GET", path, undefined, signal);
  }

  post<Body>(path: string, body?: unknown): Promise<Body> {
    return this.#request<Body>("POST", path, body);
  }

  put<Body>(path: string, body?: unknown): Promise<Body> {
    return this.#request<Body>("PUT", path, body);
  }

  delete<Body>(path: string): Promise<Body> {
    return this.#request<Body>("DELETE", path);
  }

  /** Returns the file that the server makes of `body`. */
  async file(path: string, body: unknown): Promise<Blob> {
    const response = await this.#answer("POST", path, body);
    return response.blob();
  }

  /** Sends a form with a file; `progress` gets the part sent, 0 to 1. */
  upload(path: string, form: FormData, progress: (part: number) => void): Upload {
    const request = new XMLHttpRequest();
    const done = new Promise<unknown>((resolve, reject) => {
      request.open("POST", this.url(path));
      for (const [name, value] of Object.entries(this.#headers())) request.setRequestHeader(name, value);
      request.upload.onprogress = (event) => {
        if (event.lengthComputable) progress(event.loaded / event.total);
      };
      request.onload = () => {
        const body = parsed(request.responseText);
        if (request.status >= 200 && request.status < 300) resolve(body);
        else reject(problemOf(request.status, body));
      };
      request.onerror = () => reject(new ProblemError({ code: "network" }));
      request.onabort = () => reject(new ProblemError({ code: "cancelled" }));
      request.send(form);
    });
    return { done, cancel: () => request.abort() };
  }

  /** Who relies on a cookie proves that the page is ours. A token needs no proof, and its page may be anybody's. */
  #headers(): Record<string, string> {
    if (this.#token === undefined) return { "X-Madoguchi": "1" };
    const token = this.#token();
    return token === undefined ? {} : { Authorization: `Bearer ${token}` };
  }

  async #request<Body>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Body> {
    const response = await this.#answer(method, path, body, signal);
    return parsed(await response.text()) as Body;
  }

  async #answer(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
    let response: Response;
    try {
      response = await this.#fetch(this.url(path), {
        method,
        credentials: this.#token === undefined ? "same-origin" : "omit",
        headers: { ...this.#headers(), ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      if (signal?.aborted === true) throw error;
      throw new ProblemError({ code: "network" });
    }
    if (!response.ok) throw problemOf(response.status, parsed(await response.text()));
    return response;
  }
}

function parsed(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problemOf(status: number, body: unknown): ProblemError {
  const problem = typeof body === "object" && body !== null ? (body as Partial<Problem>) : {};
  return new ProblemError({ ...problem, status, code: problem.code ?? `http_${status}` });
}
