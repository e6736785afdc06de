import { asProblem, newId, TypingSignal, type ProblemError, type Upload } from "@madoguchi/client";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Contact } from "./contact.ts";
import { useValue } from "./hooks.ts";
import { Icon } from "./icons.tsx";
import { problemKey } from "./Menu.tsx";
import { isTextKey, textIn, type Language, type Text } from "./text.ts";

const MOST = 4000;
const ENDINGS = [".png", ".jpg", ".jpeg", ".mp4"];

interface Props {
  contact: Contact;
  chat: string;
  language: Language;
}

interface Sending {
  name: string;
  part: number;
  upload: Upload;
}

/** Where the consumer writes, and adds files. */
export function Composer({ contact, chat, language }: Props) {
  const text = textIn(language);
  const [written, setWritten] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [sending, setSending] = useState<Sending | null>(null);
  const [asking, setAsking] = useState(false);
  const [over, setOver] = useState(false);
  const file = useRef<HTMLInputElement>(null);
  const input = useRef<HTMLTextAreaElement>(null);
  const ending = useRef<HTMLButtonElement>(null);
  const asked = useRef(false);
  const limit = useValue(contact.config)?.attachments.max_bytes ?? 0;
  const typing = useRef<TypingSignal | null>(null);
  typing.current ??= new TypingSignal((on) => {
    contact.connection.command("chat.typing", { chat, typing: on }).catch(() => undefined);
  }, () => Date.now());
  useLayoutEffect(() => input.current?.focus(), [chat]);
  useEffect(() => () => typing.current?.stop(), [chat]);

  const answer = (ask: boolean): void => {
    setAsking(ask);
    asked.current = true;
  };
  useLayoutEffect(() => {
    // The button that had the focus is gone: whoever types fast must find the next one there with his next key.
    if (asked.current) ending.current?.focus();
  }, [asking]);

  const send = (): void => {
    const line = written.trim();
    if (line === "") return;
    if (line.length > MOST) {
      setProblem(text("chat.too_long"));
      return;
    }
    contact.outbox.send(chat, line);
    typing.current?.stop();
    setProblem(null);
    setWritten("");
  };

  const attach = async (chosen: File): Promise<void> => {
    setProblem(null);
    if (!ENDINGS.some((ending) => chosen.name.toLowerCase().endsWith(ending))) {
      setProblem(text("chat.refused.wrong_type"));
      return;
    }
    if (limit > 0 && chosen.size > limit) {
      setProblem(text("chat.refused.too_large", { size: most(limit) }));
      return;
    }
    const upload = contact.api.attach(chat, chosen, newId(), (part) =>
      setSending((before) => (before === null ? null : { ...before, part })),
    );
    setSending({ name: chosen.name, part: 0, upload });
    try {
      await upload.done;
    } catch (error) {
      const why = asProblem(error);
      if (why.code !== "cancelled") setProblem(said(text, why, most(limit)));
    } finally {
      setSending(null);
    }
  };

  return (
    <div
      class={over ? "composer over-drop" : "composer"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const dropped = event.dataTransfer?.files[0];
        if (dropped !== undefined) void attach(dropped);
      }}
    >
      {problem !== null && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {sending !== null && (
        <p class="sending" role="status">
          {text("chat.uploading", { name: sending.name, percent: Math.round(100 * sending.part) })}{" "}
          <button type="button" class="link" onClick={() => sending.upload.cancel()}>
            {text("chat.upload.cancel")}
          </button>
        </p>
      )}
      {over && <p class="sending">{text("chat.drop")}</p>}
      <div class="write">
        <button type="button" class="quiet" aria-label={text("chat.attach")} disabled={sending !== null} onClick={() => file.current?.click()}>
          <Icon name="clip" />
        </button>
        <input
          ref={file}
          type="file"
          hidden
          accept={ENDINGS.join(",")}
          onChange={(event) => {
            const chosen = event.currentTarget.files?.[0];
            event.currentTarget.value = "";
            if (chosen !== undefined) void attach(chosen);
          }}
        />
        <textarea
          ref={input}
          rows={1}
          value={written}
          aria-label={text("chat.input")}
          placeholder={text("chat.input")}
          onInput={(event) => {
            setWritten(event.currentTarget.value);
            typing.current?.input(event.currentTarget.value);
          }}
          onBlur={() => typing.current?.stop()}
          onPaste={(event) => {
            const pasted = event.clipboardData?.files[0];
            if (pasted === undefined) return;
            event.preventDefault();
            void attach(pasted);
          }}
          onKeyDown={(event) => {
            // Enter that closes an input method's composition is not meant for us; Safari says so by key code only.
            // eslint-disable-next-line @typescript-eslint/no-deprecated -- there is no other way to know in Safari
            if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
            event.preventDefault();
            send();
          }}
        />
        <button type="button" class="primary round" aria-label={text("chat.send")} disabled={written.trim() === ""} onClick={send}>
          <Icon name="send" />
        </button>
      </div>
      {asking ? (
        <p
          class="ending"
          role="alertdialog"
          aria-label={text("chat.end.ask")}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            // One layer at a time: the panel stays.
            event.stopPropagation();
            answer(false);
          }}
        >
          {text("chat.end.ask")}{" "}
          <button ref={ending} type="button" class="link" onClick={() => answer(false)}>
            {text("chat.end.no")}
          </button>{" "}
          <button
            type="button"
            class="link danger"
            onClick={() => {
              contact.api.endChat(chat).catch((error: unknown) => setProblem(text(problemKey(asProblem(error)))));
              setAsking(false);
            }}
          >
            {text("chat.end.yes")}
          </button>
        </p>
      ) : (
        <p class="ending">
          <button ref={ending} type="button" class="link" onClick={() => answer(true)}>
            {text("chat.end")}
          </button>
        </p>
      )}
    </div>
  );
}

/** The limit as people count: never more than is accepted. */
const most = (bytes: number): string => `${Math.floor(bytes / 2 ** 20)} MB`;

/** What to say of a failure; the server has looked into a refused file and names the reason. */
function said(text: Text, problem: ProblemError, size: string): string {
  if (problem.code === "body_too_large") return text("chat.refused.too_large", { size });
  if (problem.code !== "bad_attachment") return text(problemKey(problem));
  const key = `chat.refused.${problem.reason ?? ""}`;
  return text(isTextKey(key) ? key : "chat.refused", { size });
}
