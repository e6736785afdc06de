"""Takes supervisors out of chats that they have joined and may join no more; both sides see that they left."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.belonging import Belonging, of_chat
from madoguchi.domain.chats.chat import Chat
from madoguchi.domain.chats.commands import LeaveChat
from madoguchi.kernel.ids import InteractionId, UserId
from madoguchi.services.access_guard import AccessGuard
from madoguchi.services.chats import ChatOwners
from madoguchi.services.sights import Sights


class GuestGuard(AccessGuard[Chat]):
    """Looks at chats with guests."""

    def __init__(
        self,
        chats: ChatOwners,
        sights: Sights,
        principal: Callable[[UserId], Awaitable[Principal | None]],
        spawn: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        super().__init__(spawn)
        self._chats = chats
        self._sights = sights
        self._principal = principal

    def _there(self, state: Chat) -> frozenset[str]:
        return frozenset(one.user for one in state.guests) if state.live else frozenset()

    def _whose(self, state: Chat) -> Belonging:
        return of_chat(state)

    async def _look(self, interaction: InteractionId) -> None:
        chat = self._chats.state(interaction)
        for one in chat.guests if chat is not None else ():
            principal = await self._principal(one.user)
            now = self._chats.state(interaction)
            if now is None:
                return
            if principal is None or not self._sights.sees(principal, Permission.BARGE, of_chat(now)):
                self._chats.tell(interaction, LeaveChat(one.user))
