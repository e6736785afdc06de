"""From the first ring to the queue: greeting, keypad menu, notice or question about the recording, goodbye.

The menu has levels. A key chooses what has it, also while the level is still being said; `*` says the level again, `0`
goes back to the level above. A level with a single choice is not said but passed. Who has used up his tries hears
goodbye or comes to a default queue, as the level's settings say.
"""

from datetime import timedelta
from typing import Final

from madoguchi.domain.calls import deflecting
from madoguchi.domain.calls.call import Call, Stage, Timer
from madoguchi.domain.calls.doors import Door, closed_door
from madoguchi.domain.calls.draft import Draft
from madoguchi.domain.calls.events import MenuSaid, QueueChosen, RecordingAnswered, StageReached, TimerSet
from madoguchi.domain.calls.lifecycle import EndReason, Enqueued, Resolved
from madoguchi.domain.messages.texts import Message
from madoguchi.domain.queues.menu import Manner
from madoguchi.domain.queues.queue import Queue, RecordingPolicy
from madoguchi.kernel.ids import QueueId

CHOICE_S: Final = timedelta(seconds=5)
"""How long an answer about the recording is waited for after the question."""
MENU_LIMIT: Final = timedelta(minutes=3)
"""How long the menu may take in all."""
ANNOUNCE_EVERY: Final = timedelta(seconds=45)
REPEAT_KEY: Final = "*"
BACK_KEY: Final = "0"
REFUSE_KEY: Final = "1"


def begin(draft: Draft) -> None:
    """The consumer can hear us: say the menu, or skip it where there is nothing to choose."""
    if not draft.call.choices:
        goodbye(draft)
    else:
        draft.add(TimerSet(Timer.MENU, draft.now + MENU_LIMIT))
        _go_to(draft, ())


def instead(draft: Draft) -> None:
    """The agent whose number was called does not take it: go where the number says, or say that he cannot."""
    draft.add(TimerSet(Timer.MENU, None))
    begin(draft)


def key(draft: Draft, digit: str) -> None:
    """The consumer pressed `digit`."""
    match draft.call.stage:
        case Stage.MENU | Stage.CHOOSING:
            _choice(draft, digit)
        case Stage.ASKING if digit == REFUSE_KEY:
            draft.add(RecordingAnswered(allowed=False))
            _enter_queue(draft)
        case Stage.ELSEWHERE:
            deflecting.pressed(draft, digit)
        case Stage.ASKING | Stage.ARRIVING | Stage.DIRECT | Stage.CLOSED | Stage.NOTICE:
            pass
        case Stage.UNREACHED | Stage.GOODBYE | Stage.DONE:
            pass


def said(draft: Draft) -> None:
    """What the stage had to say was said."""
    match draft.call.stage:
        case Stage.MENU:
            due = draft.now + _manner(draft.call).wait
            draft.add(StageReached(Stage.CHOOSING), TimerSet(Timer.CHOICE, due))
        case Stage.ASKING:
            draft.add(TimerSet(Timer.CHOICE, draft.now + CHOICE_S))
        case Stage.NOTICE:
            _enter_queue(draft)
        case Stage.CLOSED:
            deflecting.told(draft)
        case Stage.UNREACHED:
            draft.end(Resolved(EndReason.DEFLECTION_FAILED, draft.now))
        case Stage.GOODBYE:
            draft.end(Resolved(farewell(draft.call), draft.now))
        case Stage.ARRIVING | Stage.DIRECT | Stage.CHOOSING | Stage.ELSEWHERE | Stage.DONE:
            pass


def choice_due(draft: Draft) -> None:
    """No key came in time."""
    draft.add(TimerSet(Timer.CHOICE, None))
    if draft.call.stage is Stage.CHOOSING:
        _mistake(draft, Message.NO_INPUT)
    elif draft.call.stage is Stage.ASKING:
        draft.add(RecordingAnswered(allowed=True))
        _enter_queue(draft)


def menu_due(draft: Draft) -> None:
    """The menu took too long."""
    draft.add(TimerSet(Timer.MENU, None))
    if draft.call.stage in {Stage.MENU, Stage.CHOOSING}:
        _last_resort(draft)


def goodbye(draft: Draft) -> None:
    """Nothing is left but to say so."""
    draft.add(
        TimerSet(Timer.CHOICE, None),
        TimerSet(Timer.MENU, None),
        StageReached(Stage.GOODBYE),
    )


def farewell(call: Call) -> EndReason:
    """Return why nothing but goodbye was left."""
    if call.choices:
        return EndReason.NO_CHOICE
    return EndReason.NO_ANSWER if call.direct is not None else EndReason.NO_QUEUE


def choose(draft: Draft, queue: Queue) -> None:
    """The consumer wants `queue`. What must be said about the recording is said before he waits."""
    draft.add(TimerSet(Timer.CHOICE, None), TimerSet(Timer.MENU, None), QueueChosen(queue))
    if (door := closed_door(draft.call.doors, queue.id, draft.now)) is not None:
        if (instead := deflecting.closed(draft, door)) is not None:
            choose(draft, instead)
        return
    match queue.recording:
        case RecordingPolicy.ASK_PERMISSION:
            draft.add(StageReached(Stage.ASKING))
        case RecordingPolicy.RECORD:
            draft.add(StageReached(Stage.NOTICE))
        case RecordingPolicy.DO_NOT_RECORD:
            _enter_queue(draft)


def announce_later(draft: Draft) -> None:
    """Set when the place in the queue is announced next."""
    draft.add(TimerSet(Timer.ANNOUNCEMENT, draft.now + ANNOUNCE_EVERY))


def _choice(draft: Draft, digit: str) -> None:
    call = draft.call
    entries, manner = call.choices.level(call.path)
    chosen = next((one for one in entries if str(one.key) == digit), None)
    if chosen is not None:
        _go_to(draft, (*call.path, chosen.key))
    elif digit == BACK_KEY and (above := _level_above(call)) is not None:
        draft.add(TimerSet(Timer.CHOICE, None), MenuSaid(path=above))
    elif digit in {REPEAT_KEY, BACK_KEY} and call.repeats < manner.repeats:
        # There is nothing above the top level; whoever wants to go back there at least hears it again.
        draft.add(TimerSet(Timer.CHOICE, None), MenuSaid(repeat=True, path=call.path))
    else:
        _mistake(draft, Message.INVALID_CHOICE)


def _go_to(draft: Draft, path: tuple[int, ...]) -> None:
    """Go where the keys in `path` lead, on through levels with a single choice."""
    entries, queue, level = draft.call.choices.entries, None, None
    for pressed in path:
        chosen = next(one for one in entries if one.key == pressed)
        entries, queue, level = chosen.entries, chosen.queue, chosen.level
    while queue is None and len(entries) == 1 and _shut(draft, level) is None:
        (only,) = entries
        path, entries, queue, level = (*path, only.key), only.entries, only.queue, only.level
    if queue is None and (door := _shut(draft, level)) is not None:
        draft.add(TimerSet(Timer.CHOICE, None), TimerSet(Timer.MENU, None))
        if (instead := deflecting.closed(draft, door)) is not None:
            choose(draft, instead)
    elif queue is not None:
        choose(draft, queue)
    else:
        draft.add(TimerSet(Timer.CHOICE, None), MenuSaid(path=path))


def _shut(draft: Draft, level: QueueId | None) -> Door | None:
    """Return the door down to a level, if nothing is open below it and that is not said by the queues themselves."""
    return closed_door(draft.call.doors, level, draft.now) if level is not None else None


def _level_above(call: Call) -> tuple[int, ...] | None:
    """Return the path of the nearest level above where there was something to choose."""
    for length in reversed(range(len(call.path))):
        if len(call.choices.level(call.path[:length])[0]) > 1:
            return call.path[:length]
    return None


def _enter_queue(draft: Draft) -> None:
    queue = draft.call.queue
    assert queue is not None  # noqa: S101 - chosen before
    draft.add(TimerSet(Timer.CHOICE, None), Enqueued(queue, draft.now))
    announce_later(draft)


def _mistake(draft: Draft, complaint: Message) -> None:
    if draft.call.mistakes + 1 >= _manner(draft.call).tries:
        _last_resort(draft)
    else:
        draft.add(TimerSet(Timer.CHOICE, None), MenuSaid(complaint.value, mistake=True, path=draft.call.path))


def _last_resort(draft: Draft) -> None:
    """He will not choose any more: let the default queue take him, or say goodbye."""
    default = _manner(draft.call).default
    queue = next((one for one in draft.call.choices.defaults if one.id == default), None)
    if queue is not None:
        choose(draft, queue)
    else:
        goodbye(draft)


def _manner(call: Call) -> Manner:
    return call.choices.level(call.path)[1]
