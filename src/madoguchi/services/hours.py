"""Open or closed, for whoever lets consumers in. In memory: it is asked for every caller and changes rarely."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Final, TypeAlias

from madoguchi.domain.calls.doors import REACH, Door
from madoguchi.domain.hours.announcement import spoken, written
from madoguchi.domain.hours.book import HoursBook, SupportCenter
from madoguchi.domain.hours.custom import Asked, CustomHours, Parents
from madoguchi.domain.messages.texts import Line
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.errors import Kind, MadoguchiError
from madoguchi.kernel.ids import CustomHoursId, QueueId
from madoguchi.kernel.time import Instant
from madoguchi.ports.hours import HoursRecords
from madoguchi.services.rows import Json, moment

ALL_CHANNELS: Final = (Channel.CALL, Channel.CHAT)


class AfterHoursError(MadoguchiError):
    """We are closed at this time."""

    kind = Kind.CONFLICT
    code = "after_hours"


RequireOpen: TypeAlias = Callable[[QueueId, Channel, str], None]
"""Lets consumers pass into a queue during hours; raises `AfterHoursError`."""


def always_open(_queue: QueueId, _channel: Channel, _language: str) -> None:
    """Let everybody pass."""


@dataclass(frozen=True)
class HoursState:
    """Open or closed now."""

    open: bool
    until: Instant | None
    """When that changes; None where it does not, as far as can be seen."""
    zone: str
    """In which the hours are written."""


class HoursService:
    """Answers from the book of hours. `load` it at the start and whenever hours were saved."""

    def __init__(self, records: HoursRecords, parents: Parents) -> None:
        self._records = records
        self.parents = parents
        self.book = HoursBook()
        self._states: dict[CustomHoursId | None, tuple[Instant, HoursState]] = {}

    async def load(self) -> None:
        """Read everything."""
        center = await self._records.center()
        self.book = HoursBook(
            center.record if center is not None else SupportCenter(),
            tuple(one.record for one in await self._records.custom()),
            tuple(one.record for one in await self._records.folders()),
        )
        self._states.clear()

    def state(self, queue: QueueId | None, channel: Channel, language: str, now: Instant) -> HoursState:
        """Return whether a queue is open to consumers who come by `channel` in `language`."""
        return self.state_of(self._match(queue, channel, language), now)

    def state_of(self, hours: CustomHours | None, now: Instant) -> HoursState:
        """Return whether custom hours, or the general ones, are open. What is known is kept until it changes."""
        key = _key(hours)
        since, known = self._states.get(key, (None, None))
        if since is not None and known is not None and since <= now and (known.until is None or now < known.until):
            return known
        calendar = self.book.calendar(hours)
        is_open = calendar.is_open(now)
        until = calendar.next_closing(now) if is_open else calendar.next_opening(now)
        state = HoursState(is_open, until, calendar.zone)
        self._states[key] = now, state
        return state

    def require_open(self, queue: QueueId, channel: Channel, language: str, now: Instant) -> None:
        """Let consumers pass during hours.

        Raises:
            AfterHoursError: it is closed.
        """
        if not self.state(queue, channel, language, now).open:
            raise AfterHoursError("it is outside the hours of this queue", field="queue")

    def closed(self, queues: Iterable[QueueId], languages: Sequence[str], now: Instant) -> Sequence[Json]:
        """Return where consumers' pages must say that it is closed: one entry a queue, channel and language."""
        found = []
        words: dict[tuple[CustomHoursId | None, str], str] = {}
        for queue, channel, language in product(queues, ALL_CHANNELS, languages):
            hours = self._match(queue, channel, language)
            state = self.state_of(hours, now)
            if state.open:
                continue
            # Most queues have the same hours, and looking for the next opening is what takes time.
            known = _key(hours), language
            if known not in words:
                words[known] = written(self.book.calendar(hours), now, language)
            found.append(
                {
                    "queue": queue,
                    "channel": channel.value,
                    "language": language,
                    "opens_at": moment(state.until),
                    "zone": state.zone,
                    "message": words[known],
                }
            )
        return found

    def doors(self, queues: Iterable[QueueId], language: str, now: Instant) -> tuple[Door, ...]:
        """Return the doors of those `queues` that are closed to callers at some time soon."""
        return tuple(self._doors(queues, language, now))

    def _doors(self, queues: Iterable[QueueId], language: str, now: Instant) -> Iterator[Door]:
        doors: dict[CustomHoursId | None, Door] = {}
        for queue in queues:
            hours = self._match(queue, Channel.CALL, language)
            state = self.state_of(hours, now)
            if state.open and (state.until is None or state.until > now + REACH):
                continue
            if (door := doors.get(_key(hours))) is None:
                calendar = self.book.calendar(hours)
                closes = state.until if state.open and state.until is not None else now
                lines = spoken(calendar, closes, language)
                door = doors[_key(hours)] = Door(queue, tuple(calendar.open_spans(now, now + REACH)), tuple(lines))
            yield replace(door, queue=queue)

    def closes(self, queue: QueueId, language: str, now: Instant) -> Instant:
        """Return when a queue closes to callers; `now` where it is closed, or nobody can tell."""
        state = self.state(queue, Channel.CALL, language, now)
        return state.until if state.open and state.until is not None else now

    def said(self, queue: QueueId, language: str, now: Instant) -> tuple[Line, ...]:
        """Return what a caller hears of a queue that is closed, or will be."""
        calendar = self.book.calendar(self._match(queue, Channel.CALL, language))
        return tuple(spoken(calendar, self.closes(queue, language, now), language))

    def _match(self, queue: QueueId | None, channel: Channel, language: str) -> CustomHours | None:
        return self.book.match(Asked(queue, channel, language), self.parents)


def _key(hours: CustomHours | None) -> CustomHoursId | None:
    return hours.id if hours is not None else None
