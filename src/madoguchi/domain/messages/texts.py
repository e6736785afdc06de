"""What callers hear, in the words of each language. `@{NAME}` is replaced when a text is said."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from madoguchi.domain.messages.variables import Value, filled, spoken

FALLBACK: Final = "en"


class Message(Enum):
    """When something is heard."""

    GREETING = "greeting"
    MENU_ENTRY = "menu_entry"
    MENU_REPEAT = "menu_repeat"
    MENU_BACK = "menu_back"
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
    DIRECT_MISSED = "direct_missed"
    HOLD_MUSIC = "hold_music"
    """Not a text: what those hear who wait."""
    AFTER_HOURS = "after_hours"
    NEXT_OPENING = "next_opening"
    CALL_AGAIN = "call_again"
    DEFLECTED_TO_NUMBER = "deflected_to_number"
    NUMBER_NOT_REACHED = "number_not_reached"


@dataclass(frozen=True)
class Line:
    """One message to be said: the built-in text, and what an own text or a recorded file in its place needs."""

    text: str
    """The built-in text, its variables filled in."""
    language: str
    """That of `text`."""
    message: str = ""
    """The `Message`; empty for a text that nothing stands in for."""
    wanted: str = ""
    """The language that was asked for, in which there may be no built-in text."""
    values: tuple[tuple[str, str], ...] = ()
    """What is known of variables, as it is said in `wanted`: names as in texts, `QUEUE`."""

    def knowing(self, **variables: Value) -> "Line":
        """Return the line with more values for own texts; those that it has stay as they are."""
        known = dict(self.values)
        for name, value in variables.items():
            known.setdefault(name.upper(), spoken(name.upper(), value, self.wanted or self.language))
        return replace(self, values=tuple(known.items()))


TEXTS: Final[Mapping[str, Mapping[Message, str]]] = {
    "en": {
        Message.GREETING: "Thank you for calling @{COMPANY}.",
        Message.MENU_ENTRY: "For @{QUEUE}, press @{KEY}.",
        Message.MENU_REPEAT: "To hear this again, press star.",
        Message.MENU_BACK: "To go back, press 0.",
        Message.INVALID_CHOICE: "Sorry, this is not one of the choices.",
        Message.NO_INPUT: "Sorry, I did not notice a choice.",
        Message.RECORDING_NOTICE: "To improve our service, this call is recorded.",
        Message.ASK_RECORDING: "To improve our service, we would like to record this call. "
        "If you do not want that, press 1. Otherwise please stay on the line.",
        Message.CONNECTING: "One moment, please. We are connecting you.",
        Message.POSITION: "You are number @{POSITION} in line. Thank you for your patience.",
        Message.NEXT_IN_LINE: "You are the next in line. Thank you for your patience.",
        Message.ESTIMATED_WAIT: "The estimated wait is @{ESTIMATED_WAIT_TIME_IN_MINUTES}.",
        Message.RECONNECTING: "One moment, please. We are reconnecting you.",
        Message.GOODBYE: "Sorry, we could not help you this time. Please call again. Goodbye.",
        Message.NO_QUEUE: "Sorry, nobody can take your call at present. Please call again later. Goodbye.",
        Message.DIRECT_MISSED: "Sorry, @{AGENT} cannot take your call at present. Please call again later. Goodbye.",
        Message.AFTER_HOURS: "Sorry, we are closed at present.",
        Message.NEXT_OPENING: "We open again @{NEXT_REOPEN_HOUR}. Please call again then. Goodbye.",
        Message.CALL_AGAIN: "Please call again later. Goodbye.",
        Message.DEFLECTED_TO_NUMBER: "We are connecting you with another number. One moment, please.",
        Message.NUMBER_NOT_REACHED: "Sorry, nobody can take your call there at present. "
        "Please call again later. Goodbye.",
    },
    "ja": {
        Message.GREETING: "お電話ありがとうございます。@{COMPANY}です。",
        Message.MENU_ENTRY: "@{QUEUE}は、@{KEY}を押してください。",
        Message.MENU_REPEAT: "もう一度お聞きになる場合は、米印を押してください。",
        Message.MENU_BACK: "前のメニューに戻る場合は、0を押してください。",
        Message.INVALID_CHOICE: "申し訳ございません。その番号はご利用になれません。",
        Message.NO_INPUT: "申し訳ございません。番号の入力を確認できませんでした。",
        Message.RECORDING_NOTICE: "この通話は、サービス向上のため録音させていただきます。",
        Message.ASK_RECORDING: "サービス向上のため、この通話を録音させていただきたく存じます。"
        "録音を希望されない方は、1を押してください。そのほかの方は、そのままお待ちください。",
        Message.CONNECTING: "担当者におつなぎします。少々お待ちください。",
        Message.POSITION: "ただいま@{POSITION}番目にお待ちいただいています。恐れ入りますが、そのままお待ちください。",
        Message.NEXT_IN_LINE: "次にご案内いたします。恐れ入りますが、そのままお待ちください。",
        Message.ESTIMATED_WAIT: "お待ち時間は、およそ@{ESTIMATED_WAIT_TIME_IN_MINUTES}です。",
        Message.RECONNECTING: "ただいまつなぎ直しています。少々お待ちください。",
        Message.GOODBYE: "申し訳ございません。恐れ入りますが、改めてお電話ください。失礼いたします。",
        Message.NO_QUEUE: "申し訳ございません。ただいま電話をお受けできません。改めてお電話ください。失礼いたします。",
        Message.DIRECT_MISSED: "申し訳ございません。@{AGENT}は、ただいま電話に出ることができません。"
        "恐れ入りますが、改めてお電話ください。失礼いたします。",
        Message.AFTER_HOURS: "申し訳ございません。ただいま営業時間外です。",
        Message.NEXT_OPENING: "次の受付開始は、@{NEXT_REOPEN_HOUR}です。"
        "恐れ入りますが、改めてお電話ください。失礼いたします。",
        Message.CALL_AGAIN: "恐れ入りますが、改めてお電話ください。失礼いたします。",
        Message.DEFLECTED_TO_NUMBER: "別の番号におつなぎします。少々お待ちください。",
        Message.NUMBER_NOT_REACHED: "申し訳ございません。ただいまおつなぎできませんでした。"
        "恐れ入りますが、改めてお電話ください。失礼いたします。",
    },
}


def line(message: Message, language: str, **variables: Value) -> Line:
    """Return `message` in `language`, in English where it does not exist, with its variables filled in.

    A variable without a value stays out: a gap is better to hear than a placeholder's name.
    """
    said = language if language in TEXTS else FALLBACK
    built_in = {name.upper(): spoken(name.upper(), value, said) for name, value in variables.items()}
    return Line(filled(TEXTS[said][message], built_in), said, message.value, language).knowing(**variables)
