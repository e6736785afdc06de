import { duration, isoDuration, type MediaLeg } from "@madoguchi/client";
import type { ConsumerCallRow } from "@madoguchi/protocol";
import { useEffect, useState } from "preact/hooks";
import { callOver, type Contact } from "./contact.ts";
import { useNow, useRows, useValue } from "./hooks.ts";
import { Icon } from "./icons.tsx";
import { textIn, waiting, type Language, type Text } from "./text.ts";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

interface Props {
  contact: Contact;
  queue: string;
  language: Language;
}

/** The consumer's call, from asking for the microphone to its end. */
export function CallView({ contact, queue, language }: Props) {
  const text = textIn(language);
  const leg = useValue(contact.call);
  const id = useValue(contact.callId);
  const rows = useRows(contact.live.rows);
  const row = rows.find((each): each is ConsumerCallRow => each.kind === "call" && each.id === id);
  const over = leg === null || (row !== undefined && callOver(row));
  return (
    <div class="call">
      {over ? (
        <Over contact={contact} text={text} />
      ) : (
        <Running contact={contact} leg={leg} row={row} queue={queue} language={language} text={text} />
      )}
    </div>
  );
}

function Over({ contact, text }: { contact: Contact; text: Text }) {
  return (
    <>
      <p class="state" role="status">
        {text("call.ended")}
      </p>
      <button type="button" class="primary" onClick={() => contact.home()}>
        {text("chat.ended.again")}
      </button>
    </>
  );
}

interface RunningProps {
  contact: Contact;
  leg: MediaLeg;
  row: ConsumerCallRow | undefined;
  queue: string;
  language: Language;
  text: Text;
}

function Running({ contact, leg, row, queue, language, text }: RunningProps) {
  const media = useValue(leg.state);
  const [keypad, setKeypad] = useState(false);
  if (media.phase === "failed") {
    const chat = (): void => void contact.startChat(queue, language).catch(() => contact.home());
    return (
      <>
        <p class="problem" role="alert">
          {text(media.failure === null || media.failure === "refused" ? "error.other" : `call.${media.failure}`)}
        </p>
        <button type="button" class="primary" onClick={() => void leg.start()}>
          {text("error.retry")}
        </button>
        <button type="button" class="secondary" onClick={chat}>
          {text("call.instead")}
        </button>
      </>
    );
  }
  const connected = row !== undefined;
  return (
    <>
      <span class="disc" aria-hidden="true">
        <Icon name="phone" />
      </span>
      <p class="state" role="status">
        {label(text, media.phase, row)}
      </p>
      {row !== undefined && <Elapsed contact={contact} since={row.answered_at ?? row.started_at} label={text("call.elapsed")} />}
      {media.blocked && (
        <button type="button" class="primary" onClick={() => leg.resume()}>
          {text("call.hear")}
        </button>
      )}
      {keypad && <Keypad press={(digit) => press(contact, digit)} text={text} />}
      <div class="controls">
        <button type="button" class="secondary" aria-pressed={media.muted} disabled={!connected} onClick={() => leg.mute(!media.muted)}>
          <Icon name={media.muted ? "mute" : "microphone"} />
          {text(media.muted ? "call.unmute" : "call.mute")}
        </button>
        <button type="button" class="secondary" aria-expanded={keypad} disabled={!connected} onClick={() => setKeypad(!keypad)}>
          <Icon name="keypad" />
          {text("call.keypad")}
        </button>
        <button type="button" class="danger" onClick={() => void contact.hangUp()}>
          <Icon name="phone" />
          {text("call.end")}
        </button>
      </div>
    </>
  );
}

function press(contact: Contact, digit: string): void {
  const call = contact.callId.get();
  if (call !== null) contact.api.digits(call, digit).catch(() => undefined);
}

function label(text: Text, phase: string, row: ConsumerCallRow | undefined): string {
  if (phase === "asking") return text("call.asking");
  if (phase === "reconnecting") return text("call.reconnecting");
  if (row === undefined) return text("call.connecting");
  if (row.on_hold) return text("call.hold");
  if (row.state === "talking") return text("call.talking", { name: row.agent?.name ?? text("chat.agent") });
  return waiting(text, "call", row);
}

function Elapsed({ contact, since, label: name }: { contact: Contact; since: string; label: string }) {
  const ms = useNow(contact.ticker) - Date.parse(since);
  return (
    <time class="elapsed" dateTime={isoDuration(ms)} aria-label={name}>
      {duration(ms)}
    </time>
  );
}

function Keypad({ press: pressed, text }: { press: (digit: string) => void; text: Text }) {
  useEffect(() => {
    const typed = (event: KeyboardEvent): void => {
      if (KEYS.includes(event.key) && !event.altKey && !event.ctrlKey && !event.metaKey) pressed(event.key);
    };
    document.addEventListener("keydown", typed);
    return () => document.removeEventListener("keydown", typed);
  }, []);
  return (
    <div class="keys">
      {KEYS.map((digit) => (
        <button key={digit} type="button" class="secondary" aria-label={text("call.digit", { digit })} onClick={() => pressed(digit)}>
          {digit}
        </button>
      ))}
    </div>
  );
}
