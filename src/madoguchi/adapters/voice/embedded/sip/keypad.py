"""Keypad digits that come by INFO, as some phones send them instead of RFC 4733."""

from typing import Final

from madoguchi.adapters.voice.embedded.sip.message import Request

DTMF_TYPES: Final = ("application/dtmf-relay", "application/dtmf")
KEYS: Final = "0123456789*#ABCD"
NAMED: Final = {"10": "*", "11": "#"}


def read_digits(request: Request) -> str:
    """Return the keypad digits of an INFO: `Signal=5` lines, or the bare digit."""
    text = request.body[:200].decode("ascii", "replace")
    found = []
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if not equals and request.content_type == DTMF_TYPES[1]:
            found.append(name.strip().upper())
        elif name.strip().lower() == "signal":
            found.append(value.strip().upper())
    keys = (NAMED.get(key, key) for key in found)
    return "".join(key for key in keys if len(key) == 1 and key in KEYS)
