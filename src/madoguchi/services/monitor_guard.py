"""Ends monitorings of those who may monitor the call no more: it has gone to other teams, or they may do less."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.belonging import Belonging, of_call
from madoguchi.domain.calls.call import Call
from madoguchi.domain.calls.commands import StopMonitoring, SwitchMonitoring
from madoguchi.domain.supervision import Role
from madoguchi.kernel.ids import InteractionId, UserId
from madoguchi.services.access_guard import AccessGuard
from madoguchi.services.calls import CallOwners
from madoguchi.services.sights import Sights


class MonitorGuard(AccessGuard[Call]):
    """Looks at monitored calls."""

    def __init__(
        self,
        calls: CallOwners,
        sights: Sights,
        principal: Callable[[UserId], Awaitable[Principal | None]],
        spawn: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        super().__init__(spawn)
        self._calls = calls
        self._sights = sights
        self._principal = principal

    def _there(self, state: Call) -> frozenset[str]:
        return frozenset() if state.over else frozenset(str(one.id) for one in state.monitors())

    def _whose(self, state: Call) -> Belonging:
        return of_call(state)

    async def _look(self, interaction: InteractionId) -> None:
        call = self._calls.state(interaction)
        for one in tuple(call.monitors()) if call is not None else ():
            if one.user is None or one.monitoring is None:
                continue
            principal = await self._principal(one.user)
            now = self._calls.state(interaction)
            if now is None:
                return
            if principal is None or not self._sights.sees(principal, Permission.MONITOR, of_call(now)):
                self._calls.tell(interaction, StopMonitoring(one.user, one.monitoring))
            elif one.role is not Role.MONITOR and not self._sights.sees(principal, Permission.BARGE, of_call(now)):
                self._calls.tell(interaction, SwitchMonitoring(one.user, one.monitoring, Role.MONITOR))
