import { NAME, VERSION, type DeskEvent, type Wrong } from "./protocol.ts";

/** What of the browser's window is needed. */
export interface Frame {
  readonly parent: Pick<Window, "postMessage">;
  readonly location: { readonly ancestorOrigins?: ArrayLike<string> };
  readonly document: { readonly referrer: string };
}

export type Answer = { ok: true; data: Record<string, unknown> } | { ok: false; problem: Wrong };

/**
 * The page that shows this one in a frame. It is told something only when its origin is in `allowed`, and then by that
 * very origin: the browser drops the message if another page is there by now.
 */
export class Embedder {
  readonly #frame: Frame;
  readonly #allowed: readonly string[];
  #origin: string | null;

  constructor(frame: Frame, allowed: readonly string[]) {
    this.#frame = frame;
    this.#allowed = allowed;
    const around = aroundOf(frame);
    this.#origin = around !== null && allowed.includes(around) ? around : null;
  }

  /** Whether a message comes from the embedding page, and that page may give commands. */
  accepts(message: Pick<MessageEvent, "source" | "origin">): boolean {
    if (message.source !== this.#frame.parent || !this.#allowed.includes(message.origin)) return false;
    this.#origin = message.origin;
    return true;
  }

  tell(event: DeskEvent): void {
    this.#post({ event: event.event, data: event.data });
  }

  answer(id: string, answer: Answer): void {
    this.#post({ answer: id, ...answer });
  }

  #post(body: Record<string, unknown>): void {
    if (this.#origin === null) return;
    this.#frame.parent.postMessage({ from: NAME, v: VERSION, ...body }, this.#origin);
  }
}

/** The origin of the page around this one, as far as the browser tells; a page may also hide it. */
function aroundOf(frame: Frame): string | null {
  const known = frame.location.ancestorOrigins?.[0];
  if (known !== undefined) return known;
  try {
    return new URL(frame.document.referrer).origin;
  } catch {
    return null;
  }
}
