import { asProblem } from "@madoguchi/client";
import type { DeskRow } from "@madoguchi/protocol";
import { useEffect, useMemo, useRef, type ReactNode } from "react";
import { useServices, type Services } from "../../shared/services.ts";
import { Embedder, type Answer, type Frame } from "./embedder.ts";
import { changes, isLoaded, readCommand, stateOf, type Command, type ToldInteraction } from "./protocol.ts";

export interface EmbeddedDeskProps {
  rows: readonly DeskRow[];
  /** Shows an interaction on the desk. */
  onOpen: (interaction: string) => void;
}

/** Where the portal is shown within another site's page: tells it what happens here, and does what it asks. Draws nothing. */
export function EmbeddedDesk(props: EmbeddedDeskProps): ReactNode {
  return window.parent === window ? null : <Talk {...props} />;
}

function Talk({ rows, onOpen }: EmbeddedDeskProps): ReactNode {
  const services = useServices();
  const allowed = JSON.stringify(services.session.embedders ?? []);
  const embedder = useMemo(() => new Embedder(window as Frame, JSON.parse(allowed) as string[]), [allowed]);
  const { user } = services.session;
  const latest = useRef({ rows, onOpen, services, embedder });
  const shown = useRef<{ embedder: Embedder; rows: readonly DeskRow[] } | null>(null);
  useEffect(() => {
    latest.current = { rows, onOpen, services, embedder };
  });

  useEffect(() => {
    if (!isLoaded(rows)) return;
    const before = shown.current;
    shown.current = { embedder, rows };
    if (before === null || before.embedder !== embedder) {
      embedder.tell({ event: "ready", data: { agent: { id: user.id, name: user.name }, ...stateOf(rows) } });
      return;
    }
    const { events, left } = changes(before.rows, rows);
    for (const event of events) embedder.tell(event);
    for (const one of left) void departed(one, latest.current.services).then((event) => embedder.tell(event));
  }, [embedder, rows, user.id, user.name]);

  useEffect(() => {
    const heard = (message: MessageEvent<unknown>): void => {
      if (!embedder.accepts(message)) return;
      const read = readCommand(message.data);
      if (read === null) return;
      if ("wrong" in read) {
        embedder.answer(read.id, { ok: false, problem: read.wrong });
        return;
      }
      void perform(read.command, latest.current).then((answer) => embedder.answer(read.id, answer));
    };
    window.addEventListener("message", heard);
    return () => window.removeEventListener("message", heard);
  }, [embedder]);
  useEffect(() => () => latest.current.embedder.tell({ event: "signed_out", data: {} }), []);
  return null;
}

/** What became of an interaction that left the desk: it is over, or goes on elsewhere. */
async function departed(one: ToldInteraction, { api }: Services): Promise<{ event: string; data: Record<string, unknown> }> {
  try {
    const now = one.channel === "call" ? await api.call(one.interaction) : await api.transcript(one.interaction);
    if (now.ended_at === undefined || now.ended_at === null) return { event: "interaction_transferred", data: { ...one } };
    return { event: "interaction_ended", data: { ...one, end_reason: now.end_reason ?? null } };
  } catch {
    return { event: "interaction_ended", data: { ...one, end_reason: null } };
  }
}

/** What of the desk's rows can be opened. */
function interactionOf(row: DeskRow): string | null {
  if (row.kind === "wrap_up") return row.interaction;
  return row.kind === "call" || row.kind === "chat" ? row.id : null;
}

async function perform(command: Command, desk: EmbeddedDeskProps & { services: Services }): Promise<Answer> {
  const { api, leadership } = desk.services;
  const done = (data: Record<string, unknown> = {}): Answer => ({ ok: true, data });
  const gone = (code: string, field: string): Answer => ({ ok: false, problem: { code, field, detail: "is not on this desk" } });
  try {
    switch (command.command) {
      case "get_state":
        return done(stateOf(desk.rows));
      case "set_status":
        await api.setPresence(command.status, command.when);
        return done();
      case "dial": {
        // The voice belongs where it was asked for.
        leadership.take();
        const { call } = await api.dial(command.number, command.queue);
        desk.onOpen(call);
        return done({ interaction: call });
      }
      case "accept": {
        const offer = desk.rows.find((row) => row.kind === "offer" && row.offer === command.offer);
        if (offer?.kind !== "offer") return gone("offer_gone", "offer");
        if (offer.channel === "call") leadership.take();
        const { interaction } = await api.accept(command.offer);
        desk.onOpen(interaction);
        return done({ interaction });
      }
      case "decline":
        if (!desk.rows.some((row) => row.kind === "offer" && row.offer === command.offer)) return gone("offer_gone", "offer");
        await api.decline(command.offer);
        return done();
      case "open":
        if (!desk.rows.some((row) => interactionOf(row) === command.interaction)) return gone("not_found", "interaction");
        desk.onOpen(command.interaction);
        return done();
    }
  } catch (error) {
    const { code, detail, field } = asProblem(error);
    return { ok: false, problem: { code, detail, ...(field === null ? {} : { field }) } };
  }
}
