"""What an agent and a consumer do once they talk, and how a browser comes back."""

import re
from typing import Final

from madoguchi.domain.calls import menu
from madoguchi.domain.calls.call import Call, Transfer
from madoguchi.domain.calls.commands import (
    AgentCommand,
    AttachConsumerMedia,
    AttachMedia,
    HangUp,
    PressKeys,
    SetHold,
    SetMute,
    SetRecordingPaused,
    TransferToAgent,
    TransferToQueue,
)
from madoguchi.domain.calls.draft import Draft
from madoguchi.domain.calls.effects import SendDigits
from madoguchi.domain.calls.events import Held, Muted, PartyLeft, RecordingPaused, Transferred
from madoguchi.domain.calls.lifecycle import CallState, EndReason, Offered, Requeued, TalkEnded
from madoguchi.domain.calls.parties import LegOpening, Party
from madoguchi.domain.queues.queue import Queue
from madoguchi.domain.routing.record import Rule, Why
from madoguchi.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from madoguchi.kernel.ids import UserId

DIGITS: Final = re.compile(r"[0-9*#A-D]{1,32}")


def command(draft: Draft, message: AgentCommand) -> None:  # noqa: C901 - one case per command
    """Do what the call's agent asks.

    Raises:
        NotFoundError: the call is not with this agent.
        ConflictError: it cannot be done at present.
        InvalidInputError: the digits are none.
    """
    agent = _agent(draft.call, message.user)
    match message:
        case AttachMedia(_, leg):
            draft.add(LegOpening(agent.id, leg, draft.now))
        case SetHold(_, on):
            if draft.call.consumer_party.on_hold is not on:
                draft.add(Held(on))
        case SetMute(_, on):
            if agent.muted is not on:
                draft.add(Muted(agent.id, on))
        case PressKeys(_, digits):
            _press(draft, digits)
        case SetRecordingPaused(_, on):
            _pause_recording(draft, on=on)
        case TransferToQueue(_, queue):
            _transferred(draft, agent, Transfer(draft.now, agent.user, agent.name, to_queue=queue), queue, front=True)
        case TransferToAgent(_, offer):
            transfer = Transfer(draft.now, agent.user, agent.name, to_agent=offer.agent, to_agent_name=offer.name)
            _transferred(draft, agent, transfer, _queue(draft.call), front=True)
            draft.add(Offered((offer,), Why(Rule.ASKED_FOR)))
        case HangUp():
            draft.end(TalkEnded(EndReason.AGENT_HUNG_UP, draft.now))


def attach_consumer(draft: Draft, message: AttachConsumerMedia) -> None:
    """The consumer's browser connects anew."""
    draft.add(LegOpening(draft.call.consumer_party.id, message.leg, draft.now))


def agent_lost(draft: Draft, agent: Party) -> None:
    """The agent's browser did not come (back): the consumer waits again, before all others."""
    draft.dismiss_agent()
    _requeue(draft, agent, _queue(draft.call), front=True)


def _press(draft: Draft, digits: str) -> None:
    leg = draft.call.consumer_party.leg
    if not DIGITS.fullmatch(digits):
        raise InvalidInputError("1 to 32 of 0-9, *, #, A-D", field="digits")
    if leg is None:
        raise ConflictError("the consumer is not connected")
    draft.order(SendDigits(leg, digits))


def _pause_recording(draft: Draft, *, on: bool) -> None:
    recording = draft.call.recording
    if recording is None:
        raise ConflictError("the call is not being recorded")
    if recording.paused is not on:
        draft.add(RecordingPaused(on))


def _transferred(draft: Draft, agent: Party, transfer: Transfer, queue: Queue, *, front: bool) -> None:
    draft.add(Transferred(transfer))
    draft.dismiss_agent()
    _requeue(draft, agent, queue, front=front)


def _requeue(draft: Draft, agent: Party, queue: Queue, *, front: bool) -> None:
    draft.add(PartyLeft(agent.id, draft.now))
    if draft.call.consumer_party.on_hold:
        draft.add(Held(on=False))
    draft.add(Requeued(queue, front, draft.now))
    menu.announce_later(draft)


def _queue(call: Call) -> Queue:
    assert call.queue is not None  # noqa: S101 - nobody talks without having waited
    return call.queue


def _agent(call: Call, user: UserId) -> Party:
    agent = call.agent_party
    if agent is None or agent.user != user or call.state is not CallState.TALKING:
        raise NotFoundError("you have no such call")
    return agent
