"""Chats, as consumers, agents and supervisors use them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.belonging import of_chat
from madoguchi.domain.chats import messages
from madoguchi.domain.chats.attachments import Attachment
from madoguchi.domain.chats.chat import Chat, ChatEvent
from madoguchi.domain.chats.commands import (
    ChatMessage,
    EndChat,
    HandOver,
    MarkDelivered,
    MarkRead,
    NotYourChatError,
    SendMessage,
    SetTyping,
    StartChat,
    StopChat,
)
from madoguchi.domain.chats.decide import ChatEffect
from madoguchi.domain.chats.lifecycle import Side, TimeOuts
from madoguchi.domain.consumers.consumer import ConsumerPrincipal
from madoguchi.domain.queues.queue import PAGES, TEXTS, Queue
from madoguchi.domain.routing.offers import Channel
from madoguchi.domain.transfers import ToAgent, ToQueue, TransferTarget
from madoguchi.kernel.errors import ConflictError, InvalidInputError, Kind, MadoguchiError, NotFoundError
from madoguchi.kernel.ids import AttachmentId, InteractionId, QueueId
from madoguchi.kernel.time import Instant, Span
from madoguchi.ports.environment import Clock, IdSource
from madoguchi.ports.storage import MessageRow, Storage
from madoguchi.services.attachments import AttachmentService
from madoguchi.services.chat_life import CODEC
from madoguchi.services.chat_views import ChatViews
from madoguchi.services.hours import RequireOpen, always_open
from madoguchi.services.lifecycle import InteractionOverError, Outcome
from madoguchi.services.rate_limits import Rate, RateLimit
from madoguchi.services.reservations import Reservations
from madoguchi.services.rows import Json
from madoguchi.services.rows_chats import chat_row
from madoguchi.services.runtime import Owners
from madoguchi.services.sights import Sights, finished
from madoguchi.services.transcripts import transcript

ChatOwners: TypeAlias = Owners[Chat, ChatMessage, ChatEvent, ChatEffect]
Sender: TypeAlias = Principal | ConsumerPrincipal

PAGE: Final = 1_000


class TooManyChatsError(MadoguchiError):
    """You have too many chats at once."""

    kind = Kind.CONFLICT
    code = "too_many_chats"


@dataclass(frozen=True)
class ChatSettings:
    """How chats go where the organisation has not said otherwise."""

    time_outs: TimeOuts = TimeOuts()  # noqa: RUF009 - frozen, so sharing it is safe
    zone: str = "Asia/Tokyo"
    """The time zone of transcripts."""
    at_once: int = 3
    """Live chats of one consumer."""
    starts: Rate = Rate(10, Span(minutes=1))  # noqa: RUF009 - as above
    """New chats of one consumer."""
    lines: Rate = Rate(60, Span(seconds=10))  # noqa: RUF009 - as above
    """Lines of one sender in one chat."""
    files: Rate = Rate(10, Span(minutes=1))  # noqa: RUF009 - as above


class LiveChats(Protocol):
    """The chats' owners."""

    def state(self, owner: str) -> Chat | None:
        """Return a live chat's present state."""

    def states(self) -> Iterator[Chat]:
        """Yield the present state of every live chat."""

    async def create(self, owner: str, message: ChatMessage) -> Outcome[Chat]:
        """Make a new chat by its first message."""

    async def send(self, owner: str, command: ChatMessage) -> Outcome[Chat]:
        """Have `command` decided and committed."""


class ChatService:
    """Consumers chat with agents."""

    def __init__(  # noqa: PLR0913 - one per collaborator
        self,
        chats: LiveChats,
        reservations: Reservations,
        storage: Storage,
        shown: ChatViews,
        attachments: AttachmentService,
        clock: Clock,
        ids: IdSource,
        *,
        queue: Callable[[QueueId], Queue],
        settings: ChatSettings | None = None,
        require_open: RequireOpen = always_open,
    ) -> None:
        self._chats = chats
        self._reservations = reservations
        self._storage = storage
        self._shown = shown
        self._attachments = attachments
        self._clock = clock
        self._ids = ids
        self._queue = queue
        self._require_open = require_open
        self._settings = settings or ChatSettings()
        self._starts = RateLimit(clock, self._settings.starts)
        self._lines = RateLimit(clock, self._settings.lines)
        self._files = RateLimit(clock, self._settings.files)
        self.sights = Sights()
        """Whose chats somebody may see and end; set when teams are there."""
        self.require_target: Callable[[Queue, Channel, str], None] = lambda _queue, _channel, _language: None
        """Lets transfers to a queue pass at this time; set when deflection is there."""
        self.offered: Callable[[str], str] = str
        """Tells the language for a consumer who wants one that may not be live."""

    async def start(
        self, consumer: ConsumerPrincipal, queue: QueueId, language: str, text: str | None
    ) -> InteractionId:
        """Let the consumer wait in `queue`; return the chat.

        Raises:
            NotFoundError: no such queue takes chats.
            InvalidInputError: the text is empty or too long.
            TooManyChatsError: he has too many already.
            TooFastError: he has begun too many lately.
            AfterHoursError: the queue is closed.
        """
        language = self.offered(language)
        found = self._queue(queue)
        if not PAGES & found.channels:
            raise NotFoundError("no such queue takes chats", field="queue")
        self._require_open(queue, Channel.CHAT, language)
        first = messages.text(text) if text else None
        who = consumer.consumer
        if sum(chat.consumer.id == who.id for chat in self._chats.states()) >= self._settings.at_once:
            raise TooManyChatsError(f"at most {self._settings.at_once}; end one first")
        self._starts.require(who.id)
        chat = InteractionId(self._ids.new("chat"))
        await self._chats.create(chat, StartChat(chat, who, found, language, first, await self._time_outs()))
        return chat

    async def send(self, sender: Sender, chat: InteractionId, client_id: str, text: str) -> int:
        """Write a line; return its number. It is on disk then. The same `client_id` again is the same line.

        Raises:
            InvalidInputError: the text or the id is empty or too long.
            NotYourChatError: the chat is with somebody else.
            InteractionOverError: it is over.
            TooFastError: the sender wrote too many lines lately.
        """
        if not 1 <= len(client_id) <= messages.CLIENT_ID_LIMIT:
            raise InvalidInputError(f"1 to {messages.CLIENT_ID_LIMIT} characters", field="client_id")
        return await self._say(sender, chat, client_id, messages.text(text))

    async def typing(self, sender: Sender, chat: InteractionId, typing: bool) -> None:  # noqa: FBT001 - the one thing it says
        """Tell the other side that the sender types, or has stopped.

        Raises:
            NotYourChatError: the chat is with somebody else.
        """
        side, who = _party(sender)
        await self._quietly(chat, SetTyping(side, who, typing=typing))

    async def delivered(self, sender: Sender, chat: InteractionId, seq: int) -> None:
        """Note that the sender's page has all lines up to `seq`.

        Raises:
            NotYourChatError: the chat is with somebody else.
        """
        await self._quietly(chat, MarkDelivered(*_party(sender), seq))

    async def read(self, sender: Sender, chat: InteractionId, seq: int) -> None:
        """Note that the sender has seen all lines up to `seq`.

        Raises:
            NotYourChatError: the chat is with somebody else.
        """
        await self._quietly(chat, MarkRead(*_party(sender), seq))

    async def attach(self, sender: Sender, chat: InteractionId, client_id: str, name: str, path: Path) -> int:
        """Write a line that is the file at `path`; return its number.

        Raises:
            BadAttachmentError: the file is not accepted; the detail says why.
            NotYourChatError: the chat is with somebody else.
            InteractionOverError: it is over.
        """
        side, who = _party(sender)
        if not 1 <= len(client_id) <= messages.CLIENT_ID_LIMIT:
            raise InvalidInputError(f"1 to {messages.CLIENT_ID_LIMIT} characters", field="client_id")
        state = await self._live(chat)
        if not _takes_part(state, side, who):
            raise NotYourChatError("it is with somebody else")
        known = state.line(side, client_id)
        if known is not None:
            return known.seq
        if state.sms is not None:
            raise ConflictError("text messages carry no files", reason="sms")
        self._files.require(f"{chat}/{who}")
        file = await self._attachments.keep(chat, name, path)
        try:
            seq = await self._say(sender, chat, client_id, messages.attachment(file))
        except MadoguchiError:
            await self._attachments.drop(file)
            raise
        (line,) = await self._storage.interactions.messages(chat, after=seq - 1, limit=1)
        if line.body.get("attachment") != file.id:
            # The same upload came twice at a time, and the other one has become the line.
            await self._attachments.drop(file)
        return seq

    async def attachment(self, viewer: Sender, attachment: AttachmentId) -> Attachment:
        """Return what is known of a file; who sees the chat sees its files.

        Raises:
            NotFoundError: there is none, or none that he may see.
        """
        found = await self._attachments.find(attachment)
        if found is None:
            raise NotFoundError("there is no such file")
        chat = await self._shown.present(found.interaction)
        if not self._may_look(viewer, chat, Permission.MONITOR, Permission.VIEW_TRANSCRIPTS):
            raise NotFoundError("there is no such file")
        return found

    async def transfer(self, actor: Principal, chat: InteractionId, target: TransferTarget) -> None:
        """Hand the consumer over and leave.

        Raises:
            NotAllowedError: the actor takes no chats.
            NotYourChatError: the chat is with somebody else.
            NotFoundError: there is no such queue.
            AgentNotFreeError: the agent cannot take it now, or there is no such agent at work.
        """
        actor.require(Permission.DESK)
        state = await self._live(chat)
        if state.agent is None or state.agent.id != actor.user.id:
            raise NotYourChatError("it is with somebody else")
        match target:
            case ToQueue(queue):
                found = self._queue(queue)
                if not (PAGES if state.sms is None else TEXTS) & found.channels:
                    raise NotFoundError("no such queue takes chats", field="queue")
                self.require_target(found, Channel.CHAT, state.language)
                await self._chats.send(chat, HandOver(actor.user.id, found))
            case ToAgent():
                await self._transfer_to_agent(actor, state, target)

    async def end(self, sender: Sender, chat: InteractionId) -> None:
        """End the chat as its agent or consumer. Ending what has ended is no error.

        Raises:
            NotYourChatError: the chat is with somebody else.
        """
        await self._quietly(chat, EndChat(*_party(sender)))

    async def end_stuck(self, actor: Principal, chat: InteractionId) -> None:
        """End a chat whatever its state. Ending what has ended is no error.

        Raises:
            NotAllowedError: the actor may not end others' chats.
            NotFoundError: there is no such chat, or none in his teams.
        """
        actor.require(Permission.END_INTERACTIONS)
        self.sights.require(actor, Permission.END_INTERACTIONS, of_chat(await self._shown.present(chat)))
        try:
            await self._chats.send(chat, StopChat(actor.user.id, actor.user.name))
        except InteractionOverError:
            return

    async def transcript(self, viewer: Sender, chat: InteractionId, kind: str) -> str:
        """Return the chat as a file: `txt` or `json`.

        Raises:
            NotFoundError: there is no such chat, or none that he may see.
            InvalidInputError: there is no such format.
        """
        found = await self._shown.present(chat)
        if not self._may_look(viewer, found, Permission.VIEW_TRANSCRIPTS):
            raise NotFoundError("there is no such chat, or it is not yours")
        return transcript(found, await self._all_lines(chat), kind, self._settings.zone)

    async def completed(
        self, actor: Principal, limit: int, before: Instant | None, before_id: str = ""
    ) -> Sequence[Mapping[str, Any]]:
        """Return ended chats as `ChatRow`s, newest first, those before `before` only; see `InteractionStore.finished`.

        Raises:
            NotAllowedError: the actor may not see all chats.
        """
        sight = self.sights.of(actor, Permission.VIEW_CHATS)
        found = await finished(self._storage.interactions, "chat", sight, limit, before, before_id)
        rows: list[Json] = [chat_row(CODEC.state(snapshot.data)) for snapshot in found]
        return rows

    def _may_look(self, viewer: Sender, chat: Chat, *permissions: Permission) -> bool:
        """Whether `viewer` is the chat's consumer, is or was its agent, or has one of `permissions` for it."""
        if isinstance(viewer, ConsumerPrincipal):
            return chat.consumer.id == viewer.consumer.id
        whose = of_chat(chat)
        return viewer.user.id in chat.agents or any(self.sights.sees(viewer, one, whose) for one in permissions)

    async def _transfer_to_agent(self, actor: Principal, state: Chat, target: ToAgent) -> None:
        if target.agent == actor.user.id:
            raise ConflictError("you have it already", field="agent")
        offer = await self._reservations.reserve(target.agent, state.id, Channel.CHAT, state.queue.routing)
        try:
            await self._chats.send(state.id, HandOver(actor.user.id, state.queue, offer))
        except MadoguchiError:
            self._reservations.free(offer)
            raise

    async def _say(self, sender: Sender, chat: InteractionId, client_id: str, body: messages.Body) -> int:
        side, who = _party(sender)
        self._lines.require(f"{chat}/{who}")
        try:
            outcome = await self._chats.send(chat, SendMessage(side, who, client_id, body))
        except InteractionOverError:
            seq = await self._said_before(chat, side, who, client_id)
            if seq is None:
                raise
            return seq
        assert isinstance(outcome.answer, int)  # noqa: S101 - a line's number
        return outcome.answer

    async def _said_before(self, chat: InteractionId, side: Side, who: str, client_id: str) -> int | None:
        """A page that lost the answer sends its last line again, perhaps when the chat is over: it was stored."""
        said = await self._all_lines(chat)
        sent = (side.value, who, client_id)
        return next((line.seq for line in said if (line.sender, line.sender_id, line.client_id) == sent), None)

    async def _all_lines(self, chat: InteractionId) -> Sequence[MessageRow]:
        lines: list[MessageRow] = []
        while page := await self._storage.interactions.messages(chat, after=len(lines), limit=PAGE):
            lines += page
            if len(page) < PAGE:
                break
        return lines

    async def _quietly(self, chat: InteractionId, command: EndChat | SetTyping | MarkDelivered | MarkRead) -> None:
        """Send `command`; when the chat is over, it is late and no error for those who took part."""
        try:
            await self._chats.send(chat, command)
        except InteractionOverError:
            state = await self._shown.present(chat)
            if not _took_part(state, command.side, command.sender):
                raise NotYourChatError("it is with somebody else") from None

    async def _live(self, chat: InteractionId) -> Chat:
        live = self._chats.state(chat) or await self._shown.present(chat)
        if not live.live:
            raise InteractionOverError(chat)
        return live

    async def _time_outs(self) -> TimeOuts:
        """Return the time-outs of new chats: what the organisation has saved under `chats`, else the default."""
        saved = await self._storage.catalogue.settings("chats")
        known = {field.name for field in fields(TimeOuts)}
        chosen = {name: value for name, value in saved.items() if name in known and _is_span(value)}
        return replace(self._settings.time_outs, **chosen)


def _is_span(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _party(sender: Sender) -> tuple[Side, str]:
    if isinstance(sender, ConsumerPrincipal):
        return Side.CONSUMER, sender.consumer.id
    if Permission.BARGE not in sender.permissions:
        # Who has joined as a supervisor need not have a desk; whether he has joined, the chat knows.
        sender.require(Permission.DESK)
    return Side.AGENT, sender.user.id


def _takes_part(chat: Chat, side: Side, who: str) -> bool:
    if side is Side.CONSUMER:
        return chat.consumer.id == who
    return (chat.agent is not None and chat.agent.id == who) or chat.guest(who) is not None


def _took_part(chat: Chat, side: Side, who: str) -> bool:
    return chat.consumer.id == who if side is Side.CONSUMER else who in chat.agents
