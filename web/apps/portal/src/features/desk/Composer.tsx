import { Button, IconButton } from "@madoguchi/ui";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { isSend } from "../../shared/keys.ts";
import { useT } from "../../shared/text.tsx";

const LONGEST = 4_000;
/** Unsent text of each chat, so that changing between chats loses nothing. */
const drafts = new Map<string, string>();

export interface ComposerProps {
  chat: string;
  /** The chat is over. */
  disabled: boolean;
  live: boolean;
  onInput: (text: string) => void;
  onSend: (text: string) => void;
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
      <textarea
        ref={input}
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
          if (!isSend({ key: event.key, shiftKey: event.shiftKey, isComposing, keyCode })) return;
          event.preventDefault();
          send();
        }}
        onPaste={(event) => {
          const files = [...event.clipboardData.files];
          if (files.length === 0) return;
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
        <IconButton large icon="paperclip" label={t("attachment.add")} disabled={props.disabled} onClick={() => picker.current?.click()} />
        <span className="muted hint">{props.live ? t("chat.enter_hint") : t("chat.offline_hint")}</span>
        <Button kind="primary" type="submit" icon="send" disabled={props.disabled || text.trim() === ""}>
          {t("chat.send")}
        </Button>
      </div>
    </form>
  );
}
