import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Navigate,
  Outlet,
  useNavigate,
  useParams,
  useSearch,
  type AnyRoute,
} from "@tanstack/react-router";
import { Failure, Nothing, Skeleton } from "@madoguchi/ui";
import { Suspense, useCallback, useMemo, type ReactNode } from "react";
import { changed, readDashboardSearch, type DashboardChange } from "../features/dashboard/period.ts";
import type { MoreOfNode } from "../features/queue-settings/QueueSettings.tsx";
import { readMessageSearch, type MessageSearch } from "../features/messages/search.ts";
import { Forgotten } from "../features/sign-in/Forgotten.tsx";
import { SignIn } from "../features/sign-in/SignIn.tsx";
import { Welcome } from "../features/sign-in/Welcome.tsx";
import { readBoardSearch, type BoardSearch } from "../shared/board.ts";
import { ServicesContext, useServices } from "../shared/services.ts";
import { useT, type TextKey } from "../shared/text.tsx";
import { NoPermission } from "../shared/ViewGate.tsx";
import type { MenuChannel, Permission } from "@madoguchi/protocol";
import access from "./pages.json";
import { LanguageButton } from "./LanguageButton.tsx";
import { useSession } from "./session.tsx";
import { EnrolFirst, Shell } from "./Shell.tsx";

declare module "@tanstack/react-router" {
  interface StaticDataRouteOption {
    title?: TextKey;
    /** Who may open the page; `pages.json` says it, once for each. */
    access?: string;
  }
  interface Register {
    router: typeof router;
  }
}

const AgentBoard = lazyRouteComponent(() => import("../features/agent-board/AgentBoard.tsx"), "AgentBoard");
const Dashboard = lazyRouteComponent(() => import("../features/dashboard/Dashboard.tsx"), "Dashboard");
const ConnectedCalls = lazyRouteComponent(() => import("../features/call-boards/ConnectedCalls.tsx"), "ConnectedCalls");
const QueuedCalls = lazyRouteComponent(() => import("../features/call-boards/QueuedCalls.tsx"), "QueuedCalls");
const CompletedCalls = lazyRouteComponent(() => import("../features/call-boards/CompletedCalls.tsx"), "CompletedCalls");
const ConnectedChats = lazyRouteComponent(() => import("../features/chat-boards/LiveChats.tsx"), "ConnectedChats");
const QueuedChats = lazyRouteComponent(() => import("../features/chat-boards/LiveChats.tsx"), "QueuedChats");
const CompletedChats = lazyRouteComponent(() => import("../features/chat-boards/CompletedChats.tsx"), "CompletedChats");
const LiveChatPanels = lazyRouteComponent(() => import("../features/live-chat/LiveChatPanels.tsx"), "LiveChatPanels");
const UsersPage = lazyRouteComponent(() => import("../features/people/UsersPage.tsx"), "UsersPage");
const RolesPage = lazyRouteComponent(() => import("../features/roles/RolesPage.tsx"), "RolesPage");
const MonitoringReportPage = lazyRouteComponent(
  () => import("../features/monitoring-report/MonitoringReportPage.tsx"),
  "MonitoringReportPage",
);
const AuditPage = lazyRouteComponent(() => import("../features/audit/AuditPage.tsx"), "AuditPage");
const MePage = lazyRouteComponent(() => import("../features/me/MePage.tsx"), "MePage");
const SupportCenterPage = lazyRouteComponent(() => import("../features/support-center/SupportCenterPage.tsx"), "SupportCenterPage");
const QueueSettings = lazyRouteComponent(() => import("../features/queue-settings/QueueSettings.tsx"), "QueueSettings");
const StatusesPage = lazyRouteComponent(() => import("../features/statuses/StatusesPage.tsx"), "StatusesPage");
const DispositionsPage = lazyRouteComponent(() => import("../features/dispositions/DispositionsPage.tsx"), "DispositionsPage");
const RepliesPage = lazyRouteComponent(() => import("../features/replies/RepliesPage.tsx"), "RepliesPage");
const LanguagesPage = lazyRouteComponent(() => import("../features/messages/LanguagesPage.tsx"), "LanguagesPage");
const QueueBoard = lazyRouteComponent(() => import("../features/queue-board/QueueBoard.tsx"), "QueueBoard");
const DoctorPage = lazyRouteComponent(() => import("../features/doctor/DoctorPage.tsx"), "DoctorPage");
const SmsPage = lazyRouteComponent(() => import("../features/sms/SmsPage.tsx"), "SmsPage");
const EmbeddingPage = lazyRouteComponent(() => import("../features/embedding/EmbeddingPage.tsx"), "EmbeddingPage");
const DeflectionPage = lazyRouteComponent(() => import("../features/deflection/DeflectionPage.tsx"), "DeflectionPage");
const QueueDeflectionCard = lazyRouteComponent(() => import("../features/deflection/QueueDeflectionCard.tsx"), "QueueDeflectionCard");
const DeskPage = lazyRouteComponent(() => import("../features/desk/DeskPage.tsx"), "DeskPage");

/** A board's URL: its filters, a call whose details are open, and chats that are being read beside it. */
interface PageSearch extends BoardSearch {
  call?: string;
  watch?: string[];
}

function readPageSearch(raw: Record<string, unknown>): PageSearch {
  const result: PageSearch = readBoardSearch(raw);
  if (typeof raw["call"] === "string") result.call = raw["call"];
  if (Array.isArray(raw["watch"])) {
    const chats = raw["watch"].filter((chat): chat is string => typeof chat === "string");
    if (chats.length > 0) result.watch = chats;
  }
  return result;
}

/** Where to go after signing in: only paths of this site, so that a link cannot lead elsewhere. */
function readNext(raw: Record<string, unknown>): { next?: string } {
  const { next } = raw;
  return typeof next === "string" && /^\/(?![/\\])/.test(next) ? { next } : {};
}

/** The conversation that is chosen on the desk. */
function readDeskSearch(raw: Record<string, unknown>): { s?: string; call?: string } {
  return {
    ...(typeof raw["s"] === "string" ? { s: raw["s"] } : {}),
    ...(typeof raw["call"] === "string" ? { call: raw["call"] } : {}),
  };
}

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: readNext,
  component: SignInRoute,
});

const welcome = createRoute({ getParentRoute: () => root, path: "/welcome", component: WelcomeRoute });
const forgotten = createRoute({ getParentRoute: () => root, path: "/forgotten", component: ForgottenRoute });

const inside = createRoute({ getParentRoute: () => root, id: "inside", component: Inside });

const home = createRoute({ getParentRoute: () => inside, path: "/", component: Home });

const desk = createRoute({
  getParentRoute: () => inside,
  path: "/desk",
  staticData: { title: "nav.desk" },
  validateSearch: readDeskSearch,
  component: DeskRoute,
});

/** A page of live or past interactions with its filters in the URL. */
function board(path: string, title: TextKey, component: () => ReactNode) {
  return createRoute({ getParentRoute: () => inside, path, staticData: { title }, validateSearch: readPageSearch, component });
}

const agents = board("/agents", "page.agents", () => (
  <Board needs="agents.view" draw={(page) => <AgentBoard {...page} />} />
));
const queuesLive = board("/queues-live", "page.queues_live", () => (
  <Board needs="queues_live.view" draw={(page) => <QueueBoard {...page} />} />
));
const callsConnected = board("/calls/connected", "page.calls_connected", () => (
  <Board needs="calls.view" draw={(page) => <ConnectedCalls {...page} />} />
));
const callsQueued = board("/calls/queued", "page.calls_queued", () => (
  <Board needs="calls.view" draw={(page) => <QueuedCalls {...page} />} />
));
const callsCompleted = board("/calls/completed", "page.calls_completed", () => (
  <Board needs="calls.view" draw={(page) => <CompletedCalls {...page} />} />
));
const chatsConnected = board("/chats/connected", "page.chats_connected", () => (
  <Board
    needs="chats.view"
    draw={(page) => (
      <ConnectedChats {...page}>
        <LiveChatPanels chats={page.watched} onClose={page.onUnview} onTakenOver={page.onDesk} />
      </ConnectedChats>
    )}
  />
));
const chatsQueued = board("/chats/queued", "page.chats_queued", () => (
  <Board
    needs="chats.view"
    draw={(page) => (
      <QueuedChats {...page}>
        <LiveChatPanels chats={page.watched} onClose={page.onUnview} onTakenOver={page.onDesk} />
      </QueuedChats>
    )}
  />
));
const chatsCompleted = board("/chats/completed", "page.chats_completed", () => (
  <Board needs="chats.view" draw={(page) => <CompletedChats {...page} />} />
));

/** A page that shows records; its access is in `pages.json`. */
function page(path: keyof typeof access, title: TextKey, draw: () => ReactNode) {
  return createRoute({
    getParentRoute: () => inside,
    path,
    staticData: { title, access: access[path] },
    validateSearch: (raw: Record<string, unknown>) => raw,
    component: () => <Guarded path={path}>{draw()}</Guarded>,
  });
}

const settings = [
  page("/dashboard", "page.dashboard", () => <DashboardRoute />),
  page("/settings/queues/$channel", "page.queue_settings", () => <QueueSettingsRoute />),
  page("/settings/calls", "deflection.page.calls", () => <DeflectionPage key="calls" area="calls" />),
  page("/settings/chats", "deflection.page.chats", () => <DeflectionPage key="chats" area="chats" />),
  page("/settings/support-center", "page.support_center", () => <SupportCenterPage />),
  page("/settings/languages", "page.languages", () => <LanguagesRoute />),
  page("/settings/statuses", "page.statuses", () => <StatusesPage />),
  page("/settings/dispositions", "dispositions.title", () => <DispositionsPage />),
  page("/settings/replies", "canned.title", () => <RepliesPage />),
  page("/me/replies", "canned.own_title", () => <RepliesPage own />),
  page("/doctor", "doctor.title", () => <DoctorPage />),
  page("/settings/sms", "sms.title", () => <SmsPage />),
  page("/settings/embedding", "embedding.title", () => <EmbeddingPage />),
  page("/settings/users", "people.title", () => <UsersPage />),
  page("/settings/roles", "roles.title", () => <RolesPage />),
  page("/reports/monitoring", "ledger.title", () => <MonitoringReportPage />),
  page("/settings/audit", "audit.title", () => <AuditPage />),
  page("/me", "me.title", () => <MePage />),
];

const pages: AnyRoute[] = [...settings, home, desk, agents, queuesLive, callsConnected, callsQueued, callsCompleted, chatsConnected, chatsQueued, chatsCompleted];
export const router = createRouter({
  routeTree: root.addChildren([signIn, welcome, forgotten, inside.addChildren(pages)]),
  defaultPreload: "intent",
  defaultPendingMs: 300,
  defaultPendingComponent: Pending,
  defaultErrorComponent: Broken,
  scrollRestoration: false,
});

interface Page {
  search: PageSearch;
  onSearch: (change: Partial<BoardSearch>) => void;
  onCall: (call: string) => void;
  onView: (chat: string) => void;
  onUnview: (chat: string) => void;
  watched: readonly string[];
  /** Goes to a conversation on one's own desk. */
  onDesk: (conversation: string) => void;
}

function Board(props: { needs: Permission; draw: (page: Page) => ReactNode }): ReactNode {
  const { can } = useServices();
  const navigate = useNavigate();
  const found: unknown = useSearch({ strict: false });
  const search = useMemo(() => readPageSearch(found as Record<string, unknown>), [found]);
  const change = useCallback(
    (by: (before: PageSearch) => PageSearch, replace: boolean) =>
      void navigate({ to: ".", replace, search: (before: Record<string, unknown>) => clean(by(before as PageSearch)) }),
    [navigate],
  );
  const onSearch = useCallback((by: Partial<BoardSearch>) => change((before) => ({ ...before, ...by }), true), [change]);
  const onCall = useCallback((call: string) => change((before) => ({ ...before, call }), false), [change]);
  const onView = useCallback(
    (chat: string) =>
      change((before) => ({ ...before, watch: [chat, ...(before.watch ?? []).filter((each) => each !== chat)].slice(0, 3) }), false),
    [change],
  );
  const onUnview = useCallback(
    (chat: string) => change((before) => ({ ...before, watch: (before.watch ?? []).filter((each) => each !== chat) }), true),
    [change],
  );
  const onDesk = useCallback((conversation: string) => void navigate({ to: "/desk", search: { s: conversation } }), [navigate]);
  if (!can(props.needs)) return <Refused />;
  return props.draw({ search, onSearch, onCall, onView, onUnview, onDesk, watched: search.watch ?? [] });
}

/** Leaves out what is empty, so that URLs stay short. */
function clean(search: PageSearch): PageSearch {
  const kept = Object.entries(search).filter(
    ([, value]) => value !== undefined && value !== "" && value !== false && !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(kept);
}

/** Lets in whom `pages.json` allows. */
function Guarded({ path, children }: { path: keyof typeof access; children: ReactNode }): ReactNode {
  const { can } = useServices();
  const needs: string = access[path];
  return needs === "signed in" || can(needs as Permission) ? children : <Refused />;
}

function Refused(): ReactNode {
  return (
    <main className="board" id="main">
      <NoPermission whole />
    </main>
  );
}

function Home(): ReactNode {
  const { can } = useServices();
  if (can("desk")) return <Navigate to="/desk" replace />;
  if (can("calls.view")) return <Navigate to="/calls/connected" replace />;
  if (can("chats.view")) return <Navigate to="/chats/connected" replace />;
  if (can("dashboard.view")) return <Navigate to="/dashboard" replace />;
  if (can("agents.view")) return <Navigate to="/agents" replace />;
  if (can("queues_live.view")) return <Navigate to="/queues-live" replace />;
  if (can("monitor_chats.edit")) return <Navigate to="/doctor" replace />;
  if (can("users.view")) return <Navigate to="/settings/users" replace />;
  if (can("settings.messages.view")) return <Navigate to="/settings/languages" replace />;
  if (can("roles.view")) return <Navigate to="/settings/roles" replace />;
  return <Refused />;
}

function DeskRoute(): ReactNode {
  const { can } = useServices();
  const navigate = useNavigate();
  const found: unknown = useSearch({ strict: false });
  const { s } = readDeskSearch(found as Record<string, unknown>);
  const choose = useCallback(
    (id: string | undefined) => void navigate({ to: "/desk", search: id === undefined ? {} : { s: id } }),
    [navigate],
  );
  return can("desk") ? <DeskPage chosen={s} onChoose={choose} /> : <Refused />;
}

function DashboardRoute(): ReactNode {
  const navigate = useNavigate();
  const found: unknown = useSearch({ strict: false });
  const search = useMemo(() => readDashboardSearch(found as Record<string, unknown>), [found]);
  const change = useCallback(
    (by: DashboardChange) => void navigate({ to: "/dashboard", replace: true, search: changed(search, by) }),
    [navigate, search],
  );
  return <Dashboard search={search} onSearch={change} />;
}

function LanguagesRoute(): ReactNode {
  const navigate = useNavigate();
  const found: unknown = useSearch({ strict: false });
  const search = useMemo(() => readMessageSearch(found as Record<string, unknown>), [found]);
  const onSearch = useCallback((next: MessageSearch) => void navigate({ to: ".", search: next, replace: true }), [navigate]);
  return <LanguagesPage search={search} onSearch={onSearch} />;
}

function QueueSettingsRoute(): ReactNode {
  const navigate = useNavigate();
  const params: unknown = useParams({ strict: false });
  const { channel } = params as { channel?: string };
  const found: unknown = useSearch({ strict: false });
  const { q } = found as { q?: unknown };
  const known = MENUS.find((menu) => menu === channel);
  const go = useCallback(
    (to: MenuChannel, chosen: string) =>
      void navigate({ to: `/settings/queues/${to}`, search: chosen === "global" ? {} : { q: chosen } }),
    [navigate],
  );
  if (known === undefined) return <NotFound />;
  return <QueueSettings more={addsDeflection} channel={known} chosen={typeof q === "string" ? q : "global"} onGo={go} />;
}

/** It waits for its own code: the page must not vanish meanwhile, and the focus with it. */
function addsDeflection(node: MoreOfNode): ReactNode {
  return (
    <Suspense fallback={null}>
      <QueueDeflectionCard {...node} />
    </Suspense>
  );
}

const MENUS: readonly MenuChannel[] = ["ivr", "mobile", "web", "sms"];

/** Pages for people who are signed in; sends everybody else to sign in first. */
function Inside(): ReactNode {
  const t = useT();
  const { state, refresh } = useSession();
  switch (state.phase) {
    case "loading":
      return <Pending />;
    case "unreachable":
      return (
        <main className="alone">
          <Failure whole title={t("problem.network")} retryLabel={t("action.retry")} onRetry={refresh} />
        </main>
      );
    case "signed_out":
      return <Navigate to="/sign-in" search={{ next: location.pathname + location.search }} replace />;
    case "signed_in":
      return (
        <ServicesContext value={state.services}>
          {state.services.session.must_enrol === true ? <EnrolFirst /> : <Shell />}
        </ServicesContext>
      );
  }
}

function SignInRoute(): ReactNode {
  const { api, state, refresh } = useSession();
  const found: unknown = useSearch({ strict: false });
  const { next } = readNext(found as Record<string, unknown>);
  if (state.phase === "signed_in") return <Navigate to={next ?? "/"} replace />;
  return (
    <SignIn
      api={api}
      expired={state.phase === "signed_out" && state.expired}
      onSignedIn={refresh}
      footer={<LanguageButton />}
    />
  );
}

function WelcomeRoute(): ReactNode {
  const { api } = useSession();
  return <Welcome api={api} footer={<LanguageButton />} />;
}

function ForgottenRoute(): ReactNode {
  const { api } = useSession();
  return <Forgotten api={api} footer={<LanguageButton />} />;
}

function Pending(): ReactNode {
  const t = useT();
  return (
    <main className="alone">
      <Skeleton label={t("state.loading")} />
    </main>
  );
}

function NotFound(): ReactNode {
  const t = useT();
  return (
    <main className="alone">
      <Nothing icon="search" title={t("state.no_page")} whole>
        <a href="/">{t("state.to_start")}</a>
      </Nothing>
    </main>
  );
}

function Broken({ reset }: { reset: () => void }): ReactNode {
  const t = useT();
  return (
    <main className="alone">
      <Failure whole title={t("problem.unexpected")} retryLabel={t("action.retry")} onRetry={reset} />
    </main>
  );
}
