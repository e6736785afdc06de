"""What an agent's owner decides: who may be rung, what a missed offer costs, when wrap-up ends."""

from datetime import timedelta
from typing import Final, Never, TypeAlias

from madoguchi.domain.agents.agent import (
    Agent,
    AgentAppeared,
    AgentEvent,
    HandlingOpened,
    HandlingSkipped,
    NextPresenceChosen,
    OfferLapsed,
    ProfileChanged,
    Reserved,
    SlotFreed,
    evolve,
)
from madoguchi.domain.agents.handling import (
    Handling,
    HandlingClosed,
    HandlingState,
    WrapUpDrafted,
    WrapUpExtended,
    WrapUpStarted,
)
from madoguchi.domain.agents.messages import (
    AgentDue,
    AgentMessage,
    AgentNotFreeError,
    ChoosePresence,
    DraftHandling,
    EndHandling,
    ExtendHandling,
    FinishHandling,
    FreeSlot,
    OpenHandling,
    ProfileIs,
    Reservation,
    Reserve,
)
from madoguchi.domain.agents.presence import (
    CHOSEN_BY,
    BecameUnresponsive,
    MissedCalls,
    MissedChats,
    Presence,
    chosen,
)
from madoguchi.domain.desk.dispositions import NONE
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.decision import Decision, Moment
from madoguchi.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from madoguchi.kernel.ids import HandlingId
from madoguchi.kernel.time import Instant

EXTENSION: Final = timedelta(minutes=1)

AgentDecision: TypeAlias = Decision[AgentEvent, Never]
_Events: TypeAlias = tuple[AgentEvent, ...]


def decide(agent: Agent | None, message: AgentMessage, at: Moment) -> AgentDecision:
    """Return what follows from `message`.

    Raises:
        NotFoundError: the agent, or the handling, is not known.
        AgentNotFreeError: no slot can be kept.
        ConflictError: the handling is not in wrap-up.
        InvalidInputError: a person cannot choose this status.
    """
    if agent is None:
        if not isinstance(message, ProfileIs):
            raise NotFoundError("there is no such agent")
        it = message
        appeared = AgentAppeared(it.agent, it.name, it.email, it.languages, it.chat_limit, at.now, it.skills, it.zone)
        return Decision((appeared,))
    return _settled(agent, _events(agent, message, at.now), at.now)


def _settled(agent: Agent, events: tuple[AgentEvent, ...], now: Instant) -> AgentDecision:
    """Add the one coupling there is: the next status comes when the work is done."""
    after = agent
    for event in events:
        after = evolve(after, event)
    if after.next_status is not None and not after.handlings:
        comes = (after.next_status, after.next_custom)
        same = comes == (after.status, after.custom)
        events += (NextPresenceChosen(None),) if same else (chosen(*comes, now),)
    return Decision(events)


def _events(agent: Agent, message: AgentMessage, now: Instant) -> _Events:  # noqa: C901, PLR0911, PLR0912 - one case per message
    match message:
        case ProfileIs(_, name, email, languages, chat_limit, skills, zone):
            changed = ProfileChanged(name, email, languages, chat_limit, skills, zone)
            known = ProfileChanged(agent.name, agent.email, agent.languages, agent.chat_limit, agent.skills, agent.zone)
            return () if known == changed else (changed,)
        case ChoosePresence():
            return _choose(agent, message, now)
        case Reserve(reservation):
            if agent.reservation(reservation.offer) is not None:
                return ()
            free = (
                agent.free_to_dial()
                if reservation.outbound
                else agent.free_for(reservation.channel, reservation.terms.call_weight)
            )
            if not free:
                raise AgentNotFreeError(f"{agent.id} has no slot for a {reservation.channel.value}")
            return (Reserved(reservation, now),)
        case FreeSlot():
            return _free(agent, message, now)
        case OpenHandling():
            return _open(agent, message, now)
        case EndHandling():
            return _end(agent, message, now)
        case FinishHandling(handling, disposition, notes):
            found = _in_wrap_up(agent, handling)
            return (HandlingClosed(handling, found.interaction, now, disposition, notes),)
        case DraftHandling(handling, disposition, notes):
            work = agent.handling(handling)
            if work is None:
                raise NotFoundError("you have no such work")
            same = (work.disposition, work.notes) == (disposition, notes)
            return () if same else (WrapUpDrafted(handling, disposition, notes),)
        case ExtendHandling(handling):
            found = _in_wrap_up(agent, handling)
            return (WrapUpExtended(handling, (found.ends_at or now) + EXTENSION),)
        case AgentDue():
            return _due(agent, now)


def _choose(agent: Agent, message: ChoosePresence, now: Instant) -> tuple[AgentEvent, ...]:
    status, custom = message.status, message.custom
    if status not in CHOSEN_BY and (status is not Presence.CUSTOM or custom is None):
        raise InvalidInputError(f"nobody chooses to be {status.value}", field="status")
    if status is Presence.SPECIAL_TASK and not message.by_supervisor:
        raise InvalidInputError("only supervisors give this status", field="status")
    if message.after_work and agent.handlings:
        same = (agent.next_status, agent.next_custom) == (status, custom)
        return () if same else (NextPresenceChosen(status, custom),)
    if (status, custom) == (agent.status, agent.custom):
        return (NextPresenceChosen(None),) if agent.next_status is not None else ()
    return (chosen(status, custom, now),)


def _free(agent: Agent, message: FreeSlot, now: Instant) -> tuple[AgentEvent, ...]:
    reservation = agent.reservation(message.offer)
    if reservation is None:
        return ()
    freed = SlotFreed(message.offer)
    if not message.missed:
        return (freed,)
    lapsed = OfferLapsed(reservation.channel, now)
    return (freed, lapsed, *_consequence(evolve(agent, lapsed), reservation, now))


def _consequence(agent: Agent, missed: Reservation, now: Instant) -> tuple[AgentEvent, ...]:
    """Who let too many offers lapse gets no more until he says that he is there; who took none anyway stays so."""
    terms = missed.terms
    if not agent.takes_offers:
        return ()
    if terms.unresponsive_after and agent.unanswered >= terms.unresponsive_after:
        return (BecameUnresponsive(now),)
    if missed.channel is Channel.CALL:
        return (MissedCalls(now),) if agent.missed_calls >= terms.missed_limit else ()
    return (MissedChats(now),) if agent.missed_chats >= terms.missed_limit else ()


def _open(agent: Agent, message: OpenHandling, now: Instant) -> tuple[AgentEvent, ...]:
    if agent.handling(message.handling) is not None or message.handling in agent.closed:
        return ()
    it = message
    handling = Handling(it.handling, it.interaction, it.channel, it.consumer, it.queue, started_at=now, offer=it.offer)
    opened = HandlingOpened(handling)
    return (SlotFreed(message.offer), opened) if agent.reservation(message.offer) is not None else (opened,)


def _end(agent: Agent, message: EndHandling, now: Instant) -> tuple[AgentEvent, ...]:
    handling = message.handling
    found = agent.handling(handling)
    if found is None and handling not in agent.closed:
        return (HandlingSkipped(handling),)
    if found is None or found.state is not HandlingState.WORKING:
        return ()
    if message.wrap_up_s <= 0:
        return (HandlingClosed(handling, found.interaction, now, found.disposition, found.notes),)
    ends_at = now + timedelta(seconds=message.wrap_up_s)
    return (WrapUpStarted(handling, now, ends_at, message.dismissed),)


def _due(agent: Agent, now: Instant) -> tuple[AgentEvent, ...]:
    expired = (SlotFreed(one.offer) for one in agent.reservations if one.expires_at <= now)
    over = (
        HandlingClosed(one.id, one.interaction, now, one.disposition or NONE, one.notes, timed_out=True)
        for one in agent.handlings
        if one.ends_at is not None and one.ends_at <= now
    )
    return (*expired, *over)


def _in_wrap_up(agent: Agent, handling: HandlingId) -> Handling:
    found = agent.handling(handling)
    if found is None:
        raise NotFoundError("you have no such wrap-up")
    if found.state is not HandlingState.WRAP_UP:
        raise ConflictError("you are still with the consumer")
    return found
