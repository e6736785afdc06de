"""The phone menu as one call goes through it: levels of choices by key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from madoguchi.domain.queues.queue import Queue
from madoguchi.domain.queues.settings import LastResort, PhoneMenuSettings
from madoguchi.kernel.ids import QueueId
from madoguchi.kernel.time import Span


@dataclass(frozen=True)
class Manner:
    """How a level treats callers."""

    wait: Span = timedelta(seconds=5)
    """How long a key is waited for after everything was said."""
    repeats: int = 9
    tries: int = 3
    default: QueueId | None = None
    """Where who makes no choice comes; nothing if he hears goodbye."""

    @staticmethod
    def of(settings: PhoneMenuSettings) -> "Manner":
        """Return what the settings say."""
        default = settings.default_queue if settings.last_resort is LastResort.DEFAULT_QUEUE else ""
        return Manner(
            timedelta(seconds=settings.wait_s), settings.repeats, settings.tries, QueueId(default) if default else None
        )


@dataclass(frozen=True)
class Entry:
    """One choice: a queue, or a level below."""

    key: int
    names: Mapping[str, str]
    queue: Queue | None = None
    entries: tuple["Entry", ...] = ()
    """What can be chosen below; never empty where there is no queue."""
    manner: Manner = field(default_factory=Manner)
    """Of the level below."""
    level: QueueId | None = None
    """The id of the level, where it is one."""

    @staticmethod
    def of(queue: Queue, key: int | None = None) -> "Entry":
        """Return the choice of `queue`."""
        return Entry(key if key is not None else queue.position, queue.names, queue)

    def name(self, language: str) -> str:
        """Return the name in `language`, else in English."""
        return self.names.get(language) or self.names["en"]


@dataclass(frozen=True)
class PhoneMenu:
    """The whole menu."""

    entries: tuple[Entry, ...] = ()
    manner: Manner = field(default_factory=Manner)
    """Of the top level."""
    defaults: tuple[Queue, ...] = ()
    """The queues of last resort, of whatever level."""

    @staticmethod
    def flat(queues: Sequence[Queue]) -> "PhoneMenu":
        """Return a menu of one level."""
        return PhoneMenu(tuple(Entry.of(one) for one in queues))

    def __bool__(self) -> bool:
        return bool(self.entries)

    def level(self, path: Sequence[int]) -> tuple[tuple[Entry, ...], Manner]:
        """Return the choices of the level that the keys in `path` lead to, and how it treats callers."""
        entries, manner = self.entries, self.manner
        for key in path:
            found = next(one for one in entries if one.key == key)
            entries, manner = found.entries, found.manner
        return entries, manner
