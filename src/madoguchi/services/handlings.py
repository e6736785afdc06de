"""Agents finish or prolong their wrap-ups."""

from typing import Final

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.agents.messages import ExtendHandling, FinishHandling
from madoguchi.kernel.errors import InvalidInputError
from madoguchi.kernel.ids import HandlingId
from madoguchi.services.reservations import LiveAgents

DISPOSITION_LENGTH: Final = 200
NOTES_LENGTH: Final = 4000


class HandlingService:
    """What an agent does after the consumer has gone."""

    def __init__(self, agents: LiveAgents) -> None:
        self._agents = agents

    async def finish(
        self, actor: Principal, handling: HandlingId, disposition: str | None = None, notes: str | None = None
    ) -> None:
        """End the wrap-up; what the agent noted is kept with it.

        Raises:
            NotAllowedError: the caller has no desk.
            NotFoundError: he has no such wrap-up.
            ConflictError: he is still with the consumer.
            InvalidInputError: a text is too long.
        """
        actor.require(Permission.DESK)
        if len(disposition or "") > DISPOSITION_LENGTH:
            raise InvalidInputError(f"at most {DISPOSITION_LENGTH} characters", field="disposition")
        if len(notes or "") > NOTES_LENGTH:
            raise InvalidInputError(f"at most {NOTES_LENGTH} characters", field="notes")
        await self._agents.send(actor.user.id, FinishHandling(handling, disposition or "", notes or ""))

    async def extend(self, actor: Principal, handling: HandlingId) -> None:
        """Let the wrap-up last a minute longer.

        Raises:
            NotAllowedError: the caller has no desk.
            NotFoundError: he has no such wrap-up.
            ConflictError: he is still with the consumer.
        """
        actor.require(Permission.DESK)
        await self._agents.send(actor.user.id, ExtendHandling(handling))
