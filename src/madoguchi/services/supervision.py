"""Supervisors listen to live calls, unseen; they whisper to the agent, speak to all, and take over."""

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.belonging import of_call
from madoguchi.domain.calls.call import Call
from madoguchi.domain.calls.commands import AttachMonitor, Monitor, StopMonitoring, SwitchMonitoring, TakeOver
from madoguchi.domain.calls.lifecycle import CallState
from madoguchi.domain.supervision import Role
from madoguchi.kernel.errors import ConflictError, InvalidInputError, MadoguchiError, NotFoundError
from madoguchi.kernel.ids import InteractionId, LegId, MonitoringId
from madoguchi.ports.environment import IdSource
from madoguchi.ports.voice import BrowserAnswer, BrowserOffer
from madoguchi.services.browser_legs import BrowserLegs, meeting_place
from madoguchi.services.calls import CallOwners
from madoguchi.services.reservations import Reservations
from madoguchi.services.rows_calls import MODES
from madoguchi.services.sights import Sights


class SupervisionService:
    """Starts and stops monitorings. Several users may listen to one call, and one user to several."""

    def __init__(self, calls: CallOwners, legs: BrowserLegs, reservations: Reservations, ids: IdSource) -> None:
        self._calls = calls
        self._legs = legs
        self._reservations = reservations
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
            raise ConflictError("nobody talks in this call at present", reason="nobody_talks")
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

    async def switch(self, actor: Principal, monitoring: MonitoringId, mode: str) -> None:
        """Play another part on the same connection: `listen`, `whisper` (heard by the agent alone) or `barge` (by all).

        Raises:
            NotAllowedError: the caller may not monitor, or only listen.
            NotFoundError: he has no such monitoring.
            InvalidInputError: there is no such mode.
        """
        actor.require(Permission.MONITOR)
        role = next((role for role, word in MODES.items() if word == mode), None)
        if role is None:
            raise InvalidInputError(f"one of {', '.join(MODES.values())}", field="mode")
        call = self._find(actor, monitoring)
        if role is not Role.MONITOR:
            self.sights.require(actor, Permission.BARGE, of_call(call))
        await self._calls.send(call.id, SwitchMonitoring(actor.user.id, monitoring, role))

    async def take_over(self, actor: Principal, monitoring: MonitoringId) -> InteractionId:
        """Be the call's agent, on the same connection; who was it goes to wrap-up. Return the call.

        Raises:
            NotAllowedError: the caller may not take over, or has no desk.
            NotFoundError: he has no such monitoring.
            ConflictError: its agent is consulting just now, or nobody talks.
            AgentNotFreeError: the caller has a call in hand, or is not at work.
        """
        actor.require(Permission.DESK)
        call = self._find(actor, monitoring)
        self.sights.require(actor, Permission.BARGE, of_call(call))
        offer = await self._reservations.reserve_to_dial(actor.user.id, call.id)
        try:
            await self._calls.send(call.id, TakeOver(actor.user.id, monitoring, offer.id))
        except MadoguchiError:
            self._reservations.free(offer)
            raise
        return call.id

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
