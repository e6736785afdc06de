import { asProblem, systemClock } from "@madoguchi/client";
import type { OfferRow } from "@madoguchi/protocol";
import { Bar, Button, Icon, notify } from "@madoguchi/ui";
import { useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { Elapsed, useSecondsLeft } from "../../shared/Elapsed.tsx";
import { useLive, useValue } from "../../shared/hooks.ts";
import { isTyping, useShortcuts } from "../../shared/keys.ts";
import { languageName, queuePath } from "../../shared/labels.ts";
import { useServices } from "../../shared/services.ts";
import { problemText, useLanguage, useT } from "../../shared/text.tsx";
import { OfferNotes, TitleFlash } from "./attention.ts";

export interface OffersProps {
  offers: readonly OfferRow[];
  /** Where agents answer from; an accepted interaction is shown there. */
  onAccepted: (interaction: string) => void;
  pageTitle: string;
  unread: number;
}

/** Standing offers with all that draws attention to them: tone, title, desktop notification, focus. */
export function Offers(props: OffersProps): ReactNode {
  const { offers } = props;
  const t = useT();
  const language = useLanguage();
  const { api, leadership, ringer, settings } = useServices();
  const leading = useValue(leadership.leading);
  const { notifications } = useValue(settings);
  const live = useLive();
  const [busy, setBusy] = useState<string | null>(null);
  const first = offers[0];

  // The ring is a function of what stands, nothing else: it cannot outlive its offer.
  const alert = !leading ? null : offers.some((offer) => offer.channel === "call") ? "call" : first === undefined ? null : "chat";
  useEffect(() => ringer.follow(alert), [ringer, alert]);

  const flash = useMemo(() => new TitleFlash(systemClock, (title) => void (document.title = title)), []);
  useEffect(() => {
    flash.follow({
      page: props.pageTitle,
      count: offers.length + props.unread,
      calling:
        first === undefined ? "" : t(first.channel === "call" ? "offer.title_call" : "offer.title_chat", { name: first.consumer.name }),
    });
  }, [flash, first, offers.length, props.pageTitle, props.unread, t]);
  useEffect(() => () => flash.close(), [flash]);

  const notes = useMemo(
    () =>
      new OfferNotes(
        (title, options) => new Notification(title, options),
        () => {
          window.focus();
          document.querySelector<HTMLElement>("[data-offer] .primary")?.focus();
        },
      ),
    [],
  );
  useEffect(() => {
    const allowed = notifications && leading && "Notification" in window && Notification.permission === "granted";
    notes.follow(allowed ? offers : [], (offer) => ({
      title: t(offer.channel === "call" ? "offer.title_call" : "offer.title_chat", { name: offer.consumer.name }),
      body: offer.direct === true ? t("offer.direct") : queuePath(offer.queue, language),
    }));
  }, [notes, offers, notifications, leading, t, language]);

  const act = async (offer: OfferRow, accept: boolean): Promise<void> => {
    if (busy !== null) return;
    setBusy(offer.id);
    try {
      if (accept) {
        void ringer.enable();
        // The voice belongs where the person answered.
        if (offer.channel === "call") leadership.take();
        const { interaction } = await api.accept(offer.offer);
        props.onAccepted(interaction);
      } else {
        await api.decline(offer.offer);
      }
    } catch (error) {
      notify({ title: t(accept ? "offer.accept_failed" : "offer.decline_failed"), detail: problemText(t, asProblem(error)), error: true });
    } finally {
      setBusy(null);
    }
  };

  useShortcuts({
    ...(first === undefined || !live ? {} : { KeyA: () => void act(first, true), KeyX: () => void act(first, false) }),
  });

  if (offers.length === 0) return null;
  return (
    <section className="offers-place" aria-label={t("offer.region")}>
      <p className="visually-hidden" role="alert">
        {first === undefined
          ? ""
          : t(first.channel === "call" ? "offer.announce_call" : "offer.announce_chat", {
              name: first.consumer.name,
              queue: queuePath(first.queue, language),
            })}
      </p>
      <div className="offers">
        {offers.map((offer, index) => (
          <OfferCard
            key={offer.id}
            offer={offer}
            first={index === 0}
            busy={busy === offer.id}
            live={live}
            leading={leading}
            onAccept={() => void act(offer, true)}
            onDecline={() => void act(offer, false)}
          />
        ))}
      </div>
    </section>
  );
}

function OfferCard(props: {
  offer: OfferRow;
  first: boolean;
  busy: boolean;
  live: boolean;
  leading: boolean;
  onAccept: () => void;
  onDecline: () => void;
}): ReactNode {
  const { offer } = props;
  const t = useT();
  const language = useLanguage();
  const accept = useRef<HTMLButtonElement>(null);
  const whole = Math.max(1, (Date.parse(offer.expires_at) - Date.parse(offer.offered_at)) / 1000);
  const left = Math.min(Math.round(whole), useSecondsLeft(offer.expires_at));

  // One page of the agent's takes it for him; the others show that it will be taken.
  const auto = offer.auto_answer === true;
  const autoLeft = useSecondsLeft(auto ? new Date(Date.parse(offer.offered_at) + AUTO_MS).toISOString() : null);
  const takes = auto && autoLeft === 0 && props.leading && props.live;
  const take = useRef(props.onAccept);
  useEffect(() => {
    take.current = props.onAccept;
  });
  useEffect(() => {
    if (takes) take.current();
  }, [takes]);

  useEffect(() => {
    if (props.first && !isTyping(document.activeElement)) accept.current?.focus();
  }, [props.first]);

  const call = offer.channel === "call";
  return (
    <article className="offer card" data-offer={offer.id} data-channel={offer.channel}>
      <p className="kind">
        <Icon name={call ? "phone" : "chat"} size="small" />
        {t(call ? "offer.call" : "offer.chat")} · {t(`medium.${offer.medium}`)}
      </p>
      {offer.consult === undefined || offer.consult === null ? null : (
        <p>
          <strong>{t("offer.consult", { name: offer.consult.by.name })}</strong>
          {offer.consult.note === "" ? null : <q className="note">{offer.consult.note}</q>}
        </p>
      )}
      <div className="who">
        <h2>{offer.consumer.name}</h2>
        <Ring part={left / whole} />
        <span className="left num">{t("offer.left", { seconds: left })}</span>
      </div>
      <p className="muted">
        {offer.direct === true ? t("offer.direct") : queuePath(offer.queue, language)} · {languageName(offer.language, language)} · {t("offer.waited")}{" "}
        <Elapsed since={offer.queued_at} />
      </p>
      {auto && autoLeft > 0 ? (
        <p className="auto" role="status">
          <Icon name="record" size="small" />
          {t("offer.auto", { seconds: autoLeft })}
        </p>
      ) : null}
      <div className="actions">
        <Button
          ref={accept}
          kind="primary"
          large
          icon={call ? "phone" : "chat"}
          shortcut={props.first ? "Alt+A" : undefined}
          disabled={!props.live}
          busy={props.busy}
          onClick={props.onAccept}
        >
          {t("offer.accept")}
        </Button>
        <Button large shortcut={props.first ? "Alt+X" : undefined} disabled={!props.live || props.busy} onClick={props.onDecline}>
          {t("offer.decline")}
        </Button>
      </div>
    </article>
  );
}

/** How long an agent has to see what comes before it is taken for him. */
const AUTO_MS = 3_000;
const AROUND = 2 * Math.PI * 9;

function Ring({ part }: { part: number }): ReactNode {
  return (
    <svg className="ring" viewBox="0 0 24 24" aria-hidden="true">
      <circle cx="12" cy="12" r="9" />
      <circle cx="12" cy="12" r="9" className="rest" strokeDasharray={`${AROUND * Math.min(1, Math.max(0, part))} ${AROUND}`} />
    </svg>
  );
}

/** Says that this page cannot ring yet, and mends it with a click. */
export function SoundBar({ wanted }: { wanted: boolean }): ReactNode {
  const t = useT();
  const { ringer } = useServices();
  const enabled = useValue(ringer.enabled);
  if (enabled || !wanted) return null;
  return (
    <Bar
      tone="warning"
      icon="volume"
      role="status"
      actions={
        <Button
          onClick={() => {
            void ringer.enable().then((on) => {
              if (on) ringer.once("chat");
            });
          }}
        >
          {t("sound.enable")}
        </Button>
      }
    >
      {t("sound.blocked")}
    </Bar>
  );
}
