"""What consumers' pages use. Any site may embed them; who asks is told by a token, never by a cookie."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, UploadFile

from madoguchi.adapters.http.access import CONSUMER, PUBLIC
from madoguchi.adapters.http.chats import ClientId, Format
from madoguchi.adapters.http.files import received, transcript_response
from madoguchi.adapters.http.models import (
    AttachedOut,
    ChatOut,
    ConsumerConfig,
    ConsumerOut,
    ConsumerSessionIn,
    ConsumerSessionOut,
    DigitsIn,
    Id,
    MediaOut,
    OfferIn,
    StartCallIn,
    StartChatIn,
    StartedCallOut,
)
from madoguchi.adapters.http.state import InServices, InState
from madoguchi.domain.consumers.consumer import ConsumerPrincipal
from madoguchi.domain.queues.queue import MenuChannel
from madoguchi.kernel.ids import InteractionId, QueueId
from madoguchi.kernel.time import stamp
from madoguchi.ports.voice import BrowserOffer

router = APIRouter(prefix="/consumer", tags=["consumers"])

MenuName = Annotated[str, Query(pattern=r"^(web|mobile)$")]
InConsumer = Annotated[ConsumerPrincipal, CONSUMER]


@router.get("/config", dependencies=[PUBLIC])
async def config(services: InServices, menu: MenuName = "web") -> ConsumerConfig:
    """Tell what a page or an app needs before anybody talks; `menu` is whose menu it shows."""
    return ConsumerConfig.model_validate(await services.consumers.config(MenuChannel(menu)))


@router.post("/sessions", dependencies=[PUBLIC])
async def open_session(body: ConsumerSessionIn, services: InServices) -> ConsumerSessionOut:
    """Begin a consumer's session, or take up an earlier one by its token."""
    token, consumer, expires_at = await services.consumers.open_session(body.resume, body.language)
    return ConsumerSessionOut(
        token=token, consumer=ConsumerOut(id=consumer.id, name=consumer.name), expires_at=stamp(expires_at)
    )


@router.post("/chats")
async def start_chat(body: StartChatIn, consumer: InConsumer, services: InServices) -> ChatOut:
    """Begin a chat; the consumer waits in the queue from now on."""
    return ChatOut(chat=await services.chats.start(consumer, QueueId(body.queue), body.language, body.text))


@router.post("/chats/{chat}/end", status_code=204)
async def end_chat(chat: Id, consumer: InConsumer, services: InServices) -> None:
    """End the chat."""
    await services.chats.end(consumer, InteractionId(chat))


@router.post("/chats/{chat}/attachments")
async def attach(chat: Id, file: UploadFile, client_id: ClientId, consumer: InConsumer, state: InState) -> AttachedOut:
    """Send a picture or a video."""
    async with received(file, state.settings) as (name, path):
        return AttachedOut(seq=await state.services.chats.attach(consumer, InteractionId(chat), client_id, name, path))


@router.get("/chats/{chat}/transcript", response_class=Response)
async def transcript(
    chat: Id,
    consumer: InConsumer,
    services: InServices,
    format: Format = "txt",  # noqa: A002 - the query's name
) -> Response:
    """Return one's own chat as a file."""
    return transcript_response(chat, format, await services.chats.transcript(consumer, InteractionId(chat), format))


@router.post("/calls")
async def start_call(body: StartCallIn, consumer: InConsumer, services: InServices) -> StartedCallOut:
    """Call from the browser; the consumer waits in the queue from now on."""
    call, leg, answer = await services.calls.start(
        consumer, QueueId(body.queue), body.language, BrowserOffer(body.offer)
    )
    return StartedCallOut(call=call, leg=leg, answer=answer.body)


@router.post("/calls/{call}/media")
async def attach_media(call: Id, body: OfferIn, consumer: InConsumer, services: InServices) -> MediaOut:
    """Connect this browser to the call again."""
    leg, answer = await services.calls.attach_consumer_media(consumer, InteractionId(call), BrowserOffer(body.offer))
    return MediaOut(leg=leg, answer=answer.body)


@router.post("/calls/{call}/hang-up", status_code=204)
async def hang_up(call: Id, consumer: InConsumer, services: InServices) -> None:
    """End the call."""
    await services.calls.consumer_hang_up(consumer, InteractionId(call))


@router.post("/calls/{call}/digits", status_code=204)
async def digits(call: Id, body: DigitsIn, consumer: InConsumer, services: InServices) -> None:
    """Press keys."""
    await services.calls.consumer_digits(consumer, InteractionId(call), body.digits)
