"""Couplings: what one part of a call makes of another. Nothing else lets one part react to another.

What a party hears beside the others, and whether the call is recorded, follow from the rest of the state. `couple`
says which events are missing until that is so; `settle` in `draft` applies them until none is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from madoguchi.domain.calls.call import ActiveRecording, Call, Stage
from madoguchi.domain.calls.doors import Door
from madoguchi.domain.calls.events import (
    CallEvent,
    PlaybackBegan,
    PlaybackStopped,
    RecordingBegan,
    RecordingClosed,
)
from madoguchi.domain.calls.lifecycle import CallState
from madoguchi.domain.calls.parties import Media, Party, Playing
from madoguchi.domain.calls.values import known
from madoguchi.domain.messages.texts import Line, Message, line
from madoguchi.domain.queues.menu import Entry, PhoneMenu
from madoguchi.domain.queues.queue import RecordingChannels, RecordingPolicy
from madoguchi.domain.supervision import Role
from madoguchi.kernel.decision import Moment
from madoguchi.kernel.ids import PlaybackId, RecordingId

MUSIC_ONLY: Final = "music"
WORTH_SAYING_MIN: Final = 2
"""A shorter wait is not announced: nobody keeps a promise of one minute."""


@dataclass(frozen=True)
class Wish:
    """What a party ought to hear."""

    key: str
    lines: tuple[Line, ...] = ()
    music: bool = False
    ringing: bool = False


RINGING: Final = Wish("ringing", ringing=True)


def couple(call: Call, at: Moment) -> tuple[CallEvent, ...]:
    """Return the events that follow from the state alone; none when all parts agree."""
    if call.over:
        return ()
    return (*_sounds(call, at), *_recording(call, at))


def _sounds(call: Call, at: Moment) -> tuple[CallEvent, ...]:
    events: list[CallEvent] = []
    for party in call.parties:
        wish = wished(call, party)
        if wish is None:
            if party.playing is not None:
                events.append(PlaybackStopped(party.id))
        elif party.playing is None or party.playing.key != wish.key:
            playing = Playing(PlaybackId(at.new_id("playback")), wish.key, wish.lines, wish.music, wish.ringing)
            events.append(PlaybackBegan(party.id, playing))
    return tuple(events)


def wished(call: Call, party: Party) -> Wish | None:
    """Return what `party` ought to hear instead of the others."""
    if not party.in_bridge or not party.present:
        return None
    if party.role is Role.CONSUMER:
        wish = _for_consumer(call)
        return replace(wish, lines=tuple(one.knowing(**known(call)) for one in wish.lines)) if wish else None
    if party.role is Role.AGENT:
        return _for_agent(call, party)
    if party.role is Role.THIRD_PARTY:
        return _for_third_party(call, party)
    return None


def _for_agent(call: Call, agent: Party) -> Wish | None:
    if call.state is CallState.DIALLING:
        return RINGING
    consult = call.consult
    third = call.party(consult.party) if consult is not None and consult.party is not None else None
    if consult is not None and consult.private and (third is None or not third.was_connected):
        return RINGING
    if _heard_by(call, agent) or call.consumer_party.media is Media.CONNECTED:
        return None
    return Wish("reconnecting", music=True)


def _for_third_party(call: Call, party: Party) -> Wish | None:
    if party.on_hold:
        return Wish("hold", music=True)
    return None if _heard_by(call, party) else Wish("reconnecting", music=True)


def _heard_by(call: Call, listener: Party) -> bool:
    """Whether somebody is there for `listener` to hear, monitors apart."""
    talkers = (Role.CONSUMER, Role.AGENT, Role.THIRD_PARTY)
    return any(
        one.id != listener.id and one.role in talkers and one.present and one.connected and not one.on_hold
        for one in call.parties
    )


def _for_consumer(call: Call) -> Wish | None:
    match call.state:
        case CallState.IN_MENU:
            return _in_menu(call)
        case CallState.QUEUED | CallState.OFFERED:
            return _in_queue(call)
        case CallState.TALKING:
            return _in_talk(call)
        case CallState.DIALLING | CallState.ENDED | CallState.ABANDONED | CallState.FAILED:
            return None


def _in_menu(call: Call) -> Wish | None:  # noqa: PLR0911 - one case per stage
    said = call.language
    match call.stage:
        case Stage.MENU:
            return Wish(f"menu {call.round}", _menu(call))
        case Stage.CLOSED:
            return Wish("closed", told_when_closed(call))
        case Stage.ELSEWHERE:
            return _elsewhere(call)
        case Stage.UNREACHED:
            return Wish("unreached", (line(Message.NUMBER_NOT_REACHED, said),))
        case Stage.NOTICE:
            return Wish("notice", (line(Message.RECORDING_NOTICE, said),))
        case Stage.ASKING:
            return Wish("asking", (line(Message.ASK_RECORDING, said),))
        case Stage.DIRECT:
            return RINGING
        case Stage.GOODBYE:
            return Wish("goodbye", (_farewell(call),))
        case Stage.ARRIVING | Stage.CHOOSING | Stage.DONE:
            return None


def _elsewhere(call: Call) -> Wish | None:
    """He hears the other phone ring, and then who answers it."""
    if not any(one.was_connected for one in call.third_parties):
        return RINGING
    return None if _heard_by(call, call.consumer_party) else Wish("reconnecting", music=True)


def _farewell(call: Call) -> Line:
    if call.choices:
        return line(Message.GOODBYE, call.language)
    if call.direct is not None:
        return line(Message.DIRECT_MISSED, call.language, agent=call.direct.name)
    return line(Message.NO_QUEUE, call.language)


def _menu(call: Call) -> tuple[Line, ...]:
    said = call.language
    lines: list[Line] = []
    if call.round == 1:
        lines.append(line(Message.GREETING, said, company=call.company))
    if call.complaint:
        lines.append(line(Message(call.complaint), said))
    entries, _ = call.choices.level(call.path)
    return (*lines, *_choices(entries, said, below=bool(call.path)))


def _choices(entries: Sequence[Entry], said: str, *, below: bool) -> tuple[Line, ...]:
    spoken = (line(Message.MENU_ENTRY, said, queue=one.name(said), key=one.key) for one in entries)
    back = (line(Message.MENU_BACK, said),) if below else ()
    return (*spoken, *back, line(Message.MENU_REPEAT, said))


def told_when_closed(call: Call) -> tuple[Line, ...]:
    """Return what is said at the closed door to which he came last."""
    door = door_met(call)
    return door.closed if door is not None else ()


def door_met(call: Call) -> Door | None:
    """Return the closed door to which he came last: of a level, or of the queue that he chose."""
    chosen = call.met[-1] if call.met else call.queue.id if call.queue is not None else None
    return next((door for door in call.doors if door.queue == chosen), None)


def first_lines(menu: PhoneMenu, company: str, said: str) -> tuple[Line, ...]:
    """Return what a caller hears from the greeting until he waits, for whoever wants to have it spoken before.

    Of the levels below the top only the first is among it: a large menu would take minutes.
    """
    rest = (Message.RECORDING_NOTICE, Message.CONNECTING, Message.NEXT_IN_LINE)
    greeting = line(Message.GREETING, said, company=company)
    below = (text for one in menu.entries if one.entries for text in _choices(one.entries, said, below=True))
    top = _choices(menu.entries, said, below=False)
    return (greeting, *dict.fromkeys((*top, *below)), *(line(one, said) for one in rest))


def _in_queue(call: Call) -> Wish:
    if call.stage is Stage.DIRECT:
        return RINGING
    said = call.language
    if call.announced and call.position is not None:
        place = Message.NEXT_IN_LINE if call.position == 1 else Message.POSITION
        announced = [line(place, said, position=call.position)]
        if call.wait_min is not None and call.wait_min >= WORTH_SAYING_MIN:
            announced.append(line(Message.ESTIMATED_WAIT, said, estimated_wait_time_in_minutes=call.wait_min))
        return Wish(f"waiting {call.announced}", tuple(announced), music=True)
    if call.announced:
        return Wish(f"waiting {call.announced}", music=True)
    return Wish("waiting 0", (line(Message.CONNECTING, said),), music=True)


def _in_talk(call: Call) -> Wish | None:
    agent = call.agent_party
    if call.consumer_party.on_hold:
        return Wish("hold", music=True)
    if _heard_by(call, call.consumer_party):
        return None
    if agent is None:
        # His agent has left him to somebody whose phone still rings.
        return RINGING
    if not agent.was_connected:
        # He goes on hearing what he heard while he waited.
        if call.queue is None and call.direct is not None:
            return RINGING
        return Wish(f"waiting {call.announced}", music=True)
    return Wish("reconnecting", (line(Message.RECONNECTING, call.language),), music=True)


def _policy(call: Call) -> RecordingPolicy:
    return call.queue.recording if call.queue is not None else RecordingPolicy.DO_NOT_RECORD


def to_be_recorded(call: Call) -> bool:
    """Whether the conversation may and must be recorded."""
    policy = _policy(call)
    allowed = policy is RecordingPolicy.RECORD or (policy is RecordingPolicy.ASK_PERMISSION and call.may_record is True)
    return allowed and call.may_record is not False and not call.recording_broken


def _recording(call: Call, at: Moment) -> tuple[CallEvent, ...]:
    leg, agent = call.consumer_party.leg, call.agent_party
    if call.recording is not None:
        if call.state is CallState.TALKING and leg == call.recording.leg:
            return ()
        return (RecordingClosed(call.recording.id),)
    if leg is None or agent is None or not agent.connected or not call.consumer_party.connected:
        return ()
    if not to_be_recorded(call):
        return ()
    dual = call.queue is not None and call.queue.recording_channels is RecordingChannels.DUAL
    number = call.recordings + 1
    # A consumer who reloads his page begins a new recording; what the agent keeps out of it stays out.
    recording = ActiveRecording(RecordingId(at.new_id("recording")), leg, number, dual=dual, paused=call.redacting)
    return (RecordingBegan(recording),)
