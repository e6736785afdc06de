"""An agent's course through statuses and handlings, told from his journal bit by bit.

The journal of an agent never ends, so that the course is kept beside it: the last row that was read, and what is open.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from madoguchi.domain.agents.presence import (
    CHOSEN_BY,
    BecameUnresponsive,
    MissedCalls,
    MissedChats,
    Presence,
    TookCustomStatus,
)
from madoguchi.domain.figures.facts import HandlingFact, StatusFact, ms
from madoguchi.domain.figures.story import Entry, Story
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.time import Instant, instant

LONGEST: Final = timedelta(days=1)
STATUS_OF: Final[Mapping[str, Presence]] = {
    **{event.__name__: status for status, event in CHOSEN_BY.items()},
    TookCustomStatus.__name__: Presence.CUSTOM,
    MissedCalls.__name__: Presence.MISSED_CALL,
    MissedChats.__name__: Presence.MISSED_CHAT,
    BecameUnresponsive.__name__: Presence.UNRESPONSIVE,
    "MissedTooMany": Presence.MISSED_CALL,  # as journals have it from before calls and chats were told apart
}
"""The status after each event that changes it."""


@dataclass(frozen=True)
class OpenWork:
    """A handling that is not closed."""

    handling: str
    interaction: str
    channel: Channel
    queue: str | None
    started_at: Instant
    left_at: Instant | None = None
    """Since when he writes up; None while he is with the consumer."""


@dataclass(frozen=True)
class ClosedWork:
    """A handling that is over."""

    work: OpenWork
    closed_at: Instant
    disposition: str = ""
    notes: str = ""


@dataclass(frozen=True)
class Course:
    """How far an agent's journal was read, and what was open then."""

    agent: str
    seq: int = 0
    status: str = Presence.SIGNED_OUT.value
    since: Instant | None = None
    """Since when the status, or being busy or idle in it, goes on."""
    open: tuple[OpenWork, ...] = ()


@dataclass(frozen=True)
class Progress:
    """What reading on brought."""

    course: Course
    statuses: tuple[StatusFact, ...]
    closed: tuple[ClosedWork, ...]


def read_on(course: Course, entries: Iterable[tuple[int, Entry]]) -> Progress:
    """Return what `entries`, numbered journal rows after `course.seq` in order, bring."""
    statuses: list[StatusFact] = []
    closed: list[ClosedWork] = []
    for seq, entry in entries:
        before = course
        course = replace(_moved(course, entry, closed), seq=seq)
        if (course.status, bool(course.open)) != (before.status, bool(before.open)):
            at = _at(entry)
            statuses += stretch_facts(before, at)
            course = replace(course, since=at)
    return Progress(course, tuple(statuses), tuple(closed))


def stretch_facts(course: Course, until: Instant) -> Iterable[StatusFact]:
    """Yield what goes on in `course` as if it ended at `until`; being signed out and idle is nothing."""
    busy = bool(course.open)
    if course.since is None or (course.status == Presence.SIGNED_OUT.value and not busy):
        return
    since = course.since
    while since < until:
        ended = min(until, since + LONGEST)
        yield StatusFact(course.agent, course.status, busy, since, ended)
        since = ended


def _moved(course: Course, entry: Entry, closed: list[ClosedWork]) -> Course:
    data = entry.data
    if entry.kind in STATUS_OF:
        return replace(course, status=STATUS_OF[entry.kind].value)
    match entry.kind:
        case "HandlingOpened":
            return replace(course, open=(*course.open, _opened(data["handling"])))
        case "WrapUpStarted":
            at = _at(entry)
            changed = (replace(one, left_at=at) if one.handling == data["handling"] else one for one in course.open)
            return replace(course, open=tuple(changed))
        case "HandlingClosed":
            found = [one for one in course.open if one.handling == data["handling"]]
            said = (data.get("disposition") or "", data.get("notes") or "")
            closed += [ClosedWork(one, _at(entry), *said) for one in found]
            return replace(course, open=tuple(one for one in course.open if one not in found))
        case _:
            return course


def _opened(handling: Mapping[str, Any]) -> OpenWork:
    queue = handling.get("queue")
    return OpenWork(
        handling=handling["id"],
        interaction=handling["interaction"],
        channel=Channel(handling["channel"]),
        queue=queue["id"] if queue else None,
        started_at=instant(handling["started_at"]),
    )


def handling_fact(agent: str, closed: ClosedWork, story: Story) -> HandlingFact:
    """Return the fact of a closed handling; its interaction's `story` knows when the talk was, and the holds."""
    work = closed.work
    left_at = work.left_at or closed.closed_at
    stretch = next((one for one in story.stretches if one.handling == work.handling), None)
    if stretch is None:
        started, talk, hold, transferred = work.started_at, left_at - work.started_at, timedelta(), False
    else:
        # Where it goes on still, another is with the consumer beside him; his own part is over.
        stretch = replace(stretch, until=stretch.until or left_at)
        started, talk, hold, transferred = stretch.since, stretch.talk, stretch.hold, stretch.transferred
    return HandlingFact(
        id=work.handling,
        interaction=work.interaction,
        channel=work.channel,
        queue=work.queue,
        agent=agent,
        started_at=started,
        talk_ms=max(0, ms(talk)),
        hold_ms=ms(hold),
        wrap_up_ms=max(0, ms(closed.closed_at - left_at)),
        transferred=transferred,
        disposition=closed.disposition,
        notes=closed.notes,
    )


def _at(entry: Entry) -> Instant:
    at = entry.data.get("at")
    return instant(at) if isinstance(at, str) else entry.at
