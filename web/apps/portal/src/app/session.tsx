import { asProblem, Http, PortalApi, type Observable } from "@madoguchi/client";
import type { SessionInfo } from "@madoguchi/protocol";
import { useQueryClient } from "@tanstack/react-query";
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { openServices, type Services } from "../shared/services.ts";
import type { Settings } from "../shared/settings.ts";

export type SessionState =
  | { phase: "loading" }
  | { phase: "unreachable" }
  | { phase: "signed_out"; expired: boolean }
  | { phase: "signed_in"; services: Services };

interface SessionContext {
  api: PortalApi;
  settings: Observable<Settings>;
  state: SessionState;
  /** Looks again who is signed in. */
  refresh: () => void;
  /** Takes in what has changed about who is signed in; calls and chats go on. */
  update: () => Promise<void>;
  signOut: () => Promise<void>;
}

const Context = createContext<SessionContext | null>(null);

export function useSession(): SessionContext {
  const context = useContext(Context);
  if (context === null) throw new Error("outside of SessionProvider");
  return context;
}

/** Knows whether somebody is signed in, and holds what lives as long as he is. */
export function SessionProvider(props: { settings: Observable<Settings>; children: ReactNode }): ReactNode {
  const { settings } = props;
  const api = useMemo(() => new PortalApi(new Http()), []);
  const queries = useQueryClient();
  const [state, setState] = useState<SessionState>({ phase: "loading" });
  const [round, setRound] = useState(0);

  useEffect(() => {
    let current = true;
    api.session().then(
      (session) => {
        if (current) setState({ phase: "signed_in", services: openServices(api, session, settings) });
      },
      (error: unknown) => {
        if (!current) return;
        const { status } = asProblem(error);
        setState(status === 401 || status === 403 ? { phase: "signed_out", expired: false } : { phase: "unreachable" });
      },
    );
    return () => {
      current = false;
    };
  }, [api, settings, round]);

  const services = state.phase === "signed_in" ? state.services : null;
  const connection = services?.connection;
  const close = services?.close;
  const leave = useCallback(
    (expired: boolean) => {
      queries.clear();
      setState({ phase: "signed_out", expired });
    },
    [queries],
  );
  const update = useCallback(async () => {
    const session = await api.session();
    setState((before) =>
      before.phase !== "signed_in" || same(before.services.session, session)
        ? before
        : { phase: "signed_in", services: before.services.withSession(session) },
    );
  }, [api]);
  useEffect(() => {
    if (connection === undefined || close === undefined) return undefined;
    let lost = false;
    const stop = connection.status.subscribe(() => {
      const { state: now, reason } = connection.status.get();
      if (now === "closed" && reason === "sign_in") leave(true);
      if (now === "connecting") lost = true;
      if (now === "live" && lost) {
        lost = false;
        // The server also ends a connection when its user may do other things than before.
        void update().catch(() => undefined);
      }
    });
    return () => {
      stop();
      close();
    };
  }, [connection, close, leave, update]);

  const refresh = useCallback(() => {
    setState({ phase: "loading" });
    setRound((before) => before + 1);
  }, []);
  const signOut = useCallback(async () => {
    try {
      await api.signOut();
    } catch (error) {
      // The session may be over already; anything else the next page will show.
      if (asProblem(error).status === 0) throw error;
    }
    leave(false);
  }, [api, leave]);

  const value = useMemo(() => ({ api, settings, state, refresh, update, signOut }), [api, settings, state, refresh, update, signOut]);
  return <Context value={value}>{props.children}</Context>;
}

function same(one: SessionInfo, other: SessionInfo): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
