"""Wires who is restricted to teams: every service asks one place what he sees, and hears when that has changed."""

from collections.abc import Callable, Coroutine
from typing import Any

from madoguchi.bootstrap.ports import Ports
from madoguchi.domain.access.users import Principal
from madoguchi.kernel.ids import SessionId, UserId
from madoguchi.services.access_changes import AccessChanges
from madoguchi.services.bundle import Services
from madoguchi.services.calls import CallOwners
from madoguchi.services.chats import ChatOwners
from madoguchi.services.guest_guard import GuestGuard
from madoguchi.services.monitor_guard import MonitorGuard
from madoguchi.services.queues import QueueService
from madoguchi.services.roles import RoleService
from madoguchi.services.sights import Sights
from madoguchi.services.teams import TeamService
from madoguchi.services.view_store import ViewStore


class Restrictions:
    """What a house has to know of *assigned teams only*."""

    def __init__(self, ports: Ports, roles: RoleService, teams: TeamService, queues: QueueService) -> None:
        self._catalogue = ports.storage.catalogue
        self._roles = roles
        self.sights = Sights(lambda: teams.tree, queues.all)
        queues.observe(self.sights.changed)

    def watch(
        self,
        calls: CallOwners,
        chats: ChatOwners,
        views: ViewStore,
        access: AccessChanges,
        spawn: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        """Follow live calls, chats, teams and roles, so that nobody goes on in what he may not be in any more."""
        monitors = MonitorGuard(calls, self.sights, self._principal, spawn)
        guests = GuestGuard(chats, self.sights, self._principal, spawn)
        calls.observe(monitors.changed)
        chats.observe(guests.changed)

        def look() -> None:
            monitors.access_changed()
            guests.access_changed()

        def changed() -> None:
            views.wake()
            look()

        access.changed = lambda _users: look()
        self.sights.on_change = changed

    def tell(self, services: Services) -> None:
        """Let every service that shows something of an agent, call or chat ask here."""
        services.calls.sights = services.chats.sights = services.desk.sights = self.sights
        services.consumer_history.sights = services.metadata.sights = services.calls.history.sights = self.sights
        services.figures.sights = services.recordings.sights = services.routing.sights = self.sights
        services.supervision.sights = services.chat_supervision.sights = services.views.sights = self.sights
        services.doctor.sights = self.sights

    async def _principal(self, user: UserId) -> Principal | None:
        """Return somebody as far as what he may do now matters; nothing for one who may not sign in."""
        found = await self._catalogue.user(user)
        if found is None or not found.active:
            return None
        return Principal.of(found, SessionId(""), self._roles.grants(found))
