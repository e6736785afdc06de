"""Header values and their parts: lists, parameters, addresses, Via, CSeq.

Splitting is aware of quotes and angle brackets, because a comma or semicolon inside either is no separator (RFC 3261
section 25.1). URIs are read as generously as they can be without doubt: container names have underscores, and many
phones do not escape their users.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final
from urllib.parse import unquote as percent_decoded

MAX_CSEQ: Final = 2**31 - 1
MAX_PORT: Final = 65535
_CSEQ: Final = re.compile(r"(\d{1,10})\s+([!-~]+)")
_HOST_PORT: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.\-]+)(?:\s*:\s*(\d{1,5}))?")
_VIA: Final = re.compile(r"SIP\s*/\s*2\.0\s*/\s*([A-Za-z0-9.!%*_+`'~\-]+)\s+(\S[^;]*)(;.*)?", re.DOTALL)
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):(\S+)")
_TOKEN: Final = re.compile(r"[A-Za-z0-9.!%*_+`'~\-]+")
_SIP: Final = re.compile(r"(?:([^@\s]+)@)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.\-]+)(?::(\d{1,5}))?(;\S*)?")
_TEL: Final = re.compile(r"([0-9A-Za-z+*#().\-]+)(;\S*)?")
_BARE_URI_END: Final = re.compile(r"[;?]")


class BadSyntaxError(ValueError):
    """A header value does not follow its grammar."""


def is_token(text: str) -> bool:
    """Whether `text` is a token of RFC 3261, as methods and option tags are."""
    return _TOKEN.fullmatch(text) is not None


def split_outside(text: str, separator: str) -> list[str]:
    """Split at `separator` where it is neither in a quoted string nor in angle brackets; parts are stripped.

    Raises:
        BadSyntaxError: a quote or bracket is not closed.
    """
    if '"' not in text and "<" not in text:
        return [part.strip() for part in text.split(separator)]
    parts, start, quoted, angled, skip = [], 0, False, False, False
    for index, char in enumerate(text):
        if skip:
            skip = False
        elif quoted:
            skip = char == "\\"
            quoted = char != '"'
        elif char == '"':
            quoted = True
        elif char in "<>":
            angled = char == "<"
        elif char == separator and not angled:
            parts.append(text[start:index].strip())
            start = index + 1
    if quoted or angled:
        raise BadSyntaxError("a quote or bracket is not closed")
    parts.append(text[start:].strip())
    return parts


def unquote(text: str) -> str:
    """Take the quotes and escapes off a quoted string; other text is returned as it is."""
    if len(text) > 1 and text.startswith('"') and text.endswith('"'):
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return text


def quote(text: str) -> str:
    """Write `text` as a quoted string; control characters are left out."""
    clean = "".join(char for char in text if char.isprintable())
    return '"' + clean.replace("\\", "\\\\").replace('"', '\\"') + '"'


def parse_params(text: str) -> dict[str, str | None]:
    """Read `;a=1;b;c="x"`: names in lower case, values unquoted, None where there is no value.

    Raises:
        BadSyntaxError: a parameter is empty or its name is no token.
    """
    if not text:
        return {}
    head, *bits = split_outside(text, ";")
    if head:
        raise BadSyntaxError("parameters must begin with a semicolon")
    params: dict[str, str | None] = {}
    for bit in bits:
        name, equals, value = bit.partition("=")
        name = name.strip()
        if not is_token(name):
            raise BadSyntaxError("a parameter has no proper name")
        params[name.lower()] = unquote(value.strip()) if equals else None
    return params


@dataclass(frozen=True)
class SipUri:
    """A `sip:`, `sips:` or `tel:` URI; `text` is what was read."""

    text: str
    scheme: str
    user: str
    host: str
    port: int | None
    params: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def transport(self) -> str:
        """The transport it asks for, in capitals; empty when it leaves the choice to us."""
        return (self.params.get("transport") or "").upper()


class UnknownSchemeError(BadSyntaxError):
    """The URI is none that a telephone exchange can call."""


@lru_cache(maxsize=2048)
def parse_uri(text: str) -> SipUri:
    """Read a URI; headers after `?` are ignored.

    Raises:
        UnknownSchemeError: it is neither sip, sips nor tel.
        BadSyntaxError: it is not valid.
    """
    scheme, _, rest = text.partition(":")
    if not _SCHEME.fullmatch(text):
        raise BadSyntaxError("this is no URI")
    if scheme.lower() not in {"sip", "sips", "tel"}:
        raise UnknownSchemeError(f"{scheme} is no scheme to call by")
    at = rest.rfind("@")
    address, _, _ = rest[at + 1 :].partition("?")
    plain = rest[: at + 1] + address
    if scheme.lower() == "tel":
        number = _TEL.fullmatch(plain)
        if number is None:
            raise BadSyntaxError("the number is not valid")
        return SipUri(text, "tel", number[1], "", None, parse_params(number[2] or ""))
    found = _SIP.fullmatch(plain)
    if found is None:
        raise BadSyntaxError("the URI is not valid")
    user, host, port, params = found.groups()
    if port and int(port) > MAX_PORT:
        raise BadSyntaxError("a port is too large")
    name = percent_decoded((user or "").partition(":")[0])
    return SipUri(text, scheme.lower(), name, host, int(port) if port else None, parse_params(params or ""))


@dataclass(frozen=True)
class Address:
    """A name, a URI and parameters, as in From, To, Contact and Route."""

    name: str
    uri_text: str
    params: Mapping[str, str | None]

    @cached_property
    def uri(self) -> SipUri:
        """The URI, read.

        Raises:
            BadSyntaxError: it is not valid.
        """
        return parse_uri(self.uri_text)

    @property
    def tag(self) -> str:
        """The tag parameter, empty when there is none."""
        return self.params.get("tag") or ""


def parse_address(text: str) -> Address:
    """Read one address; the URI is checked only as far as finding it needs.

    Raises:
        BadSyntaxError: brackets or quotes do not match, or there is no URI.
    """
    text = text.strip()
    opening = _find_bracket(text)
    if opening < 0:
        end = _BARE_URI_END.search(text)
        uri, rest = (text[: end.start()], text[end.start() :]) if end else (text, "")
        name = ""
    else:
        closing = text.find(">", opening)
        if closing < 0:
            raise BadSyntaxError("a bracket is not closed")
        name, uri, rest = text[:opening].strip(), text[opening + 1 : closing], text[closing + 1 :].strip()
        if not name.startswith('"') and any(char in name for char in '",;<>@:'):
            raise BadSyntaxError("a display name with special characters must be quoted")
    uri = uri.strip()
    if not _SCHEME.fullmatch(uri):
        raise BadSyntaxError("an address has no URI")
    return Address(unquote(name), uri, parse_params(rest.strip()))


def _find_bracket(text: str) -> int:
    """Where the `<` is that opens the URI: after the display name, whose quotes may hold brackets; -1: none."""
    if not text.startswith('"'):
        return text.find("<")
    index = 1
    while index < len(text) and text[index] != '"':
        index += 2 if text[index] == "\\" else 1
    opening = text.find("<", index + 1)
    if index >= len(text) or opening < 0 or text[index + 1 : opening].strip():
        raise BadSyntaxError("a quote is not closed")
    return opening


def parse_addresses(values: Iterable[str]) -> list[Address]:
    """Read every address of headers that may hold lists.

    Raises:
        BadSyntaxError: one of them is not valid.
    """
    return [parse_address(part) for value in values for part in split_outside(value, ",")]


def parse_list(values: Iterable[str]) -> list[str]:
    """Read lists of tokens, such as Require; empty items are left out."""
    return [item.strip() for value in values for item in value.split(",") if item.strip()]


@dataclass(frozen=True)
class Via:
    """One hop of the way an answer goes back."""

    transport: str
    host: str
    port: int | None
    params: Mapping[str, str | None]

    @property
    def branch(self) -> str:
        """The branch parameter, empty when there is none."""
        return self.params.get("branch") or ""

    @property
    def sent_by(self) -> str:
        """Host and port as the sender gave them, for telling transactions apart."""
        return f"{self.host.lower()}:{self.port or ''}"


def parse_via(text: str) -> Via:
    """Read one Via value.

    Raises:
        BadSyntaxError: it is not valid.
    """
    found = _VIA.fullmatch(text.strip())
    if found is None:
        raise BadSyntaxError("Via is not valid")
    transport, sent_by, params = found.groups()
    host, port = parse_host_port(sent_by)
    return Via(transport.upper(), host, port, parse_params(params or ""))


def parse_host_port(text: str) -> tuple[str, int | None]:
    """Read `host`, `host:port` or `[address]:port`; brackets stay on.

    Raises:
        BadSyntaxError: it is neither.
    """
    found = _HOST_PORT.fullmatch(text.strip())
    if found is None:
        raise BadSyntaxError("a host is not valid")
    port = int(found[2]) if found[2] else None
    if port is not None and port > MAX_PORT:
        raise BadSyntaxError("a port is too large")
    return found[1], port


def parse_cseq(text: str) -> tuple[int, str]:
    """Read number and method.

    Raises:
        BadSyntaxError: it is not valid, or the number is 2**31 or more.
    """
    found = _CSEQ.fullmatch(text.strip())
    if found is None or int(found[1]) > MAX_CSEQ:
        raise BadSyntaxError("CSeq is not valid")
    return int(found[1]), found[2]


def parse_seconds(text: str | None, default: int) -> int:
    """Read a count of seconds, which senders spell in surprising ways; anything unreadable is `default`."""
    digits = (text or "").partition(";")[0].strip()
    if not digits.isascii() or not digits.isdigit():
        return default
    return min(int(digits[:10]), MAX_CSEQ)
