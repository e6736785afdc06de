import { asProblem, dateAndTime, duration, fileSize, type ProblemError } from "@madoguchi/client";
import type { ChangedMessage, MessageInfo, MessagesInfo, SaidMessage } from "@madoguchi/protocol";
import { Badge, Bar, Button, Confirm, Dialog, notify, TextAreaField } from "@madoguchi/ui";
import { useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { changedText } from "../../shared/fields.ts";
import { useServices } from "../../shared/services.ts";
import { problemText, useLanguage, useT, type T, type TextKey } from "../../shared/text.tsx";
import type { MessagesApi } from "./api.ts";
import { firstFault, letters, type FaultKind } from "./faults.ts";
import type { Player } from "./player.ts";
import { SoundUpload } from "./SoundUpload.tsx";
import { fullName, WAYS } from "./words.ts";

interface Props {
  said: SaidMessage;
  info: MessageInfo;
  messages: MessagesInfo;
  voice: boolean;
  api: MessagesApi;
  player: Player;
  editable: boolean;
  onChanged: (change: ChangedMessage) => void;
  onStale: () => Promise<void>;
  onClose: () => void;
}

/** One message in one language: its own text with variables, or a recording, heard before it is saved. */
export function MessageEditor(props: Props): ReactNode {
  const t = useT();
  const shown = useLanguage();
  const { connection } = useServices();
  const { said, info, messages, api, player, editable } = props;
  const [text, setText] = useState(said.text);
  const [tried, setTried] = useState(false);
  const [problem, setProblem] = useState<ProblemError | null>(null);
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState<"reset" | "close" | null>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const name = fullName(t, said, shown);
  const dirty = text.trim() !== said.text && !(text === "" && said.text === "");
  const known = useMemo(() => new Set(messages.messages.flatMap((one) => one.variables)), [messages]);
  const rule = { variables: info.variables, required: info.required, longest: messages.longest_text, known };
  const fault = info.text && (text !== "" || tried) ? firstFault(text, rule) : null;
  const error = fault !== null ? faultText(t, fault) : problem === null || problem.field === "file" ? null : problemWords(t, problem);

  useEffect(() => player.stop, [player.stop]);

  const close = (): void => {
    if (dirty) setAsking("close");
    else props.onClose();
  };
  const change = async (work: () => Promise<ChangedMessage>, done: TextKey): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      const changed = await work();
      props.onChanged(changed);
      notify({ title: t(done, { name }) });
      props.onClose();
    } catch (failure) {
      const found = asProblem(failure);
      setProblem(found);
      setAsking(null);
      if (found.code === "stale_version") await props.onStale();
      else area.current?.focus();
    } finally {
      setBusy(false);
    }
  };
  const save = (): void => {
    setTried(true);
    const wrong = firstFault(text, rule);
    if (wrong === null) {
      void change(() => api.setText(said, text), "messages.saved");
      return;
    }
    area.current?.focus();
    area.current?.setSelectionRange(unitsBefore(text, wrong.position), unitsBefore(text, wrong.position));
  };
  const insert = (variable: string): void => {
    const field = area.current;
    if (field === null) return;
    const [from, to] = [field.selectionStart, field.selectionEnd];
    const piece = `@{${variable}}`;
    setText(text.slice(0, from) + piece + text.slice(to));
    requestAnimationFrame(() => {
      field.focus();
      field.setSelectionRange(from + piece.length, from + piece.length);
    });
  };
  const listening = player.active?.id === "editor" ? player.active : null;

  return (
    <Dialog
      open
      onClose={close}
      title={name}
      badge={
        <Badge tone={WAYS[said.way].tone} glyph={WAYS[said.way].glyph}>
          {t(`messages.way.${said.way}`)}
        </Badge>
      }
      closeLabel={t("action.close")}
      className="message-editor"
      {...(editable && info.text ? { initialFocus: area } : {})}
      footer={
        editable ? (
          <>
            {said.text !== "" || said.sound !== null ? (
              <Button className="start" disabled={busy} onClick={() => setAsking("reset")}>
                {t("messages.reset")}
              </Button>
            ) : null}
            <Button onClick={close}>{t("action.cancel")}</Button>
            {info.text ? (
              <Button kind="primary" disabled={!dirty} busy={busy} onClick={save}>
                {t("messages.save")}
              </Button>
            ) : null}
          </>
        ) : undefined
      }
    >
      <div className="editor">
        <p className="muted">
          {t(`messages.when.${said.message}` as TextKey)}
          {said.changed_at === null
            ? null
            : ` ${t("messages.changed_at", { at: dateAndTime(said.changed_at, shown, connection.now()) })}`}
        </p>
        {problem?.code === "stale_version" ? (
          <Bar tone="warning" icon="warning" role="alert">
            {t("messages.stale", { now: said.sound?.name ?? (said.text === "" ? t(`messages.way.${said.way}`) : said.text) })}{" "}
            {changedText(t, problem)}
          </Bar>
        ) : null}
        {info.text ? (
          <>
            {said.built_in === "" ? null : (
              <blockquote lang={said.language}>
                <span className="muted">{t("messages.built_in")}</span>
                {said.built_in}
              </blockquote>
            )}
            {props.voice ? null : (
              <Bar tone="info" icon="info">
                {t("messages.no_voice")}
              </Bar>
            )}
            <TextAreaField
              ref={area}
              label={t("messages.own_text")}
              hint={t("messages.letters", { count: letters(text), longest: messages.longest_text })}
              error={error}
              rows={4}
              lang={said.language}
              value={text}
              readOnly={!editable}
              onChange={(event) => {
                setText(event.target.value);
                setProblem(null);
              }}
            />
            {editable ? (
              <div className="chips" role="group" aria-label={t("messages.insert")}>
                {info.variables.map((variable) => (
                  <button key={variable} type="button" className="chip" onClick={() => insert(variable)}>
                    ＋ {t(`messages.variable.${variable}` as TextKey)}
                    <span className="muted">{info.required.includes(variable) ? ` ${t("messages.required")}` : ""}</span>
                  </button>
                ))}
              </div>
            ) : null}
            {props.voice ? (
              <div className="listen">
                <Button
                  icon={listening === null ? "play" : "pause"}
                  busy={listening?.busy ?? false}
                  disabled={fault !== null}
                  onClick={() => player.toggle("editor", () => api.preview(said, text === "" ? null : text))}
                >
                  {t(listening === null ? "messages.listen" : "messages.stop_listening")}
                </Button>
                <span className="muted">{t("messages.listen_hint")}</span>
              </div>
            ) : null}
          </>
        ) : null}
        {said.sound === null ? null : (
          <div className="recording">
            <h3>{t("messages.recording")}</h3>
            <p>
              {said.sound.name}{" "}
              <span className="muted num">
                {duration(said.sound.span_s * 1000)} · {fileSize(said.sound.size, shown)}
              </span>
            </p>
            <audio controls preload="none" src={api.soundUrl(said)} aria-label={t("messages.recording_of", { name })} />
          </div>
        )}
        {editable ? (
          info.audio ? (
            <SoundUpload
              said={said}
              maxBytes={messages.max_bytes}
              longestSeconds={info.longest_s}
              api={api}
              onUploaded={(changed) => {
                props.onChanged(changed);
                setText("");
                setTried(false);
                notify({ title: t("messages.uploaded", { name }) });
              }}
              onStale={props.onStale}
            />
          ) : (
            <p className="muted">{t("messages.not_recordable")}</p>
          )
        ) : null}
      </div>
      <Confirm
        open={asking === "reset"}
        onCancel={() => setAsking(null)}
        onConfirm={() => void change(() => api.reset(said), "messages.was_reset")}
        title={t("messages.reset_title", { name })}
        confirmLabel={t("messages.reset")}
        cancelLabel={t("action.cancel")}
        busy={busy}
      >
        {t(said.sound === null ? "messages.reset_text" : "messages.reset_sound")}
      </Confirm>
      <Confirm
        open={asking === "close"}
        onCancel={() => setAsking(null)}
        onConfirm={props.onClose}
        title={t("messages.discard_title")}
        confirmLabel={t("action.discard")}
        cancelLabel={t("action.cancel")}
      >
        {t("messages.discard_text")}
      </Confirm>
    </Dialog>
  );
}

function faultText(t: T, fault: { kind: FaultKind; position: number; name: string }): string {
  return t(`messages.fault.${fault.kind}`, { name: fault.name, place: fault.position + 1 });
}

/** What the server found: a fault at a place, or any problem. */
function problemWords(t: T, problem: ProblemError): string | null {
  if (problem.code === "stale_version") return null;
  const name = /@\{([^}]*)\}/.exec(problem.detail)?.[1] ?? "";
  if (problem.code === "bad_text" && problem.reason !== null)
    return faultText(t, { kind: problem.reason as FaultKind, position: problem.position ?? 0, name });
  return problemText(t, problem);
}

/** Where the character with this number begins in the field's own count. */
function unitsBefore(text: string, characters: number): number {
  return Array.from(text).slice(0, characters).join("").length;
}
