"""What events make of a call. No rules here: what happened, happened."""

from dataclasses import replace

from madoguchi.domain.calls.call import ActiveRecording, Call, Stage
from madoguchi.domain.calls.consult import (
    ConferenceBegan,
    ConsultBegan,
    ConsultEnded,
    ConsultSwapped,
    HandedOver,
    ThirdPartyAnswered,
    TransferCompleted,
)
from madoguchi.domain.calls.events import (
    Announced,
    CallEvent,
    CallStarted,
    ConsultOffered,
    Deflected,
    FarEndHeld,
    Held,
    MenuSaid,
    ModeSwitched,
    Muted,
    OffersAdded,
    PartyHeld,
    PartyJoined,
    PartyLeft,
    PlaceChanged,
    PlaybackBegan,
    PlaybackRanOut,
    PlaybackStopped,
    QueueChosen,
    RecordingAnswered,
    RecordingBegan,
    RecordingBroke,
    RecordingClosed,
    RecordingPaused,
    StageReached,
    SupervisorTookOver,
    TimerSet,
    TookOver,
    Transferred,
)
from madoguchi.domain.calls.evolve_parties import change, consults, gone, parties, third_parties
from madoguchi.domain.calls.lifecycle import (
    CALL,
    LIVE,
    Broke,
    ConsumerLeft,
    DialAnswered,
    DialledOut,
    DirectMissed,
    Dismissed,
    EndReason,
    Enqueued,
    NotReached,
    OfferAccepted,
    Offered,
    OffersOver,
    Requeued,
    Resolved,
    TalkEnded,
    TurnedAway,
)
from madoguchi.domain.calls.parties import LegConnected, LegOpening, MediaDropped, Party, Playing
from madoguchi.domain.queues.menu import PhoneMenu
from madoguchi.domain.queues.queue import Queue
from madoguchi.domain.routing.offers import Offer, OfferDeclined, OfferMissed, OfferWithdrawn
from madoguchi.domain.supervision import Role
from madoguchi.kernel.ids import OfferId
from madoguchi.kernel.time import Instant


def evolve(call: Call | None, event: CallEvent) -> Call:  # noqa: C901, PLR0911 - one case per group of events
    """Return the call after `event`.

    Raises:
        IllegalTransitionError: a table has no such arrow. `decide` sees to it that this cannot happen.
    """
    if call is None:
        assert isinstance(event, CallStarted)  # noqa: S101 - the first event of every call
        return _started(event)
    match event:
        case (
            Enqueued()
            | Offered()
            | OffersOver()
            | DirectMissed()
            | OfferAccepted()
            | Requeued()
            | TurnedAway()
            | DialledOut()
            | DialAnswered()
        ):
            return _moved(replace(call, state=CALL.advance(call.state, event)), event)
        case (
            TalkEnded(reason, at)
            | NotReached(reason, at)
            | Resolved(reason, at)
            | ConsumerLeft(reason, at)
            | Broke(reason, at)
        ):
            return _ended(replace(call, state=CALL.advance(call.state, event)), reason, at)
        case Dismissed(reason, _, at):
            return _ended(replace(call, state=CALL.advance(call.state, event)), reason, at)
        case OffersAdded() | OfferDeclined() | OfferMissed() | OfferWithdrawn():
            return _offers(call, event)
        case PartyJoined() | PartyLeft() | LegOpening() | LegConnected() | MediaDropped() | Muted() | Held():
            return parties(call, event)
        case PartyHeld() | TookOver() | ModeSwitched() | SupervisorTookOver():
            return third_parties(call, event)
        case (
            ConsultBegan()
            | ConsultOffered()
            | ThirdPartyAnswered()
            | ConsultSwapped()
            | ConferenceBegan()
            | HandedOver()
            | TransferCompleted()
            | ConsultEnded()
        ):
            return consults(call, event)
        case PlaybackBegan() | PlaybackStopped() | PlaybackRanOut():
            return _sounds(call, event)
        case RecordingAnswered() | RecordingBegan() | RecordingPaused() | RecordingClosed() | RecordingBroke():
            return _recording(call, event)
        case CallStarted():
            return call
        case _:
            return _details(call, event)


def _started(event: CallStarted) -> Call:
    return Call(
        id=event.call,
        medium=event.medium,
        language=event.language,
        company=event.company,
        consumer=event.consumer,
        called=event.called,
        trunk=event.trunk,
        bridge=event.bridge,
        started_at=event.at,
        choices=event.choices,
        doors=event.doors,
        parties=(event.party,),
        outbound=event.outbound,
        direct=event.direct,
    )


def _moved(  # noqa: PLR0911 - one case per event
    call: Call,
    event: Enqueued
    | Offered
    | OffersOver
    | DirectMissed
    | OfferAccepted
    | Requeued
    | TurnedAway
    | DialledOut
    | DialAnswered,
) -> Call:
    match event:
        case Enqueued(queue, at):
            return replace(
                _waiting(call, queue, at, front=False), stage=Stage.DONE, choices=PhoneMenu(), path=(), doors=()
            )
        case Requeued(queue, front, at):
            return _waiting(call, queue, at, front=front)
        case TurnedAway(queue, door):
            return replace(
                call, queue=queue, stage=Stage.CLOSED, doors=(door,), met=(door.queue,), redacting=False, offers=()
            )
        case Offered(offers):
            return replace(call, offers=offers, attempts=call.attempts + 1)
        case OffersOver() | DirectMissed():
            return replace(call, offers=())
        case OfferAccepted(offer, agent, name, party, handling, at):
            joined = Party(
                party, Role.AGENT, name, since=at, user=agent, handling=handling, offer=offer, waiting_since=at
            )
            return replace(
                call,
                stage=Stage.DONE,
                choices=PhoneMenu(),
                doors=(),
                offers=(),
                parties=(*call.parties, joined),
                answered_at=call.answered_at or at,
                position=None,
                wait_min=None,
                timers={},
            )
        case DialledOut(agent, name, party, handling, offer, queue, at):
            joined = Party(
                party, Role.AGENT, name, since=at, user=agent, handling=handling, offer=offer, waiting_since=at
            )
            return replace(call, queue=queue, stage=Stage.DONE, parties=(*call.parties, joined))
        case DialAnswered(at):
            return replace(call, answered_at=at)


def _waiting(call: Call, queue: Queue, at: Instant, *, front: bool) -> Call:
    return replace(
        call,
        queue=queue,
        queued_at=at,
        front=front,
        attempts=0,
        tried=(),
        pauses={},
        offers=(),
        position=None,
        wait_min=None,
        announced=0,
        redacting=False,
        consult_failure=None,
    )


def _ended(call: Call, reason: EndReason, at: Instant) -> Call:
    parties = tuple(gone(one, at) for one in call.parties)
    return replace(
        call,
        end_reason=reason,
        ended_at=at,
        parties=parties,
        offers=(),
        timers={},
        choices=PhoneMenu(),
        path=(),
        recording=None,
        position=None,
        wait_min=None,
    )


def _offers(call: Call, event: OffersAdded | OfferDeclined | OfferMissed | OfferWithdrawn) -> Call:
    match event:
        case OffersAdded(offers):
            return replace(call, offers=(*call.offers, *offers))
        case OfferDeclined(offer, agent) | OfferMissed(offer, agent):
            tried = call.tried if agent in call.tried else (*call.tried, agent)
            until = event.until if isinstance(event, OfferDeclined) else None
            pauses = call.pauses if until is None else {**call.pauses, agent: until}
            return replace(call, offers=_without(call, offer), tried=tried, pauses=pauses)
        case OfferWithdrawn(offer):
            return replace(call, offers=_without(call, offer))


def _without(call: Call, offer: OfferId) -> tuple[Offer, ...]:
    return tuple(one for one in call.offers if one.id != offer)


def _sounds(call: Call, event: PlaybackBegan | PlaybackStopped | PlaybackRanOut) -> Call:
    playing: Playing | None
    match event:
        case PlaybackBegan(party, playing):
            return change(call, party, lambda one: replace(one, playing=playing))
        case PlaybackStopped(party):
            return change(call, party, lambda one: replace(one, playing=None))
        case PlaybackRanOut(party):
            return change(
                call, party, lambda one: replace(one, playing=replace(one.playing, over=True) if one.playing else None)
            )


def _recording(
    call: Call, event: RecordingAnswered | RecordingBegan | RecordingPaused | RecordingClosed | RecordingBroke
) -> Call:
    recording: ActiveRecording | None
    match event:
        case RecordingAnswered(allowed):
            return replace(call, may_record=allowed)
        case RecordingBegan(recording):
            return replace(call, recording=recording, recordings=recording.number)
        case RecordingPaused(on):
            recording = replace(call.recording, paused=on) if call.recording else None
            return replace(call, recording=recording, redacting=on)
        case RecordingClosed():
            return replace(call, recording=None)
        case RecordingBroke():
            return replace(call, recording=None, recording_broken=True)


def _details(  # noqa: PLR0911 - one case per event
    call: Call,
    event: StageReached
    | Deflected
    | MenuSaid
    | QueueChosen
    | TimerSet
    | PlaceChanged
    | Announced
    | FarEndHeld
    | Transferred,
) -> Call:
    match event:
        case StageReached(stage):
            return replace(call, stage=stage)
        case Deflected(door):
            return replace(call, met=(*call.met, door))
        case MenuSaid():
            return _said(call, event)
        case QueueChosen(queue):
            return replace(call, queue=queue)
        case TimerSet(timer, at):
            timers = {one: due for one, due in call.timers.items() if one is not timer}
            return replace(call, timers=timers if at is None else {**timers, timer: at})
        case PlaceChanged(position, wait_min):
            return replace(call, position=position, wait_min=wait_min)
        case Announced():
            return replace(call, announced=call.announced + 1)
        case FarEndHeld(on):
            return replace(call, held_by_far_end=on)
        case Transferred(transfer):
            return replace(call, transfers=(*call.transfers, transfer))


def _said(call: Call, event: MenuSaid) -> Call:
    here = event.path == call.path
    return replace(
        call,
        stage=Stage.MENU,
        round=call.round + 1,
        complaint=event.complaint,
        path=event.path,
        mistakes=(call.mistakes if here else 0) + int(event.mistake),
        repeats=(call.repeats if here else 0) + int(event.repeat),
    )


def state_name(call: Call) -> str:
    """Return the state's name for the store."""
    return call.state.value


def live(call: Call) -> bool:
    """Whether the call is not over."""
    return call.state in LIVE
