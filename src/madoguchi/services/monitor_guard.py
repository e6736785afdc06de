"""Ends monitorings of those who may monitor the call no more: it has gone to other teams, or they may do less."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.belonging import Belonging, of_call
from madoguchi.domain.calls.call import Call
from madoguchi.domain.calls.commands import StopMonitoring, SwitchMonitoring
from madoguchi.domain.supervision import Role
from madoguchi.kernel.errors import MadoguchiError
from madoguchi.kernel.ids import InteractionId, UserId
from madoguchi.services.calls import CallOwners
from madoguchi.services.lifecycle import Change
from madoguchi.services.sights import Sights

_log = structlog.get_logger(__name__)


class MonitorGuard:
    """Looks at monitored calls when they belong to others than before, and at all when access has changed."""

    def __init__(
        self,
        calls: CallOwners,
        sights: Sights,
        principal: Callable[[UserId], Awaitable[Principal | None]],
        spawn: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._calls = calls
        self._sights = sights
        self._principal = principal
        self._spawn = spawn
        self._seen: dict[InteractionId, tuple[Belonging, frozenset[str]]] = {}

    def changed(self, change: Change[Call, Any]) -> None:
        """Look at one call; an observer of the runtime's calls."""
        call = change.state
        listeners = frozenset(str(one.id) for one in call.monitors())
        if call.over or not listeners:
            self._seen.pop(call.id, None)
            return
        now = (of_call(call), listeners)
        if self._seen.get(call.id) != now:
            self._seen[call.id] = now
            self._spawn(self.look(call.id))

    def access_changed(self) -> None:
        """Look at all monitored calls."""
        for call in tuple(self._seen):
            self._spawn(self.look(call))

    async def look(self, call_id: InteractionId) -> None:
        """End the monitorings of a call that may not go on. What cannot be known now is asked at the next change."""
        try:
            await self._look(call_id)
        except MadoguchiError as error:
            _log.warning("monitoring_not_checked", call=call_id, code=error.code)
            self._seen[call_id] = (Belonging(), frozenset())

    async def _look(self, call_id: InteractionId) -> None:
        call = self._calls.state(call_id)
        for one in tuple(call.monitors()) if call is not None else ():
            if one.user is None or one.monitoring is None:
                continue
            principal = await self._principal(one.user)
            now = self._calls.state(call_id)
            if now is None:
                return
            if principal is None or not self._sights.sees(principal, Permission.MONITOR, of_call(now)):
                self._calls.tell(call_id, StopMonitoring(one.user, one.monitoring))
            elif one.role is not Role.MONITOR and not self._sights.sees(principal, Permission.BARGE, of_call(now)):
                self._calls.tell(call_id, SwitchMonitoring(one.user, one.monitoring, Role.MONITOR))
