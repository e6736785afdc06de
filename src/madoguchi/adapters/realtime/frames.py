"""The frames of the realtime socket, as docs/protocol/realtime.md has them."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, TypeAlias

import msgspec

VERSION: Final = 1

Ref: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Name: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class Hello(msgspec.Struct, tag="hello", frozen=True):
    """The first frame: who is there."""

    version: int
    token: Annotated[str, msgspec.Meta(max_length=500)] | None = None


class Subscribe(msgspec.Struct, tag="subscribe", frozen=True):
    """Watch a view."""

    ref: Ref
    view: Name
    params: dict[str, Any] = {}
    cursor: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class Unsubscribe(msgspec.Struct, tag="unsubscribe", frozen=True):
    """Stop watching."""

    ref: Ref


class Command(msgspec.Struct, tag="command", frozen=True):
    """Do something."""

    ref: Ref
    name: Name
    data: dict[str, Any] = {}


class Ping(msgspec.Struct, tag="ping", frozen=True):
    """Are you there?"""


ClientFrame: TypeAlias = Hello | Subscribe | Unsubscribe | Command | Ping


class Welcome(msgspec.Struct, tag="welcome", frozen=True):
    """The hello was accepted."""

    session: str
    now: str
    heartbeat_s: float


class Snapshot(msgspec.Struct, tag="snapshot", frozen=True):
    """All rows of a view."""

    ref: str
    cursor: str
    rows: Sequence[Mapping[str, Any]]


class Delta(msgspec.Struct, tag="delta", frozen=True):
    """What changed in a view."""

    ref: str
    cursor: str
    put: Sequence[Mapping[str, Any]]
    gone: Sequence[str]


class Reply(msgspec.Struct, tag="reply", frozen=True):
    """The command was done."""

    ref: str
    data: Mapping[str, Any]


class Problem(msgspec.Struct, tag="problem", frozen=True, omit_defaults=True):
    """A frame was refused."""

    code: str
    title: str
    detail: str
    ref: str | None = None
    field: str | None = None
    reason: str | None = None


class Pong(msgspec.Struct, tag="pong", frozen=True):
    """I am."""

    now: str


ServerFrame: TypeAlias = Welcome | Snapshot | Delta | Reply | Problem | Pong


class BadFrameError(ValueError):
    """What came is no frame of this protocol."""


_decoder: Final[msgspec.json.Decoder[ClientFrame]] = msgspec.json.Decoder(ClientFrame)
_encoder: Final = msgspec.json.Encoder()
_loose: Final = msgspec.json.Decoder(dict[str, Any])


def decode(text: str) -> ClientFrame:
    """Read a client's frame.

    Raises:
        BadFrameError: it is none; its message says what is wrong.
    """
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise BadFrameError(str(error)) from None


def ref_of(text: str) -> str | None:
    """Return the `ref` of a frame that could not be read, so that its sender can be told, if it has one."""
    try:
        ref = _loose.decode(text).get("ref")
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None
    return ref if isinstance(ref, str) and len(ref) <= 64 else None  # noqa: PLR2004 - as in Ref


def encode(frame: ServerFrame) -> str:
    """Write a frame."""
    return _encoder.encode(frame).decode()
