"""Looks for what is wrong with live interactions, ends what is asked to be ended, and closes calls without media.

Everything else in the house follows events. What the doctor looks for is that no event has come, so he looks by
himself: every ten seconds, and whenever somebody asks.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NoReturn, TypeAlias

import structlog

from madoguchi.domain.access.permissions import Permission, Scope
from madoguchi.domain.access.users import Principal
from madoguchi.domain.agents.agent import Agent, AgentEvent
from madoguchi.domain.agents.messages import AgentMessage, EndHandling, FinishHandling, FreeSlot
from madoguchi.domain.audit.entries import Seen, Subject
from madoguchi.domain.calls.commands import EndCall
from madoguchi.domain.chats.commands import StopChat
from madoguchi.domain.doctor.anomalies import Anomaly, Code, Kind, Remedy, remembered
from madoguchi.domain.doctor.examine import Interaction, Present, examine
from madoguchi.domain.doctor.hearing import Hearing, closing, missing
from madoguchi.domain.doctor.settings import DoctorSettings, checked
from madoguchi.kernel.errors import ConflictError, NotAllowedError, NotFoundError
from madoguchi.kernel.ids import HandlingId, LegId, OfferId, UserId
from madoguchi.kernel.time import Instant, Span
from madoguchi.ports.environment import Clock
from madoguchi.ports.storage import Catalogue, InteractionStore, StorageUnavailableError, require_present
from madoguchi.ports.voice import VoiceEvent
from madoguchi.services.calls import CallOwners
from madoguchi.services.chats import ChatOwners
from madoguchi.services.codec import UnreadableError
from madoguchi.services.leg_watch import LegWatch
from madoguchi.services.lifecycle import InteractionOverError
from madoguchi.services.runtime import Owners
from madoguchi.services.sights import Sights

SCOPE: Final = "doctor"
"""The tenant settings: `stuck_min`, `no_media_s` and `version`."""
LOOK_EVERY: Final = Span(seconds=10)

AgentOwners: TypeAlias = Owners[Agent, AgentMessage, AgentEvent, Any]

_log = structlog.get_logger(__name__)


class DoctorService:
    """Says what is wrong, and mends it.

    Args:
        calls: the calls' owners.
        chats: the chats' owners.
        agents: the agents' owners.
        store: what is kept of them.
        catalogue: where the settings are.
        clock: the time.
        legs: what the voice engine says of its legs.
        at_desk: whether an agent has a page open.
    """

    def __init__(
        self,
        *,
        calls: CallOwners,
        chats: ChatOwners,
        agents: AgentOwners,
        store: InteractionStore,
        catalogue: Catalogue,
        clock: Clock,
        legs: LegWatch,
        at_desk: Callable[[UserId], bool],
    ) -> None:
        self._calls = calls
        self._chats = chats
        self._agents = agents
        self._store = store
        self._catalogue = catalogue
        self._clock = clock
        self._legs = legs
        self._at_desk = at_desk
        self._settings = DoctorSettings()
        self._one_at_a_time = asyncio.Lock()
        self._missing: Mapping[LegId, Instant] = {}
        self._first: Mapping[str, Instant] = {}
        self.sights = Sights()
        """Who sees whose interactions."""

    def listens_before(self, listener: Callable[[VoiceEvent], None]) -> Callable[[VoiceEvent], None]:
        """Return a listener that hears all reports of the voice engine, and hands them on to `listener`."""

        def listen(event: VoiceEvent) -> None:
            self._legs.listen(event)
            listener(event)

        return listen

    async def load(self) -> None:
        """Read the settings; to be called at the start."""
        self._settings = _read(await self._catalogue.settings(SCOPE))

    @property
    def settings(self) -> DoctorSettings:
        """What holds now."""
        return self._settings

    def may_change(self, actor: Principal) -> bool:
        """Whether `actor` may change the settings: they hold for everybody's interactions."""
        return actor.permissions.get(Permission.END_INTERACTIONS) is Scope.ALL

    async def change(self, actor: Principal, version: int, stuck_min: int, no_media_s: int) -> DoctorSettings:
        """Set when an interaction is stuck, and when a call without media is ended.

        Raises:
            NotAllowedError: the caller may not end everybody's interactions.
            StaleVersionError: somebody else has changed it since `version`.
            InvalidFieldsError: a number is out of range.
        """
        actor.require(Permission.END_INTERACTIONS)
        if not self.may_change(actor):
            raise NotAllowedError("this holds for all teams, and you may end interactions of some")
        wanted = checked(stuck_min, no_media_s, version + 1)
        async with self._one_at_a_time:
            stored = await self._catalogue.settings(SCOPE)
            self._settings = _read(stored)
            require_present(self._settings.version, Seen(Subject.SETTINGS, SCOPE, version))
            values = {"stuck_min": stuck_min, "no_media_s": no_media_s, "version": wanted.version}
            await self._catalogue.save_settings(SCOPE, values, seen=stored)
            self._settings = wanted
        return wanted

    async def anomalies(self, actor: Principal) -> Sequence[Anomaly]:
        """Return what is wrong with interactions that `actor` may end, and with their agents; longest first.

        Raises:
            NotAllowedError: he may end none.
            StorageUnavailableError: what is stored as live cannot be read.
        """
        actor.require(Permission.END_INTERACTIONS)
        found = self._look(*await self._unowned())
        return [one for one in found if self.sights.sees(actor, Permission.END_INTERACTIONS, one.belonging)]

    async def heal(self, actor: Principal, anomaly: str) -> None:
        """Do what helps. What is not wrong any more needs no help, and is no error.

        Raises:
            NotAllowedError: the caller may end none.
            ConflictError: only waiting helps, or what is stored cannot be read.
            UnavailableError: the owner could not be reached; nothing has happened.
        """
        found = next((one for one in await self.anomalies(actor) if one.id == anomaly), None)
        if found is None:
            return
        _log.info("doctor_heals", by=actor.user.id, code=found.code.value, subject=found.subject)
        try:
            await self._do(actor, found)
        except (InteractionOverError, NotFoundError):
            return

    async def run(self) -> NoReturn:
        """Look every ten seconds, until cancelled."""
        while True:
            await self._clock.sleep(LOOK_EVERY)
            try:
                self.close_silent()
                self._look(*await self._unowned())
            except StorageUnavailableError:
                continue
            except Exception:  # noqa: BLE001 - a doctor who errs must not end the house
                _log.exception("doctor_failed")

    def close_silent(self) -> None:
        """End the calls of which nobody has been heard for too long."""
        now, hearing = self._clock.now(), self._hear()
        for call in self._calls.states():
            fact = closing(call, hearing, self._settings.no_media_for, now)
            if fact is not None:
                _log.warning("call_without_media", call=call.id, gone=fact.gone)
                self._calls.tell(call.id, fact)

    def _hear(self) -> Hearing:
        known = self._legs.known
        self._missing = missing(self._calls.states(), known, self._missing, self._clock.now())
        return Hearing(known, dict(self._legs.silent), self._missing)

    def _look(self, unowned: Sequence[Interaction], unreadable: Sequence[tuple[Kind, str]]) -> Sequence[Anomaly]:
        agents = list(self._agents.states())
        present = Present(
            now=self._clock.now(),
            settings=self._settings,
            calls=list(self._calls.states()),
            chats=list(self._chats.states()),
            agents=agents,
            unowned=unowned,
            unreadable=unreadable,
            hearing=self._hear(),
            at_desk=frozenset(agent.id for agent in agents if self._at_desk(agent.id)),
        )
        found, self._first = remembered(examine(present), self._first, present.now)
        return found

    async def _unowned(self) -> tuple[Sequence[Interaction], Sequence[tuple[Kind, str]]]:
        """Return what is stored as live and has no owner, and what of it cannot be read.

        Only ids are read, unless there is such a thing.
        """
        found: list[Interaction] = []
        unreadable: list[tuple[Kind, str]] = []
        for kind, owners in ((Kind.CALL, self._calls), (Kind.CHAT, self._chats)):
            for one in await self._store.live_ids(owners.life.kind):
                if owners.owns(one):
                    continue
                snapshot = await self._store.load(one)
                if snapshot is None or not snapshot.live or owners.owns(one):
                    continue
                try:
                    found.append(owners.life.codec.state(snapshot.data))
                except UnreadableError:
                    unreadable.append((kind, one))
        return found, unreadable

    async def _do(self, actor: Principal, found: Anomaly) -> None:
        match found.remedy:
            case Remedy.END_CALL:
                await self._calls.send(found.subject, EndCall(actor.user.id, actor.user.name))
            case Remedy.END_CHAT:
                await self._chats.send(found.subject, StopChat(actor.user.id, actor.user.name))
            case Remedy.FREE_AGENT:
                message = self._freeing(found)
                if message is not None:
                    await self._agents.send(found.subject, message)
            case Remedy.NOTHING if found.code is Code.UNREADABLE:
                raise ConflictError("what is stored cannot be read", reason="unreadable")
            case Remedy.NOTHING:
                raise ConflictError("it heals by itself", reason="heals_by_itself")

    def _freeing(self, found: Anomaly) -> AgentMessage | None:
        agent = UserId(found.subject)
        if found.code is Code.RESERVATION_WITHOUT_OFFER:
            return FreeSlot(agent, OfferId(found.part), missed=False)
        if found.code is Code.HANDLING_WITHOUT_INTERACTION:
            return EndHandling(agent, HandlingId(found.part), 0.0)
        state = self._agents.state(agent)
        work = state.handling(HandlingId(found.part)) if state is not None else None
        return FinishHandling(work.id, work.disposition, work.notes) if work is not None else None


def _read(stored: Mapping[str, Any]) -> DoctorSettings:
    usual = DoctorSettings()
    return DoctorSettings(
        stored.get("stuck_min", usual.stuck_min), stored.get("no_media_s", usual.no_media_s), stored.get("version", 0)
    )
