"""Words that consumers send to begin, end or understand: what laws and carriers expect to work, in two languages."""

import unicodedata
from enum import Enum
from typing import Final


class Order(Enum):
    """What such a word asks for."""

    STOP = "stop"
    """No more texts, from now on."""
    START = "start"
    """Texts again."""
    HELP = "help"


_STOP: Final = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "停止", "配信停止", "ストップ"})
_START: Final = frozenset({"start", "unstop", "再開", "配信再開", "スタート"})
_YES: Final = frozenset({"yes", "はい"})
"""They are answers to an agent's question as well, and so orders only of those who had ordered to stop."""
_HELP: Final = frozenset({"help", "info", "ヘルプ"})
_AROUND: Final = " \t\r\n.。!?、,\"'「」"


def plain_word(text: str) -> str:
    """Return `text` as words are compared: whatever its width and case, without signs around it."""
    return unicodedata.normalize("NFKC", text).strip(_AROUND).casefold()


def order_in(text: str, *, opted_out: bool) -> Order | None:
    """Return what `text` orders, if it is nothing but such a word."""
    word = plain_word(text)
    if word in _STOP:
        return Order.STOP
    if word in _START or (opted_out and word in _YES):
        return Order.START
    return Order.HELP if word in _HELP else None


def is_reserved(word: str) -> bool:
    """Whether `word` is one of these, and so can be no keyword of an organisation's own."""
    return plain_word(word) in _STOP | _START | _YES | _HELP
