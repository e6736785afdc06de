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
