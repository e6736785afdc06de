import type { AnyRow } from "@madoguchi/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { advance, Connection } from "./connection.ts";
import { FrameBatch } from "./frames.ts";
import { FakeClock, FakeServer } from "./testing/index.ts";

interface Bed {
  clock: FakeClock;
  server: FakeServer;
  connection: Connection;
  batch: FrameBatch;
}

function bed(): Bed {
  const clock = new FakeClock();
  const server = new FakeServer();
  const batch = new FrameBatch(() => undefined);
  const connection = new Connection({ open: server.open, clock, random: () => 0.5, batch });
  return { clock, server, connection, batch };
}

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

const row = (id: string, text = ""): AnyRow => ({ id, text }) as AnyRow;

describe("connection", () => {
  it("says hello, subscribes, and is live once every view has its snapshot", async () => {
    const { server, connection } = bed();
    server.change("calls", [row("a")]);
    server.eager = false;
    const calls = connection.subscribe("calls");
    connection.start();
    expect(connection.status.get().state).toBe("connecting");
    server.last.accept();
    expect(connection.status.get().state).toBe("authenticating");
    expect(server.last.sent).toEqual([{ type: "hello", version: 1 }]);
    server.last.say({ type: "welcome", session: "x", now: server.now(), heartbeat_s: 10 });
    expect(connection.status.get().state).toBe("live");
    expect(calls.rows.ids()).toEqual(["a"]);
    await settle();
  });

  it("sends a consumer's token with the hello", async () => {
    const clock = new FakeClock();
    const server = new FakeServer();
    const connection = new Connection({ open: server.open, clock, token: () => "secret" });
    connection.start();
    await settle();
    expect(server.last.sent[0]).toEqual({ type: "hello", version: 1, token: "secret" });
  });

  it("knows the server's time", async () => {
    const { server, connection, clock } = bed();
    server.now = () => new Date(clock.now() + 90_000).toISOString();
    connection.start();
    await settle();
    expect(connection.now() - clock.now()).toBe(90_000);
  });

  it("comes back with its cursor and shows what it missed, once", async () => {
    const { server, connection, clock, batch } = bed();
    server.change("calls", [row("a", "one")]);
    const calls = connection.subscribe("calls");
    connection.start();
    await settle();
    server.last.drop();
    expect(connection.status.get()).toMatchObject({ state: "connecting", lostAt: clock.now() });
    expect(calls.rows.ids()).toEqual(["a"]);
    server.change("calls", [row("b")]);
    server.change("calls", [row("a", "two")]);
    clock.pass(10_000);
    await settle();
    batch.flush();
    expect(connection.status.get()).toMatchObject({ state: "live", lostAt: null, retryAt: null });
    expect(server.last.sent.find((frame) => frame.type === "subscribe")).toMatchObject({ cursor: "1" });
    expect(calls.rows.all()).toEqual([row("a", "two"), row("b")]);
  });

  it("is live again although a view without news stays silent", async () => {
    const { server, connection, clock } = bed();
    server.silentResume = true;
    connection.subscribe("calls");
    connection.start();
    await settle();
    server.last.drop();
    clock.pass(10_000);
    await settle();
    expect(connection.status.get().state).toBe("live");
  });

  it("waits longer after each failure, and less than nine seconds", async () => {
    const { server, connection, clock } = bed();
    server.eager = false;
    connection.start();
    const waits: number[] = [];
    for (let turn = 0; turn < 8; turn++) {
      server.last.drop();
      const { retryAt } = connection.status.get();
      waits.push((retryAt ?? 0) - clock.now());
      clock.pass(waits.at(-1) ?? 0);
    }
    await settle();
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits[0]).toBeLessThan(300);
    expect(Math.max(...waits)).toBeLessThan(9_000);
  });

  it("tries at once when the network is back", async () => {
    const { server, connection } = bed();
    connection.start();
    await settle();
    server.last.drop();
    const before = server.sockets.length;
    connection.nudge();
    expect(server.sockets.length).toBe(before + 1);
  });

  it("does not try again when sign-in is needed", async () => {
    const { server, connection, clock } = bed();
    connection.start();
    await settle();
    server.last.drop(4401);
    clock.pass(60_000);
    expect(connection.status.get()).toMatchObject({ state: "closed", reason: "sign_in" });
    expect(server.sockets).toHaveLength(1);
  });

  it("takes a socket that says nothing for lost", async () => {
    const { server, connection, clock } = bed();
    connection.start();
    await settle();
    const socket = server.last;
    socket.say = () => undefined;
    clock.pass(17_000);
    expect(socket.open).toBe(false);
    await settle();
    expect(server.sockets.length).toBeGreaterThan(1);
  });

  it("pings when nothing else is said", async () => {
    const { server, connection, clock } = bed();
    connection.start();
    await settle();
    clock.pass(35_000);
    expect(server.last.sent.filter((frame) => frame.type === "ping").length).toBeGreaterThanOrEqual(3);
    expect(connection.status.get().state).toBe("live");
    expect(server.sockets).toHaveLength(1);
  });

  it("gives the answer of a command to who asked", async () => {
    const { connection } = bed();
    connection.start();
    await settle();
    const [first, second] = await Promise.all([
      connection.command("chat.send", { chat: "c", client_id: "1", text: "a" }),
      connection.command("chat.send", { chat: "c", client_id: "2", text: "b" }),
    ]);
    expect([first.seq, second.seq]).toEqual([1, 2]);
  });

  it("rejects commands with the server's problem, and when the socket is lost", async () => {
    const { server, connection } = bed();
    connection.start();
    await settle();
    server.refuse = () => ({ code: "not_allowed", title: "You may not do this.", detail: "" });
    await expect(connection.command("chat.read", { chat: "c", seq: 1 })).rejects.toMatchObject({ code: "not_allowed" });
    server.answering = false;
    const asked = connection.command("chat.read", { chat: "c", seq: 1 });
    server.last.drop();
    await expect(asked).rejects.toMatchObject({ code: "disconnected" });
    await expect(connection.command("chat.read", { chat: "c", seq: 1 })).rejects.toMatchObject({ code: "disconnected" });
  });

  it("keeps a refused view refused until asked again", async () => {
    const { server, connection, clock } = bed();
    connection.start();
    await settle();
    const calls = connection.subscribe("calls");
    server.last.say({ type: "problem", ref: "s1", code: "not_allowed", title: "No.", detail: "" });
    expect(calls.status.get()).toMatchObject({ phase: "refused", problem: { code: "not_allowed" } });
    server.last.drop();
    clock.pass(10_000);
    await settle();
    expect(server.last.sent.some((frame) => frame.type === "subscribe")).toBe(false);
    calls.retry();
    expect(calls.status.get().phase).toBe("live");
  });

  it("stops watching what is no longer its to watch", async () => {
    const { server, connection, clock } = bed();
    connection.start();
    await settle();
    const chat = connection.subscribe("chat", { chat: "c" });
    server.last.say({ type: "snapshot", ref: "s1", cursor: "", rows: [] });
    expect(chat.status.get()).toMatchObject({ phase: "refused", problem: { code: "no_longer_yours" } });
    server.last.drop();
    clock.pass(10_000);
    await settle();
    expect(connection.status.get().state).toBe("live");
    expect(server.last.sent.some((frame) => frame.type === "subscribe")).toBe(false);
  });

  it("drains: running commands are answered before it closes", async () => {
    const { server, connection } = bed();
    connection.start();
    await settle();
    server.answering = false;
    const asked = connection.command("chat.typing", { chat: "c", typing: true });
    connection.stop();
    expect(connection.status.get().state).toBe("draining");
    server.last.say({ type: "reply", ref: "c1", data: {} });
    await asked;
    expect(connection.status.get()).toMatchObject({ state: "closed", reason: "stopped" });
    expect(server.last.open).toBe(false);
  });

  it("raises on an arrow that is not in the table", () => {
    expect(() => advance("closed", "opened")).toThrow("no arrow");
  });

  it("survives frames that are no JSON and types it does not know", async () => {
    const { server, connection, clock } = bed();
    connection.start();
    await settle();
    server.last.say({ type: "news" } as never);
    expect(connection.status.get().state).toBe("live");
    const broken = server.last;
    (broken as { say: unknown }).say = () => undefined;
    clock.pass(60_000);
    await settle();
  });
});

describe("resume", () => {
  type Step =
    | { do: "put"; id: number; value: number }
    | { do: "gone"; id: number }
    | { do: "drop" }
    | { do: "forget" }
    | { do: "wait" }
    | { do: "frame" };

  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant("put" as const), id: fc.nat(6), value: fc.nat(3) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("gone" as const), id: fc.nat(6) }) },
    { weight: 2, arbitrary: fc.constant({ do: "drop" as const }) },
    { weight: 1, arbitrary: fc.constant({ do: "forget" as const }) },
    { weight: 3, arbitrary: fc.constant({ do: "wait" as const }) },
    { weight: 3, arbitrary: fc.constant({ do: "frame" as const }) },
  );

  it("ends with the server's rows whatever is changed, cut or forgotten on the way", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.boolean(), async (steps, silent) => {
        const { server, connection, clock, batch } = bed();
        server.silentResume = silent;
        const calls = connection.subscribe("calls");
        connection.start();
        await settle();
        for (const each of steps) {
          switch (each.do) {
            case "put":
              server.change("calls", [row(String(each.id), String(each.value))]);
              break;
            case "gone":
              server.change("calls", [], [String(each.id)]);
              break;
            case "drop":
              if (connection.status.get().state === "live") server.last.drop();
              break;
            case "forget":
              server.forget("calls");
              break;
            case "wait":
              clock.pass(9_000);
              await settle();
              break;
            case "frame":
              batch.flush();
              break;
          }
        }
        clock.pass(9_000);
        await settle();
        batch.flush();
        const shown = new Map(calls.rows.all().map((each) => [each.id, each]));
        expect(shown).toEqual(new Map(server.view("calls").rows));
        expect(calls.rows.ids()).toEqual(calls.rows.all().map((each) => each.id));
      }),
      { numRuns: 150 },
    );
  });
});
