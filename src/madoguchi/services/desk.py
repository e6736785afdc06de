"""Agents choose what they are, and see who else is there."""

from collections.abc import Callable, Sequence
from typing import Never

from madoguchi.domain.access.permissions import Grants, Permission, granted
from madoguchi.domain.access.users import Principal, User
from madoguchi.domain.agents.agent import Agent, AgentEvent
from madoguchi.domain.agents.messages import AgentMessage, ChoosePresence, ProfileIs
from madoguchi.domain.agents.presence import Presence
from madoguchi.domain.belonging import Belonging
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.errors import InvalidInputError, NotAllowedError, NotFoundError
from madoguchi.kernel.ids import UserId
from madoguchi.ports.storage import Catalogue
from madoguchi.services.centre_time import CentreTime
from madoguchi.services.rows import Json
from madoguchi.services.runtime import Owners
from madoguchi.services.sights import Sights
from madoguchi.services.statuses import StatusService


class DeskService:
    """The agents' owners, as far as people speak to them."""

    def __init__(
        self,
        agents: "Owners[Agent, AgentMessage, AgentEvent, Never]",
        catalogue: Catalogue,
        statuses: StatusService,
        centre: CentreTime,
    ) -> None:
        self._agents = agents
        self._catalogue = catalogue
        self.grants: Callable[[User], Grants] = lambda user: granted(user.roles)
        """What a user may do; set when roles are there."""
        self.sights = Sights()
        """Whose status somebody may change; set when teams are there."""
        self._statuses = statuses
        self._centre = centre

    async def start(self) -> None:
        """Make sure that every user with a desk has an owner that knows his present profile."""
        for user in await self._catalogue.users():
            if self._has_desk(user):
                await self.know(user)

    async def follow(self, user: User) -> None:
        """Take in what has changed about a user. Who has no desk any more gets nothing more, and keeps what he has."""
        if self._has_desk(user):
            await self.know(user)
        elif self._agents.state(user.id) is not None:
            await self.know(user)
            await self._agents.send(user.id, ChoosePresence(Presence.SIGNED_OUT))

    def working(self, user: UserId) -> bool:
        """Whether somebody still has calls, chats or wrap-ups in hand."""
        state = self._agents.state(user)
        return state is not None and bool(state.handlings)

    def _has_desk(self, user: User) -> bool:
        return user.active and Permission.DESK in self.grants(user)

    async def know(self, user: User) -> None:
        """Take in a user who is an agent, or what has changed about him."""
        zone = self._centre.zone().key
        profile = ProfileIs(user.id, user.name, user.email, tuple(user.languages), user.chat_limit, user.skills, zone)
        if self._agents.state(user.id) is None:
            await self._agents.create(user.id, profile)
        else:
            await self._agents.send(user.id, profile)

    async def set_presence(self, actor: Principal, status: str, when: str = "now") -> None:
        """Let `actor` be `status`, at once or (`next`) after the present work.

        Args:
            actor: the agent.
            status: a built-in status's word, or the id of one of the organisation's own.
            when: `now` or `next`.

        Raises:
            NotAllowedError: he has no desk.
            InvalidInputError: nobody can choose this status, or `when` is neither word.
        """
        actor.require(Permission.DESK)
        if when not in {"now", "next"}:
            raise InvalidInputError("now or next", field="when")
        if not self._has_desk(actor.user):
            raise NotAllowedError("you finish what you have, and get nothing more")
        if self._agents.state(actor.user.id) is None:
            await self.know(actor.user)
        presence, custom = await self._statuses.named(status)
        await self._agents.send(actor.user.id, ChoosePresence(presence, when == "next", custom))

    async def leave(self, actor: Principal) -> None:
        """Let an agent who signs out get nothing more; he may finish what he is doing. For others it does nothing.

        Raises:
            StorageUnavailableError: it could not be noted.
        """
        if self._agents.state(actor.user.id) is not None:
            await self._agents.send(actor.user.id, ChoosePresence(Presence.SIGNED_OUT, after_work=True))

    async def set_agent_presence(self, actor: Principal, user: UserId, status: str) -> None:
        """Let another agent be `status`. Who is signed out by it finishes what he is doing.

        Raises:
            NotAllowedError: the caller may not change agents' statuses.
            NotFoundError: there is no such agent, or none in his teams.
            InvalidInputError: nobody can be given this status.
        """
        actor.require(Permission.CHANGE_AGENT_STATUS)
        if self._agents.state(user) is None:
            raise NotFoundError("there is no such agent")
        self.sights.require(actor, Permission.CHANGE_AGENT_STATUS, Belonging(frozenset({user})))
        presence, custom = await self._statuses.named(status)
        after_work = presence is Presence.SIGNED_OUT
        await self._agents.send(user, ChoosePresence(presence, after_work, custom, by_supervisor=True))

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

    def present(self, agents: Sequence[UserId]) -> int:
        """Return how many of `agents` have come to work and not gone home."""
        known = (self._agents.state(one) for one in agents)
        return sum(one is not None and one.status is not Presence.SIGNED_OUT for one in known)

    def available(self, agents: Sequence[UserId]) -> int:
        """Return how many of `agents` could be rung for anything now."""
        known = (self._agents.state(one) for one in agents)
        return sum(one is not None and any(one.free_for(channel) for channel in Channel) for one in known)
