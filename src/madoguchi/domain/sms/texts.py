"""What the system itself answers by text message, in the words of each language."""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Final

_FALLBACK: Final = "en"


class Reply(Enum):
    """When it is sent."""

    STOPPED = "stopped"
    STARTED = "started"
    HELP = "help"
    CHOOSE = "choose"
    CLOSED = "closed"


TEXTS: Final[Mapping[str, Mapping[Reply, str]]] = {
    "en": {
        Reply.STOPPED: "You will get no more messages from this number. Reply START to get them again.",
        Reply.STARTED: "You will get messages from this number again. Reply STOP to end them, HELP for help.",
        Reply.HELP: "Write to this number and an agent will answer. Reply STOP to get no more messages.",
        Reply.CHOOSE: "Thank you for your message. What is it about? Reply with a number.",
        Reply.CLOSED: "Thank you for your message. We are closed at present.",
    },
    "ja": {
        Reply.STOPPED: "この番号からのメッセージの配信を停止しました。再開するには「再開」と返信してください。",
        Reply.STARTED: "メッセージの配信を再開しました。停止するには「停止」、使い方は「ヘルプ」と返信してください。",
        Reply.HELP: "この番号にメッセージを送ると、担当者が返信します。配信を停止するには「停止」と返信してください。",
        Reply.CHOOSE: "メッセージをありがとうございます。ご用件の番号を返信してください。",
        Reply.CLOSED: "メッセージをありがとうございます。ただいま営業時間外です。",
    },
}


def reply(which: Reply, language: str) -> str:
    """Return what is answered in `language`, in English where it does not exist."""
    return TEXTS[language if language in TEXTS else _FALLBACK][which]


def menu_text(names: Sequence[str], language: str) -> str:
    """Return the question with its numbered choices."""
    choices = "\n".join(f"{number} {name}" for number, name in enumerate(names, 1))
    return f"{reply(Reply.CHOOSE, language)}\n{choices}"
