"""Ids that sort by the time of their making, and secrets."""

import secrets
import time
from collections.abc import Callable
from threading import Lock
from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH: Final = 26
_CHANCE_BITS: Final = 80
_SECRET_BYTES: Final = 32


def _unix_ms() -> int:
    return time.time_ns() // 1_000_000


class SystemIds:
    """Makes ULIDs: 48 bits of milliseconds and 80 bits of chance in Crockford's base 32.

    Within one millisecond, and while the machine's clock is set back, the chance part counts up, so that a later id
    of this process always sorts after an earlier one.
    """

    def __init__(self, unix_ms: Callable[[], int] = _unix_ms) -> None:
        self._unix_ms = unix_ms
        self._lock = Lock()
        self._last = 0

    def new(self, prefix: str) -> str:
        """Return an id that was never used: `<prefix>_<26 characters>`."""
        with self._lock:
            fresh = (self._unix_ms() << _CHANCE_BITS) | secrets.randbits(_CHANCE_BITS)
            same_or_earlier_ms = fresh >> _CHANCE_BITS <= self._last >> _CHANCE_BITS
            self._last = self._last + 1 if same_or_earlier_ms else fresh
            value = self._last
        return f"{prefix}_{_crockford(value)}"

    def secret(self) -> str:
        """Return 256 bits of chance as URL-safe text."""
        return secrets.token_urlsafe(_SECRET_BYTES)


def _crockford(value: int) -> str:
    return "".join(_ALPHABET[(value >> shift) & 31] for shift in range((_LENGTH - 1) * 5, -1, -5))
