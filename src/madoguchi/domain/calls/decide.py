"""What a call decides. The only place where its rules are; `menu`, `ringing` and `talk` are chapters of it."""

from madoguchi.domain.calls import consulting, deflecting, dialling, direct, menu, ringing, silence, supervising, talk
from madoguchi.domain.calls.call import Call, Medium, Stage, Timer
from madoguchi.domain.calls.commands import (
    AgentFound,
    Arrive,
    AttachConsumerMedia,
    AttachMedia,
    AttachMonitor,
    BeginConsult,
    CallDue,
    CallMessage,
    CancelConsult,
    CompleteTransfer,
    ConsumerHangUp,
    Dial,
    EffectFailed,
    EndCall,
    HangUp,
    HoldParty,
    JoinConsult,
    KeysPressed,
    LegDown,
    LegFact,
    LegOnHold,
    LegSilent,
    LegUp,
    Monitor,
    MuteParty,
    NobodyHeard,
    PlaybackOver,
    PositionIs,
    PressKeys,
    RemoveParty,
    ServerRestarted,
    SetHold,
    SetMute,
    SetRecordingPaused,
    StopMonitoring,
    SwapConsult,
    SwitchMonitoring,
    TakeOver,
    TransferToAgent,
    TransferToQueue,
)
from madoguchi.domain.calls.consult import ConsultOutcome
from madoguchi.domain.calls.draft import CallDecision, Draft
from madoguchi.domain.calls.effects import (
    AgentEffect,
    AnswerLeg,
    CallEffect,
    CloseBridge,
    DialLeg,
    FindAgent,
    Play,
    SetGains,
    StartRecording,
)
from madoguchi.domain.calls.events import (
    Announced,
    CallStarted,
    FarEndHeld,
    PartyLeft,
    PlaceChanged,
    PlaybackRanOut,
    RecordingBroke,
)
from madoguchi.domain.calls.lifecycle import (
    Broke,
    CallState,
    ConsumerLeft,
    Dismissed,
    EndReason,
    Resolved,
    TalkEnded,
)
from madoguchi.domain.calls.parties import LegConnected, Media, MediaDropped, Party
from madoguchi.domain.routing.offers import AcceptOffer, DeclineOffer, PlaceOffers
from madoguchi.domain.supervision import Role
from madoguchi.kernel.decision import Decision, Moment
from madoguchi.kernel.errors import ConflictError, MadoguchiError, NotFoundError
from madoguchi.kernel.ids import BridgeId, PartyId, PlaybackId


def decide(call: Call | None, message: CallMessage, at: Moment) -> CallDecision:  # noqa: C901, PLR0911, PLR0912 - the list of all messages
    """Return what follows from `message`.

    Raises:
        MadoguchiError: a command does not fit; nothing has changed. Facts are never refused.
    """
    if call is None:
        if isinstance(message, Dial):
            return dialling.dialled(message, at)
        if not isinstance(message, Arrive):
            raise NotFoundError("there is no such call")
        return _arrived(message, at)
    if isinstance(message, PositionIs):
        return _place(call, message)
    draft = Draft(call, at)
    match message:
        case (
            AttachMedia()
            | SetHold()
            | SetMute()
            | PressKeys()
            | SetRecordingPaused()
            | TransferToQueue()
            | TransferToAgent()
            | HangUp()
        ):
            talk.command(draft, message)
        case (
            BeginConsult()
            | SwapConsult()
            | JoinConsult()
            | CompleteTransfer()
            | CancelConsult()
            | HoldParty()
            | MuteParty()
            | RemoveParty()
        ):
            talk.consult_command(draft, message)
        case Monitor() | AttachMonitor() | SwitchMonitoring() | TakeOver() | StopMonitoring():
            return draft.decision(answer=supervising.command(draft, message))
        case AttachConsumerMedia():
            if call.medium is not Medium.WEB:
                raise ConflictError("the consumer calls by phone")
            talk.attach_consumer(draft, message)
        case PlaceOffers():
            ringing.place(draft, message)
        case AcceptOffer():
            handling = ringing.accept(draft, message)
            return draft.decision(answer=handling)
        case DeclineOffer():
            ringing.decline(draft, message)
        case ConsumerHangUp():
            _consumer_gone(draft, EndReason.CONSUMER_HUNG_UP)
        case EndCall(user, name):
            draft.end(Dismissed(EndReason.ENDED_BY_SUPERVISOR, user, at.now, name))
        case ServerRestarted():
            draft.end(Broke(EndReason.SERVER_RESTARTED, at.now))
            return draft.decision(silent=True)
        case NobodyHeard():
            silence.nobody_heard(draft, message)
        case CallDue():
            _due(draft)
        case Arrive() | Dial():
            pass
        case _:
            _fact(draft, message)
    return draft.decision()


def _arrived(message: Arrive, at: Moment) -> CallDecision:
    party = Party(
        id=PartyId(at.new_id("party")),
        role=Role.CONSUMER,
        name=message.consumer.name,
        since=at.now,
        leg=message.leg,
        media=Media.CONNECTING,
        waiting_since=at.now,
    )
    started = CallStarted(
        call=message.call,
        medium=message.medium,
        language=message.language,
        company=message.company,
        consumer=message.consumer,
        called=message.called,
        trunk=message.trunk,
        bridge=BridgeId(at.new_id("bridge")),
        choices=message.menu,
        party=party,
        at=at.now,
        doors=message.doors,
        direct=message.direct,
    )
    effects: tuple[CallEffect, ...] = (AnswerLeg(message.leg),) if message.medium is Medium.PHONE else ()
    return Decision((started,), effects)


def _place(call: Call, message: PositionIs) -> CallDecision:
    place = (message.position, message.wait_min)
    if call.state not in {CallState.QUEUED, CallState.OFFERED} or (call.position, call.wait_min) == place:
        return Decision()
    return Decision((PlaceChanged(*place),), lasting=False)


def _fact(
    draft: Draft,
    message: LegFact | AgentFound | PlaybackOver | EffectFailed,
) -> None:
    """What the voice engine reports. Facts about legs that are not in the call any more come late and harmless."""
    match message:
        case PlaybackOver(playback):
            _heard(draft, playback)
        case AgentFound():
            direct.found(draft, message)
        case EffectFailed():
            _failed(draft, message)
        case LegUp(leg) | LegDown(leg) | LegSilent(leg) | LegOnHold(leg) | KeysPressed(leg):
            owner = draft.call.party_of(leg)
            if owner is not None:
                _leg_fact(draft, owner, message)


def _heard(draft: Draft, playback: PlaybackId) -> None:
    """A playback is over; what the menu had to say has been said."""
    for party in draft.call.parties:
        if party.playing is not None and party.playing.id == playback and not party.playing.over:
            draft.add(PlaybackRanOut(party.id, playback))
            if party.role is Role.CONSUMER and draft.call.state is CallState.IN_MENU:
                menu.said(draft)


def _leg_fact(draft: Draft, party: Party, message: LegFact) -> None:  # noqa: C901 - one case per fact
    consumer = party.role is Role.CONSUMER
    match message:
        case LegUp():
            _up(draft, party)
        case LegDown(_, cause):
            _down(draft, party, cause)
        case LegSilent(_, silent=True):
            if party.media is Media.CONNECTED and not (consumer and draft.call.held_by_far_end):
                draft.add(MediaDropped(party.id, leg_gone=False, at=draft.now))
        case LegSilent():
            if party.media is Media.LOST:
                draft.add(LegConnected(party.id))
        case LegOnHold(_, on):
            if consumer and draft.call.held_by_far_end is not on:
                draft.add(FarEndHeld(on))
        case KeysPressed(_, digits):
            if consumer:
                for digit in digits:
                    if draft.call.state is CallState.IN_MENU:
                        menu.key(draft, digit)


def _up(draft: Draft, party: Party) -> None:
    if party.media not in {Media.CONNECTING, Media.LOST}:
        return
    draft.add(LegConnected(party.id))
    if party.role is Role.THIRD_PARTY:
        # Without a consultation he is the one with whom a caller before a closed door is connected.
        consulting.phone_answered(draft, party)
    if party.role is Role.CONSUMER and draft.call.state is CallState.DIALLING:
        dialling.answered(draft)
    if party.role is Role.CONSUMER and draft.call.state is CallState.IN_MENU and draft.call.stage is Stage.ARRIVING:
        _heard_us(draft)


def _heard_us(draft: Draft) -> None:
    """The consumer can hear us for the first time."""
    if draft.call.direct is not None:
        direct.begin(draft)
    else:
        menu.begin(draft)


def _down(draft: Draft, party: Party, cause: str) -> None:
    if party.role is Role.CONSUMER and draft.call.state is CallState.DIALLING:
        dialling.not_reached(draft, cause)
    elif party.role is Role.CONSUMER and draft.call.medium is Medium.PHONE:
        _consumer_gone(draft, EndReason.CONSUMER_HUNG_UP)
    elif party.role is Role.THIRD_PARTY and draft.call.stage is Stage.ELSEWHERE:
        deflecting.phone_gone(draft, party)
    elif party.role is Role.THIRD_PARTY and party.number:
        consulting.phone_gone(draft, party, cause)
    else:
        draft.add(MediaDropped(party.id, leg_gone=True, at=draft.now))


def _failed(draft: Draft, message: EffectFailed) -> None:
    """A failed order changes something only where nothing else would ever tell."""
    recording, effect, leg = draft.call.recording, message.effect, message.leg
    if effect == StartRecording.__name__ and recording is not None and recording.leg == leg:
        draft.add(RecordingBroke(message.code))
    elif effect == AnswerLeg.__name__ and draft.call.consumer_party.leg == leg and leg is not None:
        _consumer_gone(draft, EndReason.NOT_CONNECTED)
    elif effect == DialLeg.__name__ and leg is not None:
        party = draft.call.party_of(leg)
        if party is not None and draft.call.stage is Stage.ELSEWHERE:
            deflecting.phone_gone(draft, party)
        elif party is not None and party.role is Role.THIRD_PARTY:
            consulting.dial_failed(draft, party)
        elif party is not None and draft.call.state is CallState.DIALLING:
            dialling.not_reached(draft, message.code)
    elif effect == FindAgent.__name__:
        direct.not_found(draft)
    elif message.playback is not None:
        # Nobody will report its end, and a caller must not wait for ever for words that are not said.
        _heard(draft, message.playback)


def _consumer_gone(draft: Draft, reason: EndReason) -> None:
    """The consumer is not in the call any more, whatever it was doing."""
    if draft.call.state is CallState.TALKING:
        draft.end(TalkEnded(reason, draft.now))
    elif draft.call.state is CallState.DIALLING:
        dialling.not_reached(draft, "no_answer")
    elif draft.call.stage is Stage.CLOSED:
        draft.end(Resolved(EndReason.AFTER_HOURS, draft.now))
    elif draft.call.stage is Stage.UNREACHED:
        draft.end(Resolved(EndReason.DEFLECTION_FAILED, draft.now))
    elif draft.call.stage is Stage.ELSEWHERE and any(one.was_connected for one in draft.call.third_parties):
        draft.end(Resolved(EndReason.DEFLECTED, draft.now))
    elif draft.call.stage is Stage.GOODBYE:
        draft.end(Resolved(menu.farewell(draft.call), draft.now))
    else:
        draft.end(ConsumerLeft(reason, draft.now))


def _due(draft: Draft) -> None:
    """One or more deadlines have come. Each handler clears its own; one that ends the call ends the round."""
    for one in draft.call.parties:
        # Read anew: one whose time is up takes others with him, who must not be lost a second time.
        party = draft.call.party(one.id)
        limit = draft.call.patience(party) if party is not None else None
        if party is not None and limit is not None and limit <= draft.now:
            _lost(draft, party)
    if draft.call.over:
        return
    ringing.lapse(draft)
    consulting.due(draft)
    for timer, at in sorted(draft.call.timers.items(), key=lambda one: one[1]):
        if at <= draft.now and timer in draft.call.timers:
            match timer:
                case Timer.CHOICE:
                    menu.choice_due(draft)
                case Timer.MENU if draft.call.stage is Stage.DIRECT:
                    direct.not_found(draft)
                case Timer.MENU:
                    menu.menu_due(draft)
                case Timer.ANNOUNCEMENT:
                    draft.add(Announced())
                    menu.announce_later(draft)


def _lost(draft: Draft, party: Party) -> None:
    """A party's media did not come in time."""
    if draft.call.over:
        return
    match party.role:
        case Role.CONSUMER:
            connecting = not party.was_connected
            _consumer_gone(draft, EndReason.NOT_CONNECTED if connecting else EndReason.CONSUMER_MEDIA_LOST)
        case Role.AGENT:
            talk.agent_lost(draft, party)
        case Role.THIRD_PARTY if draft.call.stage is Stage.ELSEWHERE:
            deflecting.phone_gone(draft, party)
        case Role.THIRD_PARTY:
            consulting.third_party_gone(draft, party, ConsultOutcome.MEDIA_LOST)
        case Role.MONITOR | Role.WHISPER | Role.BARGE:
            draft.add(PartyLeft(party.id, draft.now))


def failed(effect: CallEffect, error: MadoguchiError) -> EffectFailed:
    """Return an effect's failure as a fact."""
    leg = None if isinstance(effect, AgentEffect | SetGains | CloseBridge) else effect.leg
    playback = effect.playback if isinstance(effect, Play) else None
    return EffectFailed(type(effect).__name__, leg, error.code, playback)
