"""A caller before a closed door: on to another queue, connected with another number, or told and hung up."""

from madoguchi.domain.calls.call import Stage
from madoguchi.domain.calls.couple import door_met
from madoguchi.domain.calls.doors import Door
from madoguchi.domain.calls.draft import Draft
from madoguchi.domain.calls.effects import DialLeg, SendDigits
from madoguchi.domain.calls.events import Deflected, PartyJoined, StageReached
from madoguchi.domain.calls.lifecycle import EndReason, Resolved
from madoguchi.domain.calls.parties import Media, Party
from madoguchi.domain.queues.queue import Queue
from madoguchi.domain.supervision import Role
from madoguchi.kernel.ids import LegId, PartyId


def closed(draft: Draft, door: Door) -> Queue | None:
    """He stands before `door`; return the queue where he goes instead, or let him hear what is said there.

    Who is sent to where he was already goes no further, so that nobody goes round in circles.
    """
    to = door.to_queue
    if to is not None and to.id not in {*draft.call.met, door.queue}:
        draft.add(Deflected(door.queue, to, "", draft.now))
        return to
    number = door.to_phone.shown if door.to_phone is not None else ""
    draft.add(Deflected(door.queue, None, number, draft.now), StageReached(Stage.CLOSED))
    return None


def told(draft: Draft) -> None:
    """What is said before the door was said: hang up, or ring the other phone."""
    door = door_met(draft.call)
    phone = door.to_phone if door is not None else None
    if phone is None:
        draft.end(Resolved(EndReason.AFTER_HOURS, draft.now))
        return
    leg = LegId(draft.at.new_id("leg"))
    party = Party(
        id=PartyId(draft.at.new_id("party")),
        role=Role.THIRD_PARTY,
        name=phone.shown,
        since=draft.now,
        leg=leg,
        media=Media.CONNECTING,
        waiting_since=draft.now,
        number=phone.shown,
    )
    draft.add(PartyJoined(party), StageReached(Stage.ELSEWHERE))
    draft.order(DialLeg(leg, phone.address, phone.caller, phone.ring_s, draft.call.meeting_place))


def pressed(draft: Draft, digit: str) -> None:
    """He pressed a key: the other side may have a menu, too."""
    for party in draft.call.third_parties:
        if party.leg is not None and party.connected:
            draft.order(SendDigits(party.leg, digit))


def phone_gone(draft: Draft, party: Party) -> None:
    """The other phone is not there, or not any more."""
    if party.was_connected:
        draft.end(Resolved(EndReason.DEFLECTED, draft.now))
    else:
        draft.leave(party, wrap_up=False)
        draft.add(StageReached(Stage.UNREACHED))
