"""Commands that come over the socket: what is about a line being typed, sent or seen."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeAlias, TypeVar

import msgspec

from madoguchi.adapters.realtime.problems import UnknownCommandError
from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.consumers.consumer import ConsumerPrincipal
from madoguchi.kernel.errors import InvalidInputError
from madoguchi.kernel.ids import InteractionId
from madoguchi.services.bundle import Services

Sender: TypeAlias = Principal | ConsumerPrincipal
Answer: TypeAlias = Mapping[str, Any]
T = TypeVar("T")

_Id: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9]+_[A-Za-z0-9]{1,60}$")]
_Seq: TypeAlias = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]


class SendLine(msgspec.Struct, frozen=True):
    """`chat.send`."""

    chat: _Id
    client_id: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=4_000)]


class Typing(msgspec.Struct, frozen=True):
    """`chat.typing`."""

    chat: _Id
    typing: bool


class Seen(msgspec.Struct, frozen=True):
    """`chat.delivered` and `chat.read`."""

    chat: _Id
    seq: _Seq


async def _send(services: Services, sender: Sender, data: SendLine) -> Answer:
    if "\0" in data.text or "\0" in data.client_id:
        raise InvalidInputError("must not contain a zero character", field="text")
    seq = await services.chats.send(sender, InteractionId(data.chat), data.client_id, data.text)
    return {"seq": seq}


async def _typing(services: Services, sender: Sender, data: Typing) -> Answer:
    await services.chats.typing(sender, InteractionId(data.chat), data.typing)
    return {}


async def _delivered(services: Services, sender: Sender, data: Seen) -> Answer:
    await services.chats.delivered(sender, InteractionId(data.chat), data.seq)
    return {}


async def _read(services: Services, sender: Sender, data: Seen) -> Answer:
    await services.chats.read(sender, InteractionId(data.chat), data.seq)
    return {}


@dataclass(frozen=True)
class Declared:
    """A command, and who may send it."""

    run: Callable[[Services, Sender, Mapping[str, Any]], Awaitable[Answer]]
    rule: str


_PARTIES: Final = f"consumer of the chat, or its agent with {Permission.DESK.value}"
_WRITERS: Final = f"{_PARTIES}, or who has joined it with {Permission.BARGE.value}"


def _typed(shape: type[T], perform: Callable[[Services, Sender, T], Awaitable[Answer]], rule: str) -> Declared:
    async def run(services: Services, sender: Sender, data: Mapping[str, Any]) -> Answer:
        try:
            read = msgspec.convert(data, shape)
        except msgspec.ValidationError as error:
            detail, _, path = str(error).partition(" - at `$.")
            raise InvalidInputError(detail, field=path.rstrip("`") or None) from None
        return await perform(services, sender, read)

    return Declared(run, rule)


COMMANDS: Final = {
    "chat.send": _typed(SendLine, _send, _WRITERS),
    "chat.typing": _typed(Typing, _typing, _PARTIES),
    "chat.delivered": _typed(Seen, _delivered, _PARTIES),
    "chat.read": _typed(Seen, _read, _PARTIES),
}


async def perform(services: Services, sender: Sender, name: str, data: Mapping[str, Any]) -> Answer:
    """Do what the command `name` says; return its answer.

    Raises:
        UnknownCommandError: there is no such command.
        InvalidInputError: its data are wrong.
    """
    command = COMMANDS.get(name)
    if command is None:
        raise UnknownCommandError(f"known are {', '.join(COMMANDS)}")
    return await command.run(services, sender, data)
