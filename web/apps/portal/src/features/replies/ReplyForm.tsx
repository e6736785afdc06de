import type { CannedReply, QueueInfo } from "@madoguchi/protocol";
import { Button, SelectField, TextAreaField, TextField } from "@madoguchi/ui";
import { useRef, useState, type ReactNode, type SubmitEvent } from "react";
import { FormError } from "../../shared/FormError.tsx";
import { useForm } from "../../shared/form.ts";
import { queueLabel } from "../../shared/labels.ts";
import { fillIn, unknownVariables, VARIABLES } from "../../shared/replies.ts";
import { useServices } from "../../shared/services.ts";
import type { Language } from "../../shared/settings.ts";
import { useLanguage, useT } from "../../shared/text.tsx";

const FIELDS = ["shortcut", "queue", "texts", "texts.ja", "texts.en"] as const;
const LONGEST = 2_000;
const SHORTCUT = 30;
/** Whom the preview speaks to, in the language of the text and not of the page. */
const SAMPLE: Readonly<Record<Language, string>> = { ja: "佐藤 美咲", en: "Misaki Sato" };

/** Makes or changes a canned reply, and shows how it will read. */
export function ReplyForm(props: {
  reply: CannedReply | null;
  own: boolean;
  queues: readonly QueueInfo[];
  onCancel: () => void;
  /** Shows what there is now. */
  onReload: () => void;
  onSaved: () => void;
}): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { api } = useServices();
  const { reply } = props;
  const form = useForm();
  const [shortcut, setShortcut] = useState(reply?.shortcut ?? "");
  const [queue, setQueue] = useState(reply?.queue ?? "");
  const [texts, setTexts] = useState<Record<Language, string>>({ ja: reply?.texts["ja"] ?? "", en: reply?.texts["en"] ?? "" });
  // Canned replies are for chats, which the phone's queues have not.
  const chats = props.queues.filter((one) => one.id === reply?.queue || one.channels.some((channel) => channel !== "ivr"));
  const gone = queue !== "" && !chats.some((one) => one.id === queue);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const body = {
      shortcut,
      texts,
      scope: props.own ? "own" : queue === "" ? "global" : "queue",
      queue: queue === "" ? null : queue,
    };
    void form.submit(async () => {
      await (reply === null ? api.addReply(body) : api.saveReply(reply.id, { ...body, version: reply.version }));
      props.onSaved();
    }, FIELDS);
  };
  return (
    <form className="form" onSubmit={submit} noValidate>
      <FormError form={form} onReload={props.onReload} />
      <TextField
        label={t("canned.shortcut")}
        hint={t("canned.shortcut_hint")}
        required
        maxLength={SHORTCUT}
        autoComplete="off"
        value={shortcut}
        error={form.errorOf("shortcut")}
        onChange={(event) => setShortcut(event.target.value)}
      />
      {props.own ? null : (
        <SelectField
          label={t("canned.queue")}
          value={queue}
          error={form.errorOf("queue")}
          onChange={(event) => setQueue(event.target.value)}
          options={[
            { value: "", label: t("canned.everywhere") },
            ...chats.map((one) => ({ value: one.id, label: queueLabel(one, props.queues, t, language) })),
            ...(gone ? [{ value: queue, label: t("dispositions.queue_gone") }] : []),
          ]}
        />
      )}
      {(["ja", "en"] as const).map((each) => (
        <Text
          key={each}
          language={each}
          text={texts[each]}
          error={form.errorOf(`texts.${each}`) ?? (each === language ? form.errorOf("texts") : null)}
          onChange={(value) => setTexts((before) => ({ ...before, [each]: value }))}
        />
      ))}
      <div className="details-actions">
        <Button onClick={props.onCancel}>{t("action.cancel")}</Button>
        <Button kind="primary" type="submit" busy={form.busy}>
          {t("canned.save")}
        </Button>
      </div>
    </form>
  );
}

/** The text in one language: where it is written, its variables, and how it will read. */
function Text(props: { language: Language; text: string; error: string | null; onChange: (text: string) => void }): ReactNode {
  const t = useT();
  const { session } = useServices();
  const input = useRef<HTMLTextAreaElement>(null);
  const { text, language } = props;
  const unknown = unknownVariables(text);
  const insert = (variable: string): void => {
    const from = input.current?.selectionStart ?? text.length;
    const to = input.current?.selectionEnd ?? from;
    props.onChange(`${text.slice(0, from)}{${variable}}${text.slice(to)}`.slice(0, LONGEST));
    input.current?.focus();
  };
  return (
    <>
      <TextAreaField
        ref={input}
        label={t(`canned.text_${language}`)}
        lang={language}
        rows={3}
        maxLength={LONGEST}
        value={text}
        error={props.error}
        onChange={(event) => props.onChange(event.target.value)}
      />
      <div className="variables" role="group" aria-label={t("canned.variables_of", { field: t(`canned.text_${language}`) })}>
        <span className="muted">{t("canned.insert")}</span>
        {VARIABLES.map((variable) => (
          <Button key={variable} onClick={() => insert(variable)}>
            {t(`canned.variable_${variable}`)}
          </Button>
        ))}
      </div>
      {unknown.length === 0 ? null : (
        <p className="warning-text" role="status">
          {t("canned.unknown", { names: unknown.map((name) => `{${name}}`).join(" ") })}
        </p>
      )}
      {text.trim() === "" ? null : (
        <figure className="reply-preview">
          <figcaption>{t("canned.preview")}</figcaption>
          <p lang={language}>{fillIn(text, { consumer: SAMPLE[language], agent: session.user.name })}</p>
        </figure>
      )}
    </>
  );
}
