"""What to tell the voice engine when a call changes: the difference between two states, and nothing remembered.

Because every order follows from what the call is, nothing can be forgotten: a call that is over has no legs, so its
legs are released, its bridge is closed, its playbacks and its recording are stopped, however it came to its end.
"""

from dataclasses import dataclass

from madoguchi.domain.calls.call import Call
from madoguchi.domain.calls.effects import (
    CloseBridge,
    PauseRecording,
    Play,
    ReleaseLeg,
    SetGains,
    SetListenOnly,
    StartRecording,
    StopPlayback,
    StopRecording,
    VoiceEffect,
)
from madoguchi.domain.supervision import Role, gain_matrix
from madoguchi.kernel.ids import LegId

JOINABLE = 2
"""A bridge with fewer legs is none."""


@dataclass(frozen=True)
class Joined:
    """The bridge as it ought to be."""

    legs: tuple[LegId, ...]
    gains: tuple[tuple[float, ...], ...]


def joined(call: Call | None) -> Joined | None:
    """Return who ought to hear whom; None where there are not two who could."""
    if call is None:
        return None
    voices = [one.voice(redacting=call.redacting) for one in call.parties if one.present and one.in_bridge]
    if len(voices) < JOINABLE:
        return None
    return Joined(tuple(one.leg for one in voices), gain_matrix(voices))


def orders(before: Call | None, after: Call) -> tuple[VoiceEffect, ...]:
    """Return what the voice engine must do so that what was `before` becomes `after`.

    With None for `before` it is everything that makes an engine without knowledge of the call do what it ought to.
    """
    return (
        *_recording_stopped(before, after),
        *_listening(before, after),
        *_bridge(before, after),
        *_playbacks(before, after),
        *_recording_begun(before, after),
        *_released(before, after),
    )


def legs_of(call: Call | None) -> tuple[LegId, ...]:
    """Return all legs of the call."""
    return tuple(one.leg for one in call.parties if one.leg is not None) if call is not None else ()


def _bridge(before: Call | None, after: Call) -> tuple[VoiceEffect, ...]:
    was, now = joined(before), joined(after)
    if now is not None:
        return (SetGains(after.bridge, now.legs, now.gains),) if now != was else ()
    return (CloseBridge(after.bridge, was.legs),) if was is not None else ()


def _playbacks(before: Call | None, after: Call) -> tuple[VoiceEffect, ...]:
    effects: list[VoiceEffect] = []
    former = {one.id: one for one in before.parties} if before is not None else {}
    for party in after.parties:
        was = former.get(party.id)
        heard = was.playing if was is not None and not (was.playing and was.playing.over) else None
        playing = party.playing
        if (
            party.leg is not None
            and playing is not None
            and not playing.over
            and (was is None or was.playing is None or was.playing.id != playing.id)
        ):
            effects.append(Play(playing.id, party.leg, playing.lines, playing.music, playing.ringing))
        elif playing is None and heard is not None and was is not None and was.leg is not None and was.leg == party.leg:
            effects.append(StopPlayback(heard.id, was.leg))
    return tuple(effects)


def _listening(before: Call | None, after: Call) -> tuple[VoiceEffect, ...]:
    """Take what supervisors say whose part it is to speak, and discard the rest.

    The browser of a supervisor is connected listen-only, whatever his part is.
    """
    former = {one.id: one for one in before.parties} if before is not None else {}
    effects = []
    for party in after.parties:
        was = former.get(party.id)
        known = was if was is not None and was.leg == party.leg else None
        discarded = known is None or known.role is Role.MONITOR
        concerned = party.monitoring is not None or (known is not None and known.monitoring is not None)
        if party.leg is not None and concerned and discarded is not (party.role is Role.MONITOR):
            effects.append(SetListenOnly(party.leg, on=party.role is Role.MONITOR))
    return tuple(effects)


def _recording_stopped(before: Call | None, after: Call) -> tuple[VoiceEffect, ...]:
    was = before.recording if before is not None else None
    if was is None or (after.recording is not None and after.recording.id == was.id):
        return ()
    return (StopRecording(was.id, was.leg),)


def _recording_begun(before: Call | None, after: Call) -> tuple[VoiceEffect, ...]:
    was, now = before.recording if before is not None else None, after.recording
    if now is None:
        return ()
    if was is None or was.id != now.id:
        start = StartRecording(now.id, now.leg, now.number, now.dual)
        return (start, PauseRecording(now.id, now.leg, on=True)) if now.paused else (start,)
    return (PauseRecording(now.id, now.leg, now.paused),) if now.paused is not was.paused else ()


def _released(before: Call | None, after: Call) -> tuple[VoiceEffect, ...]:
    kept = set(legs_of(after))
    return tuple(ReleaseLeg(leg) for leg in legs_of(before) if leg not in kept)
