import type { Names, SmsInfo, SmsNumberInfo } from "@madoguchi/protocol";
import { Bar, Button, SelectField, TextAreaField, TextField } from "@madoguchi/ui";
import { useRef, useState, type ReactNode, type SubmitEvent } from "react";
import { languageName, nameIn } from "../../shared/labels.ts";
import type { Language } from "../../shared/settings.ts";
import { useServices } from "../../shared/services.ts";
import { useLanguage, useT } from "../../shared/text.tsx";
import { useFaults } from "./faults.ts";

const LANGUAGES = ["ja", "en"];

/** `Service > Returns`. */
export function pathOf(path: readonly Names[], language: Language): string {
  return path.map((names) => nameIn(names, language)).join(" > ");
}

/** Makes or changes a number to which consumers write. */
export function NumberForm(props: { entry: SmsNumberInfo | null; info: SmsInfo; onCancel: () => void; onSaved: () => void }): ReactNode {
  const t = useT();
  const language = useLanguage();
  const { api } = useServices();
  const { entry, info } = props;
  const [number, setNumber] = useState(entry?.number ?? "");
  const [connection, setConnection] = useState(entry?.connection ?? info.connections[0]?.id ?? "");
  const [place, setPlace] = useState(entry?.place ?? "");
  const [spoken, setSpoken] = useState(entry?.language ?? language);
  const [help, setHelp] = useState(entry?.help_text ?? "");
  const [keywords, setKeywords] = useState(() => (entry?.keywords ?? []).map((one, key) => ({ key, ...one })));
  const next = useRef(keywords.length);
  const faults = useFaults((field) => ["number", "connection", "place", "help_text"].includes(field) || field.startsWith("keywords."));
  const queues = info.places.filter((one) => one.leaf).map((one) => ({ value: one.id, label: pathOf(one.path, language) }));
  const places = [
    { value: "", label: t("sms.whole_menu") },
    ...info.places.map((one) => ({ value: one.id, label: pathOf(one.path, language) })),
    ...(place === "" || info.places.some((one) => one.id === place) ? [] : [{ value: place, label: t("sms.place_gone") }]),
  ];
  const change = (key: number, what: { word?: string; queue?: string }): void =>
    setKeywords((before) => before.map((one) => (one.key === key ? { ...one, ...what } : one)));
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const body = {
      number: number.normalize("NFKC"),
      connection,
      place: place === "" ? null : place,
      language: spoken,
      keywords: keywords.map(({ word, queue }) => ({ word, queue })),
      help_text: help,
    };
    void faults.submit(async () => {
      await (entry === null ? api.addSmsNumber(body) : api.saveSmsNumber(entry.id, { ...body, version: entry.version }));
      props.onSaved();
    });
  };
  return (
    <form className="form" onSubmit={submit} noValidate>
      {faults.error === null ? null : (
        <Bar tone="danger" icon="warning" role="alert">
          {faults.error}
        </Bar>
      )}
      <TextField
        label={t("sms.field.number")}
        hint={t("sms.number_hint")}
        type="tel"
        required
        autoComplete="off"
        maxLength={30}
        value={number}
        error={faults.of("number")}
        onChange={(event) => setNumber(event.target.value)}
      />
      <SelectField
        label={t("sms.field.connection")}
        value={connection}
        error={faults.of("connection")}
        options={info.connections.map((one) => ({ value: one.id, label: one.name }))}
        onChange={(event) => setConnection(event.target.value)}
      />
      <SelectField
        label={t("sms.field.place")}
        hint={t("sms.place_hint")}
        value={place}
        error={faults.of("place")}
        options={places}
        onChange={(event) => setPlace(event.target.value)}
      />
      <SelectField
        label={t("sms.field.language")}
        value={spoken}
        options={[...new Set([...LANGUAGES, spoken])].map((value) => ({ value, label: languageName(value, language) }))}
        onChange={(event) => setSpoken(event.target.value)}
      />
      <fieldset className="sms-keywords">
        <legend>{t("sms.keywords")}</legend>
        <p className="muted">{t("sms.keywords_hint")}</p>
        {keywords.map((one, index) => (
          <div className="sms-keyword" key={one.key}>
            <TextField
              label={t("sms.keyword", { number: index + 1 })}
              maxLength={40}
              value={one.word}
              error={faults.of(`keywords.${index}.word`)}
              onChange={(event) => change(one.key, { word: event.target.value })}
            />
            <SelectField
              label={t("sms.keyword_queue", { number: index + 1 })}
              value={one.queue}
              error={faults.of(`keywords.${index}.queue`)}
              options={queues.some((queue) => queue.value === one.queue) ? queues : [...queues, { value: one.queue, label: t("sms.place_gone") }]}
              onChange={(event) => change(one.key, { queue: event.target.value })}
            />
            <Button
              aria-label={t("sms.remove_keyword", { number: index + 1 })}
              onClick={() => setKeywords((before) => before.filter((each) => each.key !== one.key))}
            >
              {t("sms.remove")}
            </Button>
          </div>
        ))}
        <Button
          disabled={queues.length === 0}
          onClick={() => setKeywords((before) => [...before, { key: next.current++, word: "", queue: queues[0]?.value ?? "" }])}
        >
          {t("sms.add_keyword")}
        </Button>
      </fieldset>
      <TextAreaField
        label={t("sms.field.help_text")}
        hint={t("sms.help_hint")}
        maxLength={600}
        rows={3}
        value={help}
        error={faults.of("help_text")}
        onChange={(event) => setHelp(event.target.value)}
      />
      <div className="details-actions">
        <Button onClick={props.onCancel}>{t("action.cancel")}</Button>
        <Button kind="primary" type="submit" busy={faults.busy}>
          {t("sms.save")}
        </Button>
      </div>
    </form>
  );
}
