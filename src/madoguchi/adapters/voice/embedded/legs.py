"""The engine's legs, and what it must remember of each."""

import asyncio
from dataclasses import dataclass, field
from typing import Protocol

from madoguchi.adapters.voice.embedded.sip.incoming import IncomingCall
from madoguchi.adapters.voice.embedded.sip.outgoing import OutgoingCall
from madoguchi.kernel.ids import LegId
from madoguchi.media.protocol import RtpSettings
from madoguchi.ports.voice import ReleaseCause


@dataclass
class BrowserLeg:
    """A leg to a browser."""

    id: LegId
    connected: bool = False


class PhoneOwner(Protocol):
    """What a phone leg needs of the engine."""

    def leg_rang(self, leg: "PhoneLeg") -> None:
        """The far end rings."""

    def leg_agreed(self, leg: "PhoneLeg") -> None:
        """The media settings, or hold, have changed."""

    def leg_confirmed(self, leg: "PhoneLeg") -> None:
        """Both sides know that the call stands."""

    def leg_pressed(self, leg: "PhoneLeg", digits: str) -> None:
        """Digits came by SIP."""

    def leg_ended(self, leg: "PhoneLeg", cause: ReleaseCause) -> None:
        """The call is over."""


@dataclass
class PhoneLeg:
    """A leg to a phone or trunk; hears from its call what happens."""

    id: LegId
    owner: PhoneOwner
    call: IncomingCall | OutgoingCall | None = None
    """None while a dialled leg waits for its port."""
    over: bool = False
    up: bool = False
    on_hold: bool = False
    connected: RtpSettings | None = None
    """The settings that the media worker was given last."""
    order: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Media orders of one leg are given one after the other."""
    last_digit: tuple[str, str, float] = ("", "", 0.0)
    """The last digit, whether it came by `rtp` or `info`, and when."""

    def rang(self) -> None:
        """The far end rings."""
        self.owner.leg_rang(self)

    def agreed(self) -> None:
        """The media settings have changed."""
        self.owner.leg_agreed(self)

    def confirmed(self) -> None:
        """The call stands."""
        self.owner.leg_confirmed(self)

    def pressed(self, digits: str) -> None:
        """Digits came by SIP."""
        self.owner.leg_pressed(self, digits)

    def ended(self, cause: ReleaseCause) -> None:
        """The call is over."""
        self.owner.leg_ended(self, cause)

    def repeats(self, digit: str, way: str, now: float, window_s: float) -> bool:
        """Whether `digit` is one that came the other way just before: some phones send each digit both ways."""
        last, last_way, at = self.last_digit
        if digit == last and way != last_way and now - at < window_s:
            self.last_digit = ("", "", 0.0)
            return True
        self.last_digit = (digit, way, now)
        return False
