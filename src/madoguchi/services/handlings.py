"""Agents finish or prolong their wrap-ups."""

from typing import Final

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.agents.messages import DraftHandling, ExtendHandling, FinishHandling
from madoguchi.kernel.errors import InvalidInputError
from madoguchi.kernel.ids import HandlingId
from madoguchi.services.dispositions import DispositionService
from madoguchi.services.reservations import LiveAgents

DISPOSITION_LENGTH: Final = 200
NOTES_LENGTH: Final = 4000


class HandlingService:
    """What an agent does after the consumer has gone."""

    def __init__(self, agents: LiveAgents, dispositions: DispositionService) -> None:
        self._agents = agents
        self._dispositions = dispositions

    async def finish(
        self, actor: Principal, handling: HandlingId, disposition: str | None = None, notes: str | None = None
    ) -> None:
        """End the wrap-up; what the agent noted is kept with it.

        Raises:
            NotAllowedError: the caller has no desk.
            NotFoundError: he has no such wrap-up.
            ConflictError: he is still with the consumer.
            InvalidInputError: a text is too long, or the disposition cannot be chosen, is missing or wants notes.
        """
        actor.require(Permission.DESK)
        _check_lengths(disposition or "", notes or "")
        agent = self._agents.state(actor.user.id)
        found = agent.handling(handling) if agent is not None else None
        if found is not None:
            queue = found.queue.id if found.queue is not None else None
            await self._dispositions.check(disposition or "", notes or "", queue)
        await self._agents.send(actor.user.id, FinishHandling(handling, disposition or "", notes or ""))

    async def draft(self, actor: Principal, handling: HandlingId, disposition: str, notes: str) -> None:
        """Keep what the agent has written so far; it survives a reload, and the end of the time.

        Raises:
            NotAllowedError: the caller has no desk.
            NotFoundError: he has no such work.
            InvalidInputError: a text is too long.
        """
        actor.require(Permission.DESK)
        _check_lengths(disposition, notes)
        await self._agents.send(actor.user.id, DraftHandling(handling, disposition, notes))

    async def extend(self, actor: Principal, handling: HandlingId) -> None:
        """Let the wrap-up last a minute longer.

        Raises:
            NotAllowedError: the caller has no desk.
            NotFoundError: he has no such wrap-up.
            ConflictError: he is still with the consumer.
        """
        actor.require(Permission.DESK)
        await self._agents.send(actor.user.id, ExtendHandling(handling))


def _check_lengths(disposition: str, notes: str) -> None:
    if len(disposition) > DISPOSITION_LENGTH:
        raise InvalidInputError(f"at most {DISPOSITION_LENGTH} characters", field="disposition")
    if len(notes) > NOTES_LENGTH:
        raise InvalidInputError(f"at most {NOTES_LENGTH} characters", field="notes")
