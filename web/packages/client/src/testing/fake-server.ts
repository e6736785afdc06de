import type { AnyRow, ClientFrame, ServerFrame } from "@madoguchi/protocol";
import type { OpenWire, WireListener } from "../wire.ts";

interface Change {
  put: AnyRow[];
  gone: string[];
}

interface FakeView {
  rows: Map<string, AnyRow>;
  /** Changes by number; those before `from` are no longer kept. */
  changes: Change[];
  from: number;
}

/** Where the far end of one socket stands. */
export interface FakeSocket {
  sent: ClientFrame[];
  open: boolean;
  /** Lets the client's socket open. */
  accept(): void;
  say(frame: ServerFrame): void;
  drop(code?: number): void;
}

/** A realtime server in memory: views with cursors, chat lines kept by `client_id`. It speaks only when told to. */
export class FakeServer {
  readonly sockets: FakeSocket[] = [];
  readonly lines: { chat: string; client_id: string; text: string }[] = [];
  /** Answer commands as they come; else they hang. */
  answering = true;
  /** Refuse a command with a problem instead. */
  refuse: ((name: string) => { code: string; title: string; detail: string } | null) | null = null;
  /** Open sockets and welcome at once. */
  eager = true;
  silentResume = false;
  now = (): string => "2026-11-23T12:00:00.000Z";
  readonly #views = new Map<string, FakeView>();
  readonly #watchers: { socket: FakeSocket; ref: string; view: string }[] = [];

  readonly open: OpenWire = (listener) => {
    const socket = this.#socket(listener);
    this.sockets.push(socket);
    if (this.eager) queueMicrotask(() => socket.accept());
    return {
      send: (text) => {
        if (!socket.open) throw new Error("not open");
        const frame = JSON.parse(text) as ClientFrame;
        socket.sent.push(frame);
        this.#receive(socket, frame);
      },
      close: (code) => socket.drop(code ?? 1000),
    };
  };

  get last(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error("nobody has connected");
    return socket;
  }

  view(name: string): FakeView {
    let view = this.#views.get(name);
    if (view === undefined) this.#views.set(name, (view = { rows: new Map(), changes: [], from: 0 }));
    return view;
  }

  /** Changes a view and tells those who watch it. */
  change(name: string, put: AnyRow[], gone: string[] = []): void {
    const view = this.view(name);
    for (const id of gone) view.rows.delete(id);
    for (const row of put) view.rows.set(row.id, row);
    view.changes.push({ put, gone });
    for (const watcher of this.#watchers) {
      if (watcher.view === name && watcher.socket.open) {
        watcher.socket.say({ type: "delta", ref: watcher.ref, cursor: this.#cursor(view), put, gone });
      }
    }
  }

  /** Forgets a view's changes, so that the next resume needs a snapshot. */
  forget(name: string): void {
    const view = this.view(name);
    view.from = view.changes.length;
  }

  #cursor(view: FakeView): string {
    return String(view.changes.length);
  }

  #socket(listener: WireListener): FakeSocket {
    const socket: FakeSocket = {
      sent: [],
      open: false,
      accept: () => {
        socket.open = true;
        listener.opened();
      },
      say: (frame) => {
        if (socket.open) listener.received(JSON.stringify(frame));
      },
      drop: (code = 1006) => {
        if (ended) return;
        ended = true;
        socket.open = false;
        listener.closed(code);
      },
    };
    let ended = false;
    return socket;
  }

  #receive(socket: FakeSocket, frame: ClientFrame): void {
    switch (frame.type) {
      case "hello":
        if (this.eager) socket.say({ type: "welcome", session: "x", now: this.now(), heartbeat_s: 10 });
        break;
      case "subscribe":
        this.#subscribe(socket, frame);
        break;
      case "unsubscribe": {
        const index = this.#watchers.findIndex((each) => each.socket === socket && each.ref === frame.ref);
        if (index >= 0) this.#watchers.splice(index, 1);
        break;
      }
      case "command":
        if (this.answering) this.#command(socket, frame);
        break;
      case "ping":
        socket.say({ type: "pong", now: this.now() });
        break;
    }
  }

  #subscribe(socket: FakeSocket, frame: Extract<ClientFrame, { type: "subscribe" }>): void {
    const { ref } = frame;
    const name = frame.params === undefined ? frame.view : `${frame.view} ${JSON.stringify(frame.params)}`;
    const view = this.view(name);
    this.#watchers.push({ socket, ref, view: name });
    const seen = frame.cursor === undefined ? -1 : Number(frame.cursor);
    if (seen < view.from) {
      socket.say({ type: "snapshot", ref, cursor: this.#cursor(view), rows: [...view.rows.values()] });
      return;
    }
    if (this.silentResume && seen === view.changes.length) return;
    for (const [index, change] of view.changes.entries()) {
      if (index >= seen) socket.say({ type: "delta", ref, cursor: String(index + 1), ...change });
    }
    if (seen === view.changes.length) socket.say({ type: "delta", ref, cursor: String(seen), put: [], gone: [] });
  }

  #command(socket: FakeSocket, frame: Extract<ClientFrame, { type: "command" }>): void {
    const { ref, name } = frame;
    const refusal = this.refuse?.(name) ?? null;
    if (refusal !== null) {
      socket.say({ type: "problem", ref, ...refusal });
      return;
    }
    if (name !== "chat.send") {
      socket.say({ type: "reply", ref, data: {} });
      return;
    }
    const line = frame.data as { chat: string; client_id: string; text: string };
    let seq = this.lines.findIndex((each) => each.client_id === line.client_id) + 1;
    if (seq === 0) seq = this.lines.push(line);
    socket.say({ type: "reply", ref, data: { seq } });
  }
}
