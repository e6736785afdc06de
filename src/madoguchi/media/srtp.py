"""Encrypted RTP: one direction of one stream, sealed and opened in place (RFC 3711, RFC 7714).

The keys come from a DTLS handshake (RFC 5764 section 4.2) or from SDP (SDES, RFC 4568). libsrtp is called through
pylibsrtp's binding, not through its `Session.protect`, which copies every packet three times.
"""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pylibsrtp
from numpy.typing import NDArray

from madoguchi.kernel.errors import InvalidInputError

TRAILER: Final = 16
"""How many bytes sealing adds to an RTP packet at most: an AEAD tag (RFC 7714 section 5)."""
RTCP_TRAILER: Final = TRAILER + 4
"""The same for RTCP, which carries its index along (RFC 3711 section 3.4)."""
REPLAY_WINDOW: Final = 1024
"""How far packets may overtake each other."""

_SHORTEST_RTP: Final = 12
_SHORTEST_RTCP: Final = 8
_LONGEST: Final = 2048

# The binding is in the package's name space, though not in its list of exports.
_ffi: Final[Any] = pylibsrtp.ffi  # type: ignore[attr-defined]
_lib: Final[Any] = pylibsrtp.lib  # type: ignore[attr-defined]


class BadSrtpKeyError(InvalidInputError):
    """The encryption keys that were offered cannot be used."""

    code = "bad_srtp_key"


@dataclass(frozen=True)
class Suite:
    """One way to encrypt RTP."""

    sdes_name: str
    """As `a=crypto` calls it (RFC 4568 section 6.2, RFC 7714 section 14.2)."""
    dtls_name: bytes
    """As OpenSSL calls it (RFC 5764 section 4.1.2, RFC 7714 section 14.2)."""
    profile: int
    """As libsrtp calls it."""
    key: int
    """Bytes of a master key."""
    salt: int
    """Bytes of a master salt."""


AES_128_GCM: Final = Suite(
    "AEAD_AES_128_GCM", b"SRTP_AEAD_AES_128_GCM", pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 16, 12
)
AES_256_GCM: Final = Suite(
    "AEAD_AES_256_GCM", b"SRTP_AEAD_AES_256_GCM", pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_256_GCM, 32, 12
)
AES_CM_80: Final = Suite(
    "AES_CM_128_HMAC_SHA1_80", b"SRTP_AES128_CM_SHA1_80", pylibsrtp.Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 16, 14
)
AES_CM_32: Final = Suite(
    "AES_CM_128_HMAC_SHA1_32", b"SRTP_AES128_CM_SHA1_32", pylibsrtp.Policy.SRTP_PROFILE_AES128_CM_SHA1_32, 16, 14
)
SUITES: Final = (AES_128_GCM, AES_256_GCM, AES_CM_80, AES_CM_32)


def suite_named(sdes_name: str) -> Suite:
    """Return the suite that `a=crypto` calls `sdes_name`.

    Raises:
        BadSrtpKeyError: we do not speak it.
    """
    for suite in SUITES:
        if suite.sdes_name == sdes_name.upper():
            return suite
    raise BadSrtpKeyError(f"unknown crypto suite {sdes_name[:40]!r}")


def sdes_key(suite: Suite, inline: str) -> bytes:
    """Return master key and salt of an SDES `inline:` value, given with or without that word.

    Lifetime and MKI after `|` are left out (RFC 4568 section 6.1); an MKI of the peer would make every packet fail, so
    it is refused.

    Raises:
        BadSrtpKeyError: it is not base64, too short, or asks for an MKI.
    """
    text, *rest = inline.removeprefix("inline:").split("|")
    if any(":" in part for part in rest):
        raise BadSrtpKeyError("a master key identifier is not supported")
    try:
        material = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise BadSrtpKeyError("the inline key is not base64") from None
    if len(material) < suite.key + suite.salt:
        raise BadSrtpKeyError(f"{suite.sdes_name} needs {suite.key + suite.salt} bytes of key, not {len(material)}")
    return material[: suite.key + suite.salt]


def inline(key: bytes) -> str:
    """Write master key and salt as SDES writes them, without the word `inline:`."""
    return base64.b64encode(key).decode("ascii")


def dtls_keys(suite: Suite, material: bytes) -> tuple[bytes, bytes]:
    """Split exported keying material into the client's and the server's key with salt (RFC 5764 section 4.2)."""
    key, salt = suite.key, suite.salt
    return (
        material[:key] + material[2 * key : 2 * key + salt],
        material[key : 2 * key] + material[2 * key + salt : 2 * (key + salt)],
    )


class Rows:
    """Where the packets in the rows of an array are: for many packets, without a new object for each."""

    def __init__(self, packets: NDArray[np.uint8]) -> None:
        count, size = packets.shape
        base = _ffi.from_buffer("char[]", packets, require_writable=True)
        self._kept = base
        self.at: list[Any] = [base + size * row for row in range(count)]


class _Session:
    """One direction of an SRTP session."""

    def __init__(self, suite: Suite, key: bytes, ssrc_type: int) -> None:
        try:
            policy = pylibsrtp.Policy(key=key, ssrc_type=ssrc_type, srtp_profile=suite.profile)
            policy.window_size = REPLAY_WINDOW
            # Sealing other content under a used number would give the key stream away: such a packet is not sent.
            policy.allow_repeat_tx = False
            self._session = pylibsrtp.Session(policy)
        except (pylibsrtp.Error, ValueError) as error:
            raise BadSrtpKeyError(f"{suite.sdes_name}: {error}") from None
        # The C handle lives as long as `_session`, which frees it.
        self._handle = self._session._srtp[0]  # noqa: SLF001 - pylibsrtp offers no call in place
        self._length = _ffi.new("int *")


class SrtpSender(_Session):
    """Seals what we send. Any number of SSRCs share it."""

    def __init__(self, suite: Suite, key: bytes) -> None:
        super().__init__(suite, key, pylibsrtp.Policy.SSRC_ANY_OUTBOUND)

    def protect(self, packet: bytearray, length: int) -> int:
        """Seal the RTP packet in `packet[:length]` in place and return its new length; 0: it could not be sealed.

        `packet` must have `TRAILER` bytes of room after `length`.
        """
        if length < _SHORTEST_RTP or len(packet) < length + TRAILER:
            return 0
        return self._run(_lib.srtp_protect, packet, length)

    def protect_row(self, row: Any, length: int) -> int:
        """Seal the RTP packet in a row of `Rows` in place; see `protect`. The caller sees to the room."""
        self._length[0] = length
        return 0 if _lib.srtp_protect(self._handle, row, self._length) else int(self._length[0])

    def protect_rtcp(self, packet: bytearray, length: int) -> int:
        """Seal the RTCP packet in `packet[:length]` in place; needs `RTCP_TRAILER` bytes of room."""
        if length < _SHORTEST_RTCP or len(packet) < length + RTCP_TRAILER:
            return 0
        return self._run(_lib.srtp_protect_rtcp, packet, length)

    def _run(self, function: Callable[..., int], packet: bytearray, length: int) -> int:
        self._length[0] = length
        with _ffi.from_buffer("char[]", packet, require_writable=True) as data:
            failed = function(self._handle, data, self._length)
        return 0 if failed else int(self._length[0])


class SrtpReceiver(_Session):
    """Opens what we receive. Any number of SSRCs share it; each has its own replay window."""

    def __init__(self, suite: Suite, key: bytes) -> None:
        super().__init__(suite, key, pylibsrtp.Policy.SSRC_ANY_INBOUND)
        self._scratch = bytearray(_LONGEST)
        self._view = memoryview(self._scratch)

    def unprotect(self, packet: bytes) -> bytes | None:
        """Return the plain RTP packet; None for one to drop: forged, damaged, repeated or much too late."""
        if not _SHORTEST_RTP <= len(packet) <= _LONGEST:
            return None
        return self._open(_lib.srtp_unprotect, packet)

    def unprotect_rtcp(self, packet: bytes) -> bytes | None:
        """Return the plain RTCP packet, or None for one to drop."""
        if not _SHORTEST_RTCP <= len(packet) <= _LONGEST:
            return None
        return self._open(_lib.srtp_unprotect_rtcp, packet)

    def unprotect_row(self, row: Any, length: int) -> int:
        """Open the RTP packet in a row of `Rows` in place and return its new length; 0 for one to drop."""
        if length < _SHORTEST_RTP:
            return 0
        self._length[0] = length
        return 0 if _lib.srtp_unprotect(self._handle, row, self._length) else int(self._length[0])

    def unprotect_in_place(self, packet: bytearray, length: int) -> int:
        """Open the RTP packet in `packet[:length]` in place and return its new length; 0 for one to drop."""
        if length < _SHORTEST_RTP or len(packet) < length:
            return 0
        self._length[0] = length
        with _ffi.from_buffer("char[]", packet, require_writable=True) as data:
            failed = _lib.srtp_unprotect(self._handle, data, self._length)
        return 0 if failed else int(self._length[0])

    def _open(self, function: Callable[..., int], packet: bytes) -> bytes | None:
        length = len(packet)
        self._view[:length] = packet
        self._length[0] = length
        with _ffi.from_buffer("char[]", self._scratch, require_writable=True) as data:
            failed = function(self._handle, data, self._length)
        return None if failed else bytes(self._view[: self._length[0]])
