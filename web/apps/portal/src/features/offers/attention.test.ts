import { FakeClock } from "@madoguchi/client/testing";
import type { OfferRow } from "@madoguchi/protocol";
import { describe, expect, it, vi } from "vitest";
import { OfferNotes, TitleFlash, type DesktopNote } from "./attention.ts";

const offer = (id: string): OfferRow => ({ id, kind: "offer" }) as OfferRow;
const texts = (): { title: string; body: string } => ({ title: "t", body: "b" });

describe("title", () => {
  it("alternates once a second while something rings, counts, and comes to rest", () => {
    const clock = new FakeClock();
    const shown: string[] = [];
    const flash = new TitleFlash(clock, (title) => void shown.push(title));
    flash.follow({ page: "Desk", count: 2, calling: "☎ Ana" });
    clock.pass(2_000);
    expect(shown).toEqual(["(2) ☎ Ana", "(2) Desk", "(2) ☎ Ana"]);
    flash.follow({ page: "Desk", count: 0, calling: "" });
    clock.pass(5_000);
    expect(shown.at(-1)).toBe("Desk");
    expect(shown).toHaveLength(4);
  });
});

describe("desktop notifications", () => {
  it("stand as long as their offers, one each, and never show what the consumer wrote", () => {
    const notes: (DesktopNote & { tag: string; closed: boolean })[] = [];
    const show = vi.fn((_title: string, options: NotificationOptions): DesktopNote => {
      const note = { tag: options.tag ?? "", closed: false, onclick: null, close: () => void (note.closed = true) };
      notes.push(note);
      return note;
    });
    const clicked = vi.fn();
    const all = new OfferNotes(show, clicked);
    all.follow([offer("1"), offer("2")], texts);
    all.follow([offer("2")], texts);
    expect(notes.map((note) => [note.tag, note.closed])).toEqual([
      ["offer-1", true],
      ["offer-2", false],
    ]);
    notes[1]?.onclick?.(new Event("click"));
    expect(clicked).toHaveBeenCalledTimes(1);
    expect(show.mock.calls[0]?.[1]).toMatchObject({ silent: true, requireInteraction: true });
  });
});
