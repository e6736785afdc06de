import { asProblem, ProblemError, type Upload } from "@madoguchi/client";
import type { ChangedMessage, SaidMessage } from "@madoguchi/protocol";
import { Button, Icon } from "@madoguchi/ui";
import { useEffect, useId, useRef, useState, type ReactNode } from "react";
import { problemText, useT } from "../../shared/text.tsx";
import type { MessagesApi } from "./api.ts";

const MIB = 1024 * 1024;

interface Sending {
  file: File;
  part: number;
}

/** Chooses a sound file and sends it; what is wrong with it stands beside the field, and what was there stays. */
export function SoundUpload(props: {
  said: SaidMessage;
  maxBytes: number;
  longestSeconds: number;
  api: MessagesApi;
  onUploaded: (changed: ChangedMessage) => void;
  onStale: () => Promise<void>;
}): ReactNode {
  const t = useT();
  const id = useId();
  const [sending, setSending] = useState<Sending | null>(null);
  const [problem, setProblem] = useState<ProblemError | null>(null);
  const upload = useRef<Upload | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const choose = useRef<HTMLButtonElement>(null);
  useEffect(() => () => upload.current?.cancel(), []);

  const send = (file: File): void => {
    setProblem(null);
    const refusal = !/\.(wav|mp3)$/i.test(file.name) ? "wrong_type" : file.size > props.maxBytes ? "too_large" : null;
    if (refusal !== null) {
      setProblem(new ProblemError({ code: "bad_sound", reason: refusal }));
      return;
    }
    setSending({ file, part: 0 });
    const running = props.api.upload(props.said, file, (part) => setSending({ file, part }));
    upload.current = running;
    running.done
      .then(
        (changed) => props.onUploaded(changed as ChangedMessage),
        async (error: unknown) => {
          const found = asProblem(error);
          if (found.code === "cancelled") return;
          setProblem(found);
          if (found.code === "stale_version") await props.onStale();
        },
      )
      .finally(() => {
        upload.current = null;
        setSending(null);
        choose.current?.focus();
      });
  };
  const error = problem === null ? null : problem.code === "stale_version" ? t("messages.upload_stale") : problemText(t, problem);
  return (
    <div className="field upload">
      <span className="label" id={`${id}-label`}>
        {t(props.said.sound === null ? "messages.record_instead" : "messages.replace_recording")}
      </span>
      <input
        ref={input}
        type="file"
        hidden
        accept=".wav,.mp3,audio/wav,audio/mpeg"
        data-testid="sound-file"
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = "";
          if (file !== undefined) send(file);
        }}
      />
      {sending === null ? (
        <Button
          ref={choose}
          icon="paperclip"
          aria-describedby={`${id}-hint${error === null ? "" : ` ${id}-error`}`}
          onClick={() => input.current?.click()}
        >
          {t("messages.choose_file")}
        </Button>
      ) : (
        <div className="sending">
          <span className="name">{sending.file.name}</span>
          <progress value={sending.part} max={1} aria-label={t("messages.sending", { name: sending.file.name })} />
          <span className="muted" role="status">
            {t(sending.part < 1 ? "messages.is_sending" : "messages.is_checking")}
          </span>
          <Button onClick={() => upload.current?.cancel()}>{t("action.cancel")}</Button>
        </div>
      )}
      <span className="hint" id={`${id}-hint`}>
        {t("messages.file_hint", { size: Math.floor(props.maxBytes / MIB), seconds: props.longestSeconds })}
      </span>
      {error === null ? null : (
        <span className="error" id={`${id}-error`} role="alert">
          <Icon name="warning" size="small" />
          {error}
        </span>
      )}
    </div>
  );
}
