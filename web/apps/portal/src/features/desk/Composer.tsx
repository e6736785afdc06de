import { Button, IconButton } from "@madoguchi/ui";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useRef, useState, type ReactNode } from "react";
import { isSend } from "../../shared/keys.ts";
import { fillIn, type ReplyNames } from "../../shared/replies.ts";
import { useServices } from "../../shared/services.ts";
import { useT } from "../../shared/text.tsx";
import { findReplies, replyQuery, replyText } from "./replies.ts";

const LONGEST = 4_000;
/** Unsent text of each chat, so that changing between chats loses nothing. */
const drafts = new Map<string, string>();

export interface ComposerProps {
  chat: string;
  queue: string;
  language: string;
  names: ReplyNames;
  /** The chat is over. */
  disabled: boolean;
  live: boolean;
  onInput: (text: string) => void;
  onSend: (text: string) => void;
  /** Text messages carry none. */
  files: boolean;
  onFiles: (files: File[]) => void;
}

/** Where the agent writes. Enter sends, unless an input method is composing; files can be picked, pasted or dropped. */
export function Composer(props: ComposerProps): ReactNode {
  const t = useT();
  const [text, setText] = useState(() => drafts.get(props.chat) ?? "");
  const input = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (matchMedia("(min-width: 481px)").matches) input.current?.focus();
  }, []);
  const { api } = useServices();
  const list = useId();
  const query = replyQuery(text);
  const known = useQuery({ queryKey: ["replies"], queryFn: api.replies, staleTime: 60_000 });
  const [dismissed, setDismissed] = useState<string | null>(null);
  const [at, setAt] = useState(0);
  const found = query === null || dismissed === text ? [] : findReplies(known.data?.replies ?? [], props.queue, props.language, query);
  const marked = Math.min(at, found.length - 1);
  const insert = (place: number): void => {
    const reply = found[place];
    if (reply === undefined) return;
    change(fillIn(replyText(reply, props.language), props.names));
    setAt(0);
    input.current?.focus();
  };
  /** Keys while the list is open; returns whether it took the key. */
  const steer = (key: string): boolean => {
    if (found.length === 0) return false;
    if (key === "ArrowDown") setAt((marked + 1) % found.length);
    else if (key === "ArrowUp") setAt((marked + found.length - 1) % found.length);
    else if (key === "Enter" || key === "Tab") insert(marked);
    else if (key === "Escape") setDismissed(text);
    else return false;
    return true;
  };
  const change = (value: string): void => {
    setText(value);
    drafts.set(props.chat, value);
    props.onInput(value);
  };
  const send = (): void => {
    const line = text.trim();
    if (line === "" || props.disabled) return;
    props.onSend(line);
    setText("");
    drafts.delete(props.chat);
    input.current?.focus();
  };
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {found.length === 0 ? null : (
        <ul className="replies" id={list} role="listbox" aria-label={t("replies.title")}>
          {found.map((reply, place) => (
            <li
              key={reply.id}
              id={`${list}-${place}`}
              role="option"
              aria-selected={place === marked}
              onMouseDown={(event) => {
                event.preventDefault();
                insert(place);
              }}
            >
              <span className="kbd">/{reply.shortcut}</span>
              <span className="text">{fillIn(replyText(reply, props.language), props.names)}</span>
            </li>
          ))}
        </ul>
      )}
      <textarea
        ref={input}
        aria-controls={found.length === 0 ? undefined : list}
        aria-activedescendant={found.length === 0 ? undefined : `${list}-${marked}`}
        className="input"
        rows={2}
        maxLength={LONGEST}
        aria-label={t("chat.message")}
        placeholder={t(props.disabled ? "chat.over" : "chat.placeholder")}
        disabled={props.disabled}
        value={text}
        onChange={(event) => change(event.target.value)}
        onKeyDown={(event) => {
          const { nativeEvent } = event;
          // eslint-disable-next-line @typescript-eslint/no-deprecated -- only the old code tells the Enter that ends a composition
          const { isComposing, keyCode } = nativeEvent;
          const plain = !isComposing && !event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey;
          if (plain && keyCode !== 229 && steer(event.key)) {
            event.preventDefault();
            event.stopPropagation();
            return;
          }
          if (!isSend({ key: event.key, shiftKey: event.shiftKey, isComposing, keyCode })) return;
          event.preventDefault();
          send();
        }}
        onPaste={(event) => {
          const files = [...event.clipboardData.files];
          if (files.length === 0 || !props.files) return;
          event.preventDefault();
          props.onFiles(files);
        }}
      />
      <div className="composer-foot">
        <input
          ref={picker}
          type="file"
          hidden
          multiple
          accept=".png,.jpg,.jpeg,.mp4"
          onChange={(event) => {
            props.onFiles([...(event.target.files ?? [])]);
            event.target.value = "";
          }}
        />
        {props.files ? (
          <IconButton large icon="paperclip" label={t("attachment.add")} disabled={props.disabled} onClick={() => picker.current?.click()} />
        ) : null}
        <span className="muted hint">{props.live ? `${t("chat.enter_hint")} · ${t("replies.hint")}` : t("chat.offline_hint")}</span>
        <Button kind="primary" type="submit" icon="send" disabled={props.disabled || text.trim() === ""}>
          {t("chat.send")}
        </Button>
      </div>
    </form>
  );
}
