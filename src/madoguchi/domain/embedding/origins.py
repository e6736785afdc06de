"""The sites that may show the portal in a frame and talk with the desk in it, each by its exact origin."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from madoguchi.kernel.fields import FieldError, InvalidFieldsError

MOST: Final = 50
LONGEST: Final = 300
_HOST: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*|\[[0-9a-f:.]{2,45}\]")
_NEAR: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""Where a browser trusts plain HTTP: its own machine."""
_USUAL_PORT: Final = {"https": 443, "http": 80}
_LAST_PORT: Final = 65_535


@dataclass(frozen=True)
class EmbeddingSettings:
    """What the organisation has set."""

    origins: tuple[str, ...] = ()
    """As browsers write them: `https://crm.example.com`, `https://crm.example.com:8443`."""
    version: int = 0


def checked(origins: Sequence[str]) -> tuple[str, ...]:
    """Return `origins` as browsers write them, in their order.

    Raises:
        InvalidFieldsError: each that is none is named by its place, `origins.2`, with a reason: `no_origin`,
            `wildcard`, `path`, `https`, `twice`; or they are `too_many`.
    """
    if len(origins) > MOST:
        raise InvalidFieldsError([FieldError("origins", "too_many", f"at most {MOST}")])
    wrong: list[FieldError] = []
    found: list[str] = []
    for place, text in enumerate(origins):
        origin, reason = _read(text.strip())
        if not reason and origin in found:
            reason = "twice"
        if reason:
            wrong.append(FieldError(f"origins.{place}", reason, _DETAILS[reason]))
        found.append(origin)
    if wrong:
        raise InvalidFieldsError(wrong)
    return tuple(found)


def is_origin(text: str) -> bool:
    """Whether `text` is exactly an origin that pages may have, as browsers write it."""
    return _read(text) == (text, "")


_DETAILS: Final = {
    "no_origin": "is no origin such as https://crm.example.com",
    "wildcard": "must be one exact origin, without *",
    "path": "must end behind the host or the port",
    "https": "must begin with https://; http:// is for localhost only",
    "twice": "is there already",
}


def _read(text: str) -> tuple[str, str]:
    """Return the origin, and the reason why it is none."""
    if "*" in text:
        return "", "wildcard"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return "", "no_origin"
    scheme, (host, known) = parts.scheme.lower(), _host(parts.netloc)
    if (
        scheme not in _USUAL_PORT
        or not known
        or len(text) > LONGEST
        or (port is not None and not 0 < port <= _LAST_PORT)
    ):
        return "", "no_origin"
    if parts.path not in {"", "/"} or parts.query or parts.fragment or "?" in text or "#" in text:
        return "", "path"
    if scheme == "http" and host not in _NEAR:
        return "", "https"
    shown = "" if port is None or port == _USUAL_PORT[scheme] else f":{port}"
    return f"{scheme}://{host}{shown}", ""


def _host(place: str) -> tuple[str, bool]:
    """Return the host of `host:port` in lower case, names of other scripts as `xn--…`, and whether it is one."""
    host = place if place.endswith("]") else place.rpartition(":")[0] or place
    if "@" in place:
        return "", False
    try:
        host = host.encode("idna").decode().lower() if not host.startswith("[") else host.lower()
    except UnicodeError:
        return "", False
    return host, _HOST.fullmatch(host) is not None
