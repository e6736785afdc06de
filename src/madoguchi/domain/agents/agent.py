"""An agent's present state, and what events make of it."""

from dataclasses import dataclass, replace
from typing import TypeAlias

from madoguchi.domain.agents.handling import (
    HANDLING,
    Handling,
    HandlingClosed,
    HandlingState,
    WrapUpDrafted,
    WrapUpExtended,
    WrapUpStarted,
)
from madoguchi.domain.agents.messages import Reservation
from madoguchi.domain.agents.presence import (
    PRESENCE,
    BecameAvailable,
    BecameUnavailable,
    MissedTooMany,
    Presence,
    SignedOut,
    WentForMeal,
    WentOnBreak,
)
from madoguchi.domain.routing.choice import Candidate
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.ids import HandlingId, OfferId, UserId
from madoguchi.kernel.time import Instant

REMEMBERED: int = 20
"""How many closed handlings are remembered, so that a repeated `OpenHandling` opens nothing."""


@dataclass(frozen=True)
class AgentAppeared:
    """The agent is known from now on."""

    agent: UserId
    name: str
    email: str
    languages: tuple[str, ...]
    chat_limit: int
    at: Instant


@dataclass(frozen=True)
class ProfileChanged:
    """The user's record changed."""

    name: str
    email: str
    languages: tuple[str, ...]
    chat_limit: int


@dataclass(frozen=True)
class NextPresenceChosen:
    """What he will be after the present work; None takes it back."""

    status: Presence | None


@dataclass(frozen=True)
class Reserved:
    """A slot is kept."""

    reservation: Reservation


@dataclass(frozen=True)
class SlotFreed:
    """A slot is free again."""

    offer: OfferId


@dataclass(frozen=True)
class OfferLapsed:
    """He let an offer lapse."""

    channel: Channel


@dataclass(frozen=True)
class HandlingSkipped:
    """The end of a handling was reported before its beginning, which comes too late now."""

    handling: HandlingId


@dataclass(frozen=True)
class HandlingOpened:
    """He is with a consumer."""

    handling: Handling


AgentEvent: TypeAlias = (
    AgentAppeared
    | ProfileChanged
    | NextPresenceChosen
    | SignedOut
    | BecameAvailable
    | BecameUnavailable
    | WentOnBreak
    | WentForMeal
    | MissedTooMany
    | Reserved
    | SlotFreed
    | OfferLapsed
    | HandlingOpened
    | HandlingSkipped
    | WrapUpStarted
    | WrapUpExtended
    | WrapUpDrafted
    | HandlingClosed
)


@dataclass(frozen=True)
class Agent:
    """One agent: presence, reserved slots, handlings."""

    id: UserId
    name: str
    email: str
    languages: tuple[str, ...]
    chat_limit: int
    since: Instant
    """Since when he has the status."""
    status: Presence = Presence.SIGNED_OUT
    next_status: Presence | None = None
    reservations: tuple[Reservation, ...] = ()
    handlings: tuple[Handling, ...] = ()
    closed: tuple[HandlingId, ...] = ()
    """The last ones, oldest first."""
    missed_calls: int = 0
    """In a row."""
    missed_chats: int = 0
    last_call_ended_at: Instant | None = None
    last_chat_at: Instant | None = None
    day: str = ""
    """The UTC date of the figures below."""
    calls_today: int = 0
    chats_today: int = 0

    def handling(self, handling: HandlingId) -> Handling | None:
        """Return an open handling or one in wrap-up."""
        return next((one for one in self.handlings if one.id == handling), None)

    def reservation(self, offer: OfferId) -> Reservation | None:
        """Return the slot kept for `offer`."""
        return next((one for one in self.reservations if one.offer == offer), None)

    def load(self, channel: Channel) -> int:
        """Return how many slots of `channel` are taken: reserved, open or in wrap-up."""
        reserved = sum(one.channel is channel for one in self.reservations)
        return reserved + sum(one.channel is channel for one in self.handlings)

    def free_for(self, channel: Channel) -> bool:
        """Whether he could be rung now: available, no call in hand, and room for one more chat."""
        if self.status is not Presence.AVAILABLE or self.next_status is not None or self.load(Channel.CALL):
            return False
        return self.load(Channel.CHAT) < (self.chat_limit if channel is Channel.CHAT else 1)

    def free_to_dial(self) -> bool:
        """Whether he could call out now: at work, and no call in hand, ringing or in wrap-up."""
        return self.status is not Presence.SIGNED_OUT and not self.load(Channel.CALL)

    def candidate(self, channel: Channel) -> Candidate:
        """Return what routing needs to know."""
        return Candidate(
            agent=self.id,
            name=self.name,
            languages=self.languages,
            free=self.free_for(channel),
            last_call_ended_at=self.last_call_ended_at,
            last_chat_at=self.last_chat_at,
            chats=self.load(Channel.CHAT),
        )

    def next_deadline(self) -> Instant | None:
        """Return when the next reservation expires or wrap-up ends."""
        times = [one.expires_at for one in self.reservations]
        times += [one.ends_at for one in self.handlings if one.ends_at is not None]
        return min(times, default=None)


def evolve(agent: Agent | None, event: AgentEvent) -> Agent:  # noqa: C901, PLR0911, PLR0912 - one case per event
    """Return the agent after `event`. Knows no rules."""
    if agent is None:
        assert isinstance(event, AgentAppeared)  # noqa: S101 - the first event of every agent
        return Agent(event.agent, event.name, event.email, event.languages, event.chat_limit, since=event.at)
    match event:
        case AgentAppeared():
            return agent
        case ProfileChanged(name, email, languages, chat_limit):
            return replace(agent, name=name, email=email, languages=languages, chat_limit=chat_limit)
        case NextPresenceChosen(status):
            return replace(agent, next_status=status)
        case SignedOut() | BecameAvailable() | BecameUnavailable() | WentOnBreak() | WentForMeal() | MissedTooMany():
            status = PRESENCE.advance(agent.status, event)
            return replace(agent, status=status, since=event.at, next_status=None, missed_calls=0, missed_chats=0)
        case Reserved(reservation):
            return replace(agent, reservations=(*agent.reservations, reservation))
        case SlotFreed(offer):
            return replace(agent, reservations=tuple(one for one in agent.reservations if one.offer != offer))
        case OfferLapsed(Channel.CALL):
            return replace(agent, missed_calls=agent.missed_calls + 1)
        case OfferLapsed():
            return replace(agent, missed_chats=agent.missed_chats + 1)
        case HandlingOpened(handling):
            return _opened(agent, handling)
        case HandlingSkipped(handling):
            return replace(agent, closed=(*agent.closed, handling)[-REMEMBERED:])
        case WrapUpStarted(handling, at, ends_at):
            found = agent.handling(handling)
            assert found is not None  # noqa: S101 - decide looked
            state = HANDLING.advance(found.state, event)
            agent = _put(agent, replace(found, state=state, wrap_up_at=at, ends_at=ends_at))
            return _left(agent, found.channel, at)
        case WrapUpExtended(handling, ends_at):
            found = agent.handling(handling)
            assert found is not None  # noqa: S101 - decide looked
            return _put(agent, replace(found, state=HANDLING.advance(found.state, event), ends_at=ends_at))
        case WrapUpDrafted(handling, disposition, notes):
            found = agent.handling(handling)
            assert found is not None  # noqa: S101 - decide looked
            state = HANDLING.advance(found.state, event)
            return _put(agent, replace(found, state=state, disposition=disposition, notes=notes))
        case HandlingClosed(handling, _, at):
            found = agent.handling(handling)
            assert found is not None  # noqa: S101 - decide looked
            HANDLING.advance(found.state, event)
            if found.state is HandlingState.WORKING:
                agent = _left(agent, found.channel, at)
            rest = tuple(one for one in agent.handlings if one.id != handling)
            return replace(agent, handlings=rest, closed=(*agent.closed, handling)[-REMEMBERED:])


def _put(agent: Agent, handling: Handling) -> Agent:
    return replace(agent, handlings=tuple(handling if one.id == handling.id else one for one in agent.handlings))


def _opened(agent: Agent, handling: Handling) -> Agent:
    day = handling.started_at.date().isoformat()
    if day != agent.day:
        agent = replace(agent, day=day, calls_today=0, chats_today=0)
    agent = replace(agent, handlings=(*agent.handlings, handling))
    if handling.channel is Channel.CALL:
        return replace(agent, missed_calls=0, calls_today=agent.calls_today + 1)
    return replace(agent, missed_chats=0, chats_today=agent.chats_today + 1, last_chat_at=handling.started_at)


def _left(agent: Agent, channel: Channel, at: Instant) -> Agent:
    if channel is Channel.CALL:
        return replace(agent, last_call_ended_at=at)
    return replace(agent, last_chat_at=at)
