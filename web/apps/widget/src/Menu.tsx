import { asProblem, type ProblemError } from "@madoguchi/client";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { closedAt, closedFor, type Closed } from "./closed.ts";
import { callOver, chatOver, type Contact } from "./contact.ts";
import { useNow, useRows, useValue } from "./hooks.ts";
import { Icon } from "./icons.tsx";
import { levelAt } from "./levels.ts";
import { textIn, type Language, type TextKey } from "./text.ts";

interface Props {
  contact: Contact;
  language: Language;
  /** The queue that was chosen, null on the first level. */
  chosen: string | null;
}

/** What is it about, level by level, and then: chat or call? */
export function Menu({ contact, language, chosen }: Props) {
  return chosen === null ? <Queues contact={contact} language={language} /> : <Ways contact={contact} language={language} queue={chosen} />;
}

function Queues({ contact, language }: { contact: Contact; language: Language }) {
  const text = textIn(language);
  const screen = useValue(contact.screen);
  const [path, from] = screen.name === "menu" ? [screen.path ?? [], screen.from] : [[], undefined];
  const level = levelAt(useValue(contact.config)?.menu ?? [], path);
  const list = useRef<HTMLUListElement>(null);
  const place = level.path.join(" ");
  useLayoutEffect(() => {
    // Who goes down a level begins with its first choice, who comes back with the one that he came from.
    const choices = [...(list.current?.querySelectorAll("button") ?? [])];
    if (from !== undefined || place !== "") (choices.find((each) => each.dataset["entry"] === from) ?? choices[0])?.focus();
  }, [place, from]);
  const all = useRows(contact.live.rows);
  // What goes on is on the top level, where one begins.
  const ongoing = level.of !== null ? [] : all.filter((row) => (row.kind === "call" ? !callOver(row) : !chatOver(row)));
  if (level.entries.length === 0) {
    return (
      <div class="middle">
        <p>{text("menu.empty")}</p>
      </div>
    );
  }
  return (
    <div class="scroll">
      {ongoing.length > 0 && (
        <>
          <h3 id="ongoing">{text("menu.ongoing")}</h3>
          <ul class="choices" aria-labelledby="ongoing">
            {ongoing.map((row) => (
              <li key={row.id}>
                <button
                  type="button"
                  class="choice live"
                  onClick={() =>
                    row.kind === "chat" ? contact.openChat(row.id) : contact.screen.set({ name: "call", queue: row.queue?.id ?? "" })
                  }
                >
                  <Icon name={row.kind === "chat" ? "chat" : "phone"} />
                  <span>{row.queue?.names[language] ?? text(row.kind === "chat" ? "queue.chat" : "queue.call")}</span>
                  {row.kind === "chat" && row.unread > 0 && <span class="badge still">{row.unread}</span>}
                  <Icon name="next" />
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      <h3 id="question">{text("menu.question")}</h3>
      <ul ref={list} class="choices" aria-labelledby="question">
        {level.entries.map((entry) => (
          <li key={entry.id}>
            <button
              type="button"
              class="choice"
              data-entry={entry.id}
              onClick={() =>
                contact.screen.set(
                  entry.entries.length > 0 ? { name: "menu", path: [...level.path, entry.id] } : { name: "queue", queue: entry.id },
                )
              }
            >
              <span>{entry.names[language]}</span>
              <Icon name="next" />
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Ways({ contact, language, queue }: { contact: Contact; language: Language; queue: string }) {
  const text = textIn(language);
  const config = useValue(contact.config);
  const offered = config?.queues.find((each) => each.id === queue)?.channels ?? [];
  const now = useNow(contact.ticker);
  const closed = offered.flatMap((channel) => closedFor(config?.closed ?? [], { queue, channel, language }, now) ?? []);
  const channels = offered.filter((channel) => closed.every((each) => each.channel !== channel));
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ProblemError | null>(null);
  const chat = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      await contact.startChat(queue, language);
    } catch (error) {
      if (asProblem(error).code === "after_hours") await contact.refresh(true);
      else setProblem(asProblem(error));
      setBusy(false);
    }
  };
  useEffect(() => void contact.refresh(), [contact, queue]);
  const [first] = closed;
  if (first !== undefined && channels.length === 0) return <AllClosed closed={first} language={language} />;
  return (
    <div class="scroll">
      <h3 id="how">{text("queue.how")}</h3>
      <ul class="choices" aria-labelledby="how">
        {channels.includes("chat") && (
          <li>
            <button type="button" class="choice two" disabled={busy} onClick={() => void chat()}>
              <Icon name="chat" />
              <span>
                <strong>{text("queue.chat")}</strong>
                <small>{text("queue.chat.hint")}</small>
              </span>
            </button>
          </li>
        )}
        {channels.includes("call") && (
          <li>
            <button type="button" class="choice two" disabled={busy} onClick={() => contact.startCall(queue, language)}>
              <Icon name="phone" />
              <span>
                <strong>{text("queue.call")}</strong>
                <small>{text("queue.call.hint")}</small>
              </span>
            </button>
          </li>
        )}
      </ul>
      {closed.map((each) => (
        <p key={each.channel} role="status">
          {text(each.channel === "chat" ? "queue.chat" : "queue.call")}: {text("closed.title")} {closedAt(each, language)}
        </p>
      ))}
      {problem !== null && (
        <p class="problem" role="alert">
          {text(problemKey(problem))}
        </p>
      )}
    </div>
  );
}

/** Nothing is open: why, and when it is again. */
function AllClosed({ closed, language }: { closed: Closed; language: Language }) {
  const text = textIn(language);
  return (
    <div class="middle" role="status">
      <p>
        <strong>{text("closed.title")}</strong>
      </p>
      {closed.message !== "" && <p class="closed">{closed.message}</p>}
      <p>{closedAt(closed, language)}</p>
    </div>
  );
}

/** What a consumer is told of a failure: what to do, not what broke. */
export function problemKey(problem: ProblemError): TextKey {
  if (problem.code === "network" || problem.code === "disconnected" || problem.code === "timeout") return "error.network";
  if (problem.code === "after_hours") return "closed.title";
  if (problem.code === "too_many_chats") return "error.chats";
  return problem.code.startsWith("too_") ? "error.busy" : "error.other";
}
