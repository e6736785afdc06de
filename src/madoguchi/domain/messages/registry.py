"""The messages that an organisation can word or record anew. A feature that says a new one adds a line here."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from madoguchi.domain.messages.texts import Message
from madoguchi.domain.messages.variables import Variable
from madoguchi.kernel.errors import NotFoundError

LONGEST_TEXT: Final = 1_000
"""Characters of an own text: two minutes and more of speech."""
SPEECH_S: Final = 120
MUSIC_S: Final = 600
NO_LANGUAGE: Final = "zxx"
"""The language of music, as ISO 639-2 has it: no linguistic content. One file serves all languages."""


class Group(Enum):
    """Under which heading a page lists a message."""

    MENU = "menu"
    RECORDING = "recording"
    WAITING = "waiting"
    ENDING = "ending"
    MUSIC = "music"


@dataclass(frozen=True)
class Declaration:
    """What may be done with a message."""

    group: Group
    variables: tuple[Variable, ...] = ()
    """Those that have a value when it is said."""
    required: tuple[Variable, ...] = ()
    """Those that its text cannot do without."""
    text: bool = True
    audio: bool = True
    """Whether one recorded file can say it: not where every caller hears something else."""
    longest_s: int = SPEECH_S


_WHO: Final = (Variable.COMPANY, Variable.END_USER)
_WHERE: Final = (*_WHO, Variable.QUEUE)
_CHOICE: Final = (Variable.QUEUE, Variable.KEY)

REGISTRY: Final[Mapping[Message, Declaration]] = {
    Message.GREETING: Declaration(Group.MENU, _WHO),
    Message.MENU_ENTRY: Declaration(Group.MENU, (*_WHO, *_CHOICE), required=_CHOICE, audio=False),
    Message.MENU_REPEAT: Declaration(Group.MENU, _WHO),
    Message.MENU_BACK: Declaration(Group.MENU, _WHO),
    Message.INVALID_CHOICE: Declaration(Group.MENU, _WHO),
    Message.NO_INPUT: Declaration(Group.MENU, _WHO),
    Message.RECORDING_NOTICE: Declaration(Group.RECORDING, _WHERE),
    Message.ASK_RECORDING: Declaration(Group.RECORDING, _WHERE),
    Message.CONNECTING: Declaration(Group.WAITING, _WHERE),
    Message.POSITION: Declaration(Group.WAITING, (*_WHERE, Variable.POSITION)),
    Message.NEXT_IN_LINE: Declaration(Group.WAITING, _WHERE),
    Message.RECONNECTING: Declaration(Group.WAITING, (*_WHERE, Variable.AGENT)),
    Message.GOODBYE: Declaration(Group.ENDING, _WHO),
    Message.NO_QUEUE: Declaration(Group.ENDING, _WHO),
    Message.DIRECT_MISSED: Declaration(Group.ENDING, (*_WHO, Variable.AGENT)),
    Message.AFTER_HOURS: Declaration(Group.ENDING, _WHERE),
    Message.NEXT_OPENING: Declaration(Group.ENDING, (*_WHERE, Variable.NEXT_REOPEN_HOUR)),
    Message.CALL_AGAIN: Declaration(Group.ENDING, _WHERE),
    Message.DEFLECTED_TO_NUMBER: Declaration(Group.ENDING, _WHERE),
    Message.NUMBER_NOT_REACHED: Declaration(Group.ENDING, _WHERE),
    Message.HOLD_MUSIC: Declaration(Group.MUSIC, text=False, longest_s=MUSIC_S),
}


def declared(message: str, language: str) -> tuple[Message, Declaration]:
    """Return the message with this id.

    Raises:
        NotFoundError: there is none, or not in `language`: music has none but `NO_LANGUAGE`.
    """
    found = next((one for one in REGISTRY if one.value == message), None)
    if found is None:
        raise NotFoundError("there is no such message", field="message")
    if (found is Message.HOLD_MUSIC) != (language == NO_LANGUAGE):
        raise NotFoundError("there is no such message in this language", field="language")
    return found, REGISTRY[found]
