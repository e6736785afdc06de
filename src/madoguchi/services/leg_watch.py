"""What the voice engine says of its legs, whether or not the calls that have them took note of it."""

from collections.abc import Callable, Collection, Mapping

from madoguchi.kernel.ids import LegId
from madoguchi.kernel.time import Instant
from madoguchi.ports.environment import Clock
from madoguchi.ports.voice import LegHeld, LegReleased, MediaBack, MediaLost, VoiceEvent


class LegWatch:
    """`listen` hears all reports of the engine; `known` asks it for the legs that are not over."""

    def __init__(self, known: Callable[[], Collection[LegId]], clock: Clock) -> None:
        self._known = known
        self._clock = clock
        self._silent: dict[LegId, Instant] = {}

    def listen(self, event: VoiceEvent) -> None:
        """Take note of a report."""
        match event:
            case MediaLost(leg):
                self._silent.setdefault(leg, self._clock.now())
            case MediaBack(leg) | LegReleased(leg) | LegHeld(leg):
                # A leg that is held, or taken back, is listened to anew: if it says nothing then, that is reported.
                self._silent.pop(leg, None)
            case _:
                pass

    @property
    def known(self) -> frozenset[LegId]:
        """Legs that are not over."""
        return frozenset(self._known())

    @property
    def silent(self) -> Mapping[LegId, Instant]:
        """Legs of which nothing is heard, and since when that was reported."""
        return self._silent
