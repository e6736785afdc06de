import { asProblem, type MediaLeg, type MediaState } from "@madoguchi/client";
import type { DeskCallRow } from "@madoguchi/protocol";
import { Badge, Bar, Button, Confirm, notify } from "@madoguchi/ui";
import { useState, useSyncExternalStore, type ReactNode } from "react";
import { AudioLevel } from "../../shared/AudioLevel.tsx";
import { Elapsed } from "../../shared/Elapsed.tsx";
import { useAction, useLive, useValue } from "../../shared/hooks.ts";
import { useShortcuts } from "../../shared/keys.ts";
import { callLook } from "../../shared/labels.ts";
import { useServices } from "../../shared/services.ts";
import { StateBadge } from "../../shared/StateBadge.tsx";
import { problemText, useT } from "../../shared/text.tsx";
import { CallStory } from "./CallStory.tsx";
import { ConsultBar } from "./ConsultBar.tsx";
import { Keypad } from "./Keypad.tsx";
import { PAGE_MENUS, PHONE_MENU } from "./model.ts";
import { Participants } from "./Participants.tsx";
import { TransferDialog } from "./TransferDialog.tsx";

/** The running call: who it is, for how long, and one click for each control. */
export function CallView({ call }: { call: DeskCallRow }): ReactNode {
  const t = useT();
  const { api, softphone, session } = useServices();
  const leg = useValue(softphone.legs).get(call.id) ?? null;
  const live = useLive();
  const [busy, run] = useAction((error) => {
    notify({ title: t("call.action_failed"), detail: problemText(t, asProblem(error)), error: true });
  });
  const [keypad, setKeypad] = useState(false);
  const [transferring, setTransferring] = useState(false);
  const [adding, setAdding] = useState(false);
  const [ending, setEnding] = useState(false);
  const recording = call.recording === "recording" || call.recording === "paused";

  const muted = useMuted(call, leg);
  const mute = (): void => void run(() => softphone.mute(call.id, !muted));
  const hold = (): void => void run(() => api.hold(call.id, !call.on_hold));
  const handles = call.part !== "third_party";
  const talking = call.state === "talking";
  const consulting = call.consult !== undefined && call.consult !== null;
  const conference = call.participants.some((one) => one.role === "third_party");
  const mayHold = handles && talking && !(consulting && call.consult?.private === true && call.consult.state !== "three_way");
  const mayTransfer = handles && talking && !consulting && !conference;
  const mayAdd = handles && talking && (!consulting || call.consult?.state === "three_way");
  const menus = call.medium === "phone" ? PHONE_MENU : PAGE_MENUS;
  const dials = session.permissions.includes("outbound");
  useShortcuts({
    ...(live ? { KeyM: mute } : {}),
    ...(live && mayHold ? { KeyH: hold } : {}),
    ...(live && mayTransfer ? { KeyT: () => setTransferring(true) } : {}),
  });

  return (
    <section className="call-view" aria-label={t("call.with", { name: call.consumer.name })}>
      <header className="work-head">
        <div className="title">
          <h2>{call.consumer.name}</h2>
          <StateBadge look={callLook(call)} />
          {muted ? <Badge tone="warning" glyph="⊘">{t("call.muted")}</Badge> : null}
          <RecordingBadge call={call} />
          {leg === null ? null : <Loudness leg={leg} />}
          <span className="timer num">
            <Elapsed since={call.answered_at ?? call.started_at} />
          </span>
        </div>
        <div className="controls">
          <Button
            large
            icon={muted ? "micOff" : "mic"}
            shortcut="Alt+M"
            aria-pressed={muted}
            className="warn"
            disabled={!live}
            onClick={mute}
          >
            {t("call.mute")}
          </Button>
          {mayHold ? (
            <Button large icon="pause" shortcut="Alt+H" aria-pressed={call.on_hold} className="warn" disabled={!live} onClick={hold}>
              {t("call.hold")}
            </Button>
          ) : null}
          {handles && talking ? (
            <Button large icon="keypad" aria-pressed={keypad} disabled={!live} onClick={() => setKeypad(!keypad)}>
              {t("call.keypad")}
            </Button>
          ) : null}
          {mayTransfer ? (
            <Button large icon="transfer" shortcut="Alt+T" disabled={!live} onClick={() => setTransferring(true)}>
              {t("call.transfer")}
            </Button>
          ) : null}
          {mayAdd ? (
            <Button large icon="users" disabled={!live} onClick={() => setAdding(true)}>
              {t("call.add_participant")}
            </Button>
          ) : null}
          {recording && handles ? (
            <Button
              large
              icon="record"
              aria-pressed={call.recording === "paused"}
              className="warn"
              disabled={!live}
              onClick={() => void run(() => api.pauseRecording(call.id, call.recording !== "paused"))}
            >
              {t("call.pause_recording")}
            </Button>
          ) : null}
          <Button kind="danger" large icon="hangUp" className="end" disabled={!live} onClick={() => setEnding(true)}>
            {t(handles ? "call.end" : "consult.leave_call")}
          </Button>
        </div>
        <VoiceBar call={call} leg={leg} />
        <ConsultBar
          call={call}
          live={live}
          busy={busy}
          onStep={(step) => void run(() => api.consultStep(call.id, step))}
          onTakeBack={hold}
        />
        {call.recording === "paused" ? (
          <Bar
            tone="danger"
            icon="pause"
            role="status"
            actions={
              <Button onClick={() => void run(() => api.pauseRecording(call.id, false))} disabled={!live}>
                {t("call.resume_recording")}
              </Button>
            }
          >
            {t("call.recording_paused")}
          </Bar>
        ) : null}
        {keypad ? <Keypad disabled={!live} onDigit={(digit) => void run(() => api.digits(call.id, digit))} onClose={() => setKeypad(false)} /> : null}
      </header>
      <div className="story">
        <CallStory call={call} />
        {(call.coaches ?? []).map((coach) => (
          <Bar key={coach.id} tone="info" icon="mic" role="status">
            {t("monitor.coached", { name: coach.name })}
          </Bar>
        ))}
        <Participants
          call={call}
          live={live}
          onHold={(party, on) => void run(() => api.holdParty(call.id, party, on))}
          onMute={(party, on) => void run(() => api.muteParty(call.id, party, on))}
          onRemove={(party) => void run(() => api.removeParty(call.id, party))}
        />
      </div>
      <TransferDialog
        open={transferring}
        onClose={() => setTransferring(false)}
        onTransfer={(target) => api.transferCall(call.id, target)}
        onConsult={(target, note) => api.consult(call.id, target, true, note)}
        title={t("transfer.title", { name: call.consumer.name })}
        channel="call"
        menus={menus}
        language={call.language}
        numbers={dials}
      />
      <TransferDialog
        open={adding}
        onClose={() => setAdding(false)}
        onConsult={(target, note) => api.consult(call.id, target, false, note)}
        title={t("call.add_participant")}
        channel="call"
        menus={menus}
        language={call.language}
        numbers={dials}
      />
      <Confirm
        open={ending}
        title={t(handles ? "call.end_title" : "consult.leave_call_title")}
        confirmLabel={t(handles ? "call.end" : "consult.leave_call")}
        cancelLabel={t("action.cancel")}
        busy={busy}
        onCancel={() => setEnding(false)}
        onConfirm={() => void run(() => api.hangUp(call.id)).then(() => setEnding(false))}
      >
        {t(!handles ? "consult.leave_call_detail" : conference ? "consult.end_for_all" : "call.end_detail", { name: call.consumer.name })}
      </Confirm>
    </section>
  );
}

/** This tab's microphone knows first; the row knows for other tabs. */
function useMuted(call: DeskCallRow, leg: MediaLeg | null): boolean {
  return useSyncExternalStore(leg?.state.subscribe ?? never, () => leg?.state.get().muted ?? call.muted);
}

const never = (): (() => void) => () => undefined;

function RecordingBadge({ call }: { call: DeskCallRow }): ReactNode {
  const t = useT();
  if (call.recording === "recording") return <Badge tone="danger" glyph="●">{t("recording.recording")}</Badge>;
  if (call.recording === "paused") return <Badge tone="warning" glyph="❚❚">{t("recording.paused")}</Badge>;
  return null;
}

function Loudness({ leg }: { leg: MediaLeg }): ReactNode {
  const t = useT();
  const remote = useValue(leg.remote);
  return (
    <span className="loudness">
      <AudioLevel stream={remote} label={t("call.level")} />
    </span>
  );
}

/** What is wrong with the voice, and the click that mends it; nothing while all is well. */
function VoiceBar({ call, leg }: { call: DeskCallRow; leg: MediaLeg | null }): ReactNode {
  const t = useT();
  const { softphone } = useServices();
  if (leg === null) {
    if (call.my_media !== "connected") return <Bar tone="info" icon="phone" role="status">{t("voice.connecting")}</Bar>;
    return (
      <Bar tone="info" icon="info" role="status" actions={<Button onClick={() => softphone.useHere(call.id)}>{t("voice.use_here")}</Button>}>
        {t("voice.elsewhere")}
      </Bar>
    );
  }
  return <LegBar call={call} leg={leg} />;
}

function LegBar({ call, leg }: { call: DeskCallRow; leg: MediaLeg }): ReactNode {
  const t = useT();
  const { softphone } = useServices();
  const state = useValue(leg.state);
  const again = <Button onClick={() => softphone.useHere(call.id)}>{t("action.retry")}</Button>;
  if (state.blocked) {
    return (
      <Bar tone="warning" icon="volume" role="alert" actions={<Button onClick={() => leg.resume()}>{t("sound.enable")}</Button>}>
        {t("voice.blocked")}
      </Bar>
    );
  }
  switch (state.phase) {
    case "asking":
      return <Bar tone="info" icon="mic" role="status">{t("voice.asking")}</Bar>;
    case "idle":
    case "connecting":
      return <Bar tone="info" icon="phone" role="status">{t("voice.connecting")}</Bar>;
    case "reconnecting":
      return <Bar tone="warning" icon="refresh" role="alert">{t("voice.reconnecting")}</Bar>;
    case "ended":
      return (
        <Bar tone="info" icon="info" role="status" actions={<Button onClick={() => softphone.useHere(call.id)}>{t("voice.use_here")}</Button>}>
          {t("voice.elsewhere")}
        </Bar>
      );
    case "failed":
      return <Bar tone="danger" icon="warning" role="alert" actions={again}>{failureText(t, state)}</Bar>;
    case "connected":
    case "closed":
      return null;
  }
}

function failureText(t: ReturnType<typeof useT>, state: MediaState): string {
  if (state.failure === "refused" && state.problem !== null) return problemText(t, state.problem);
  return t(`voice.${state.failure ?? "unsupported"}`);
}
