"""Telephone numbers as people write them, and as they are stored (E.164)."""

from typing import Final

import phonenumbers

from madoguchi.kernel.errors import InvalidInputError

REGION: Final = "JP"
"""Where a number without a country code belongs."""


def e164(text: str, *, field: str = "phone") -> str | None:
    """Return the number in `text` in E.164; None for an empty one.

    Raises:
        InvalidInputError: it is no number that can exist.
    """
    if not text.strip():
        return None
    try:
        number = phonenumbers.parse(text.strip(), REGION)
    except phonenumbers.NumberParseException:
        raise InvalidInputError("this is no telephone number", field=field, reason="phone") from None
    if not phonenumbers.is_possible_number(number) or number.extension:
        raise InvalidInputError("this is no telephone number", field=field, reason="phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def ways_to_read(called: str) -> tuple[str, ...]:
    """Return in E.164 what a trunk may mean by the number that was called; nothing where it means none.

    Trunks write it as people of the country do, with `+`, or with the country's code and no sign of it.
    """
    read = []
    for text in (called, f"+{called}"):
        try:
            number = e164(text)
        except InvalidInputError:
            continue
        if number is not None:
            read.append(number)
    return tuple(dict.fromkeys(read))
