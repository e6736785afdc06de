"""An agent calls a consumer: from the first ring-back tone to the answer, or to the reason why there was none."""

from typing import Final

from madoguchi.domain.agents.messages import OpenHandling
from madoguchi.domain.calls.call import Call, Medium
from madoguchi.domain.calls.commands import Dial
from madoguchi.domain.calls.draft import CallDecision, Draft
from madoguchi.domain.calls.effects import DialLeg
from madoguchi.domain.calls.events import CallStarted
from madoguchi.domain.calls.evolve import evolve
from madoguchi.domain.calls.lifecycle import DialAnswered, DialledOut, EndReason, NotReached
from madoguchi.domain.calls.parties import Media, Party
from madoguchi.domain.queues.menu import PhoneMenu
from madoguchi.domain.routing.offers import Channel
from madoguchi.domain.supervision import Role
from madoguchi.kernel.decision import Decision, Moment
from madoguchi.kernel.ids import BridgeId, HandlingId, PartyId

REASONS: Final = {
    "busy": EndReason.BUSY,
    "declined": EndReason.DECLINED,
    "normal": EndReason.DECLINED,
    "no_answer": EndReason.NO_ANSWER,
}
"""What the voice engine says of a phone that was not answered; everything else means that it cannot be reached."""


def dialled(message: Dial, at: Moment) -> CallDecision:
    """Make the call and dial."""
    outside = message.outside
    consumer = Party(
        id=PartyId(at.new_id("party")),
        role=Role.CONSUMER,
        name=message.consumer.name,
        since=at.now,
        leg=outside.leg,
        media=Media.CONNECTING,
        waiting_since=at.now,
        number=outside.shown,
    )
    started = CallStarted(
        call=message.call,
        medium=Medium.PHONE,
        language=message.language,
        company=message.company,
        consumer=message.consumer,
        called=outside.shown,
        trunk="",
        bridge=BridgeId(at.new_id("bridge")),
        choices=PhoneMenu(),
        party=consumer,
        at=at.now,
        outbound=True,
    )
    handling = HandlingId(at.new_id("handling"))
    out = DialledOut(
        message.user, message.name, PartyId(at.new_id("party")), handling, message.offer, message.queue, at.now
    )
    call: Call = evolve(evolve(None, started), out)
    opened = OpenHandling(
        message.user, handling, message.offer, message.call, Channel.CALL, message.consumer, message.queue
    )
    dial = DialLeg(outside.leg, outside.address, outside.caller, outside.ring_s, call.meeting_place)
    return Decision((started, out), (opened, dial), answer=handling)


def answered(draft: Draft) -> None:
    """The consumer is there."""
    draft.add(DialAnswered(draft.now))


def not_reached(draft: Draft, cause: str) -> None:
    """He is not."""
    draft.end(NotReached(REASONS.get(cause, EndReason.UNREACHABLE), draft.now))
