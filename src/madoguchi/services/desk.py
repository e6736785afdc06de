"""Agents choose what they are, and see who else is there."""

from collections.abc import Sequence
from typing import Never

from madoguchi.domain.access.permissions import Permission, granted
from madoguchi.domain.access.users import Principal, User
from madoguchi.domain.agents.agent import Agent, AgentEvent
from madoguchi.domain.agents.messages import AgentMessage, ChoosePresence, ProfileIs
from madoguchi.domain.agents.presence import Presence
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.errors import InvalidInputError, NotFoundError
from madoguchi.kernel.ids import UserId
from madoguchi.ports.storage import Catalogue
from madoguchi.services.centre_time import CentreTime
from madoguchi.services.rows import Json
from madoguchi.services.runtime import Owners


class DeskService:
    """The agents' owners, as far as people speak to them."""

    def __init__(
        self, agents: "Owners[Agent, AgentMessage, AgentEvent, Never]", catalogue: Catalogue, centre: CentreTime
    ) -> None:
        self._agents = agents
        self._catalogue = catalogue
        self._centre = centre

    async def start(self) -> None:
        """Make sure that every user with a desk has an owner that knows his present profile."""
        for user in await self._catalogue.users():
            if user.active and Permission.DESK in granted(user.roles):
                await self.know(user)

    async def know(self, user: User) -> None:
        """Take in a user who is an agent, or what has changed about him."""
        zone = (await self._centre.zone()).key
        profile = ProfileIs(user.id, user.name, user.email, tuple(user.languages), user.chat_limit, zone)
        if self._agents.state(user.id) is None:
            await self._agents.create(user.id, profile)
        else:
            await self._agents.send(user.id, profile)

    async def set_presence(self, actor: Principal, status: str, when: str = "now") -> None:
        """Let `actor` be `status`, at once or (`next`) after the present work.

        Raises:
            NotAllowedError: he has no desk.
            InvalidInputError: nobody can choose this status, or `when` is neither word.
        """
        actor.require(Permission.DESK)
        if when not in {"now", "next"}:
            raise InvalidInputError("now or next", field="when")
        if self._agents.state(actor.user.id) is None:
            await self.know(actor.user)
        await self._agents.send(actor.user.id, ChoosePresence(_presence(status), after_work=when == "next"))

    async def leave(self, actor: Principal) -> None:
        """Let an agent who signs out get nothing more; he may finish what he is doing. For others it does nothing.

        Raises:
            StorageUnavailableError: it could not be noted.
        """
        if self._agents.state(actor.user.id) is not None:
            await self._agents.send(actor.user.id, ChoosePresence(Presence.SIGNED_OUT, after_work=True))

    async def set_agent_presence(self, actor: Principal, user: UserId, status: str) -> None:
        """Let another agent be `status`.

        Raises:
            NotAllowedError: the caller may not change agents' statuses.
            NotFoundError: there is no such agent.
            InvalidInputError: nobody can be given this status.
        """
        actor.require(Permission.CHANGE_AGENT_STATUS)
        if self._agents.state(user) is None:
            raise NotFoundError("there is no such agent")
        await self._agents.send(user, ChoosePresence(_presence(status)))

    async def colleagues(self, actor: Principal) -> Sequence[Json]:
        """Return the other agents, by name, for transfers.

        Raises:
            NotAllowedError: the caller has no desk.
        """
        actor.require(Permission.DESK)
        others = sorted((one for one in self._agents.states() if one.id != actor.user.id), key=lambda one: one.name)
        return [
            {
                "id": one.id,
                "name": one.name,
                "status": one.status.value,
                "available": any(one.free_for(channel) for channel in Channel),
            }
            for one in others
        ]

    def available(self, agents: Sequence[UserId]) -> int:
        """Return how many of `agents` could be rung for anything now."""
        known = (self._agents.state(one) for one in agents)
        return sum(one is not None and any(one.free_for(channel) for channel in Channel) for one in known)


def _presence(status: str) -> Presence:
    try:
        return Presence(status)
    except ValueError:
        raise InvalidInputError("there is no such status", field="status") from None
