"""Offers of a call: placed, accepted, declined, lapsed. The agents' slots were reserved before."""

from datetime import timedelta

from madoguchi.domain.agents.messages import FreeSlot, OpenHandling
from madoguchi.domain.calls import consulting, direct
from madoguchi.domain.calls.call import Call, Stage
from madoguchi.domain.calls.consult import ConsultOutcome
from madoguchi.domain.calls.draft import Draft
from madoguchi.domain.calls.events import OffersAdded
from madoguchi.domain.calls.lifecycle import CallState, OfferAccepted, Offered, OffersOver
from madoguchi.domain.routing.offers import (
    AcceptOffer,
    Channel,
    DeclineOffer,
    OfferDeclined,
    OfferGoneError,
    OfferMissed,
    PlaceOffers,
)
from madoguchi.kernel.errors import ConflictError
from madoguchi.kernel.ids import HandlingId, PartyId


def place(draft: Draft, message: PlaceOffers) -> None:
    """Let it ring at agents.

    Raises:
        ConflictError: the call does not wait, or it rings at other single agents.
    """
    call = draft.call
    new = tuple(one for one in message.offers if call.offer(one.id) is None)
    if not new:
        return
    if call.state is CallState.QUEUED:
        draft.add(Offered(new, message.why))
    elif call.state is CallState.OFFERED and all(one.to_all for one in (*call.offers, *new)):
        draft.add(OffersAdded(new, message.why))
    elif not consulting.offered(draft, new, message.why):
        raise ConflictError("the call does not wait for an agent")


def accept(draft: Draft, message: AcceptOffer) -> HandlingId:
    """Give the call to the agent; return his handling. The first answer wins, the others' offers are withdrawn.

    Who has it already and asks again, because he clicked twice or lost the answer, gets the same answer again.

    Raises:
        OfferGoneError: no offer to this agent stands now.
    """
    call = draft.call
    holder = call.staff(message.agent)
    if (
        holder is not None
        and holder.handling is not None
        and (holder.user, holder.offer) == (message.agent, message.offer)
    ):
        return holder.handling
    offer = call.offer(message.offer)
    if offer is None or offer.agent != message.agent or draft.now >= offer.expires_at:
        raise OfferGoneError("a colleague was faster, or it rang too long")
    if call.consult is not None:
        return consulting.accepted(draft, call.consult, offer)
    party = PartyId(draft.at.new_id("party"))
    handling = HandlingId(draft.at.new_id("handling"))
    for other in call.offers:
        if other.id != offer.id:
            draft.order(FreeSlot(other.agent, other.id, missed=False))
    waited_s = (draft.now - (call.queued_at or call.started_at)).total_seconds()
    draft.add(OfferAccepted(offer.id, offer.agent, offer.name, party, handling, draft.now, waited_s))
    draft.order(OpenHandling(offer.agent, handling, offer.id, call.id, Channel.CALL, call.consumer, call.queue))
    return handling


def decline(draft: Draft, message: DeclineOffer) -> None:
    """Let the agent be; where he was the last, the call waits for the next. What no longer stands is no error."""
    offer = draft.call.offer(message.offer)
    if offer is None or offer.agent != message.agent:
        return
    consult = draft.call.consult
    queue = (consult.queue if consult is not None else None) or draft.call.queue
    pause_s = queue.routing.decline_pause_s if queue is not None else 0.0
    draft.add(OfferDeclined(offer.id, offer.agent, draft.now + timedelta(seconds=pause_s)))
    draft.order(FreeSlot(offer.agent, offer.id, missed=False))
    _over_if_last(draft, ConsultOutcome.DECLINED)


def lapse(draft: Draft) -> None:
    """End the offers whose time is up."""
    due = [one for one in draft.call.offers if one.expires_at <= draft.now]
    for offer in due:
        draft.add(OfferMissed(offer.id, offer.agent))
        draft.order(FreeSlot(offer.agent, offer.id, missed=not offer.to_all))
    if due:
        _over_if_last(draft, ConsultOutcome.NO_ANSWER)


def _over_if_last(draft: Draft, outcome: ConsultOutcome) -> None:
    if draft.call.offers:
        return
    if draft.call.state is CallState.OFFERED and draft.call.stage is Stage.DIRECT:
        direct.missed(draft)
    elif draft.call.state is CallState.OFFERED:
        draft.add(OffersOver())
    else:
        consulting.offers_over(draft, outcome)


def rings(call: Call) -> bool:
    """Whether it rings anywhere."""
    return call.state is CallState.OFFERED
