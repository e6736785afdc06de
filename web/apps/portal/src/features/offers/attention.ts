import type { Clock } from "@madoguchi/client";
import type { OfferRow } from "@madoguchi/protocol";

/** What the page's title should say. */
export interface TitleParts {
  page: string;
  /** Unanswered things, for the number in front. */
  count: number;
  /** Said in turn with the page's own title while somebody is waiting for an answer; empty otherwise. */
  calling: string;
}

const FLASH_MS = 1_000;

/** Keeps the title right: a count in front, and turn about with the caller's name once a second while something rings. */
export class TitleFlash {
  readonly #clock: Clock;
  readonly #show: (title: string) => void;
  #parts: TitleParts = { page: "", count: 0, calling: "" };
  #turn = false;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock, show: (title: string) => void) {
    this.#clock = clock;
    this.#show = show;
  }

  follow(parts: TitleParts): void {
    this.#parts = parts;
    if (parts.calling === "") {
      this.#cancel?.();
      this.#cancel = null;
      this.#turn = false;
    } else if (this.#cancel === null) {
      this.#turn = true;
      this.#next();
    }
    this.#draw();
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #next(): void {
    this.#cancel = this.#clock.after(FLASH_MS, () => {
      this.#turn = !this.#turn;
      this.#draw();
      this.#next();
    });
  }

  #draw(): void {
    const { page, count, calling } = this.#parts;
    const text = this.#turn && calling !== "" ? calling : page;
    this.#show(count > 0 ? `(${count}) ${text}` : text);
  }
}

/** A notification on the desktop, reduced to what is needed. */
export interface DesktopNote {
  close(): void;
  onclick: ((event: Event) => void) | null;
}

export type ShowNote = (title: string, options: NotificationOptions) => DesktopNote;

/** One desktop notification per standing offer, as long as it stands. */
export class OfferNotes {
  readonly #notes = new Map<string, DesktopNote>();
  readonly #show: ShowNote;
  readonly #clicked: () => void;

  constructor(show: ShowNote, clicked: () => void) {
    this.#show = show;
    this.#clicked = clicked;
  }

  follow(offers: readonly OfferRow[], texts: (offer: OfferRow) => { title: string; body: string }): void {
    const standing = new Set(offers.map((offer) => offer.id));
    for (const [id, note] of this.#notes) {
      if (standing.has(id)) continue;
      this.#notes.delete(id);
      note.close();
    }
    for (const offer of offers) {
      if (this.#notes.has(offer.id)) continue;
      const { title, body } = texts(offer);
      // Our own tone is the sound.
      const note = this.#show(title, { body, tag: `offer-${offer.id}`, requireInteraction: true, silent: true });
      note.onclick = () => this.#clicked();
      this.#notes.set(offer.id, note);
    }
  }
}
