import type { LanguagesInfo, MessageInfo, MessagesInfo, SaidMessage } from "@madoguchi/protocol";
import { Badge, IconButton, SelectField } from "@madoguchi/ui";
import { Fragment, type ReactNode } from "react";
import { useLanguage, useT, type TextKey } from "../../shared/text.tsx";
import type { MessagesApi } from "./api.ts";
import type { Player } from "./player.ts";
import { fullName, languageName, messageName, MUSIC_LANGUAGE, WAYS } from "./words.ts";

interface Props {
  languages: LanguagesInfo;
  messages: MessagesInfo;
  also: string | undefined;
  onAlso: (language: string) => void;
  api: MessagesApi;
  player: Player;
  editable: boolean;
  onOpen: (key: string) => void;
}

/** Messages down, languages across; each cell tells how it is said, plays it, and leads to where it is changed. */
export function MessagesTable(props: Props): ReactNode {
  const t = useT();
  const shown = useLanguage();
  const { languages, messages } = props;
  const columns = languages.languages.filter((one) => one.live || one.language === props.also).map((one) => one.language);
  const others = languages.languages.filter((one) => !one.live);
  const groups = [...new Set(messages.messages.map((one) => one.group))];
  return (
    <section className="messages">
      <div className="messages-head">
        <h2>{t("messages.title")}</h2>
        <SelectField
          label={t("messages.also")}
          value={props.also ?? ""}
          onChange={(event) => props.onAlso(event.target.value)}
          options={[
            { value: "", label: t("messages.also_none") },
            ...others.map((one) => ({ value: one.language, label: languageName(one.language, shown) })),
          ]}
        />
      </div>
      <div className="messages-table card" tabIndex={0} role="region" aria-label={t("page.languages")}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("messages.message")}</th>
              {columns.map((language) => (
                <th scope="col" key={language}>
                  {languageName(language, shown)}
                  {language === languages.default ? <span className="muted"> {t("messages.is_default")}</span> : null}
                  {languages.languages.some((one) => one.language === language && !one.live) ? (
                    <span className="muted"> {t("messages.is_not_live")}</span>
                  ) : null}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {groups.map((group) => (
              <Fragment key={group}>
                <tr className="group">
                  <th scope="rowgroup" colSpan={columns.length + 1}>
                    {t(`messages.group.${group}` as TextKey)}
                  </th>
                </tr>
                {messages.messages
                  .filter((one) => one.group === group)
                  .map((one) => (
                    <Row key={one.message} info={one} columns={columns} {...props} />
                  ))}
              </Fragment>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Row(props: Props & { info: MessageInfo; columns: readonly string[] }): ReactNode {
  const t = useT();
  const { info, columns, messages } = props;
  const said = (language: string): SaidMessage | undefined =>
    messages.said.find((one) => one.message === info.message && one.language === language);
  const music = said(MUSIC_LANGUAGE);
  return (
    <tr>
      <th scope="row">
        <span className="name">{messageName(t, info.message)}</span>
        <span className="muted">{t(`messages.when.${info.message}` as TextKey)}</span>
      </th>
      {music === undefined
        ? columns.map((language) => {
            const one = said(language);
            return <td key={language}>{one === undefined ? null : <Cell said={one} {...props} />}</td>;
          })
        : [
            <td key={MUSIC_LANGUAGE} colSpan={columns.length}>
              <Cell said={music} {...props} />
            </td>,
          ]}
    </tr>
  );
}

function Cell({ said, api, player, editable, onOpen }: Props & { said: SaidMessage }): ReactNode {
  const t = useT();
  const shown = useLanguage();
  const key = `${said.message}.${said.language}`;
  const name = fullName(t, said, shown);
  const look = WAYS[said.way];
  const id = `cell ${key}`;
  const active = player.active?.id === id ? player.active : null;
  const audible = said.way === "audio" || ((said.way === "text" || said.way === "built_in") && said.language !== MUSIC_LANGUAGE);
  const words = said.sound?.name ?? (said.text === "" ? said.built_in : said.text);
  return (
    <div className="said">
      {audible ? (
        <IconButton
          icon={active === null ? "play" : active.busy ? "refresh" : "pause"}
          label={t(active === null ? "messages.play" : "messages.stop", { name })}
          onClick={() => player.toggle(id, () => (said.way === "audio" ? Promise.resolve(api.soundUrl(said)) : api.preview(said, null)))}
        />
      ) : (
        <span className="no-sound" />
      )}
      <button type="button" className="open" onClick={() => onOpen(key)}>
        <span className="visually-hidden">{t(editable ? "messages.edit" : "messages.show", { name })} </span>
        <Badge tone={look.tone} glyph={look.glyph}>
          {t(`messages.way.${said.way}`)}
        </Badge>
        <span className="words" lang={said.language === MUSIC_LANGUAGE ? undefined : said.language}>
          {words}
        </span>
      </button>
    </div>
  );
}
