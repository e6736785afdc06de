"""What an agent and a consumer do once they talk, and how a browser comes back."""

import re
from typing import Final

from madoguchi.domain.calls import consulting
from madoguchi.domain.calls.call import Call, Transfer
from madoguchi.domain.calls.commands import (
    AgentCommand,
    AttachConsumerMedia,
    AttachMedia,
    ConsultCommand,
    HangUp,
    PressKeys,
    SetHold,
    SetMute,
    SetRecordingPaused,
    TransferToAgent,
    TransferToQueue,
)
from madoguchi.domain.calls.consult import ConsultOutcome, ConsultState
from madoguchi.domain.calls.doors import Door
from madoguchi.domain.calls.draft import Draft
from madoguchi.domain.calls.effects import SendDigits
from madoguchi.domain.calls.events import Held, Muted, RecordingPaused, Transferred
from madoguchi.domain.calls.lifecycle import CallState, EndReason, NotReached, Offered, TalkEnded
from madoguchi.domain.calls.parties import LegOpening, Party
from madoguchi.domain.calls.requeue import requeue, requeue_or_end, turn_away
from madoguchi.domain.queues.queue import Queue
from madoguchi.domain.routing.record import Rule, Why
from madoguchi.domain.supervision import Role
from madoguchi.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from madoguchi.kernel.ids import UserId

DIGITS: Final = re.compile(r"[0-9*#A-D]{1,32}")


def command(draft: Draft, message: AgentCommand) -> None:
    """Do what the call's agent asks.

    Raises:
        NotFoundError: the call is not with this agent.
        ConflictError: it cannot be done at present.
        InvalidInputError: the digits are none.
    """
    agent = _staff(draft.call, message.user)
    match message:
        case AttachMedia(_, leg):
            draft.add(LegOpening(agent.id, leg, draft.now))
        case SetMute(_, on):
            if agent.muted is not on:
                draft.add(Muted(agent.id, on))
        case HangUp() if agent.role is Role.THIRD_PARTY:
            consulting.third_party_gone(draft, agent, ConsultOutcome.HUNG_UP)
        case HangUp() if draft.call.state is CallState.DIALLING:
            draft.end(NotReached(EndReason.AGENT_HUNG_UP, draft.now))
        case HangUp():
            draft.end(TalkEnded(EndReason.AGENT_HUNG_UP, draft.now))
        case _:
            _handler_command(draft, _agent(draft.call, message.user), message)


def consult_command(draft: Draft, message: ConsultCommand) -> None:
    """Do what the call's agent asks concerning others in it.

    Raises:
        NotFoundError: the call is not with this agent, or there is no such participant.
        ConflictError: it cannot be done at present.
    """
    consulting.command(draft, _agent(draft.call, message.user), message)


def _handler_command(
    draft: Draft,
    agent: Party,
    message: SetHold | PressKeys | SetRecordingPaused | TransferToQueue | TransferToAgent,
) -> None:
    match message:
        case SetHold(_, on):
            _hold(draft, on=on)
        case PressKeys(_, digits):
            _press(draft, digits)
        case SetRecordingPaused(_, on):
            _pause_recording(draft, on=on)
        case TransferToQueue(_, queue, door):
            transfer = Transfer(draft.now, agent.user, agent.name, to_queue=queue)
            _transferred(draft, agent, transfer, queue, front=True, door=door)
        case TransferToAgent(_, offer):
            transfer = Transfer(draft.now, agent.user, agent.name, to_agent=offer.agent, to_agent_name=offer.name)
            _transferred(draft, agent, transfer, _queue(draft.call), front=True)
            draft.add(Offered((offer,), Why(Rule.ASKED_FOR)))


def attach_consumer(draft: Draft, message: AttachConsumerMedia) -> None:
    """The consumer's browser connects anew."""
    draft.add(LegOpening(draft.call.consumer_party.id, message.leg, draft.now))


def agent_lost(draft: Draft, agent: Party) -> None:
    """The agent's browser did not come (back): others go on with the consumer, or he waits before all others."""
    if draft.call.state is CallState.DIALLING:
        draft.end(NotReached(EndReason.AGENT_MEDIA_LOST, draft.now))
        return
    if not consulting.agent_lost(draft, agent):
        draft.leave(agent, wrap_up=True)
        requeue_or_end(draft, EndReason.AGENT_MEDIA_LOST)


def _hold(draft: Draft, *, on: bool) -> None:
    consult = draft.call.consult
    if consult is not None and consult.private:
        raise ConflictError("swap, or end the consultation first", reason="consulting")
    if draft.call.consumer_party.on_hold is not on:
        draft.add(Held(on))


def _press(draft: Draft, digits: str) -> None:
    leg = _listens(draft.call).leg
    if not DIGITS.fullmatch(digits):
        raise InvalidInputError("1 to 32 of 0-9, *, #, A-D", field="digits")
    if leg is None:
        raise ConflictError("nobody is connected")
    draft.order(SendDigits(leg, digits))


def _pause_recording(draft: Draft, *, on: bool) -> None:
    recording = draft.call.recording
    if recording is None:
        raise ConflictError("the call is not being recorded")
    if recording.paused is not on:
        draft.add(RecordingPaused(on))


def _listens(call: Call) -> Party:
    """Return whose phone gets the keys: the third party's while the agent speaks to him in private."""
    consult = call.consult
    party = call.party(consult.party) if consult is not None and consult.party is not None else None
    if party is None or party.on_hold or not party.number or consult is None:
        return call.consumer_party
    return party if consult.state is ConsultState.CONSULTING else call.consumer_party


def _transferred(
    draft: Draft, agent: Party, transfer: Transfer, queue: Queue, *, front: bool, door: Door | None = None
) -> None:
    if draft.call.consults or draft.call.third_parties:
        raise ConflictError("end the consultation first", reason="consulting")
    draft.add(Transferred(transfer))
    draft.leave(agent, wrap_up=True)
    if door is not None:
        turn_away(draft, queue, door)
    else:
        requeue(draft, queue, front=front)


def _queue(call: Call) -> Queue:
    if call.queue is None:
        raise ConflictError("the call came from no queue: name one, or consult first", reason="no_queue")
    return call.queue


def _agent(call: Call, user: UserId) -> Party:
    agent = call.agent_party
    if agent is None or agent.user != user or call.state is not CallState.TALKING:
        raise NotFoundError("you have no such call")
    return agent


def _staff(call: Call, user: UserId) -> Party:
    found = call.staff(user)
    if found is None or call.state not in {CallState.TALKING, CallState.DIALLING}:
        raise NotFoundError("you have no such call")
    return found
