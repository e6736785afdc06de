"""Supervisors whisper to the agent of a chat, join it, and take it over. Reading it unseen is a view."""

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.belonging import of_chat
from madoguchi.domain.chats import messages
from madoguchi.domain.chats.commands import ChatMessage, JoinChat, LeaveChat, TakeOverChat, Whisper
from madoguchi.kernel.errors import InvalidInputError, MadoguchiError, NotFoundError
from madoguchi.kernel.ids import InteractionId
from madoguchi.services.chats import LiveChats
from madoguchi.services.lifecycle import InteractionOverError
from madoguchi.services.reservations import Reservations
from madoguchi.services.sights import Sights


class ChatSupervision:
    """Every method is one command to the chat's owner."""

    def __init__(self, chats: LiveChats, reservations: Reservations) -> None:
        self._chats = chats
        self._reservations = reservations
        self.sights = Sights()
        """In whose chats somebody may write; set when teams are there."""

    async def whisper(self, actor: Principal, chat: InteractionId, client_id: str, text: str) -> None:
        """Write a line that only the agent and other supervisors see. The same `client_id` again is the same line.

        Raises:
            NotAllowedError: the caller may only look on.
            NotFoundError: there is no such live chat.
            ConflictError: nobody has it.
            InvalidInputError: the text or the id is empty or too long.
        """
        messages.text(text)
        if not 1 <= len(client_id) <= messages.CLIENT_ID_LIMIT:
            raise InvalidInputError(f"1 to {messages.CLIENT_ID_LIMIT} characters", field="client_id")
        await self._send(actor, chat, Whisper(actor.user.id, actor.user.name, client_id, text))

    async def join(self, actor: Principal, chat: InteractionId) -> None:
        """Write in the chat from now on; both sides are told. Joining twice is no error.

        Raises:
            NotAllowedError: the caller may only look on.
            NotFoundError: there is no such live chat.
            ConflictError: it is the caller's own.
        """
        await self._send(actor, chat, JoinChat(actor.user.id, actor.user.name))

    async def leave(self, actor: Principal, chat: InteractionId) -> None:
        """Write in it no more. Who has not joined leaves nothing.

        Raises:
            NotAllowedError: the caller may only look on.
            NotFoundError: there is no such live chat.
        """
        await self._send(actor, chat, LeaveChat(actor.user.id))

    async def take_over(self, actor: Principal, chat: InteractionId) -> None:
        """Be the chat's agent; who was it goes to wrap-up.

        Raises:
            NotAllowedError: the caller may only look on, or has no desk.
            NotFoundError: there is no such live chat.
            ConflictError: nobody has it, or the caller does.
            AgentNotFreeError: the caller is in a call, or not at work.
        """
        actor.require(Permission.DESK)
        self._require(actor, chat)
        offer = await self._reservations.reserve_to_take_over(actor.user.id, chat)
        try:
            await self._send(actor, chat, TakeOverChat(offer))
        except MadoguchiError:
            self._reservations.free(offer)
            raise

    async def _send(self, actor: Principal, chat: InteractionId, command: ChatMessage) -> None:
        self._require(actor, chat)
        try:
            await self._chats.send(chat, command)
        except InteractionOverError as error:
            raise NotFoundError("there is no such live chat") from error

    def _require(self, actor: Principal, chat: InteractionId) -> None:
        actor.require(Permission.BARGE)
        state = self._chats.state(chat)
        if state is None:
            raise NotFoundError("there is no such live chat")
        self.sights.require(actor, Permission.BARGE, of_chat(state))
