"""Keypad digits that come by INFO, as some phones send them instead of RFC 4733."""

from typing import Final

from madoguchi.adapters.voice.embedded.sip.message import Request

DTMF_TYPES: Final = ("application/dtmf-relay", "application/dtmf")
KEYS: Final = "0123456789*#ABCD"


def read_digits(request: Request) -> str:
    """Return the keypad digits of an INFO: `Signal=5` lines, or the bare digit."""
    text = request.body[:200].decode("ascii", "replace")
    found = ""
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if not equals and request.content_type == DTMF_TYPES[1]:
            found += name.strip().upper()
        elif name.strip().lower() == "signal":
            found += value.strip().upper()
    return "".join(digit for digit in found if digit in KEYS)
