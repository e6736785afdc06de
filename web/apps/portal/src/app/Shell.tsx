import { asProblem, duration } from "@madoguchi/client";
import type { AgentRow, CallRow, ChatRow } from "@madoguchi/protocol";
import { Bar, Button, Icon, notify, type IconName } from "@madoguchi/ui";
import { Link, Outlet, useMatches, useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { AccountMenu } from "../features/account/AccountMenu.tsx";
import { ShortcutsDialog } from "../features/account/ShortcutsDialog.tsx";
import { SoundDialog } from "../features/account/SoundDialog.tsx";
import { CallDetails } from "../features/call-details/CallDetails.tsx";
import { Delivered } from "../features/desk/Delivered.tsx";
import { sortDesk } from "../features/desk/model.ts";
import { EmbeddedDesk } from "../features/embedding/EmbeddedDesk.tsx";
import { SecondFactor } from "../features/me/SecondFactor.tsx";
import { ArmedBars } from "../features/monitoring/ArmedBars.tsx";
import { MonitorBars } from "../features/monitoring/MonitorBars.tsx";
import { Offers, SoundBar } from "../features/offers/Offers.tsx";
import { PresenceMenu } from "../features/presence/PresenceMenu.tsx";
import { useAllRows, useClock, useFigure, useValue, useView } from "../shared/hooks.ts";
import { useServices } from "../shared/services.ts";
import { problemText, useT, type TextKey } from "../shared/text.tsx";
import { LanguageButton } from "./LanguageButton.tsx";
import { useSession } from "./session.tsx";

/** What is on every page: the head, the sections one may see, offers, monitorings, and the state of the connection. */
export function Shell(): ReactNode {
  const t = useT();
  const { can } = useServices();
  const { signOut } = useSession();
  const navigate = useNavigate();
  const [sound, setSound] = useState(false);
  const [shortcuts, setShortcuts] = useState(false);
  const [menu, setMenu] = useState(false);
  const boards = can("dashboard.view") || can("calls.view") || can("chats.view") || can("agents.view") || can("queues_live.view") || can("monitor_chats.edit") || settingsOf(can).length > 0;
  const title = usePageTitle();
  const desk = can("desk");
  const leave = (): void => {
    signOut().catch((error: unknown) => {
      notify({ title: t("account.sign_out_failed"), detail: problemText(t, asProblem(error)), error: true });
    });
  };
  return (
    <div className="shell" data-nav={boards ? "" : undefined}>
      <a className="skip" href="#main">
        {t("nav.skip")}
      </a>
      <header className="top">
        {boards ? (
          <button
            type="button"
            className="button icon-only large nav-toggle"
            aria-expanded={menu}
            aria-controls="nav"
            aria-label={t("nav.label")}
            onClick={() => setMenu(!menu)}
          >
            <Icon name="menu" />
          </button>
        ) : null}
        <Link to="/" className="brand">
          <img src="/icon.svg" alt="" width="22" height="22" />
          <span>{t("app.name")}</span>
        </Link>
        <span className="space" />
        {desk ? <Presence /> : null}
        <LanguageButton />
        <AccountMenu onProfile={() => void navigate({ to: "/me" })} onSound={() => setSound(true)} onShortcuts={() => setShortcuts(true)} onSignOut={leave} />
      </header>
      {boards ? <Sections open={menu} onGo={() => setMenu(false)} /> : null}
      <div className="page">
        <ConnectionBar />
        {can("monitor") ? <MonitorBars onTakenOver={(call) => void navigate({ to: "/desk", search: { s: call } })} /> : null}
        {can("monitor") && can("agents.view") ? (
          <ArmedBars onChat={(chat) => void navigate({ to: "/chats/connected", search: { watch: [chat] } })} />
        ) : null}
        {desk ? <Alerts title={title} /> : <Title title={title} />}
        <Outlet />
      </div>
      <Details />
      <SoundDialog open={sound} onClose={() => setSound(false)} />
      <ShortcutsDialog open={shortcuts} onClose={() => setShortcuts(false)} />
    </div>
  );
}

function usePageTitle(): string {
  const t = useT();
  const matches = useMatches();
  const key = matches.findLast((match) => match.staticData.title !== undefined)?.staticData.title;
  return key === undefined ? t("app.name") : `${t(key)} – ${t("app.name")}`;
}

function Title({ title }: { title: string }): ReactNode {
  useEffect(() => {
    document.title = title;
  }, [title]);
  return null;
}

function Presence(): ReactNode {
  const rows = useAllRows(useView("desk"));
  const { presence, calls, chats, wrapUps } = useMemo(() => sortDesk(rows), [rows]);
  return presence === null ? null : <PresenceMenu presence={presence} work={calls.length + chats.length + wrapUps.length} />;
}

/** What an agent must not miss on whatever page he is: offers, his voice, his chats. */
function Alerts({ title }: { title: string }): ReactNode {
  const { softphone, ringer } = useServices();
  const navigate = useNavigate();
  const rows = useAllRows(useView("desk"));
  const { offers, calls, chats, presence } = useMemo(() => sortDesk(rows), [rows]);
  useEffect(() => softphone.follow(calls), [softphone, calls]);
  const talking = calls.length > 0;
  useEffect(() => {
    if (!talking) return undefined;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [talking]);
  useFirstGesture(() => void ringer.enable());
  const unread = chats.reduce((sum, chat) => sum + chat.unread, 0);
  const [heard, setHeard] = useState(unread);
  useEffect(() => {
    if (unread > heard && document.visibilityState !== "visible") ringer.once("chat");
    setHeard(unread);
  }, [unread, heard, ringer]);
  const accepted = useCallback(
    (interaction: string) => void navigate({ to: "/desk", search: { s: interaction } }),
    [navigate],
  );
  const atWork = presence !== null && presence.status === "available";
  return (
    <>
      <EmbeddedDesk rows={rows} onOpen={accepted} />
      <SoundBar wanted={atWork || talking} />
      <Offers offers={offers} onAccepted={accepted} pageTitle={title} unread={unread} />
      <Delivered chats={chats} />
    </>
  );
}

/** Runs once with the first click or key in this page's life: only then browsers allow sound. */
function useFirstGesture(then: () => void): void {
  const action = useRef(then);
  useEffect(() => {
    action.current = then;
  });
  useEffect(() => {
    const stop = new AbortController();
    const once = (): void => {
      stop.abort();
      action.current();
    };
    // Not earlier than the click: what changes on the page must not pull its target from under the pointer.
    window.addEventListener("click", once, { signal: stop.signal });
    window.addEventListener("keydown", once, { signal: stop.signal });
    return () => stop.abort();
  }, []);
}

const LOST_MS = 1_500;

/** One bar while what is on screen may be out of date. Short gaps are not worth a word. */
function ConnectionBar(): ReactNode {
  const t = useT();
  const { connection } = useServices();
  const { lostAt, state, reason } = useValue(connection.status);
  const since = useClock(useCallback(() => (lostAt === null || Date.now() - lostAt < LOST_MS ? "" : duration(Date.now() - lostAt)), [lostAt]));
  if (state === "closed" && reason === "protocol") {
    return (
      <Bar tone="danger" icon="warning" role="alert">
        {t("connection.outdated")}
      </Bar>
    );
  }
  if (since === "") return null;
  return (
    <Bar tone="warning" icon="refresh" role="status">
      {t("connection.lost")} <span className="num">{t("connection.since", { time: since })}</span>
    </Bar>
  );
}

const talking = (rows: readonly CallRow[]): number => rows.filter((row) => row.state === "talking").length;
const callsWaiting = (rows: readonly CallRow[]): number =>
  rows.filter((row) => row.state === "queued" || row.state === "offered" || row.state === "in_menu").length;
const chatting = (rows: readonly ChatRow[]): number => rows.filter((row) => row.state === "chatting" || row.state === "dormant").length;
const chatsWaiting = (rows: readonly ChatRow[]): number => rows.filter((row) => row.state === "queued" || row.state === "offered").length;
const here = (rows: readonly AgentRow[]): number => rows.filter((row) => row.status !== "signed_out").length;

function Sections({ open, onGo }: { open: boolean; onGo: () => void }): ReactNode {
  const t = useT();
  const { can } = useServices();
  return (
    <nav id="nav" className="nav" aria-label={t("nav.label")} data-open={open ? "" : undefined}>
      {can("desk") ? <Entry to="/desk" icon="desk" label="nav.desk" onGo={onGo} /> : null}
      {can("dashboard.view") ? <Entry to="/dashboard" icon="chart" label="nav.dashboard" onGo={onGo} /> : null}
      {can("agents.view") ? <AgentSection onGo={onGo} /> : null}
      {can("queues_live.view") ? <Entry to="/queues-live" icon="tree" label="nav.queues_live" onGo={onGo} /> : null}
      {can("calls.view") ? <CallSection onGo={onGo} /> : null}
      {can("chats.view") ? <ChatSection onGo={onGo} /> : null}
      {can("monitor_chats.edit") ? <Entry to="/doctor" icon="warning" label="doctor.title" onGo={onGo} /> : null}
      {can("reports.monitoring.view") ? <ReportSection onGo={onGo} /> : null}
      <SettingsSection onGo={onGo} />
    </nav>
  );
}

function AgentSection({ onGo }: { onGo: () => void }): ReactNode {
  const count = useFigure(useView("agents"), here);
  return <Entry to="/agents" icon="users" label="nav.agents" count={count} onGo={onGo} />;
}

function CallSection({ onGo }: { onGo: () => void }): ReactNode {
  const t = useT();
  const calls = useView("calls");
  const connected = useFigure(calls, talking);
  const queued = useFigure(calls, callsWaiting);
  return (
    <div role="group" aria-label={t("nav.calls")}>
      <p className="group">
        <Icon name="phone" /> {t("nav.calls")}
      </p>
      <Entry to="/calls/connected" label="nav.connected" count={connected} onGo={onGo} />
      <Entry to="/calls/queued" label="nav.queued" count={queued} onGo={onGo} />
      <Entry to="/calls/completed" label="nav.completed" onGo={onGo} />
    </div>
  );
}

function ChatSection({ onGo }: { onGo: () => void }): ReactNode {
  const t = useT();
  const chats = useView("chats");
  const connected = useFigure(chats, chatting);
  const queued = useFigure(chats, chatsWaiting);
  return (
    <div role="group" aria-label={t("nav.chats")}>
      <p className="group">
        <Icon name="chat" /> {t("nav.chats")}
      </p>
      <Entry to="/chats/connected" label="nav.connected" count={connected} onGo={onGo} />
      <Entry to="/chats/queued" label="nav.queued" count={queued} onGo={onGo} />
      <Entry to="/chats/completed" label="nav.completed" onGo={onGo} />
    </div>
  );
}

function ReportSection({ onGo }: { onGo: () => void }): ReactNode {
  const t = useT();
  return (
    <div role="group" aria-label={t("ledger.reports")}>
      <p className="group">
        <Icon name="file" /> {t("ledger.reports")}
      </p>
      <Entry to="/reports/monitoring" label="ledger.nav" onGo={onGo} />
    </div>
  );
}

type Can = ReturnType<typeof useServices>["can"];

/** The settings pages that one may see. */
function settingsOf(can: Can): { to: string; label: TextKey }[] {
  return [
    ...(can("settings.support_center.view") ? [{ to: "/settings/support-center", label: "hours.nav" as const }] : []),
    ...(can("settings.queues.view")
      ? [
          { to: "/settings/calls", label: "deflection.page.calls" as const },
          { to: "/settings/chats", label: "deflection.page.chats" as const },
        ]
      : []),
    ...(can("settings.queues.view") ? [{ to: "/settings/queues/ivr", label: "nav.queue_settings" as const }] : []),
    ...(can("settings.messages.view") ? [{ to: "/settings/languages", label: "nav.languages" as const }] : []),
    ...(can("agent_statuses.edit") ? [{ to: "/settings/statuses", label: "nav.statuses" as const }] : []),
    ...(can("settings.dispositions.edit") ? [{ to: "/settings/dispositions", label: "dispositions.title" as const }] : []),
    ...(can("settings.replies.edit") ? [{ to: "/settings/replies", label: "canned.title" as const }] : []),
    ...(can("settings.sms.edit") ? [{ to: "/settings/sms", label: "sms.title" as const }] : []),
    ...(can("settings.embedding.edit") ? [{ to: "/settings/embedding", label: "embedding.nav" as const }] : []),
    ...(can("users.view") ? [{ to: "/settings/users", label: "people.nav" as const }] : []),
    ...(can("roles.view") ? [{ to: "/settings/roles", label: "roles.nav" as const }] : []),
    ...(can("audit.view") ? [{ to: "/settings/audit", label: "audit.nav" as const }] : []),
  ];
}

function SettingsSection({ onGo }: { onGo: () => void }): ReactNode {
  const t = useT();
  const { can } = useServices();
  const entries = settingsOf(can);
  if (entries.length === 0) return null;
  return (
    <div role="group" aria-label={t("nav.settings")}>
      <p className="group">
        <Icon name="settings" /> {t("nav.settings")}
      </p>
      {entries.map((entry) => (
        <Entry key={entry.to} to={entry.to} label={entry.label} onGo={onGo} />
      ))}
    </div>
  );
}

/** For those who may do nothing before they have set up a second factor. */
export function EnrolFirst(): ReactNode {
  const t = useT();
  const { signOut, update } = useSession();
  return (
    <div className="enrol-first">
      <header className="top">
        <span className="brand">
          <img src="/icon.svg" alt="" width="22" height="22" />
          <span>{t("app.name")}</span>
        </span>
        <span className="space" />
        <LanguageButton />
        <Button kind="quiet" icon="logout" onClick={() => void signOut()}>
          {t("account.sign_out")}
        </Button>
      </header>
      <main className="board" id="main">
        <Title title={`${t("me.second_factor")} – ${t("app.name")}`} />
        <h1>{t("me.second_factor")}</h1>
        <Bar tone="warning" icon="lock" role="status">
          {t("me.second_factor_first")}
        </Bar>
        <SecondFactor active={false} left={0} onDone={() => void update()} />
      </main>
    </div>
  );
}

function Entry(props: { to: string; icon?: IconName; label: TextKey; count?: number; onGo: () => void }): ReactNode {
  const t = useT();
  return (
    <Link to={props.to} className="nav-entry" activeOptions={{ includeSearch: false }} onClick={props.onGo}>
      {props.icon === undefined ? <span className="indent" /> : <Icon name={props.icon} />}
      <span className="text">{t(props.label)}</span>
      {props.count === undefined ? null : <span className="num muted">{props.count}</span>}
    </Link>
  );
}

/** The call whose details the URL asks for, over any page. */
function Details(): ReactNode {
  const navigate = useNavigate();
  const search: unknown = useSearch({ strict: false });
  const close = useCallback(
    () => void navigate({ to: ".", search: (before: Record<string, unknown>) => ({ ...before, call: undefined }) }),
    [navigate],
  );
  return <CallDetails call={(search as { call?: string }).call} onClose={close} />;
}
