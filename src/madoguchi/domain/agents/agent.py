"""An agent's present state, and what events make of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

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
    MISSED,
    PRESENCE,
    BecameAvailable,
    BecameUnavailable,
    BecameUnresponsive,
    GotSpecialTask,
    MissedCalls,
    MissedChats,
    Presence,
    SignedOut,
    TookCustomStatus,
    WentForMeal,
    WentOnBreak,
)
from madoguchi.domain.agents.statuses import CustomStatus
from madoguchi.domain.routing.candidate import Attendance, Candidate
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.ids import HandlingId, OfferId, UserId
from madoguchi.kernel.time import Instant, Span

_MS: Final = Span(milliseconds=1)
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
    skills: Mapping[str, int] = field(default_factory=dict)
    zone: str = "UTC"


@dataclass(frozen=True)
class ProfileChanged:
    """The user's record changed, or the day begins elsewhere."""

    name: str
    email: str
    languages: tuple[str, ...]
    chat_limit: int
    skills: Mapping[str, int] = field(default_factory=dict)
    zone: str = "UTC"


@dataclass(frozen=True)
class NextPresenceChosen:
    """What he will be after the present work; None takes it back."""

    status: Presence | None
    custom: CustomStatus | None = None


@dataclass(frozen=True)
class Reserved:
    """A slot is kept."""

    reservation: Reservation
    at: Instant | None = None
    """Unknown of those from before it was noted."""


@dataclass(frozen=True)
class SlotFreed:
    """A slot is free again."""

    offer: OfferId


@dataclass(frozen=True)
class OfferLapsed:
    """He let an offer lapse."""

    channel: Channel
    at: Instant | None = None


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
    | GotSpecialTask
    | TookCustomStatus
    | MissedCalls
    | MissedChats
    | BecameUnresponsive
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
    custom: CustomStatus | None = None
    """Which one, where the status is the organisation's own."""
    next_status: Presence | None = None
    next_custom: CustomStatus | None = None
    skills: Mapping[str, int] = field(default_factory=dict)
    """Skill to level."""
    reservations: tuple[Reservation, ...] = ()
    handlings: tuple[Handling, ...] = ()
    closed: tuple[HandlingId, ...] = ()
    """The last ones, oldest first."""
    missed_calls: int = 0
    """In a row."""
    missed_chats: int = 0
    unanswered: int = 0
    """Offers of all channels missed since he last took one, whatever his status was meanwhile."""
    last_call_ended_at: Instant | None = None
    last_chat_at: Instant | None = None
    zone: str = "UTC"
    """The time zone in which his day begins."""
    day: str = ""
    """The date there of the figures below."""
    calls_today: int = 0
    chats_today: int = 0
    missed_today: int = 0
    """Offers that he let lapse."""
    closed_today: int = 0
    """Handlings, wrap-up included."""
    handled_ms_today: int = 0
    """From taking them to their closing, all together."""
    wrap_up_ms_today: int = 0
    last_offered_at: Instant | None = None
    last_ended_at: Instant | None = None
    """When he was last done with a consumer, his wrap-up apart."""

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

    @property
    def takes_offers(self) -> bool:
        """Whether his status is one in which offers are taken."""
        if self.status is Presence.CUSTOM:
            return self.custom is not None and not self.custom.away
        return self.status is Presence.AVAILABLE

    @property
    def attendance(self) -> Attendance:
        """Whether he could be asked at all, his work apart."""
        if self.status is Presence.SIGNED_OUT:
            return Attendance.ABSENT
        if self.status in MISSED:
            return Attendance.MISSED
        if not self.takes_offers:
            return Attendance.AWAY
        return Attendance.READY if self.next_status is None else Attendance.LEAVING

    def free_for(self, channel: Channel, call_weight: int | None = None) -> bool:
        """Whether he could be rung now: takes offers, and what he does leaves room; see `Candidate.room`."""
        return self.candidate().free(channel, call_weight)

    def free_to_dial(self) -> bool:
        """Whether he could call out now: at work, and no call in hand, ringing or in wrap-up."""
        return self.status is not Presence.SIGNED_OUT and not self.load(Channel.CALL)

    def candidate(self) -> Candidate:
        """Return what routing needs to know."""
        return Candidate(
            agent=self.id,
            name=self.name,
            languages=self.languages,
            skills=self.skills,
            attendance=self.attendance,
            calls=self.load(Channel.CALL),
            chats=self.load(Channel.CHAT),
            chat_limit=self.chat_limit,
            last_call_ended_at=self.last_call_ended_at,
            last_chat_at=self.last_chat_at,
        )

    def day_of(self, at: Instant) -> str:
        """Return the date of `at` where he works."""
        return at.astimezone(ZoneInfo(self.zone)).date().isoformat()

    def on(self, at: Instant) -> "Agent":
        """Return him with the figures of the day of `at`: none, where that is another than theirs."""
        day = self.day_of(at)
        if day == self.day:
            return self
        return replace(
            self,
            day=day,
            calls_today=0,
            chats_today=0,
            missed_today=0,
            closed_today=0,
            handled_ms_today=0,
            wrap_up_ms_today=0,
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
        it = event
        return Agent(
            it.agent, it.name, it.email, it.languages, it.chat_limit, since=it.at, skills=it.skills, zone=it.zone
        )
    match event:
        case AgentAppeared():
            return agent
        case ProfileChanged():
            return replace(
                agent,
                name=event.name,
                email=event.email,
                languages=event.languages,
                chat_limit=event.chat_limit,
                skills=event.skills,
                zone=event.zone,
            )
        case NextPresenceChosen(status, custom):
            return replace(agent, next_status=status, next_custom=custom)
        case TookCustomStatus(at, custom):
            return replace(_changed(agent, PRESENCE.advance(agent.status, event), at), custom=custom)
        case SignedOut(at) | BecameAvailable(at) | BecameUnavailable(at) | WentOnBreak(at) | WentForMeal(at):
            return _changed(agent, PRESENCE.advance(agent.status, event), at)
        case GotSpecialTask(at) | MissedCalls(at) | MissedChats(at) | BecameUnresponsive(at):
            return _changed(agent, PRESENCE.advance(agent.status, event), at)
        case Reserved(reservation, at):
            offered = agent.last_offered_at if reservation.outbound else at or agent.last_offered_at
            return replace(agent, reservations=(*agent.reservations, reservation), last_offered_at=offered)
        case SlotFreed(offer):
            return replace(agent, reservations=tuple(one for one in agent.reservations if one.offer != offer))
        case OfferLapsed(channel, at):
            agent = agent.on(at) if at is not None else agent
            agent = replace(agent, unanswered=agent.unanswered + 1, missed_today=agent.missed_today + 1)
            if channel is Channel.CALL:
                return replace(agent, missed_calls=agent.missed_calls + 1)
            return replace(agent, missed_chats=agent.missed_chats + 1)
        case HandlingOpened(handling):
            return _opened(agent, handling)
        case HandlingSkipped(handling):
            return replace(agent, closed=(*agent.closed, handling)[-REMEMBERED:])
        case WrapUpStarted(handling, at, ends_at, dismissed):
            found = agent.handling(handling)
            assert found is not None  # noqa: S101 - decide looked
            state = HANDLING.advance(found.state, event)
            agent = _put(agent, replace(found, state=state, wrap_up_at=at, ends_at=ends_at, dismissed=dismissed))
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
            agent = _counted(agent, found, at)
            rest = tuple(one for one in agent.handlings if one.id != handling)
            return replace(agent, handlings=rest, closed=(*agent.closed, handling)[-REMEMBERED:])


def _changed(agent: Agent, status: Presence, at: Instant) -> Agent:
    return replace(
        agent,
        status=status,
        custom=None,
        since=at,
        next_status=None,
        next_custom=None,
        missed_calls=0,
        missed_chats=0,
    )


def _put(agent: Agent, handling: Handling) -> Agent:
    return replace(agent, handlings=tuple(handling if one.id == handling.id else one for one in agent.handlings))


def _opened(agent: Agent, handling: Handling) -> Agent:
    agent = agent.on(handling.started_at)
    agent = replace(agent, handlings=(*agent.handlings, handling), unanswered=0)
    if handling.channel is Channel.CALL:
        return replace(agent, missed_calls=0, calls_today=agent.calls_today + 1)
    return replace(agent, missed_chats=0, chats_today=agent.chats_today + 1, last_chat_at=handling.started_at)


def _counted(agent: Agent, handling: Handling, at: Instant) -> Agent:
    """Add a handling that is closed to the day's."""
    agent = agent.on(at)
    wrap_up = at - handling.wrap_up_at if handling.wrap_up_at is not None else Span()
    return replace(
        agent,
        closed_today=agent.closed_today + 1,
        handled_ms_today=agent.handled_ms_today + (at - handling.started_at) // _MS,
        wrap_up_ms_today=agent.wrap_up_ms_today + wrap_up // _MS,
    )


def _left(agent: Agent, channel: Channel, at: Instant) -> Agent:
    agent = replace(agent, last_ended_at=at)
    if channel is Channel.CALL:
        return replace(agent, last_call_ended_at=at)
    return replace(agent, last_chat_at=at)
