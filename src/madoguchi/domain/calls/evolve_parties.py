"""What events make of the parties of a call, and of consultations, by which they come in."""

from collections.abc import Callable
from dataclasses import replace

from madoguchi.domain.calls.call import Call
from madoguchi.domain.calls.consult import (
    FAILURES,
    TRANSFER,
    ConferenceBegan,
    Consult,
    ConsultBegan,
    ConsultEnded,
    ConsultFailure,
    ConsultState,
    ConsultSwapped,
    HandedOver,
    ThirdPartyAnswered,
    TransferCompleted,
)
from madoguchi.domain.calls.events import (
    ConsultOffered,
    Held,
    ModeSwitched,
    Muted,
    PartyHeld,
    PartyJoined,
    PartyLeft,
    SupervisorTookOver,
    TookOver,
)
from madoguchi.domain.calls.parties import MEDIA, LegConnected, LegOpening, Media, MediaDropped, Party
from madoguchi.domain.supervision import Role
from madoguchi.kernel.ids import ConsultId, PartyId
from madoguchi.kernel.time import Instant


def gone(party: Party, at: Instant) -> Party:
    """Return a party that is no longer in the call."""
    return replace(
        party,
        left_at=party.left_at or at,
        leg=None,
        media=Media.NONE,
        waiting_since=None,
        playing=None,
    )


def parties(  # noqa: PLR0911 - one case per event
    call: Call, event: PartyJoined | PartyLeft | LegOpening | LegConnected | MediaDropped | Muted | Held
) -> Call:
    """Return the call after somebody came, left, or was heard otherwise."""
    match event:
        case PartyJoined(party):
            return replace(call, parties=(*call.parties, party))
        case PartyLeft(party, at):
            return change(call, party, lambda one: gone(one, at))
        case Muted(party, on):
            return change(call, party, lambda one: replace(one, muted=on))
        case Held(on):
            return change(call, call.consumer_party.id, lambda one: replace(one, on_hold=on))
        case LegOpening(party, leg, at):
            return change(
                call,
                party,
                lambda one: replace(
                    one,
                    leg=leg,
                    media=MEDIA.advance(one.media, event),
                    waiting_since=one.waiting_since or at,
                    playing=None,
                ),
            )
        case LegConnected(party):
            return change(
                call,
                party,
                lambda one: replace(one, media=MEDIA.advance(one.media, event), waiting_since=None, was_connected=True),
            )
        case MediaDropped(party, leg_gone, at):
            return change(
                call,
                party,
                lambda one: replace(
                    one,
                    media=MEDIA.advance(one.media, event),
                    waiting_since=one.waiting_since or at,
                    leg=None if leg_gone else one.leg,
                    playing=None if leg_gone else one.playing,
                ),
            )


def third_parties(call: Call, event: PartyHeld | TookOver | ModeSwitched | SupervisorTookOver) -> Call:
    """Return the call after something happened to a third party or a supervisor."""
    match event:
        case ModeSwitched(party, role):
            return change(call, party, lambda one: replace(one, role=role))
        case SupervisorTookOver(_, _, party, handling, offer):
            return change(
                call,
                party,
                lambda one: replace(one, role=Role.AGENT, handling=handling, offer=offer, monitoring=None),
            )
        case PartyHeld(party, on):
            return change(call, party, lambda one: replace(one, on_hold=on))
        case TookOver(party):
            return change(call, party, lambda one: replace(one, role=Role.AGENT))


def consults(
    call: Call,
    event: ConsultBegan
    | ConsultOffered
    | ThirdPartyAnswered
    | ConsultSwapped
    | ConferenceBegan
    | HandedOver
    | TransferCompleted
    | ConsultEnded,
) -> Call:
    """Return the call after a step of a consultation."""
    match event:
        case ConsultBegan(consult):
            state = TRANSFER.advance(ConsultState.NONE, event)
            consults = (*call.consults, replace(consult, state=state))
            return replace(call, consults=consults, consult_failure=None, attempts=0, tried=(), pauses={}, offers=())
        case ConsultOffered(offers):
            return replace(call, offers=offers, attempts=call.attempts + 1)
        case ThirdPartyAnswered(consult, party):
            return _consult(replace(call, offers=()), consult, event, party)
        case ConsultSwapped(consult, party, to_consumer):
            call = change(call, party, lambda one: replace(one, on_hold=to_consumer))
            call = change(call, call.consumer_party.id, lambda one: replace(one, on_hold=not to_consumer))
            return _consult(call, consult, event)
        case ConferenceBegan(consult) | HandedOver(consult) | TransferCompleted(consult):
            return _consult(call, consult, event)
        case ConsultEnded(consult, outcome, at):
            name = next((one.name for one in call.consults if one.id == consult), "")
            failure = ConsultFailure(name, outcome, at) if outcome in FAILURES else None
            return _consult(replace(call, consult_failure=failure), consult, event)


def _consult(
    call: Call,
    which: ConsultId,
    event: ThirdPartyAnswered | ConsultSwapped | ConferenceBegan | HandedOver | TransferCompleted | ConsultEnded,
    party: PartyId | None = None,
) -> Call:
    """Move one consultation on; what is over is not kept."""

    def moved(one: Consult) -> Consult:
        return replace(one, state=TRANSFER.advance(one.state, event), party=party or one.party)

    consults = (moved(one) if one.id == which else one for one in call.consults)
    return replace(call, consults=tuple(one for one in consults if one.state not in TRANSFER.terminal))


def change(call: Call, party: PartyId, change: Callable[[Party], Party]) -> Call:
    """Return the call with one party otherwise."""
    return replace(call, parties=tuple(change(one) if one.id == party else one for one in call.parties))
