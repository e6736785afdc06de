"""SIP messages: reading what arrives without trusting it, and writing what goes out.

Header values are kept as text, so that whatever must be sent back (Via, From, Record-Route) is sent back unchanged.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Final

from madoguchi.adapters.voice.embedded.sip.grammar import (
    Address,
    BadSyntaxError,
    SipUri,
    Via,
    is_token,
    parse_address,
    parse_addresses,
    parse_cseq,
    parse_list,
    parse_uri,
    parse_via,
    split_outside,
)

MAX_MESSAGE_BYTES: Final = 65_535
MAX_HEADER_LINES: Final = 256
MAX_HOPS: Final = 255
TRYING: Final = 100
COMPACT: Final = {
    "a": "accept-contact", "u": "allow-events", "i": "call-id", "m": "contact", "e": "content-encoding",
    "l": "content-length", "c": "content-type", "o": "event", "f": "from", "y": "identity", "r": "refer-to",
    "b": "referred-by", "j": "reject-contact", "d": "request-disposition", "x": "session-expires", "s": "subject",
    "k": "supported", "t": "to", "v": "via",
}  # fmt: skip
CANONICAL: Final = {"call-id": "Call-ID", "cseq": "CSeq", "www-authenticate": "WWW-Authenticate", "rseq": "RSeq",
                    "rack": "RAck"}  # fmt: skip
SINGLE: Final = ("from", "to", "call-id", "cseq", "max-forwards", "content-length", "content-type")
MANDATORY: Final = ("via", "from", "to", "call-id", "cseq")
PHRASES: Final = {
    100: "Trying", 180: "Ringing", 181: "Call Is Being Forwarded", 183: "Session Progress", 200: "OK", 202: "Accepted",
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    406: "Not Acceptable", 407: "Proxy Authentication Required", 408: "Request Timeout", 415: "Unsupported Media Type",
    416: "Unsupported URI Scheme", 420: "Bad Extension", 422: "Session Interval Too Small", 423: "Interval Too Brief",
    480: "Temporarily Unavailable", 481: "Call/Transaction Does Not Exist", 482: "Loop Detected",
    483: "Too Many Hops", 486: "Busy Here", 487: "Request Terminated", 488: "Not Acceptable Here", 489: "Bad Event",
    491: "Request Pending", 500: "Server Internal Error", 501: "Not Implemented", 503: "Service Unavailable",
    504: "Server Time-out", 505: "Version Not Supported", 513: "Message Too Large", 600: "Busy Everywhere",
    603: "Decline",
}  # fmt: skip
_FOLD: Final = re.compile(r"[ \t]*\r\n[ \t]+")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_RESPONSE_LINE: Final = re.compile(r"SIP/2\.0 ([1-6]\d\d)(?: (.*))?", re.IGNORECASE)
_REQUEST_LINE: Final = re.compile(r"(\S+) (\S+) (SIP/\d+\.\d+)", re.IGNORECASE)
_DIGITS: Final = re.compile(r"[0-9]{1,9}")
FINAL: Final = 200
REDIRECT: Final = 300


class Headers:
    """Header fields in order; names are compared without case."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        self._fields: dict[str, tuple[str, list[str]]] = {}
        for name, value in fields:
            self.add(name, value)

    def get(self, name: str, default: str = "") -> str:
        """The first value of `name`."""
        found = self._fields.get(name.lower())
        return found[1][0] if found else default

    def all(self, name: str) -> list[str]:
        """Every value of `name`, in order."""
        found = self._fields.get(name.lower())
        return list(found[1]) if found else []

    def add(self, name: str, value: str) -> None:
        """Append one value."""
        found = self._fields.get(name.lower())
        if found:
            found[1].append(value)
        else:
            self._fields[name.lower()] = (name, [value])

    def set(self, name: str, *values: str) -> None:
        """Replace all values of `name`; none removes it."""
        if values:
            self._fields[name.lower()] = (name, list(values))
        else:
            self._fields.pop(name.lower(), None)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._fields

    def __iter__(self) -> Iterator[tuple[str, str]]:
        for name, values in self._fields.values():
            for value in values:
                yield name, value


class Message:
    """What requests and responses share. The typed parts are read once, when first asked for."""

    def __init__(self, headers: Headers | None = None, body: bytes = b"") -> None:
        self.headers = headers or Headers()
        self.body = body

    @cached_property
    def via(self) -> Via:
        """The topmost Via."""
        return parse_via(self.headers.get("via"))

    @cached_property
    def sender(self) -> Address:
        """From."""
        return parse_address(self.headers.get("from"))

    @cached_property
    def recipient(self) -> Address:
        """To."""
        return parse_address(self.headers.get("to"))

    @cached_property
    def cseq(self) -> tuple[int, str]:
        """CSeq: number and method."""
        return parse_cseq(self.headers.get("cseq"))

    @property
    def call_id(self) -> str:
        """Call-ID."""
        return self.headers.get("call-id")

    @property
    def contact(self) -> Address | None:
        """The first Contact; None when there is none or it is not valid."""
        try:
            found = parse_addresses(self.headers.all("contact")[:1])
        except BadSyntaxError:
            return None
        return found[0] if found else None

    def tokens(self, name: str) -> set[str]:
        """The tokens of a list header, such as Supported, in lower case."""
        return {token.lower() for token in parse_list(self.headers.all(name))}

    @property
    def content_type(self) -> str:
        """The type of the body without parameters, in lower case."""
        return self.headers.get("content-type").partition(";")[0].strip().lower()

    @property
    def sdp(self) -> str:
        """The body when it is SDP, else empty."""
        if self.body and self.content_type == "application/sdp":
            return self.body.decode("utf-8", "replace")
        return ""

    def _start_line(self) -> str:
        raise NotImplementedError

    def __bytes__(self) -> bytes:
        lines = [self._start_line()]
        lines.extend(f"{name}: {value}" for name, value in self.headers if name.lower() != "content-length")
        lines.append(f"Content-Length: {len(self.body)}\r\n\r\n")
        return "\r\n".join(lines).encode("utf-8", "replace") + self.body


class Request(Message):
    """A SIP request; `target` is the request URI as text."""

    def __init__(self, method: str, target: str, headers: Headers | None = None, body: bytes = b"") -> None:
        super().__init__(headers, body)
        self.method = method
        self.target = target

    @cached_property
    def uri(self) -> SipUri:
        """The request URI, read."""
        return parse_uri(self.target)

    def _start_line(self) -> str:
        return f"{self.method} {self.target} SIP/2.0"


class Response(Message):
    """A SIP response."""

    def __init__(self, code: int, phrase: str = "", headers: Headers | None = None, body: bytes = b"") -> None:
        super().__init__(headers, body)
        self.code = code
        self.phrase = phrase or PHRASES.get(code, "Answer")

    @property
    def final(self) -> bool:
        """Whether the transaction ends with it."""
        return self.code >= FINAL

    @property
    def success(self) -> bool:
        """Whether the request was accepted."""
        return FINAL <= self.code < REDIRECT

    def _start_line(self) -> str:
        return f"SIP/2.0 {self.code} {self.phrase}"


class BadMessageError(Exception):
    """What arrived is no usable SIP message.

    `request` is what could be read of it when the sender can be told by a response with `code`, else None.
    """

    def __init__(self, reason: str, request: Request | None = None, code: int = 400) -> None:
        super().__init__(reason)
        self.reason = reason
        self.request = request
        self.code = code


def parse(data: bytes) -> Request | Response:
    """Read one message. Excess after Content-Length is cut off.

    Raises:
        BadMessageError: it is not valid.
    """
    data = data.lstrip(b"\r\n")
    head, blank, body = data.partition(b"\r\n\r\n")
    if not blank or len(data) > MAX_MESSAGE_BYTES:
        raise BadMessageError("no end of headers" if not blank else "too long")
    first, _, rest = head.decode("utf-8", "replace").partition("\r\n")
    headers, complaint = _read_headers(rest)
    if (found := _RESPONSE_LINE.fullmatch(first)) is not None:
        message: Request | Response = Response(int(found[1]), found[2] or "", headers)
    elif first[:4].upper() != "SIP/" and (line := _REQUEST_LINE.fullmatch(first)) is not None:
        message = Request(line[1], line[2], headers)
        if line[3].upper() != "SIP/2.0":
            raise BadMessageError("version not supported", _answerable(message), 505)
    else:
        raise BadMessageError("the first line is not SIP", _salvage(first, headers))
    try:
        message.body = _cut_body(headers, body)
        _check(message, complaint)
    except (BadSyntaxError, TypeError) as error:
        request = message if isinstance(message, Request) else None
        raise BadMessageError(str(error), _answerable(request)) from error
    return message


def _read_headers(text: str) -> tuple[Headers, str]:
    """Return the header fields, and what is wrong with them (empty: nothing)."""
    headers, complaint = Headers(), ""
    lines = _FOLD.sub(" ", text).split("\r\n") if text else []
    if len(lines) > MAX_HEADER_LINES:
        lines, complaint = lines[:MAX_HEADER_LINES], "too many headers"
    for line in lines:
        name, colon, value = line.partition(":")
        given = name.strip()
        name = COMPACT.get(given.lower(), given.lower())
        if not colon or not is_token(name):
            complaint = "a header has no name"
            continue
        if _CONTROL.search(value):
            complaint = f"{name} holds control characters"
            value = _CONTROL.sub("", value)
        headers.add(given if given.lower() == name else CANONICAL.get(name, name.title()), value.strip())
    if (vias := headers.all("via")) and any("," in via for via in vias):
        try:
            headers.set("Via", *(part for via in vias for part in split_outside(via, ",")))
        except BadSyntaxError as error:
            complaint = str(error)
    return headers, complaint


def _cut_body(headers: Headers, body: bytes) -> bytes:
    length = headers.get("content-length")
    if not length:
        return body
    if not _DIGITS.fullmatch(length) or int(length) > len(body):
        raise BadSyntaxError("Content-Length does not fit")
    return body[: int(length)]


def _check(message: Request | Response, complaint: str) -> None:
    """Raise unless every header that transactions and dialogs rely on is there and valid."""
    for name in MANDATORY:
        if not message.headers.get(name):
            raise BadSyntaxError(f"{name} is missing")
    for name in SINGLE:
        if len(message.headers.all(name)) > 1:
            raise BadSyntaxError(f"{name} must not be repeated")
    _touch(message)
    if complaint:
        raise BadSyntaxError(complaint)
    if isinstance(message, Request):
        _check_request(message)


def _check_request(request: Request) -> None:
    limit = request.headers.get("max-forwards")
    if not is_token(request.method):
        raise BadSyntaxError("the method is no token")
    if request.cseq[1] != request.method:
        raise BadSyntaxError("CSeq names another method")
    if limit and not (_DIGITS.fullmatch(limit) and int(limit) <= MAX_HOPS):
        raise BadSyntaxError("Max-Forwards is not valid")
    if request.target.startswith("<"):
        raise BadSyntaxError("the request URI is not valid")


def _touch(message: Message) -> None:
    """Read the typed parts, so that nobody later meets an error in them."""
    _ = message.via, message.sender, message.recipient, message.cseq


def _salvage(first: str, headers: Headers) -> Request | None:
    """Make a request of what has a bad first line, so that its sender can be answered."""
    method = first.split(" ", 1)[0]
    if not is_token(method) or not first.rstrip().upper().endswith("SIP/2.0"):
        return None
    return _answerable(Request(method, "sip:invalid", headers))


def _answerable(request: Request | None) -> Request | None:
    if request is None or request.method == "ACK" or any(not request.headers.get(name) for name in MANDATORY):
        return None
    return request


def respond(request: Request, code: int, phrase: str = "", tag: str = "") -> Response:
    """Make the response to `request` with all that RFC 3261 section 8.2.6 wants copied.

    `tag` is added to To unless To has one already or `code` is 100.
    """
    headers = Headers()
    headers.set("Via", *request.headers.all("via"))
    headers.set("From", request.headers.get("from"))
    recipient = request.headers.get("to")
    if tag and code != TRYING and not _has_tag(request):
        recipient = f"{recipient};tag={tag}"
    headers.set("To", recipient)
    headers.set("Call-ID", request.call_id)
    headers.set("CSeq", request.headers.get("cseq"))
    if TRYING < code < REDIRECT and request.method == "INVITE":
        headers.set("Record-Route", *request.headers.all("record-route"))  # RFC 3261 section 12.1.1
    if code == TRYING and request.headers.get("timestamp"):  # RFC 3261 section 8.2.6.1
        headers.set("Timestamp", request.headers.get("timestamp"))
    return Response(code, phrase, headers)


def _has_tag(request: Request) -> bool:
    try:
        return bool(request.recipient.tag)
    except BadSyntaxError:
        return True
