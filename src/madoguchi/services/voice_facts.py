"""From the voice engine's reports to facts of the calls that they concern."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias

import structlog

from madoguchi.domain.calls import media
from madoguchi.domain.calls.call import Call
from madoguchi.domain.calls.commands import (
    CallFact,
    KeysPressed,
    LegDown,
    LegOnHold,
    LegSilent,
    LegUp,
    PlaybackOver,
)
from madoguchi.kernel.ids import LegId, RecordingId
from madoguchi.ports.voice import (
    DigitsHeard,
    LegAnswered,
    LegArrived,
    LegHeld,
    LegRang,
    LegReleased,
    MediaBack,
    MediaLost,
    PlaybackEnded,
    RecordingEnded,
    VoiceEvent,
)
from madoguchi.services.lifecycle import Change

LegEvent: TypeAlias = LegRang | LegAnswered | LegReleased | LegHeld | MediaLost | MediaBack | DigitsHeard

_log = structlog.get_logger(__name__)


class LiveCalls(Protocol):
    """The calls' owners."""

    def tell(self, owner: str, fact: CallFact) -> None:
        """Report a fact."""


class VoiceFacts:
    """Knows whose legs and playbacks there are, from the calls themselves. `listen` is the engine's listener.

    A leg that is opened before its call knows of it is `expected`: what is reported of it meanwhile is kept, and handed
    over once the call's next change shows that the leg is its own.
    """

    def __init__(
        self,
        calls: LiveCalls,
        arrived: Callable[[LegArrived], None],
        recording_ended: Callable[[RecordingId], None],
    ) -> None:
        self._calls = calls
        self._arrived = arrived
        self._recording_ended = recording_ended
        self._owner: dict[str, str] = {}
        self._keys: dict[str, set[str]] = {}
        self._expected: dict[LegId, deque[LegEvent]] = {}

    def expect(self, leg: LegId) -> None:
        """Keep what is reported of `leg` until a call has it."""
        self._expected[leg] = deque(maxlen=64)

    def give_up(self, leg: LegId) -> None:
        """No call will ever have `leg`."""
        self._expected.pop(leg, None)

    def changed(self, change: Change[Call, Any]) -> None:
        """Learn what the call has now; an observer of the runtime's calls."""
        call = change.state
        now: set[str] = set(media.legs_of(call))
        now |= {one.playing.id for one in call.parties if one.playing is not None}
        for key in self._keys.get(call.id, set()) - now:
            self._owner.pop(key, None)
        for key in now:
            self._owner[key] = call.id
        if call.over:
            self._keys.pop(call.id, None)
        else:
            self._keys[call.id] = now
        for leg in media.legs_of(call):
            for event in self._expected.pop(leg, ()):
                self.listen(event)

    def listen(self, event: VoiceEvent) -> None:
        """Take in a report of the engine."""
        match event:
            case LegArrived():
                self._arrived(event)
            case RecordingEnded(recording):
                self._recording_ended(recording)
            case PlaybackEnded(playback):
                self._tell(playback, PlaybackOver(playback))
            case (
                LegRang(leg)
                | LegAnswered(leg)
                | LegReleased(leg)
                | LegHeld(leg)
                | MediaLost(leg)
                | MediaBack(leg)
                | DigitsHeard(leg)
            ):
                if leg in self._expected:
                    self._expected[leg].append(event)
                else:
                    for fact in _facts(event):
                        self._tell(leg, fact)

    def _tell(self, key: str, fact: CallFact) -> None:
        owner = self._owner.get(key)
        if owner is None:
            # The call has let go of it: a report that crosses an order is harmless.
            _log.debug("late_report", of=key, fact=type(fact).__name__)
        else:
            self._calls.tell(owner, fact)


def _facts(event: LegEvent) -> Sequence[CallFact]:  # noqa: PLR0911 - one case per report
    match event:
        case LegRang():
            return ()
        case LegAnswered(leg):
            return (LegUp(leg),)
        case LegReleased(leg, cause):
            return (LegDown(leg, cause.value),)
        case LegHeld(leg, on_hold):
            return (LegOnHold(leg, on_hold),)
        case MediaLost(leg):
            return (LegSilent(leg, silent=True),)
        case MediaBack(leg):
            return (LegSilent(leg, silent=False),)
        case DigitsHeard(leg, digits):
            return (KeysPressed(leg, digits),)
