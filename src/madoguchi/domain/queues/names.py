"""What queues may be called."""

import re
from collections.abc import Mapping
from typing import Final

from madoguchi.domain.queues.nodes import NAME_LENGTH
from madoguchi.domain.queues.queue import MenuChannel
from madoguchi.kernel.errors import InvalidInputError

SMS_WORDS: Final = frozenset(
    {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "START", "YES", "UNSTOP", "HELP", "INFO"}
)
"""What carriers and phones understand as orders of their own."""
_LANGUAGE: Final = re.compile(r"[a-z]{2}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


def checked_names(names: Mapping[str, str], channel: MenuChannel) -> Mapping[str, str]:
    """Return names without blank ones, and without blanks around them.

    Raises:
        InvalidInputError: there is none, one is too long, or in SMS it is an order to the carrier; `field` is `names`
            or `names.<language>`.
    """
    result: dict[str, str] = {}
    for language, given in names.items():
        name = given.strip()
        path = f"names.{language}"
        if not _LANGUAGE.fullmatch(language):
            raise InvalidInputError("this is no language", field="names", reason="language")
        if len(name) > NAME_LENGTH or _CONTROL.search(name):
            raise InvalidInputError(f"at most {NAME_LENGTH} letters in one line", field=path, reason="length")
        if channel is MenuChannel.SMS and name.upper() in SMS_WORDS:
            raise InvalidInputError("in a text message this word is an order to the carrier", field=path, reason="sms")
        if name:
            result[language] = name
    if not result:
        raise InvalidInputError("a name is needed", field="names", reason="missing")
    return result
