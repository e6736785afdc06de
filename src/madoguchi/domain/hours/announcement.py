"""What somebody who comes after hours is told, in words for the ear and for the eye."""

from collections.abc import Sequence
from typing import Final

from madoguchi.domain.hours.calendar import Calendar
from madoguchi.domain.hours.wording import opening_in_words
from madoguchi.domain.messages.texts import Line, Message, line
from madoguchi.domain.messages.variables import filled
from madoguchi.kernel.time import Instant

_OPENING: Final = "@{NEXT_REOPEN_HOUR}"


def reason(calendar: Calendar, at: Instant, language: str) -> Sequence[Line]:
    """Return what a caller hears at `at` of why it is closed, before he is connected elsewhere."""
    text = written(calendar, at, language)
    return (Line(text, language) if text else line(Message.AFTER_HOURS, language),)


def in_own_words(text: str, calendar: Calendar, at: Instant, language: str) -> Sequence[Line]:
    """Return what a caller hears at `at` where a queue has its own words; nothing where a holiday has its own."""
    if _holiday_message(calendar, at, language):
        return ()
    opening = calendar.next_opening(at)
    hour = opening_in_words(opening, at, calendar.zone, language) if opening is not None else ""
    return (Line(filled(text, {"NEXT_REOPEN_HOUR": hour}), language),)


def spoken(calendar: Calendar, at: Instant, language: str) -> Sequence[Line]:
    """Return what a caller hears at `at`, when it is closed: why, if a holiday says so, and when it opens next."""
    opening = calendar.next_opening(at)
    hour = opening_in_words(opening, at, calendar.zone, language) if opening is not None else ""
    message = _holiday_message(calendar, at, language)
    first = (
        Line(filled(message, {"NEXT_REOPEN_HOUR": hour}), language) if message else line(Message.AFTER_HOURS, language)
    )
    if _OPENING in message:
        return (first,)
    if opening is None:
        return first, line(Message.CALL_AGAIN, language)
    return first, line(Message.NEXT_OPENING, language, next_reopen_hour=hour)


def written(calendar: Calendar, at: Instant, language: str) -> str:
    """Return what a holiday has to say in `language` to who sees it; nothing where it is closed for another reason."""
    opening = calendar.next_opening(at)
    hour = opening_in_words(opening, at, calendar.zone, language) if opening is not None else ""
    return filled(_holiday_message(calendar, at, language), {"NEXT_REOPEN_HOUR": hour})


def _holiday_message(calendar: Calendar, at: Instant, language: str) -> str:
    found = calendar.holiday_at(at)
    return found[1].messages.get(language, "") if found is not None else ""
