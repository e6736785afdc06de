import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Connection } from "./connection.ts";
import { FrameBatch } from "./frames.ts";
import { Outbox, type LineStorage } from "./outbox.ts";
import { FakeClock, FakeServer } from "./testing/index.ts";

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 40; turn++) await Promise.resolve();
};

class MemoryStorage implements LineStorage {
  readonly items = new Map<string, string>();
  getItem = (key: string): string | null => this.items.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.items.set(key, value);
  removeItem = (key: string): void => void this.items.delete(key);
}

async function bed(storage: LineStorage | null = null): Promise<{
  clock: FakeClock;
  server: FakeServer;
  connection: Connection;
  outbox: Outbox;
}> {
  const clock = new FakeClock();
  const server = new FakeServer();
  const connection = new Connection({
    open: server.open,
    clock,
    random: () => 0.5,
    batch: new FrameBatch(() => undefined),
  });
  connection.start();
  await settle();
  let ids = 0;
  const outbox = new Outbox(connection, { newId: () => `id${++ids}`, clock, random: () => 0.5, storage });
  return { clock, server, connection, outbox };
}

describe("outbox", () => {
  it("sends lines of a chat in order and marks them sent", async () => {
    const { server, outbox } = await bed();
    outbox.send("c", "one");
    outbox.send("c", "two");
    await settle();
    expect(server.lines.map((line) => line.text)).toEqual(["one", "two"]);
    expect(outbox.lines.get().map((line) => line.state)).toEqual(["sent", "sent"]);
    outbox.forget(["id1", "id2"]);
    expect(outbox.lines.get()).toEqual([]);
  });

  it("sends a line again under its id when the answer was lost", async () => {
    const { server, outbox, clock } = await bed();
    server.answering = false;
    outbox.send("c", "one");
    await settle();
    // The server stored the line, but the answer never came.
    server.lines.push({ chat: "c", client_id: "id1", text: "one" });
    server.last.drop();
    server.answering = true;
    clock.pass(9_000);
    await settle();
    expect(server.lines).toHaveLength(1);
    expect(outbox.lines.get()[0]?.state).toBe("sent");
  });

  it("keeps lines written while there is no connection", async () => {
    const { server, outbox, clock } = await bed();
    server.last.drop();
    outbox.send("c", "later");
    expect(outbox.lines.get()[0]?.state).toBe("sending");
    clock.pass(9_000);
    await settle();
    expect(server.lines.map((line) => line.text)).toEqual(["later"]);
  });

  it("says what was wrong with a refused line and can try it again", async () => {
    const { server, outbox } = await bed();
    server.refuse = () => ({ code: "conflict", title: "The chat is over.", detail: "" });
    outbox.send("c", "one");
    outbox.send("other", "two");
    await settle();
    expect(outbox.lines.get().map((line) => [line.state, line.problem?.code])).toEqual([
      ["failed", "conflict"],
      ["failed", "conflict"],
    ]);
    server.refuse = null;
    outbox.retry("id1");
    await settle();
    expect(server.lines.map((line) => line.client_id)).toEqual(["id1"]);
  });

  it("tries again by itself when the service was busy", async () => {
    const { server, outbox, clock } = await bed();
    server.refuse = () => ({ code: "unavailable", title: "", detail: "" });
    outbox.send("c", "one");
    await settle();
    expect(outbox.lines.get()[0]?.state).toBe("sending");
    server.refuse = null;
    clock.pass(2_000);
    await settle();
    expect(server.lines).toHaveLength(1);
  });

  it("remembers unsent lines over a reload", async () => {
    const storage = new MemoryStorage();
    const before = await bed(storage);
    before.server.last.drop();
    before.outbox.send("c", "kept");
    const after = await bed(storage);
    await settle();
    expect(after.server.lines.map((line) => [line.client_id, line.text])).toEqual([["id1", "kept"]]);
    expect(storage.items.size).toBe(0);
  });

  it("loses no line, doubles none and keeps the order, wherever the socket is cut", async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.constant("send" as const) },
      { weight: 2, arbitrary: fc.constant("drop" as const) },
      { weight: 1, arbitrary: fc.constant("hang" as const) },
      { weight: 2, arbitrary: fc.constant("wait" as const) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const { server, connection, outbox, clock } = await bed();
        const written: string[] = [];
        for (const each of steps) {
          switch (each) {
            case "send":
              written.push(outbox.send("c", String(written.length)));
              await settle();
              break;
            case "drop":
              if (connection.live) server.last.drop();
              server.answering = true;
              break;
            case "hang":
              server.answering = false;
              break;
            case "wait":
              clock.pass(9_000);
              await settle();
              break;
          }
        }
        server.answering = true;
        if (connection.live) server.last.drop();
        for (let second = 0; second < 60; second++) {
          clock.pass(1_000);
          await settle();
        }
        expect(server.lines.map((line) => line.client_id)).toEqual(written);
      }),
      { numRuns: 100 },
    );
  });
});
