"""Sums over facts, and the figures that people read made of them.

Sums of parts add up to the sum of the whole; figures do not, so that they are always made of sums and never of figures.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from madoguchi.domain.agents.presence import Presence
from madoguchi.domain.figures.facts import HandlingFact, StatusFact, StayFact, ms
from madoguchi.domain.figures.story import Outcome
from madoguchi.kernel.errors import InvalidInputError
from madoguchi.kernel.time import Instant


@dataclass(frozen=True)
class Goals:
    """What the organisation aims at."""

    answer_s: float = 20.0
    """Answered within this counts for the service level."""
    service_level: float = 0.8
    """The part that ought to be."""
    short_abandon_s: float = 5.0
    """Who leaves sooner is not counted: he may have dialled wrong."""
    version: int = field(default=0, compare=False)
    """Counts their changes; 0 for the usual ones."""

    def __post_init__(self) -> None:
        """Check.

        Raises:
            InvalidInputError: a value makes no sense; `field` names it.
        """
        if not 0 < self.answer_s <= 3_600:  # noqa: PLR2004 - an hour
            raise InvalidInputError("between 0 and 3,600 seconds", field="answer_s")
        if not 0 < self.service_level <= 1:
            raise InvalidInputError("between 0 and 1", field="service_level")
        if not 0 <= self.short_abandon_s <= 600:  # noqa: PLR2004 - ten minutes
            raise InvalidInputError("between 0 and 600 seconds", field="short_abandon_s")

    @property
    def answer_ms(self) -> int:
        """`answer_s` in milliseconds."""
        return round(self.answer_s * 1000)

    @property
    def short_abandon_ms(self) -> int:
        """`short_abandon_s` in milliseconds."""
        return round(self.short_abandon_s * 1000)


@dataclass(frozen=True)
class Totals:
    """Sums over stays in queues and handlings. All lengths are milliseconds."""

    offered: int = 0
    """Stays in queues."""
    answered: int = 0
    in_time: int = 0
    """Of the answered, those within the goal."""
    abandoned: int = 0
    short_abandoned: int = 0
    """Of the abandoned, those that left too soon to count."""
    answer_wait_ms: int = 0
    """What the answered waited."""
    longest_wait_ms: int = 0
    handled: int = 0
    """Handlings that are closed."""
    talk_ms: int = 0
    hold_ms: int = 0
    wrap_up_ms: int = 0
    transfers: int = 0
    """Handlings that ended by sending the consumer elsewhere."""
    longest_handle_ms: int = 0
    """Talk, hold and wrap-up of one handling."""
    longest_hold_ms: int = 0
    """All holds of one handling."""

    def __add__(self, other: "Totals") -> "Totals":
        """Return the sums over both."""
        return Totals(
            offered=self.offered + other.offered,
            answered=self.answered + other.answered,
            in_time=self.in_time + other.in_time,
            abandoned=self.abandoned + other.abandoned,
            short_abandoned=self.short_abandoned + other.short_abandoned,
            answer_wait_ms=self.answer_wait_ms + other.answer_wait_ms,
            longest_wait_ms=max(self.longest_wait_ms, other.longest_wait_ms),
            handled=self.handled + other.handled,
            talk_ms=self.talk_ms + other.talk_ms,
            hold_ms=self.hold_ms + other.hold_ms,
            wrap_up_ms=self.wrap_up_ms + other.wrap_up_ms,
            transfers=self.transfers + other.transfers,
            longest_handle_ms=max(self.longest_handle_ms, other.longest_handle_ms),
            longest_hold_ms=max(self.longest_hold_ms, other.longest_hold_ms),
        )


def of_stay(stay: StayFact, goals: Goals) -> Totals:
    """Return one stay as totals."""
    answered, abandoned = stay.outcome is Outcome.ANSWERED, stay.outcome is Outcome.ABANDONED
    return Totals(
        offered=1,
        answered=int(answered),
        in_time=int(answered and stay.wait_ms <= goals.answer_ms),
        abandoned=int(abandoned),
        short_abandoned=int(abandoned and stay.wait_ms < goals.short_abandon_ms),
        answer_wait_ms=stay.wait_ms if answered else 0,
        longest_wait_ms=stay.wait_ms,
    )


def of_handling(handling: HandlingFact) -> Totals:
    """Return one handling as totals."""
    return Totals(
        handled=1,
        talk_ms=handling.talk_ms,
        hold_ms=handling.hold_ms,
        wrap_up_ms=handling.wrap_up_ms,
        transfers=int(handling.transferred),
        longest_handle_ms=handling.talk_ms + handling.hold_ms + handling.wrap_up_ms,
        longest_hold_ms=handling.hold_ms,
    )


def summed(parts: Iterable[Totals]) -> Totals:
    """Return the sums over all `parts`."""
    return sum(parts, start=Totals())


@dataclass(frozen=True)
class Figures:
    """What people read. None where there is nothing to divide by."""

    offered: int
    """Stays in queues, those left out that were abandoned too soon to count."""
    answered: int
    abandoned: int
    """Those left out that were abandoned too soon to count."""
    short_abandoned: int
    service_level: float | None
    """Part of the offered that was answered within the goal."""
    abandon_rate: float | None
    asa_s: float | None
    """Average speed of answer."""
    longest_wait_s: float
    handled: int
    aht_s: float | None
    """Average handling time: talk, hold and wrap-up."""
    talk_s: float | None
    """Average, as the two below."""
    hold_s: float | None
    wrap_up_s: float | None
    transfers: int


def figures(totals: Totals) -> Figures:
    """Return the figures that `totals` make."""
    offered = totals.offered - totals.short_abandoned
    abandoned = totals.abandoned - totals.short_abandoned
    worked = totals.talk_ms + totals.hold_ms + totals.wrap_up_ms
    return Figures(
        offered=offered,
        answered=totals.answered,
        abandoned=abandoned,
        short_abandoned=totals.short_abandoned,
        service_level=_part(totals.in_time, offered),
        abandon_rate=_part(abandoned, offered),
        asa_s=_seconds(totals.answer_wait_ms, totals.answered),
        longest_wait_s=totals.longest_wait_ms / 1000,
        handled=totals.handled,
        aht_s=_seconds(worked, totals.handled),
        talk_s=_seconds(totals.talk_ms, totals.handled),
        hold_s=_seconds(totals.hold_ms, totals.handled),
        wrap_up_s=_seconds(totals.wrap_up_ms, totals.handled),
        transfers=totals.transfers,
    )


@dataclass(frozen=True)
class WorkTime:
    """How long an agent was what within a period, in milliseconds."""

    busy_ms: int = 0
    idle_ms: tuple[tuple[str, int], ...] = ()
    """Status to time in it without work, by name."""

    @property
    def occupancy(self) -> float | None:
        """Part of the time in which he could work that he did."""
        available = dict(self.idle_ms).get(Presence.AVAILABLE.value, 0)
        return _part(self.busy_ms, self.busy_ms + available)

    def __add__(self, other: "WorkTime") -> "WorkTime":
        """Return the time of both."""
        idle = dict(self.idle_ms)
        for status, span in other.idle_ms:
            idle[status] = idle.get(status, 0) + span
        return WorkTime(self.busy_ms + other.busy_ms, tuple(sorted(idle.items())))


def of_status(fact: StatusFact, since: Instant, until: Instant) -> WorkTime:
    """Return the part of a status that lies between `since` and `until`."""
    span = max(0, ms(min(fact.ended_at, until) - max(fact.started_at, since)))
    return WorkTime(busy_ms=span) if fact.busy else WorkTime(idle_ms=((fact.status, span),) if span else ())


def _part(of: int, whole: int) -> float | None:
    return of / whole if whole > 0 else None


def _seconds(total_ms: int, count: int) -> float | None:
    return total_ms / count / 1000 if count > 0 else None
