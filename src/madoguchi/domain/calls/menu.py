"""From the first ring to the queue: greeting, keypad menu, notice or question about the recording, goodbye."""

from datetime import timedelta
from typing import Final

from madoguchi.domain.calls.call import Call, Medium, Stage, Timer
from madoguchi.domain.calls.doors import closed_door
from madoguchi.domain.calls.draft import Draft
from madoguchi.domain.calls.events import MenuSaid, QueueChosen, RecordingAnswered, StageReached, TimerSet
from madoguchi.domain.calls.lifecycle import EndReason, Enqueued, Resolved
from madoguchi.domain.messages.texts import Message
from madoguchi.domain.queues.queue import Queue, RecordingPolicy

CHOICE_S: Final = timedelta(seconds=5)
"""How long a key is waited for after everything was said."""
MENU_LIMIT: Final = timedelta(minutes=3)
"""How long the menu may take in all."""
MISTAKES: Final = 3
REPEATS: Final = 10
ANNOUNCE_EVERY: Final = timedelta(seconds=45)
REPEAT_KEY: Final = "0"
REFUSE_KEY: Final = "1"


def begin(draft: Draft) -> None:
    """The consumer can hear us: say the menu, or skip it where there is nothing to choose."""
    call = draft.call
    if not call.menu:
        goodbye(draft)
    elif len(call.menu) == 1:
        choose(draft, call.menu[0])
    else:
        draft.add(TimerSet(Timer.MENU, draft.now + MENU_LIMIT), MenuSaid())


def key(draft: Draft, digit: str) -> None:
    """The consumer pressed `digit`."""
    call = draft.call
    match call.stage:
        case Stage.MENU | Stage.CHOOSING:
            queue = next((one for one in call.menu if str(one.position) == digit), None)
            if digit == REPEAT_KEY and call.round < REPEATS:
                draft.add(TimerSet(Timer.CHOICE, None), MenuSaid())
            elif queue is None:
                _mistake(draft, Message.INVALID_CHOICE)
            else:
                choose(draft, queue)
        case Stage.ASKING if digit == REFUSE_KEY:
            draft.add(RecordingAnswered(allowed=False))
            _enter_queue(draft)
        case Stage.ASKING | Stage.ARRIVING | Stage.CLOSED | Stage.NOTICE | Stage.GOODBYE | Stage.DONE:
            pass


def said(draft: Draft) -> None:
    """What the stage had to say was said."""
    match draft.call.stage:
        case Stage.MENU:
            draft.add(StageReached(Stage.CHOOSING), TimerSet(Timer.CHOICE, draft.now + CHOICE_S))
        case Stage.ASKING:
            draft.add(TimerSet(Timer.CHOICE, draft.now + CHOICE_S))
        case Stage.NOTICE:
            _enter_queue(draft)
        case Stage.CLOSED:
            draft.end(Resolved(EndReason.AFTER_HOURS, draft.now))
        case Stage.GOODBYE:
            draft.end(Resolved(EndReason.NO_CHOICE if draft.call.menu else EndReason.NO_QUEUE, draft.now))
        case Stage.ARRIVING | Stage.CHOOSING | Stage.DONE:
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
        goodbye(draft)


def goodbye(draft: Draft) -> None:
    """Nothing is left but to say so."""
    draft.add(
        TimerSet(Timer.CHOICE, None),
        TimerSet(Timer.MENU, None),
        StageReached(Stage.GOODBYE),
    )


def choose(draft: Draft, queue: Queue) -> None:
    """The consumer wants `queue`. What must be said about the recording is said before he waits."""
    draft.add(TimerSet(Timer.CHOICE, None), TimerSet(Timer.MENU, None), QueueChosen(queue))
    if closed_door(draft.call.doors, queue.id, draft.now) is not None:
        draft.add(StageReached(Stage.CLOSED))
        return
    match queue.recording:
        case RecordingPolicy.ASK_PERMISSION:
            draft.add(StageReached(Stage.ASKING))
        case RecordingPolicy.RECORD if draft.call.medium is Medium.PHONE:
            draft.add(StageReached(Stage.NOTICE))
        case RecordingPolicy.RECORD | RecordingPolicy.DO_NOT_RECORD:
            _enter_queue(draft)


def announce_later(draft: Draft) -> None:
    """Set when the place in the queue is announced next."""
    draft.add(TimerSet(Timer.ANNOUNCEMENT, draft.now + ANNOUNCE_EVERY))


def _enter_queue(draft: Draft) -> None:
    queue = draft.call.queue
    assert queue is not None  # noqa: S101 - chosen before
    draft.add(TimerSet(Timer.CHOICE, None), Enqueued(queue, draft.now))
    announce_later(draft)


def _mistake(draft: Draft, complaint: Message) -> None:
    if _last_chance(draft.call):
        goodbye(draft)
    else:
        draft.add(TimerSet(Timer.CHOICE, None), MenuSaid(complaint.value, mistake=True))


def _last_chance(call: Call) -> bool:
    return call.mistakes + 1 >= MISTAKES
