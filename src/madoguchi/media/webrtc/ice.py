"""The lite side of ICE for one leg: answers the browser's checks and learns from them where it may be reached.

A lite agent sends no checks (RFC 8445 section 2.5). Every request that proves knowledge of our password validates the
address that it came from; the browser chooses among these by nominating. Nothing is ever sent to any other address, so
that nobody can aim our packets at a third party. The browser's checks go on for as long as it wants to talk
(RFC 7675), which is how a leg is known to be alive.
"""

import hmac
import ipaddress
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from aioice import stun

from madoguchi.media.webrtc.events import Address

MOST_PATHS: Final = 16
"""Validated addresses remembered for a leg; the one unheard for longest is forgotten."""
NOMINATION_FRESH_S: Final = 6.0
"""How long a nomination keeps others of lower priority out; browsers repeat it with every check, each 2.5 to 5 s."""
REQUESTS_PER_S: Final = 50.0
REQUESTS_AT_ONCE: Final = 100.0

_UNAUTHORIZED: Final = (401, "Unauthorized")
_BAD_REQUEST: Final = (400, "Bad Request")
_ROLE_CONFLICT: Final = (487, "Role Conflict")
_LONGEST_REQUEST: Final = 1_280


class Allowance:
    """Lets so many things happen a second, and so many at once."""

    def __init__(self, per_s: float, at_once: float) -> None:
        self._per_s = per_s
        self._at_once = at_once
        self._left = at_once
        self._at: float | None = None

    def take(self, now: float) -> bool:
        """Whether one more may happen now."""
        if self._at is not None:
            self._left = min(self._at_once, self._left + max(0.0, now - self._at) * self._per_s)
        self._at = now
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True


@dataclass(slots=True)
class Path:
    """One validated address of the browser."""

    address: Address
    heard_at: float
    priority: int = 0
    nominated_at: float | None = None
    """When it was last nominated; None when the latest check did not do so."""
    was_nominated: bool = False
    """Whether it ever was: some browsers say so once and then only keep their consent fresh."""


@dataclass(frozen=True)
class Credentials:
    """What both sides agreed on in SDP (RFC 8445 section 5.3)."""

    ufrag: str
    password: str
    remote_ufrag: str


def binding_request(data: bytes) -> stun.Message | None:
    """Read a STUN binding request; None for everything else, damaged messages included."""
    if len(data) > _LONGEST_REQUEST:
        return None
    try:
        message = stun.parse_message(data)
    except (ValueError, KeyError, IndexError, struct.error):
        return None
    is_request = message.message_method is stun.Method.BINDING and message.message_class is stun.Class.REQUEST
    return message if is_request else None


def local_ufrag(message: stun.Message) -> str | None:
    """The ufrag of ours that the request is for: the part of its USERNAME before the colon (RFC 8445 section 7.2.2)."""
    username = message.attributes.get("USERNAME")
    return username.partition(":")[0] if isinstance(username, str) else None


class IceAgent:
    """The lite agent of one leg."""

    def __init__(self, credentials: Credentials) -> None:
        self.credentials = credentials
        self.selected: Address | None = None
        """Where to send; None until the browser has chosen."""
        self._paths: dict[Address, Path] = {}
        self._allowance = Allowance(REQUESTS_PER_S, REQUESTS_AT_ONCE)

    def restart(self, credentials: Credentials) -> None:
        """Go on with new credentials (RFC 8445 section 9). The path in use stays until the browser chooses anew."""
        self.credentials = credentials
        for path in self._paths.values():
            path.nominated_at, path.was_nominated = None, False

    @property
    def addresses(self) -> tuple[Address, ...]:
        """All validated addresses."""
        return tuple(self._paths)

    def allows(self, address: Address) -> bool:
        """Whether `address` has proved that the browser is there."""
        return address in self._paths

    def forget(self, address: Address) -> None:
        """Take a path out, for instance one whose TCP connection is gone or that another leg has taken over."""
        self._paths.pop(address, None)
        if self.selected == address:
            live = [path for path in self._paths.values() if path.was_nominated]
            self.selected = max(live, key=lambda path: path.priority).address if live else None

    def handle(
        self, message: stun.Message, address: Address, now: float, refuse: Callable[[], bool]
    ) -> tuple[bytes | None, bool]:
        """Answer a binding request that names our ufrag.

        Args:
            message: the request.
            address: where it came from.
            now: seconds.
            refuse: whether a refusal may still be sent; asked once for each request with wrong credentials.

        Returns:
            What to send back to `address`, if anything, and whether the request was genuine.
        """
        attributes, key = message.attributes, self.credentials.password.encode("ascii")
        # RFC 8489 section 9.1.3: 400 without credentials, 401 with wrong ones, neither with integrity.
        if "MESSAGE-INTEGRITY" not in attributes or "USERNAME" not in attributes:
            return (_error(message, _BAD_REQUEST) if refuse() else None), False
        expected = f"{self.credentials.ufrag}:{self.credentials.remote_ufrag}"
        known = hmac.compare_digest(attributes["USERNAME"].encode(), expected.encode())
        if not known or not message.check_message_integrity(key):
            return (_error(message, _UNAUTHORIZED) if refuse() else None), False
        if not self._allowance.take(now):
            return None, False
        if "ICE-CONTROLLED" in attributes:
            # RFC 8445 section 7.3.1.1; a lite agent never takes the controlling role of a full one (section 6.1.1).
            return _error(message, _ROLE_CONFLICT, key), False
        self._validated(address, attributes, now)
        response = stun.Message(
            stun.Method.BINDING,
            stun.Class.RESPONSE,
            transaction_id=message.transaction_id,
            attributes={"XOR-MAPPED-ADDRESS": _mapped(address)},
        )
        response.add_message_integrity(key)
        return bytes(response), True

    def heard(self, address: Address, now: float) -> None:
        """Follow authenticated media: a browser sends it only on the pair that it has chosen.

        This makes a change of network take effect with the first packet on the new path.
        """
        if address == self.selected:
            return
        path = self._paths.get(address)
        if path is not None and path.was_nominated:
            path.heard_at = now
            self.selected = address

    def _validated(self, address: Address, attributes: dict[str, object], now: float) -> None:
        path = self._paths.get(address)
        if path is None:
            if len(self._paths) >= MOST_PATHS:
                unused = (other for other in self._paths.values() if other.address != self.selected)
                del self._paths[min(unused, key=lambda other: other.heard_at).address]
            path = self._paths[address] = Path(address, now)
        path.heard_at = now
        priority = attributes.get("PRIORITY")
        path.priority = priority if isinstance(priority, int) else 0
        path.nominated_at = now if "USE-CANDIDATE" in attributes else None
        path.was_nominated |= path.nominated_at is not None
        if path.nominated_at is not None and self._prefers(path, now):
            self.selected = address

    def _prefers(self, path: Path, now: float) -> bool:
        """Whether the newly nominated `path` replaces the selected one.

        Some browsers nominate every pair that works (RFC 5245 section 8.1.1.2): then the highest priority wins. Others
        nominate only the one in use: then the former one is no longer nominated, or falls silent.
        """
        current = self._paths.get(self.selected) if self.selected is not None else None
        if current is None or current.nominated_at is None or now - current.nominated_at > NOMINATION_FRESH_S:
            return True
        return path.priority > current.priority


def _mapped(address: Address) -> tuple[str, int]:
    host, port = address[:2]
    ip = ipaddress.ip_address(host)
    if isinstance(ip, ipaddress.IPv6Address):
        # A socket for both families shows IPv4 peers as ::ffff:a.b.c.d, and link-local ones with their interface.
        return str(ip.ipv4_mapped or ipaddress.IPv6Address(ip.packed)), int(port)
    return str(ip), int(port)


def _error(request: stun.Message, error: tuple[int, str], key: bytes | None = None) -> bytes:
    message = stun.Message(
        stun.Method.BINDING,
        stun.Class.ERROR,
        transaction_id=request.transaction_id,
        attributes={"ERROR-CODE": error},
    )
    if key is None:
        message.add_fingerprint()
    else:
        message.add_message_integrity(key)
    return bytes(message)
