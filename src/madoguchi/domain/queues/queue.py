"""A queue: its place in the menu, its agents, and how it offers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from madoguchi.domain.routing.settings import RoutingSettings
from madoguchi.kernel.ids import QueueId, UserId


class MenuChannel(Enum):
    """Whose menu a queue is in. Each has a tree of its own."""

    IVR = "ivr"
    MOBILE = "mobile"
    WEB = "web"
    SMS = "sms"


PAGES: Final = frozenset({MenuChannel.MOBILE, MenuChannel.WEB})
"""The menus of consumers' pages and apps, where chats and browser calls begin."""
TEXTS: Final = PAGES | {MenuChannel.SMS}
"""Where chats by text message can be handed over to: whoever chats can answer them."""


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
    """Where interactions wait for agents: a leaf of a menu tree as routing and live interactions see it.

    It is made of a `Node` with the settings that take effect there (`resolve.queue_of`), and nobody stores it but the
    interactions that wait in it.
    """

    id: QueueId
    channels: frozenset[MenuChannel]
    """The one menu it is in. Interactions from before there were trees may hold more."""
    names: Mapping[str, str]
    """Language to name; `en` and `ja` always."""
    position: int
    """Its place among its siblings; 1 is the first."""
    agents: tuple[UserId, ...]
    """All who are assigned, for whatever language."""
    routing: RoutingSettings = RoutingSettings()  # noqa: RUF009 - frozen, so sharing it is safe
    wrap_up_s: float = 60.0
    recording: RecordingPolicy = RecordingPolicy.RECORD
    recording_channels: RecordingChannels = RecordingChannels.MONO
    parents: tuple[Mapping[str, str], ...] = field(default=())
    """Names of the menus above, outermost first; the menu path ends with this queue's own name."""
    spoken: Mapping[UserId, tuple[str, ...]] = field(default_factory=dict)
    """Who of `agents` is assigned for certain languages only."""

    def name(self, language: str) -> str:
        """Return the name in `language`, else in English."""
        return self.names.get(language) or self.names["en"]
