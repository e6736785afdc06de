"""Facts: one compact row for everything that is over, from which all figures are made."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from madoguchi.domain.figures.story import Came, Outcome, Stay, Story
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.time import Instant, Span

_MS: Final = timedelta(milliseconds=1)


def ms(span: Span) -> int:
    """Return a length of time in whole milliseconds."""
    return span // _MS


@dataclass(frozen=True)
class InteractionFact:
    """One interaction that is over."""

    id: str
    channel: Channel
    medium: str
    language: str
    consumer: str
    state: str
    reason: str
    queue: str | None
    """The last one; None where none was reached."""
    started_at: Instant
    ended_at: Instant
    stays: int
    handlings: int
    transfers: int


@dataclass(frozen=True)
class StayFact:
    """One stay in a queue that is over."""

    interaction: str
    number: int
    """With the interaction, its key."""
    channel: Channel
    queue: str
    came: Came
    queued_at: Instant
    wait_ms: int
    outcome: Outcome
    agent: str | None
    """Who answered."""
    offers: int = 0
    declined: int = 0
    missed: int = 0


@dataclass(frozen=True)
class HandlingFact:
    """One agent's stretch on an interaction, its wrap-up included."""

    id: str
    interaction: str
    channel: Channel
    queue: str | None
    agent: str
    started_at: Instant
    talk_ms: int
    hold_ms: int
    wrap_up_ms: int
    transferred: bool
    disposition: str = ""
    notes: str = ""
    """What the agent wrote; no figure is made of it."""


@dataclass(frozen=True)
class StatusFact:
    """How long an agent was something, at most a day a row, so that a period's rows are found by their beginning."""

    agent: str
    status: str
    busy: bool
    """He had a consumer, or work after one."""
    started_at: Instant
    ended_at: Instant


def stay_facts(interaction: str, channel: Channel, story: Story) -> Iterable[StayFact]:
    """Yield the facts of the stays that are over."""
    for stay in story.stays:
        if stay.outcome is not None:
            yield _stay_fact(interaction, channel, stay, stay.outcome)


def _stay_fact(interaction: str, channel: Channel, stay: Stay, outcome: Outcome) -> StayFact:
    return StayFact(
        interaction=interaction,
        number=stay.number,
        channel=channel,
        queue=str(stay.queue["id"]),
        came=stay.came,
        queued_at=stay.since,
        wait_ms=ms(stay.waited),
        outcome=outcome,
        agent=stay.agent,
        offers=stay.offers,
        declined=stay.declined,
        missed=stay.missed,
    )
