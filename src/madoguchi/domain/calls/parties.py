"""Parties: a leg plus its part in the call, what it hears beside the others, and how its media does."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from madoguchi.domain.messages.texts import Line
from madoguchi.domain.supervision import Role, Voice
from madoguchi.kernel.ids import HandlingId, LegId, MonitoringId, OfferId, PartyId, PlaybackId, UserId
from madoguchi.kernel.machine import Machine
from madoguchi.kernel.time import Instant


class Media(Enum):
    """How a party's media does."""

    NONE = "none"
    """No leg yet."""
    CONNECTING = "connecting"
    CONNECTED = "connected"
    LOST = "lost"
    """The leg is gone or silent; it may come back."""


@dataclass(frozen=True)
class LegOpening:
    """A browser is about to connect."""

    party: PartyId
    leg: LegId
    at: Instant


@dataclass(frozen=True)
class LegConnected:
    """Media flows."""

    party: PartyId


@dataclass(frozen=True)
class MediaDropped:
    """Nothing is heard of the leg any more."""

    party: PartyId
    leg_gone: bool
    at: Instant


MEDIA: Final[Machine[Media]] = Machine(
    name="media",
    initial=Media.NONE,
    table={
        **{(before, LegOpening): Media.CONNECTING for before in Media},
        (Media.CONNECTING, LegConnected): Media.CONNECTED,
        (Media.LOST, LegConnected): Media.CONNECTED,
        (Media.CONNECTING, MediaDropped): Media.LOST,
        (Media.CONNECTED, MediaDropped): Media.LOST,
        (Media.LOST, MediaDropped): Media.LOST,
    },
    terminal=frozenset(),
)


@dataclass(frozen=True)
class Playing:
    """What a party hears instead of the others."""

    id: PlaybackId
    key: str
    """What for: two playbacks with one key are the same, none replaces the other."""
    lines: tuple[Line, ...] = ()
    music: bool = False
    """Hold music follows, without an end."""
    ringing: bool = False
    """The ring-back tone follows, without an end."""
    over: bool = False
    """It has ended by itself."""


@dataclass(frozen=True)
class Party:
    """Somebody in a call."""

    id: PartyId
    role: Role
    name: str
    since: Instant
    user: UserId | None = None
    """None for the consumer."""
    leg: LegId | None = None
    media: Media = Media.NONE
    waiting_since: Instant | None = None
    """Since when there is no media; None while there is."""
    was_connected: bool = False
    muted: bool = False
    on_hold: bool = False
    handling: HandlingId | None = None
    offer: OfferId | None = None
    """The one that an agent accepted."""
    monitoring: MonitoringId | None = None
    number: str = ""
    """What was dialled to reach him."""
    playing: Playing | None = None
    left_at: Instant | None = None

    @property
    def present(self) -> bool:
        """Whether he has not left."""
        return self.left_at is None

    @property
    def in_bridge(self) -> bool:
        """Whether his leg can be joined with others."""
        return self.leg is not None and self.media in {Media.CONNECTED, Media.LOST}

    @property
    def connected(self) -> bool:
        """Whether media flows."""
        return self.leg is not None and self.media is Media.CONNECTED

    @property
    def supervises(self) -> bool:
        """Whether neither agent nor consumer may learn of him."""
        return self.role in {Role.MONITOR, Role.WHISPER}

    def voice(self, *, redacting: bool = False) -> Voice:
        """Return him as far as hearing goes; supervisors hear nothing while it is redacted. Only for who has a leg."""
        assert self.leg is not None  # noqa: S101 - callers look at `in_bridge` first
        deaf = redacting and self.monitoring is not None
        return Voice(self.leg, self.role, muted=self.muted, on_hold=self.on_hold, deaf=deaf)
