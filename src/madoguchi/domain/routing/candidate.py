"""An agent as routing sees him, and a queue's agents as an index that is kept up to date change by change."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Final

from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.ids import UserId
from madoguchi.kernel.time import Instant

LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


class Attendance(Enum):
    """Whether an agent could be asked at all, his work apart."""

    ABSENT = "absent"
    """Signed out."""
    AWAY = "away"
    """Chose a status in which nothing is offered."""
    MISSED = "missed"
    """Let offers lapse, and has not come back."""
    LEAVING = "leaving"
    """Chose what he will be after the present work."""
    READY = "ready"


@dataclass(frozen=True)
class Candidate:
    """An agent, as far as routing cares."""

    agent: UserId
    name: str
    languages: tuple[str, ...] = ()
    skills: Mapping[str, int] = field(default_factory=dict)
    """Skill to level."""
    attendance: Attendance = Attendance.READY
    calls: int = 0
    """Slots taken: reserved, open or in wrap-up."""
    chats: int = 0
    chat_limit: int = 1
    last_call_ended_at: Instant | None = None
    last_chat_at: Instant | None = None
    """When he last got a chat, or was released from one."""

    def room(self, channel: Channel, call_weight: int | None = None) -> bool:
        """Whether his work leaves room for one interaction more; a call counts as `call_weight` chats.

        There is never more than one call, and who does nothing has room for one whatever it weighs. None: a call is not
        done beside anything else.
        """
        if channel is Channel.CALL:
            if self.calls or not self.chats:
                return not self.calls
            return call_weight is not None and self.chats + call_weight <= self.chat_limit
        if self.calls and call_weight is None:
            return False
        return self.chats + self.calls * (call_weight or 0) < self.chat_limit

    def free(self, channel: Channel, call_weight: int | None = None) -> bool:
        """Whether he could be asked now."""
        return self.attendance is Attendance.READY and self.room(channel, call_weight)

    def idle_since(self, channel: Channel) -> Instant:
        """Return since when he has had nothing of this channel; long ago where he never had."""
        return (self.last_call_ended_at if channel is Channel.CALL else self.last_chat_at) or LONG_AGO


class Staff:
    """The agents of one queue. A change of one agent costs the same however many there are."""

    def __init__(self, candidates: Iterable[Candidate] = (), *, call_weight: int | None = None) -> None:
        self._call_weight = call_weight
        self._members: dict[UserId, Candidate] = {}
        self._ready: dict[Channel, dict[UserId, Candidate]] = {channel: {} for channel in Channel}
        self._languages: Counter[str] = Counter()
        for candidate in candidates:
            self.put(candidate)

    @property
    def members(self) -> Collection[Candidate]:
        """All of them, at work or not."""
        return self._members.values()

    def ready(self, channel: Channel) -> Collection[Candidate]:
        """Return who could be rung for one interaction more of `channel`."""
        return self._ready[channel].values()

    def speaks(self, language: str) -> bool:
        """Whether anybody who is at work speaks `language`."""
        return self._languages[language] > 0

    def put(self, one: Candidate) -> bool:
        """Take in an agent, or what he is now; return whether somebody who waits may have a better chance by it."""
        before = self._members.get(one.agent)
        if before is None or before.attendance is not one.attendance or before.languages != one.languages:
            if before is not None and before.attendance is not Attendance.ABSENT:
                self._languages.subtract(before.languages)
            if one.attendance is not Attendance.ABSENT:
                self._languages.update(one.languages)
        self._members[one.agent] = one
        better = False
        for channel, ready in self._ready.items():
            if one.free(channel, self._call_weight):
                better = better or one.agent not in ready
                ready[one.agent] = one
            else:
                ready.pop(one.agent, None)
        return better or before is None or _traits(before) != _traits(one)


def _traits(one: Candidate) -> tuple[Attendance, tuple[str, ...], Mapping[str, int]]:
    """Return what makes him fit for others than before, or lets a group be passed over."""
    return (one.attendance, one.languages, one.skills)
