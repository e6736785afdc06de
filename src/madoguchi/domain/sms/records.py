"""Connections to carriers, and the numbers behind them: plain records."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Final
from urllib.parse import urlsplit

from madoguchi.domain.sms.words import is_reserved, plain_word
from madoguchi.kernel.fields import FieldError, InvalidFieldsError
from madoguchi.kernel.ids import QueueId, SmsConnectionId, SmsNumberId

NAME_LENGTH: Final = 80
SYSTEM_ID_LENGTH: Final = 15
"""SMPP 3.4, section 5.2.1, without its closing zero."""
SMPP_PASSWORD_LENGTH: Final = 8
SYSTEM_TYPE_LENGTH: Final = 12
SECRET_LENGTH: Final = 200
WORD_LENGTH: Final = 40
HELP_LENGTH: Final = 600
KEYWORDS: Final = 50
_HOST: Final = re.compile(r"[A-Za-z0-9.:_-]{1,253}")
_ASCII: Final = re.compile(r"[\x21-\x7e]*")
_NUMBER: Final = re.compile(r"\+[1-9][0-9]{4,14}|[0-9]{3,8}")
_PORTS: Final = range(1, 65_536)


class Carrier(Enum):
    """How a connection speaks."""

    SMPP = "smpp"
    HTTP = "http"
    """The HTTP interface of Twilio, which others have as well."""


@dataclass(frozen=True)
class SmsConnection:
    """How texts reach a carrier, and come from it."""

    id: SmsConnectionId
    name: str
    carrier: Carrier
    enabled: bool = True
    host: str = ""
    """Of the SMSC."""
    port: int = 2775
    system_id: str = ""
    system_type: str = ""
    base_url: str = ""
    """Of the HTTP interface, up to where its version begins."""
    account: str = ""
    secret: str = field(default="", repr=False)
    """The SMPP password, or the token of the account. Never shown again."""
    version: int = 0


@dataclass(frozen=True)
class Keyword:
    """A word that leads straight to a queue."""

    word: str
    queue: QueueId


@dataclass(frozen=True)
class SmsNumber:
    """A number to which consumers write."""

    id: SmsNumberId
    number: str
    """E.164, or a short code's digits."""
    connection: SmsConnectionId
    place: QueueId | None
    """The level or queue to which who writes comes; nothing for the whole menu."""
    language: str
    keywords: tuple[Keyword, ...] = ()
    help_text: str = ""
    """What who asks for help reads; empty for the built-in words."""
    version: int = 0


def checked_connection(connection: SmsConnection) -> SmsConnection:
    """Let pass a connection that could work.

    Raises:
        InvalidFieldsError: something about it cannot be.
    """
    errors = [
        *_named(connection.name),
        *(_smpp(connection) if connection.carrier is Carrier.SMPP else _http(connection)),
    ]
    if errors:
        raise InvalidFieldsError(errors)
    return connection


def checked_number(number: SmsNumber) -> SmsNumber:
    """Let pass a number that could be; whether its connection and queues are there, others know.

    Raises:
        InvalidFieldsError: something about it cannot be.
    """
    errors = []
    if not _NUMBER.fullmatch(number.number):
        errors.append(FieldError("number", "phone", "a number in international form, or a short code"))
    if len(number.help_text) > HELP_LENGTH:
        errors.append(FieldError("help_text", "length", f"at most {HELP_LENGTH} characters"))
    if len(number.keywords) > KEYWORDS:
        errors.append(FieldError("keywords", "too_many", f"at most {KEYWORDS}"))
    known: set[str] = set()
    for place, one in enumerate(number.keywords):
        word = plain_word(one.word)
        if not 1 <= len(one.word) <= WORD_LENGTH or not word:
            errors.append(FieldError(f"keywords.{place}.word", "length", f"1 to {WORD_LENGTH} characters"))
        elif is_reserved(one.word):
            errors.append(FieldError(f"keywords.{place}.word", "reserved", "this word has a meaning of its own"))
        elif word in known:
            errors.append(FieldError(f"keywords.{place}.word", "twice", "this word is there already"))
        known.add(word)
    if errors:
        raise InvalidFieldsError(errors)
    return number


def _named(name: str) -> Iterator[FieldError]:
    if not 1 <= len(name.strip()) <= NAME_LENGTH:
        yield FieldError("name", "length", f"1 to {NAME_LENGTH} characters")


def _smpp(one: SmsConnection) -> Iterator[FieldError]:
    if not _HOST.fullmatch(one.host):
        yield FieldError("host", "host", "a name or address of a machine")
    if one.port not in _PORTS:
        yield FieldError("port", "range", "1 to 65535")
    limits = (("system_id", one.system_id, SYSTEM_ID_LENGTH), ("system_type", one.system_type, SYSTEM_TYPE_LENGTH))
    for name, value, most in (*limits, ("secret", one.secret, SMPP_PASSWORD_LENGTH)):
        if len(value) > most or not _ASCII.fullmatch(value):
            yield FieldError(name, "length", f"at most {most} letters, digits and signs")
    if not one.system_id:
        yield FieldError("system_id", "missing", "the SMSC knows us by it")


def _http(one: SmsConnection) -> Iterator[FieldError]:
    address = urlsplit(one.base_url)
    if address.scheme not in {"http", "https"} or not address.hostname or address.query or address.fragment:
        yield FieldError("base_url", "url", "an address such as https://api.example.com")
    if not one.account or len(one.account) > NAME_LENGTH or not _ASCII.fullmatch(one.account) or "/" in one.account:
        yield FieldError("account", "missing", "the account by which the carrier knows us")
    if not one.secret or len(one.secret) > SECRET_LENGTH or not _ASCII.fullmatch(one.secret):
        yield FieldError("secret", "missing", "the token that belongs to the account")
