"""Connections to carriers of text messages, the numbers behind them, and the requests by which carriers bring texts."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from pydantic import AfterValidator, Field

from madoguchi.adapters.http.access import PUBLIC, needs
from madoguchi.adapters.http.models import Id, In, Out, Version
from madoguchi.adapters.http.state import InServices
from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.sms.records import Carrier, Keyword, SmsConnection, SmsNumber
from madoguchi.kernel.ids import QueueId, SmsConnectionId, SmsNumberId
from madoguchi.ports.sms import Hook, HookKind, HookRefusedError

router = APIRouter(tags=["sms"])

Editor = Annotated[Principal, needs(Permission.EDIT_SMS)]
_NOTHING_TO_SAY: Final = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
"""TwiML that answers nothing: answers go out as texts of their own, as they may take a while."""
_FIELDS: Final = 100


def _plain(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not contain a zero character")
    return text


Plain = Annotated[str, Field(max_length=1_000), AfterValidator(_plain)]


class SmsConnectionIn(In):
    """A connection as it is to be."""

    name: Plain
    carrier: Literal["smpp", "http"]
    enabled: bool = True
    host: Plain = ""
    port: Annotated[int, Field(ge=0, le=65_535)] = 2775
    system_id: Plain = ""
    system_type: Plain = ""
    base_url: Plain = ""
    account: Plain = ""
    secret: Plain | None = None
    """The SMPP password, or the token of the account; null leaves it as it is. It is never sent back."""


class SmsConnectionChangeIn(SmsConnectionIn):
    """The same, made from a version."""

    version: Version


class SmsConnectionOut(Out):
    """A connection as it is stored, without its secret, and how it is now."""

    id: str
    version: int
    name: str
    carrier: Literal["smpp", "http"]
    enabled: bool
    host: str
    port: int
    system_id: str
    system_type: str
    base_url: str
    account: str
    has_secret: bool
    up: bool
    trouble: str
    """Why it is down, as a short word: `not_connected`, an SMPP error, `no_answer`, `http_401`."""
    message_url: str
    """Where the carrier has to send texts; empty for SMPP."""
    status_url: str


class SmsKeyword(In):
    """A word that leads straight to a queue."""

    word: Plain
    queue: Plain


class SmsNumberIn(In):
    """A number as it is to be."""

    number: Plain
    connection: Plain
    place: Plain | None = None
    """A level or queue of the menu for text messages; null for the whole menu."""
    language: Annotated[str, Field(pattern="^[a-z]{2}$")]
    keywords: Annotated[list[SmsKeyword], Field(max_length=200)] = Field(default_factory=list)
    help_text: Plain = ""


class SmsNumberChangeIn(SmsNumberIn):
    """The same, made from a version."""

    version: Version


class SmsNumberOut(Out):
    """A number as it is stored."""

    id: str
    version: int
    number: str
    connection: str
    place: str | None
    language: str
    keywords: list[SmsKeyword]
    help_text: str


class SmsPlaceOut(Out):
    """A level or queue of the menu for text messages."""

    id: str
    path: list[dict[str, str]]
    """Names from the top down, each by language."""
    leaf: bool


class SmsOut(Out):
    """Everything that is set up for text messages."""

    connections: list[SmsConnectionOut]
    numbers: list[SmsNumberOut]
    places: list[SmsPlaceOut]


class MadeOut(Out):
    """What was made."""

    id: str


@router.get("/settings/sms")
async def read(actor: Editor, services: InServices) -> SmsOut:
    """List connections and numbers."""
    return SmsOut.model_validate(await services.sms.all(actor))


@router.post("/settings/sms/connections", status_code=201)
async def add_connection(body: SmsConnectionIn, actor: Editor, services: InServices) -> MadeOut:
    """Make a connection, and open it."""
    made = await services.sms.save_connection(actor, _connection(body, "", 0), secret=body.secret)
    return MadeOut(id=made)


@router.put("/settings/sms/connections/{connection}", status_code=204)
async def change_connection(connection: Id, body: SmsConnectionChangeIn, actor: Editor, services: InServices) -> None:
    """Change a connection, and open it anew."""
    await services.sms.save_connection(actor, _connection(body, connection, body.version), secret=body.secret)


@router.delete("/settings/sms/connections/{connection}", status_code=204)
async def remove_connection(connection: Id, actor: Editor, services: InServices) -> None:
    """Forget a connection behind which no numbers are."""
    await services.sms.forget_connection(actor, SmsConnectionId(connection))


@router.post("/settings/sms/numbers", status_code=201)
async def add_number(body: SmsNumberIn, actor: Editor, services: InServices) -> MadeOut:
    """Add a number."""
    return MadeOut(id=await services.sms.save_number(actor, _number(body, "", 0)))


@router.put("/settings/sms/numbers/{number}", status_code=204)
async def change_number(number: Id, body: SmsNumberChangeIn, actor: Editor, services: InServices) -> None:
    """Change a number."""
    await services.sms.save_number(actor, _number(body, number, body.version))


@router.delete("/settings/sms/numbers/{number}", status_code=204)
async def remove_number(number: Id, actor: Editor, services: InServices) -> None:
    """Forget a number."""
    await services.sms.forget_number(actor, SmsNumberId(number))


@router.post("/sms/{connection}/message", dependencies=[PUBLIC], response_class=Response)
async def message(connection: Id, request: Request, services: InServices) -> Response:
    """Take a text that a carrier brings; its signature says that it is the carrier (`X-Twilio-Signature`)."""
    await services.sms.hooked(connection, await _hook(HookKind.MESSAGE, request))
    return Response(_NOTHING_TO_SAY, media_type="application/xml")


@router.post("/sms/{connection}/status", dependencies=[PUBLIC], status_code=204)
async def status(connection: Id, request: Request, services: InServices) -> None:
    """Take what a carrier tells of a text that it took; signed in the same way."""
    await services.sms.hooked(connection, await _hook(HookKind.STATUS, request))


async def _hook(kind: HookKind, request: Request) -> Hook:
    try:
        pairs = parse_qsl((await request.body()).decode(), keep_blank_values=True, max_num_fields=_FIELDS)
    except ValueError:
        raise HookRefusedError("it is no form") from None
    fields: Mapping[str, str] = dict(pairs)
    return Hook(kind, fields, request.headers.get("x-twilio-signature", ""))


def _connection(body: SmsConnectionIn, name: str, version: int) -> SmsConnection:
    return SmsConnection(
        id=SmsConnectionId(name),
        name=body.name,
        carrier=Carrier(body.carrier),
        enabled=body.enabled,
        host=body.host.strip(),
        port=body.port,
        system_id=body.system_id,
        system_type=body.system_type,
        base_url=body.base_url.strip(),
        account=body.account,
        version=version,
    )


def _number(body: SmsNumberIn, name: str, version: int) -> SmsNumber:
    return SmsNumber(
        id=SmsNumberId(name),
        number=body.number.replace(" ", "").replace("-", ""),
        connection=SmsConnectionId(body.connection),
        place=QueueId(body.place) if body.place else None,
        language=body.language,
        keywords=tuple(Keyword(one.word.strip(), QueueId(one.queue)) for one in body.keywords),
        help_text=body.help_text.strip(),
        version=version,
    )
