"""What callers hear, in the words of each language. `@{NAME}` is replaced when a text is said."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

FALLBACK: Final = "en"
_VARIABLE: Final = re.compile(r"@\{([A-Z_]+)\}")


class Message(Enum):
    """When something is said."""

    GREETING = "greeting"
    MENU_ENTRY = "menu_entry"
    MENU_REPEAT = "menu_repeat"
    INVALID_CHOICE = "invalid_choice"
    NO_INPUT = "no_input"
    RECORDING_NOTICE = "recording_notice"
    ASK_RECORDING = "ask_recording"
    CONNECTING = "connecting"
    POSITION = "position"
    NEXT_IN_LINE = "next_in_line"
    ESTIMATED_WAIT = "estimated_wait"
    RECONNECTING = "reconnecting"
    GOODBYE = "goodbye"
    NO_QUEUE = "no_queue"
    AFTER_HOURS = "after_hours"
    NEXT_OPENING = "next_opening"
    CALL_AGAIN = "call_again"


@dataclass(frozen=True)
class Line:
    """One text to be spoken."""

    text: str
    language: str


TEXTS: Final[Mapping[str, Mapping[Message, str]]] = {
    "en": {
        Message.GREETING: "Thank you for calling @{COMPANY}.",
        Message.MENU_ENTRY: "For @{QUEUE}, press @{KEY}.",
        Message.MENU_REPEAT: "To hear this again, press 0.",
        Message.INVALID_CHOICE: "Sorry, this is not one of the choices.",
        Message.NO_INPUT: "Sorry, I did not notice a choice.",
        Message.RECORDING_NOTICE: "To improve our service, this call is recorded.",
        Message.ASK_RECORDING: "To improve our service, we would like to record this call. "
        "If you do not want that, press 1. Otherwise please stay on the line.",
        Message.CONNECTING: "One moment, please. We are connecting you.",
        Message.POSITION: "You are number @{POSITION} in line. Thank you for your patience.",
        Message.NEXT_IN_LINE: "You are the next in line. Thank you for your patience.",
        Message.ESTIMATED_WAIT: "The estimated wait is @{ESTIMATED_WAIT_TIME_IN_MINUTES} minutes.",
        Message.RECONNECTING: "One moment, please. We are reconnecting you.",
        Message.GOODBYE: "Sorry, we could not help you this time. Please call again. Goodbye.",
        Message.NO_QUEUE: "Sorry, nobody can take your call at present. Please call again later. Goodbye.",
        Message.AFTER_HOURS: "Sorry, we are closed at present.",
        Message.NEXT_OPENING: "We open again @{NEXT_REOPEN_HOUR}. Please call again then. Goodbye.",
        Message.CALL_AGAIN: "Please call again later. Goodbye.",
    },
    "ja": {
        Message.GREETING: "お電話ありがとうございます。@{COMPANY}です。",
        Message.MENU_ENTRY: "@{QUEUE}は、@{KEY}を押してください。",
        Message.MENU_REPEAT: "もう一度お聞きになる場合は、0を押してください。",
        Message.INVALID_CHOICE: "申し訳ございません。その番号はご利用になれません。",
        Message.NO_INPUT: "申し訳ございません。番号の入力を確認できませんでした。",
        Message.RECORDING_NOTICE: "この通話は、サービス向上のため録音させていただきます。",
        Message.ASK_RECORDING: "サービス向上のため、この通話を録音させていただきたく存じます。"
        "録音を希望されない方は、1を押してください。そのほかの方は、そのままお待ちください。",
        Message.CONNECTING: "担当者におつなぎします。少々お待ちください。",
        Message.POSITION: "ただいま@{POSITION}番目にお待ちいただいています。恐れ入りますが、そのままお待ちください。",
        Message.NEXT_IN_LINE: "次にご案内いたします。恐れ入りますが、そのままお待ちください。",
        Message.ESTIMATED_WAIT: "お待ち時間は、およそ@{ESTIMATED_WAIT_TIME_IN_MINUTES}分です。",
        Message.RECONNECTING: "ただいまつなぎ直しています。少々お待ちください。",
        Message.GOODBYE: "申し訳ございません。恐れ入りますが、改めてお電話ください。失礼いたします。",
        Message.NO_QUEUE: "申し訳ございません。ただいま電話をお受けできません。改めてお電話ください。失礼いたします。",
        Message.AFTER_HOURS: "申し訳ございません。ただいま営業時間外です。",
        Message.NEXT_OPENING: "次の受付開始は、@{NEXT_REOPEN_HOUR}です。"
        "恐れ入りますが、改めてお電話ください。失礼いたします。",
        Message.CALL_AGAIN: "恐れ入りますが、改めてお電話ください。失礼いたします。",
    },
}


def line(message: Message, language: str, **variables: object) -> Line:
    """Return `message` in `language`, in English where it does not exist, with its variables filled in.

    A variable without a value stays out: a gap is better to hear than a placeholder's name.
    """
    spoken = language if language in TEXTS else FALLBACK
    return Line(filled(TEXTS[spoken][message], **variables), spoken)


def filled(text: str, **variables: object) -> str:
    """Return `text` with its variables filled in."""
    return _VARIABLE.sub(lambda found: str(variables.get(found[1].lower(), "")), text)
