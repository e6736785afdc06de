import {
  Connection,
  FrameBatch,
  Leadership,
  newId,
  Outbox,
  pacedFrames,
  Ringer,
  Ticker,
  Views,
  webSocketWire,
  type Observable,
  type PortalApi,
} from "@madoguchi/client";
import type { Permission, SessionInfo } from "@madoguchi/protocol";
import { createContext, useContext } from "react";
import { Arming } from "./arming.ts";
import { Monitorings } from "./monitorings.ts";
import type { Settings } from "./settings.ts";
import { Softphone } from "./softphone.ts";

/** Everything that lives as long as somebody is signed in. */
export interface Services {
  api: PortalApi;
  session: SessionInfo;
  settings: Observable<Settings>;
  connection: Connection;
  views: Views;
  outbox: Outbox;
  ringer: Ringer;
  leadership: Leadership;
  softphone: Softphone;
  monitorings: Monitorings;
  arming: Arming;
  ticker: Ticker;
  can: (permission: Permission) => boolean;
  /** The same services, for a user who may do other things than before. */
  withSession: (session: SessionInfo) => Services;
  close: () => void;
}

export function openServices(api: PortalApi, session: SessionInfo, settings: Observable<Settings>): Services {
  const connection = new Connection({ open: webSocketWire("/api/v1/realtime"), batch: new FrameBatch(pacedFrames()) });
  const views = new Views(connection);
  const outbox = new Outbox(connection, {
    newId,
    storage: storageOrNull(() => sessionStorage),
    storageKey: `madoguchi.outbox.${session.user.id}`,
  });
  const leadership = new Leadership(`madoguchi-softphone-${session.user.id}`, locks());
  const memory = storageOrNull(() => sessionStorage);
  const softphone = new Softphone({ api, settings, leadership, memory });
  const monitorings = new Monitorings({ api, settings, adopt: (call, leg) => softphone.adopt(call, leg) });
  const arming = new Arming({ monitorings, memory, storageKey: `madoguchi.armed.${session.user.id}` });
  const online = (): void => connection.nudge();
  window.addEventListener("online", online);
  connection.start();
  const shared = {
    api,
    settings,
    connection,
    views,
    outbox,
    ringer: new Ringer(),
    leadership,
    softphone,
    monitorings,
    arming,
    ticker: new Ticker(connection.now),
    close: () => {
      window.removeEventListener("online", online);
      softphone.close();
      monitorings.close();
      leadership.close();
      connection.stop();
    },
  };
  const withSession = (current: SessionInfo): Services => ({
    ...shared,
    session: current,
    can: (permission: Permission): boolean => current.permissions.includes(permission),
    withSession,
  });
  return withSession(session);
}

function locks(): LockManager | null {
  return "locks" in navigator ? navigator.locks : null;
}

function storageOrNull(read: () => Storage): Storage | null {
  try {
    return read();
  } catch {
    return null;
  }
}

export const ServicesContext = createContext<Services | null>(null);

/** What lives with the signed-in session; only below the shell. */
export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (services === null) throw new Error("there is no session here");
  return services;
}
