"""A queue: its place in the menu, its agents, and how it offers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from madoguchi.domain.routing.settings import RoutingSettings
from madoguchi.kernel.ids import QueueId, UserId


class MenuChannel(Enum):
    """Whose menu a queue is in."""

    IVR = "ivr"
    WEB = "web"


class RecordingPolicy(Enum):
    """Whether calls of a queue are recorded."""

    RECORD = "record"
    DO_NOT_RECORD = "do_not_record"
    ASK_PERMISSION = "ask_permission"
    """The caller hears the question first; 1 = not recorded."""


class RecordingChannels(Enum):
    """Tracks of the recording."""

    MONO = "mono"
    DUAL = "dual"


@dataclass(frozen=True)
class Queue:
    """Where interactions wait for agents."""

    id: QueueId
    channels: frozenset[MenuChannel]
    names: Mapping[str, str]
    """Language to name; `en` and `ja` always."""
    position: int
    """1–9: the key in the phone menu, and the order everywhere."""
    agents: tuple[UserId, ...]
    routing: RoutingSettings = RoutingSettings()  # noqa: RUF009 - frozen, so sharing it is safe
    wrap_up_s: float = 60.0
    recording: RecordingPolicy = RecordingPolicy.RECORD
    recording_channels: RecordingChannels = RecordingChannels.MONO
    parents: tuple[Mapping[str, str], ...] = field(default=())
    """Names of the menus above, outermost first; the menu path ends with this queue's own name."""

    def name(self, language: str) -> str:
        """Return the name in `language`, else in English."""
        return self.names.get(language) or self.names["en"]
