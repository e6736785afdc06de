import type { SmsConnectionInfo, SmsNumberInfo } from "@madoguchi/protocol";
import { Badge, Button, Confirm, Dialog, Nothing } from "@madoguchi/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useForm } from "../../shared/form.ts";
import { Unanswered } from "../../shared/QueryState.tsx";
import { useServices } from "../../shared/services.ts";
import { isTextKey, useLanguage, useT, type T } from "../../shared/text.tsx";
import { ConnectionForm } from "./ConnectionForm.tsx";
import { NumberForm, pathOf } from "./NumberForm.tsx";

const KEY = ["sms"];
type Edited = { connection: SmsConnectionInfo | null } | { number: SmsNumberInfo | null } | null;
type Removed = { connection: SmsConnectionInfo } | { number: SmsNumberInfo } | null;

/** Settings > Text messages: connections to carriers, and the numbers behind them. */
export function SmsPage(): ReactNode {
  const t = useT();
  const { api } = useServices();
  const language = useLanguage();
  const queries = useQueryClient();
  const query = useQuery({ queryKey: KEY, queryFn: api.sms, refetchOnWindowFocus: true });
  const [edited, setEdited] = useState<Edited>(null);
  const [removed, setRemoved] = useState<Removed>(null);
  const removal = useForm();
  const again = (): Promise<void> => queries.invalidateQueries({ queryKey: KEY });
  const done = (): void => {
    setEdited(null);
    void again();
  };
  const remove = (what: Removed): void => {
    removal.clear();
    setRemoved(what);
  };
  const { data } = query;
  const placeOf = (one: SmsNumberInfo): string => {
    const place = data?.places.find((each) => each.id === one.place);
    return place === undefined ? t(one.place === null ? "sms.whole_menu" : "sms.place_gone") : pathOf(place.path, language);
  };
  const nameOf = (one: Removed): string => (one === null ? "" : "connection" in one ? one.connection.name : one.number.number);
  return (
    <main className="board" id="main">
      <header className="board-head">
        <h1>{t("sms.title")}</h1>
      </header>
      <p className="muted">{t("sms.about")}</p>
      {data === undefined ? (
        <Unanswered query={query} />
      ) : (
        <>
          <section className="sms-part" aria-labelledby="sms-connections">
            <header className="board-head">
              <h2 id="sms-connections">{t("sms.connections")}</h2>
              <Button kind="primary" icon="plus" onClick={() => setEdited({ connection: null })}>
                {t("sms.add_connection")}
              </Button>
            </header>
            {data.connections.length === 0 ? (
              <Nothing icon="chat" title={t("sms.no_connections")}>
                <p>{t("sms.no_connections_hint")}</p>
              </Nothing>
            ) : (
              <ul className="catalogue card" aria-label={t("sms.connections")}>
                {data.connections.map((one) => (
                  <li key={one.id}>
                    <Row
                      name={one.name}
                      detail={one.carrier === "smpp" ? `${one.host}:${one.port}` : one.base_url}
                      onEdit={() => setEdited({ connection: one })}
                      onRemove={() => remove({ connection: one })}
                    >
                      <Badge tone="muted">{t(`sms.carrier.${one.carrier}`)}</Badge>
                      <Health t={t} one={one} />
                    </Row>
                  </li>
                ))}
              </ul>
            )}
          </section>
          <section className="sms-part" aria-labelledby="sms-numbers">
            <header className="board-head">
              <h2 id="sms-numbers">{t("sms.numbers")}</h2>
              <Button
                kind="primary"
                icon="plus"
                disabled={data.connections.length === 0}
                onClick={() => setEdited({ number: null })}
              >
                {t("sms.add_number")}
              </Button>
            </header>
            {data.numbers.length === 0 ? (
              <Nothing icon="phone" title={t("sms.no_numbers")}>
                <p>{t("sms.no_numbers_hint")}</p>
              </Nothing>
            ) : (
              <ul className="catalogue card" aria-label={t("sms.numbers")}>
                {data.numbers.map((one) => (
                  <li key={one.id}>
                    <Row
                      name={one.number}
                      detail={placeOf(one)}
                      onEdit={() => setEdited({ number: one })}
                      onRemove={() => remove({ number: one })}
                    >
                      <Badge tone="muted">{data.connections.find((each) => each.id === one.connection)?.name ?? "–"}</Badge>
                      {one.keywords.length === 0 ? null : <Badge tone="info">{t("sms.keyword_count", { count: one.keywords.length })}</Badge>}
                    </Row>
                  </li>
                ))}
              </ul>
            )}
          </section>
        </>
      )}
      <Dialog
        open={edited !== null}
        onClose={() => setEdited(null)}
        title={t(titleOf(edited))}
        closeLabel={t("action.close")}
        narrow
      >
        {edited === null || data === undefined ? null : "connection" in edited ? (
          <ConnectionForm entry={edited.connection} onCancel={() => setEdited(null)} onSaved={done} />
        ) : (
          <NumberForm entry={edited.number} info={data} onCancel={() => setEdited(null)} onSaved={done} />
        )}
      </Dialog>
      <Confirm
        open={removed !== null}
        title={t("sms.remove_title")}
        confirmLabel={t("sms.remove")}
        cancelLabel={t("action.cancel")}
        busy={removal.busy}
        error={removal.error}
        onCancel={() => setRemoved(null)}
        onConfirm={() => {
          if (removed === null) return;
          void removal.submit(async () => {
            await ("connection" in removed ? api.removeSmsConnection(removed.connection.id) : api.removeSmsNumber(removed.number.id));
            setRemoved(null);
            await again();
          });
        }}
      >
        {t("sms.remove_detail", { name: nameOf(removed) })}
      </Confirm>
    </main>
  );
}

function titleOf(edited: Edited): "sms.add_connection" | "sms.edit_connection" | "sms.add_number" | "sms.edit_number" {
  if (edited !== null && "number" in edited) return edited.number === null ? "sms.add_number" : "sms.edit_number";
  return edited?.connection === null ? "sms.add_connection" : "sms.edit_connection";
}

function Health({ t, one }: { t: T; one: SmsConnectionInfo }): ReactNode {
  if (!one.enabled) return <Badge tone="muted" glyph="○">{t("sms.off")}</Badge>;
  if (one.up) return <Badge tone="ok" glyph="●">{t("sms.up")}</Badge>;
  const key = `sms.trouble.${one.trouble}`;
  return <Badge tone="danger" glyph="!">{t("sms.down", { reason: isTextKey(key) ? t(key) : one.trouble })}</Badge>;
}

function Row(props: { name: string; detail: string; onEdit: () => void; onRemove: () => void; children: ReactNode }): ReactNode {
  const t = useT();
  const { name } = props;
  return (
    <div className="catalogue-row">
      <span className="catalogue-names">
        <span className="text">{name}</span>
        <span className="muted">{props.detail}</span>
      </span>
      <span className="badges">{props.children}</span>
      <span className="catalogue-actions">
        <Button onClick={props.onEdit} aria-label={t("sms.edit_of", { name })}>
          {t("sms.edit")}
        </Button>
        <Button onClick={props.onRemove} aria-label={t("sms.remove_of", { name })}>
          {t("sms.remove")}
        </Button>
      </span>
    </div>
  );
}
