"""Supervisors listen to live calls, unseen."""

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.belonging import of_call
from madoguchi.domain.calls.call import Call
from madoguchi.domain.calls.commands import AttachMonitor, Monitor, StopMonitoring
from madoguchi.domain.calls.lifecycle import CallState
from madoguchi.kernel.errors import ConflictError, NotFoundError
from madoguchi.kernel.ids import InteractionId, LegId, MonitoringId
from madoguchi.ports.environment import IdSource
from madoguchi.ports.voice import BrowserAnswer, BrowserOffer
from madoguchi.services.browser_legs import BrowserLegs, meeting_place
from madoguchi.services.calls import CallOwners
from madoguchi.services.sights import Sights


class SupervisionService:
    """Starts and stops monitorings. Several users may listen to one call, and one user to several."""

    def __init__(self, calls: CallOwners, legs: BrowserLegs, ids: IdSource) -> None:
        self._calls = calls
        self._legs = legs
        self._ids = ids
        self.sights = Sights()
        """Whose calls somebody may monitor; set when teams are there."""

    async def monitor(
        self, actor: Principal, call: InteractionId, offer: BrowserOffer
    ) -> tuple[MonitoringId, LegId, BrowserAnswer]:
        """Let `actor` hear both sides. Neither can tell, and nothing that his browser sends is heard.

        Raises:
            NotAllowedError: the caller may not monitor.
            NotFoundError: there is no such live call, or none in his teams.
            ConflictError: nobody talks in it at present.
            BadBrowserOfferError: the offer cannot be used.
        """
        actor.require(Permission.MONITOR)
        state = self._calls.state(call)
        if state is None:
            raise NotFoundError("there is no such live call")
        self.sights.require(actor, Permission.MONITOR, of_call(state))
        if state.state is not CallState.TALKING:
            raise ConflictError("nobody talks in this call at present")
        monitoring = MonitoringId(self._ids.new("monitoring"))
        user = actor.user
        leg, answer, _ = await self._legs.connect(
            offer,
            lambda leg: self._calls.send(call, Monitor(user.id, user.name, monitoring, leg)),
            near=meeting_place(state),
            listen_only=True,
        )
        return monitoring, leg, answer

    async def attach_media(
        self, actor: Principal, monitoring: MonitoringId, offer: BrowserOffer
    ) -> tuple[LegId, BrowserAnswer]:
        """Connect the supervisor's browser anew; the leg that was there before ends.

        Raises:
            NotAllowedError: the caller may not monitor.
            NotFoundError: he has no such monitoring.
            BadBrowserOfferError: the offer cannot be used.
        """
        actor.require(Permission.MONITOR)
        call, user = self._find(actor, monitoring), actor.user.id
        leg, answer, _ = await self._legs.connect(
            offer,
            lambda leg: self._calls.send(call.id, AttachMonitor(user, monitoring, leg)),
            near=meeting_place(call),
            listen_only=True,
        )
        return leg, answer

    async def stop(self, actor: Principal, monitoring: MonitoringId) -> None:
        """Listen no more.

        Raises:
            NotAllowedError: the caller may not monitor.
            NotFoundError: he has no such monitoring.
        """
        actor.require(Permission.MONITOR)
        await self._calls.send(self._find(actor, monitoring).id, StopMonitoring(actor.user.id, monitoring))

    def _find(self, actor: Principal, monitoring: MonitoringId) -> Call:
        for call in self._calls.states():
            if any(one.monitoring == monitoring and one.user == actor.user.id for one in call.monitors()):
                return call
        raise NotFoundError("you have no such monitoring")
