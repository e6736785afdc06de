import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Navigate,
  Outlet,
  useNavigate,
  useSearch,
  type AnyRoute,
} from "@tanstack/react-router";
import { Failure, Nothing, Skeleton } from "@madoguchi/ui";
import { useCallback, useMemo, type ReactNode } from "react";
import { readMessageSearch, type MessageSearch } from "../features/messages/search.ts";
import { SignIn } from "../features/sign-in/SignIn.tsx";
import { readBoardSearch, type BoardSearch } from "../shared/board.ts";
import { ServicesContext, useServices } from "../shared/services.ts";
import { useT, type TextKey } from "../shared/text.tsx";
import { NoPermission } from "../shared/ViewGate.tsx";
import type { Permission } from "@madoguchi/protocol";
import { LanguageButton } from "./LanguageButton.tsx";
import { useSession } from "./session.tsx";
import { Shell } from "./Shell.tsx";

declare module "@tanstack/react-router" {
  interface StaticDataRouteOption {
    title?: TextKey;
  }
  interface Register {
    router: typeof router;
  }
}

const AgentBoard = lazyRouteComponent(() => import("../features/agent-board/AgentBoard.tsx"), "AgentBoard");
const ConnectedCalls = lazyRouteComponent(() => import("../features/call-boards/ConnectedCalls.tsx"), "ConnectedCalls");
const QueuedCalls = lazyRouteComponent(() => import("../features/call-boards/QueuedCalls.tsx"), "QueuedCalls");
const CompletedCalls = lazyRouteComponent(() => import("../features/call-boards/CompletedCalls.tsx"), "CompletedCalls");
const ConnectedChats = lazyRouteComponent(() => import("../features/chat-boards/LiveChats.tsx"), "ConnectedChats");
const QueuedChats = lazyRouteComponent(() => import("../features/chat-boards/LiveChats.tsx"), "QueuedChats");
const CompletedChats = lazyRouteComponent(() => import("../features/chat-boards/CompletedChats.tsx"), "CompletedChats");
const LiveChatPanels = lazyRouteComponent(() => import("../features/live-chat/LiveChatPanels.tsx"), "LiveChatPanels");
const LanguagesPage = lazyRouteComponent(() => import("../features/messages/LanguagesPage.tsx"), "LanguagesPage");
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
        <LiveChatPanels chats={page.watched} onClose={page.onUnview} />
      </ConnectedChats>
    )}
  />
));
const chatsQueued = board("/chats/queued", "page.chats_queued", () => (
  <Board
    needs="chats.view"
    draw={(page) => (
      <QueuedChats {...page}>
        <LiveChatPanels chats={page.watched} onClose={page.onUnview} />
      </QueuedChats>
    )}
  />
));
const chatsCompleted = board("/chats/completed", "page.chats_completed", () => (
  <Board needs="chats.view" draw={(page) => <CompletedChats {...page} />} />
));

const languages = createRoute({
  getParentRoute: () => inside,
  path: "/settings/languages",
  staticData: { title: "page.languages" },
  validateSearch: readMessageSearch,
  component: LanguagesRoute,
});

const pages: AnyRoute[] = [languages, home, desk, agents, callsConnected, callsQueued, callsCompleted, chatsConnected, chatsQueued, chatsCompleted];

export const router = createRouter({
  routeTree: root.addChildren([signIn, inside.addChildren(pages)]),
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
  if (!can(props.needs)) return <Refused />;
  return props.draw({ search, onSearch, onCall, onView, onUnview, watched: search.watch ?? [] });
}

/** Leaves out what is empty, so that URLs stay short. */
function clean(search: PageSearch): PageSearch {
  const kept = Object.entries(search).filter(
    ([, value]) => value !== undefined && value !== "" && value !== false && !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(kept);
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
  if (can("agents.view")) return <Navigate to="/agents" replace />;
  if (can("settings.messages.view")) return <Navigate to="/settings/languages" replace />;
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

function LanguagesRoute(): ReactNode {
  const { can } = useServices();
  const navigate = useNavigate();
  const found: unknown = useSearch({ strict: false });
  const search = useMemo(() => readMessageSearch(found as Record<string, unknown>), [found]);
  const onSearch = useCallback((next: MessageSearch) => void navigate({ to: ".", search: next, replace: true }), [navigate]);
  return can("settings.messages.view") ? <LanguagesPage search={search} onSearch={onSearch} /> : <Refused />;
}

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
          <Shell />
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
