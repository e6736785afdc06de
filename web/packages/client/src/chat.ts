import type { ChatSide, MessageRow } from "@madoguchi/protocol";
import type { OutgoingLine } from "./outbox.ts";

/** One line of a conversation as it is drawn: a row, or a line of ours that has not come back as a row yet. */
export type TimelineLine =
  | { kind: "row"; key: string; row: MessageRow; mine: boolean; receipt: "sent" | "delivered" | "read" | null }
  | { kind: "outgoing"; key: string; line: OutgoingLine };

/** What the receipts of a chat need. */
export interface Receipts {
  delivered?: Record<ChatSide, number>;
  read?: Record<ChatSide, number>;
}

/** Merges rows and outgoing lines; nothing shows twice, because a row takes the place of the line with its `client_id`. */
export function timeline(
  rows: readonly MessageRow[],
  outgoing: readonly OutgoingLine[],
  chat: Receipts | undefined,
  side: ChatSide,
): TimelineLine[] {
  const sorted = [...rows].sort((a, b) => a.seq - b.seq);
  const other: ChatSide = side === "agent" ? "consumer" : "agent";
  const read = chat?.read?.[other] ?? 0;
  const delivered = chat?.delivered?.[other] ?? 0;
  const arrived = new Set(sorted.map((row) => row.client_id));
  const lines: TimelineLine[] = sorted.map((row) => {
    const mine = row.sender === side;
    const receipt = !mine ? null : row.seq <= read ? "read" : row.seq <= delivered ? "delivered" : "sent";
    return { kind: "row", key: row.client_id ?? row.id, row, mine, receipt };
  });
  for (const line of outgoing) {
    if (!arrived.has(line.client_id)) lines.push({ kind: "outgoing", key: line.client_id, line });
  }
  return lines;
}

/** Says `typing` to the server: at once when it starts, again every few seconds while it goes on, and when it ends. */
export class TypingSignal {
  readonly #say: (typing: boolean) => void;
  readonly #now: () => number;
  #saidAt: number | null = null;

  constructor(say: (typing: boolean) => void, now: () => number) {
    this.#say = say;
    this.#now = now;
  }

  /** Call on each change of the input. */
  input(text: string): void {
    if (text === "") {
      this.stop();
      return;
    }
    if (this.#saidAt !== null && this.#now() - this.#saidAt < 3_000) return;
    this.#saidAt = this.#now();
    this.#say(true);
  }

  /** Call when the line was sent or the input was left. */
  stop(): void {
    if (this.#saidAt === null) return;
    this.#saidAt = null;
    this.#say(false);
  }
}
