"""What an agent does who asks others into his call: consult, swap, join, hand over, send away; and what comes of it."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from madoguchi.domain.agents.messages import FreeSlot, OpenHandling
from madoguchi.domain.calls.call import Call, Transfer
from madoguchi.domain.calls.commands import (
    BeginConsult,
    CancelConsult,
    CompleteTransfer,
    ConsultCommand,
    HoldParty,
    JoinConsult,
    MuteParty,
    Outside,
    RemoveParty,
    SwapConsult,
)
from madoguchi.domain.calls.consult import (
    ConferenceBegan,
    Consult,
    ConsultBegan,
    ConsultEnded,
    ConsultOutcome,
    ConsultState,
    ConsultSwapped,
    ConsultTarget,
    HandedOver,
    ThirdPartyAnswered,
    TransferCompleted,
)
from madoguchi.domain.calls.draft import Draft
from madoguchi.domain.calls.effects import DialLeg
from madoguchi.domain.calls.events import (
    ConsultOffered,
    Held,
    Muted,
    PartyHeld,
    PartyJoined,
    QueueChosen,
    RecordingPaused,
    TookOver,
    Transferred,
)
from madoguchi.domain.calls.lifecycle import EndReason, TalkEnded
from madoguchi.domain.calls.parties import Media, Party
from madoguchi.domain.calls.requeue import requeue_or_end
from madoguchi.domain.routing.offers import Channel, Offer
from madoguchi.domain.routing.record import Rule, Why
from madoguchi.domain.supervision import Role
from madoguchi.kernel.errors import ConflictError, NotFoundError
from madoguchi.kernel.ids import ConsultId, HandlingId, PartyId

MOST: Final = 4
"""How many third parties a call may have."""
QUEUE_RINGS: Final = timedelta(minutes=3)
"""How long somebody of a queue is waited for."""
MARGIN: Final = timedelta(seconds=15)
"""How much longer than the voice engine a call waits for a phone to answer."""
OUTCOMES: Final = {
    "busy": ConsultOutcome.BUSY,
    "declined": ConsultOutcome.DECLINED,
    "no_answer": ConsultOutcome.NO_ANSWER,
    "unreachable": ConsultOutcome.UNREACHABLE,
    "rejected": ConsultOutcome.UNREACHABLE,
    "failed": ConsultOutcome.UNREACHABLE,
    "media_lost": ConsultOutcome.MEDIA_LOST,
}


def command(draft: Draft, agent: Party, message: ConsultCommand) -> None:  # noqa: C901 - one case per command
    """Do what the call's agent asks.

    Raises:
        ConflictError: it cannot be done at present.
        NotFoundError: there is no such participant.
    """
    match message:
        case BeginConsult():
            _begin(draft, agent, message)
        case SwapConsult():
            consult, party = _spoken_to(draft.call)
            draft.add(ConsultSwapped(consult.id, party.id, to_consumer=not party.on_hold))
        case JoinConsult():
            consult, _ = _spoken_to(draft.call)
            _join(draft, consult)
        case CompleteTransfer():
            _complete(draft, agent)
        case CancelConsult():
            if draft.call.consult is None:
                raise ConflictError("you are consulting nobody")
            end(draft, draft.call.consult, ConsultOutcome.REMOVED)
        case HoldParty(_, party, on):
            _hold(draft, _participant(draft.call, party), on=on)
        case MuteParty(_, party, on):
            found = _participant(draft.call, party)
            if found.muted is not on:
                draft.add(Muted(found.id, on))
        case RemoveParty(_, party):
            found = _participant(draft.call, party)
            if found.role is Role.CONSUMER:
                raise ConflictError("end the call instead")
            third_party_gone(draft, found, ConsultOutcome.REMOVED)


def _begin(draft: Draft, agent: Party, message: BeginConsult) -> None:
    call = draft.call
    if call.consult is not None:
        raise ConflictError("end the present consultation first", reason="consulting")
    if message.private and call.third_parties:
        raise ConflictError("in a conference others are added without a word in private", reason="conference")
    if len(call.third_parties) >= MOST:
        raise ConflictError(f"a call has {MOST} more participants at most", reason="full")
    assert agent.user is not None  # noqa: S101 - every agent is a user
    consult = Consult(
        id=ConsultId(draft.at.new_id("consult")),
        agent=agent.user,
        target=message.target,
        name=_shown(message, call.language),
        private=message.private,
        began_at=draft.now,
        until=draft.now + QUEUE_RINGS,
        held_before=call.consumer_party.on_hold,
        queue=message.queue,
        note=message.note,
    )
    if message.outside is not None:
        _dial(draft, consult, message.outside)
    elif message.offer is not None:
        draft.add(ConsultBegan(consult), ConsultOffered((message.offer,), Why(Rule.ASKED_FOR)))
    else:
        draft.add(ConsultBegan(consult))
    if message.private and not draft.call.consumer_party.on_hold:
        draft.add(Held(on=True))


def _shown(message: BeginConsult, language: str) -> str:
    if message.queue is not None:
        return message.queue.name(language)
    if message.offer is not None:
        return message.offer.name
    assert message.outside is not None  # noqa: S101 - one of the three is named
    return message.outside.shown


def _dial(draft: Draft, consult: Consult, outside: Outside) -> None:
    party = Party(
        id=PartyId(draft.at.new_id("party")),
        role=Role.THIRD_PARTY,
        name=outside.shown,
        since=draft.now,
        leg=outside.leg,
        media=Media.CONNECTING,
        waiting_since=draft.now,
        number=outside.shown,
    )
    until = draft.now + timedelta(seconds=outside.ring_s) + MARGIN
    draft.add(ConsultBegan(replace(consult, number=outside.shown, party=party.id, until=until)), PartyJoined(party))
    near = draft.call.meeting_place
    draft.order(DialLeg(outside.leg, outside.address, outside.caller, outside.ring_s, near))


def offered(draft: Draft, offers: tuple[Offer, ...], why: Why | None) -> bool:
    """Let it ring at agents of the consulted queue; return whether that is what they were found for."""
    consult = draft.call.consult
    if consult is None or consult.target is not ConsultTarget.QUEUE or consult.state is not ConsultState.RINGING:
        return False
    if draft.call.offers and not all(one.to_all for one in (*draft.call.offers, *offers)):
        raise ConflictError("it rings at somebody already")
    draft.add(ConsultOffered((*draft.call.offers, *offers), why))
    return True


def accepted(draft: Draft, consult: Consult, offer: Offer) -> HandlingId:
    """A colleague comes; return his handling. Others at whom it rang are left alone."""
    call = draft.call
    handling = HandlingId(draft.at.new_id("handling"))
    party = Party(
        id=PartyId(draft.at.new_id("party")),
        role=Role.THIRD_PARTY,
        name=offer.name,
        since=draft.now,
        user=offer.agent,
        waiting_since=draft.now,
        handling=handling,
        offer=offer.id,
    )
    for other in call.offers:
        if other.id != offer.id:
            draft.order(FreeSlot(other.agent, other.id, missed=False))
    draft.add(PartyJoined(party))
    queue = consult.queue or call.queue
    draft.order(OpenHandling(offer.agent, handling, offer.id, call.id, Channel.CALL, call.consumer, queue))
    _answered(draft, consult, party.id)
    return handling


def _answered(draft: Draft, consult: Consult, party: PartyId) -> None:
    handing_over = consult.state is ConsultState.HANDING_OVER
    draft.add(ThirdPartyAnswered(consult.id, party, draft.now))
    if not handing_over and not consult.private:
        draft.add(ConferenceBegan(consult.id, draft.now))


def phone_answered(draft: Draft, party: Party) -> None:
    """A dialled phone was answered."""
    consult = draft.call.consult_with(party.id)
    if consult is not None and consult.state in {ConsultState.RINGING, ConsultState.HANDING_OVER}:
        _answered(draft, consult, party.id)


def offers_over(draft: Draft, outcome: ConsultOutcome) -> None:
    """It rings nowhere any more. One colleague who does not come is a failure; a queue may have others."""
    consult = draft.call.consult
    if consult is not None and consult.target is ConsultTarget.AGENT and consult.state is ConsultState.RINGING:
        end(draft, consult, outcome)


def due(draft: Draft) -> None:
    """Somebody was waited for long enough."""
    consult = draft.call.consult
    if consult is not None and consult.state is ConsultState.RINGING and consult.until <= draft.now:
        end(draft, consult, ConsultOutcome.NO_ANSWER)


def dial_failed(draft: Draft, party: Party) -> None:
    """The phone could not be dialled at all."""
    third_party_gone(draft, party, ConsultOutcome.UNREACHABLE)


def phone_gone(draft: Draft, party: Party, cause: str) -> None:
    """A third party's phone is gone."""
    outcome = OUTCOMES.get(cause, ConsultOutcome.HUNG_UP if party.was_connected else ConsultOutcome.DECLINED)
    third_party_gone(draft, party, outcome)


def third_party_gone(draft: Draft, party: Party, outcome: ConsultOutcome) -> None:
    """A third party is not in the call any more; who is left goes on, or the call ends with nobody for the consumer."""
    consult = draft.call.consult_with(party.id)
    if consult is not None:
        end(draft, consult, outcome)
        return
    draft.leave(party, wrap_up=False)
    if draft.call.agent_party is None:
        _without_agent(draft, handing_over=False)


def end(draft: Draft, consult: Consult, outcome: ConsultOutcome) -> None:
    """End a consultation. Sent away, he leaves the agent with the consumer; failed, the consumer goes on hearing music.

    The agent may still be speaking when a third party's line goes dead, and the consumer must not hear what was not
    meant for him.
    """
    draft.withdraw_offers()
    party = draft.call.party(consult.party) if consult.party is not None else None
    if party is not None and party.present:
        draft.leave(party, wrap_up=False)
    draft.add(ConsultEnded(consult.id, outcome, draft.now))
    if draft.call.agent_party is None:
        _without_agent(draft, handing_over=consult.state is ConsultState.HANDING_OVER)
    elif (
        outcome is ConsultOutcome.REMOVED
        and consult.private
        and consult.state is not ConsultState.THREE_WAY
        and draft.call.consumer_party.on_hold is not consult.held_before
    ):
        draft.add(Held(consult.held_before))


def _without_agent(draft: Draft, *, handing_over: bool) -> None:
    """The agent has left before, and now one of those whom he left behind."""
    call = draft.call
    if call.third_parties:
        _take_over(draft)
    elif handing_over:
        requeue_or_end(draft, EndReason.THIRD_PARTY_HUNG_UP)
    else:
        draft.end(TalkEnded(EndReason.THIRD_PARTY_HUNG_UP, draft.now))


def _take_over(draft: Draft) -> None:
    heir = next((one for one in draft.call.third_parties if one.user is not None), None)
    if heir is not None:
        draft.add(TookOver(heir.id, draft.now))


def _join(draft: Draft, consult: Consult) -> None:
    draft.add(ConferenceBegan(consult.id, draft.now))
    _take_all_back(draft)


def _take_all_back(draft: Draft) -> None:
    if draft.call.consumer_party.on_hold:
        draft.add(Held(on=False))
    for party in draft.call.third_parties:
        if party.on_hold:
            draft.add(PartyHeld(party.id, on=False))


def _complete(draft: Draft, agent: Party) -> None:
    consult = draft.call.consult
    if consult is not None and consult.state is ConsultState.RINGING:
        if consult.target is not ConsultTarget.NUMBER:
            raise ConflictError("nobody has answered yet", reason="ringing")
        draft.add(HandedOver(consult.id, draft.now))
        _leave_to_others(draft, agent, consult, warm=False)
        return
    if not draft.call.third_parties:
        raise ConflictError("there is nobody to hand over to")
    _leave_conference(draft, agent)


def _leave_conference(draft: Draft, agent: Party) -> None:
    """The agent leaves; consumer and third parties go on together."""
    known = [one for one in draft.call.consults if one.state in {ConsultState.CONSULTING, ConsultState.THREE_WAY}]
    newest = known[-1] if known else None
    for consult in known:
        draft.add(TransferCompleted(consult.id, draft.now))
    _leave_to_others(draft, agent, newest, warm=True)


def _leave_to_others(draft: Draft, agent: Party, consult: Consult | None, *, warm: bool) -> None:
    heir = next((one for one in draft.call.third_parties if one.user is not None), None)
    record = Transfer(
        draft.now,
        agent.user,
        agent.name,
        to_queue=consult.queue if consult is not None else None,
        to_agent=heir.user if heir is not None else None,
        to_agent_name=heir.name if heir is not None else "",
        to_number=next((one.number for one in draft.call.third_parties if one.number), "") if heir is None else "",
        warm=warm,
    )
    draft.add(Transferred(record))
    draft.leave(agent, wrap_up=True)
    _take_all_back(draft)
    if draft.call.redacting:
        # The one who left something out of the recording is gone; nobody else could take it up again.
        draft.add(RecordingPaused(on=False))
    if consult is not None and consult.queue is not None:
        draft.add(QueueChosen(consult.queue))
    _take_over(draft)


def agent_lost(draft: Draft, agent: Party) -> bool:
    """The agent's browser did not come back. Return whether others are there who go on with the consumer."""
    consult = draft.call.consult
    if consult is not None and consult.state is not ConsultState.HANDING_OVER:
        party = draft.call.party(consult.party) if consult.party is not None else None
        draft.withdraw_offers()
        if party is not None and party.present:
            draft.leave(party, wrap_up=False)
        draft.add(ConsultEnded(consult.id, ConsultOutcome.AGENT_LOST, draft.now))
    if not draft.call.third_parties:
        return False
    _leave_conference(draft, agent)
    return True


def _hold(draft: Draft, party: Party, *, on: bool) -> None:
    consult = draft.call.consult
    if consult is not None and consult.state is ConsultState.CONSULTING and consult.private:
        raise ConflictError("swap instead", reason="consulting")
    if party.on_hold is on:
        return
    draft.add(Held(on) if party.role is Role.CONSUMER else PartyHeld(party.id, on))


def _spoken_to(call: Call) -> tuple[Consult, Party]:
    consult = call.consult
    party = call.party(consult.party) if consult is not None and consult.party is not None else None
    if consult is None or party is None or consult.state is not ConsultState.CONSULTING:
        raise ConflictError("nobody has answered yet" if consult is not None else "you are consulting nobody")
    return consult, party


def _participant(call: Call, party: PartyId) -> Party:
    found = call.party(party)
    if found is None or not found.present or found.role not in {Role.CONSUMER, Role.THIRD_PARTY}:
        raise NotFoundError("there is no such participant")
    return found
