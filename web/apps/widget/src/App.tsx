import type { Observable } from "@madoguchi/client";
import type { ConsumerChatRow } from "@madoguchi/protocol";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Attention } from "./attention.ts";
import { CallView } from "./CallView.tsx";
import { ChatView } from "./ChatView.tsx";
import { chatOver, type Contact } from "./contact.ts";
import { useRows, useValue, useVisible } from "./hooks.ts";
import { Icon } from "./icons.tsx";
import { levelAt, pathTo } from "./levels.ts";
import { Menu, problemKey } from "./Menu.tsx";
import { textIn, type Language } from "./text.ts";

interface Props {
  contact: Contact;
  opened: Observable<boolean>;
  firstLanguage: Language;
  /** Fills its page and cannot be closed. */
  page: boolean;
}

/** The button, and the panel that it opens. */
export function App({ contact, opened, firstLanguage, page }: Props) {
  const open = useValue(opened);
  const [language, setLanguage] = useState(firstLanguage);
  const text = textIn(language);
  const launcher = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLElement>(null);
  const wasOpen = useRef(open);
  const attention = useRef<Attention | null>(null);
  attention.current ??= new Attention();
  const visible = useVisible();
  const rows = useRows(contact.live.rows);
  const unread = rows
    .filter((row): row is ConsumerChatRow => row.kind === "chat" && !chatOver(row))
    .reduce((sum, row) => sum + row.unread, 0);

  useEffect(() => {
    if (open) void contact.wake(language);
  }, [open]);
  useLayoutEffect(() => {
    const root = panel.current?.getRootNode() as ShadowRoot | undefined;
    // A conversation that is taken up again has put the focus where one writes.
    if (open && !wasOpen.current && panel.current?.contains(root?.activeElement ?? null) === false) panel.current.focus();
    if (!open && wasOpen.current) launcher.current?.focus();
    wasOpen.current = open;
  }, [open]);
  useEffect(() => attention.current?.follow(unread, open && visible), [unread, open, visible]);
  const screen = useValue(contact.screen);
  useLayoutEffect(() => {
    // The button that led here is gone, and the focus with it: keys must still reach the panel.
    if (open && document.activeElement === document.body) panel.current?.focus();
  }, [screen]);
  const enableSound = (): void => attention.current?.enable();

  return (
    <div class="frame" lang={language} onPointerDown={enableSound} onKeyDown={enableSound}>
      {open && (
        <section
          ref={panel}
          class="panel"
          role={page ? "region" : "dialog"}
          aria-label={text("title")}
          tabIndex={-1}
          onKeyDown={(event) => {
            if (event.key === "Escape" && !page && !event.isComposing) opened.set(false);
          }}
        >
          <Panel contact={contact} language={language} setLanguage={setLanguage} close={page ? null : () => opened.set(false)} />
        </section>
      )}
      {!page && (
        <button
          ref={launcher}
          type="button"
          class="launcher"
          aria-expanded={open}
          aria-label={unread > 0 && !open ? text("open.unread", { count: unread }) : text("open")}
          onClick={() => opened.set(!open)}
        >
          <Icon name={open ? "close" : "chat"} />
          {unread > 0 && !open && <span class="badge">{unread}</span>}
        </button>
      )}
    </div>
  );
}

interface PanelProps {
  contact: Contact;
  language: Language;
  setLanguage: (language: Language) => void;
  close: (() => void) | null;
}

function Panel({ contact, language, setLanguage, close }: PanelProps) {
  const text = textIn(language);
  const phase = useValue(contact.phase);
  const config = useValue(contact.config);
  const screen = useValue(contact.screen);
  const status = useValue(contact.connection.status);
  const problem = useValue(contact.problem);
  const slow = useLater(phase === "loading", 300);
  const rows = useRows(contact.live.rows);
  const level = levelAt(config?.menu ?? [], screen.name === "menu" ? (screen.path ?? []) : []);
  const back = (): void => {
    if (screen.name === "menu") contact.screen.set({ name: "menu", path: level.path.slice(0, -1), from: level.path.at(-1) ?? "" });
    else if (screen.name === "queue") contact.screen.set({ name: "menu", path: pathTo(config?.menu ?? [], screen.queue), from: screen.queue });
    else contact.screen.set({ name: "menu" });
  };
  const name =
    screen.name === "menu"
      ? (level.of?.names[language] ?? config?.name)
      : screen.name === "chat"
        ? rows.find((row) => row.id === screen.chat)?.queue?.names[language]
        : config?.queues.find((queue) => queue.id === screen.queue)?.names[language];

  return (
    <>
      <div class="head">
        {screen.name !== "menu" || level.of !== null ? (
          <button type="button" class="quiet" aria-label={text("back")} onClick={back}>
            <Icon name="back" />
          </button>
        ) : null}
        <h2>{name ?? text("title")}</h2>
        <button
          type="button"
          class="quiet word"
          lang={language === "ja" ? "en" : "ja"}
          aria-label={text("language.label")}
          onClick={() => setLanguage(language === "ja" ? "en" : "ja")}
        >
          {text("language.other")}
        </button>
        {close !== null && (
          <button type="button" class="quiet" aria-label={text("close")} onClick={close}>
            <Icon name="close" />
          </button>
        )}
      </div>
      {status.lostAt !== null && (
        <p class="bar" role="status">
          {text("error.offline")}
        </p>
      )}
      {phase === "failed" ? (
        <div class="middle">
          <p role="alert">{text(problem === null ? "error.network" : problemKey(problem))}</p>
          <button type="button" class="primary" onClick={() => void contact.wake(language)}>
            {text("error.retry")}
          </button>
        </div>
      ) : phase !== "ready" ? (
        <div class="middle">{slow && <p role="status">{text("loading")}</p>}</div>
      ) : screen.name === "chat" ? (
        <ChatView key={screen.chat} contact={contact} chat={screen.chat} language={language} />
      ) : screen.name === "call" ? (
        <CallView contact={contact} queue={screen.queue} language={language} />
      ) : (
        <Menu contact={contact} language={language} chosen={screen.name === "queue" ? screen.queue : null} />
      )}
    </>
  );
}

/** True once `waiting` has lasted for `ms`: short waits need no sign. */
function useLater(waiting: boolean, ms: number): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (!waiting) return undefined;
    const timer = setTimeout(() => setLate(true), ms);
    return () => clearTimeout(timer);
  }, [waiting]);
  return late;
}
