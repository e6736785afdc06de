"""Everything about live interactions, put together: owners, dispatcher, voice, screens.

core = Core(Outside(...))            # builds; nothing runs yet
core.add_chats(CHATS, performer, position_is)     # another kind of interaction that waits for the same agents
async with core:                     # recovers, rings, answers the phone, until the context is left
    await core.services...
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import structlog

from madoguchi.domain.calls.commands import PositionIs, ServerRestarted
from madoguchi.domain.routing.offers import Channel
from madoguchi.ports.blobs import Blobs
from madoguchi.ports.directory import Directory
from madoguchi.ports.environment import Clock, IdSource
from madoguchi.ports.speech import AudioTranscoder, SpeechSynthesizer
from madoguchi.ports.storage import Storage
from madoguchi.ports.voice import LegArrived, VoiceEngine
from madoguchi.services.agent_life import AGENTS, NoEffects
from madoguchi.services.browser_legs import BrowserLegs
from madoguchi.services.call_history import CallHistory
from madoguchi.services.call_life import CALLS
from madoguchi.services.call_performer import CallPerformer
from madoguchi.services.calls import CallService
from madoguchi.services.desk import DeskService
from madoguchi.services.dispatch import Dispatcher, WaitingRoom
from madoguchi.services.handlings import HandlingService
from madoguchi.services.lifecycle import E, F, Lifecycle, M, Performer, S
from madoguchi.services.offers import OfferService
from madoguchi.services.phone_calls import PhoneCalls
from madoguchi.services.projection import AgentProjection, CallProjection, Publisher
from madoguchi.services.prompts import PromptService
from madoguchi.services.queues import QueueService
from madoguchi.services.recordings import RecordingService
from madoguchi.services.reservations import Reservations
from madoguchi.services.runtime import Owners, Runtime
from madoguchi.services.supervision import SupervisionService
from madoguchi.services.tenant import Tenant
from madoguchi.services.voice_facts import VoiceFacts

FAREWELL: Final = timedelta(seconds=5)
"""How long the live calls may take to note that the server stops."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Outside:
    """The ports that live interactions need, and where rows go."""

    storage: Storage
    directory: Directory
    voice: VoiceEngine
    speech: SpeechSynthesizer
    transcoder: AudioTranscoder
    blobs: Blobs
    views: Publisher
    clock: Clock
    ids: IdSource
    data: Path
    """The folder for captures and music."""


class Core:
    """Owners and services of calls and agents; chats are added."""

    def __init__(self, outside: Outside) -> None:
        it = outside
        self._outside = it
        self.runtime = Runtime(it.storage.interactions, it.directory, it.clock, it.ids)
        self.queues = QueueService(it.storage.catalogue)
        self.agents = self.runtime.add(AGENTS, NoEffects())
        self.recordings = RecordingService(
            voice=it.voice,
            catalogue=it.storage.catalogue,
            blobs=it.blobs,
            transcoder=it.transcoder,
            clock=it.clock,
            data=it.data,
        )
        self._prompts = PromptService(it.speech, it.data / "prompts")
        performer = CallPerformer(it.voice, self.agents, self._prompts, self.recordings)
        self.call_owners = self.runtime.add(CALLS, performer)
        self.reservations = Reservations(self.agents, it.clock, it.ids)
        self.dispatcher = Dispatcher(self.agents, self.queues, self.reservations, it.clock)
        self.desk = DeskService(self.agents, it.storage.catalogue)
        self.queues.available = self.desk.available
        self._offered: dict[Channel, Any] = {Channel.CALL: self.call_owners}
        self.offers = OfferService(self.agents, self._offered)
        self.handlings = HandlingService(self.agents)
        self._facts = VoiceFacts(self.call_owners, self._arrived, self.recordings.ended)
        legs = BrowserLegs(it.voice, self._facts, it.ids)
        tenant = Tenant(it.storage.catalogue)
        self.calls = CallService(
            calls=self.call_owners,
            legs=legs,
            queues=self.queues,
            reservations=self.reservations,
            history=CallHistory(it.storage.interactions, self.recordings),
            tenant=tenant,
            ids=it.ids,
        )
        self.supervision = SupervisionService(self.call_owners, legs, it.ids)
        self._phone_calls = PhoneCalls(
            calls=self.call_owners,
            voice=it.voice,
            catalogue=it.storage.catalogue,
            queues=self.queues,
            tenant=tenant,
            clock=it.clock,
            ids=it.ids,
        )
        # The facts learn of a leg first: what the voice engine reports must find its call.
        self.call_owners.observe(self._facts.changed)
        self.call_owners.observe(CallProjection(it.views))
        self.agents.observe(AgentProjection(it.views, self.queues.of_agent))
        self.agents.observe(self.dispatcher.agent_changed)
        self.dispatcher.add(WaitingRoom(self.call_owners, PositionIs))

    def add_chats(
        self, life: Lifecycle[S, M, E, F], performer: Performer[F, M], position_is: Callable[[int], M]
    ) -> Owners[S, M, E, F]:
        """Take in chats, which wait for the same agents; return their owners. To be called before the core is entered.

        Their states must say what routing needs to know (`waiting()`); they get `PlaceOffers`, `AcceptOffer` and
        `DeclineOffer`, and answer an acceptance with the handling's id.
        """
        owners = self.runtime.add(life, performer)
        waits: Any = owners
        self.dispatcher.add(WaitingRoom(waits, position_is))
        self._offered[Channel.CHAT] = owners
        return owners

    async def __aenter__(self) -> Self:
        """Recover what was live, then begin to take calls.

        Raises:
            StorageUnavailableError: what was live cannot be read.
            VoiceUnavailableError: the voice engine cannot start.
        """
        await self.queues.load()
        await self._prompts.start()
        await self.recordings.start()
        await self.runtime.__aenter__()
        try:
            await self.desk.start()
            self.runtime.spawn(self.recordings.run())
            self.runtime.spawn(self.dispatcher.run())
            self.dispatcher.wake()
            await self._outside.voice.start(self._facts.listen)
        except BaseException:
            await self.runtime.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the live calls with their reason, close the voice engine, and stop."""
        try:
            await self._end_calls()
        finally:
            await self._outside.voice.close()
            await self.runtime.__aexit__(kind, error, trace)

    async def _end_calls(self) -> None:
        """Whoever is in a call learns why it ended; a call that cannot note it now is ended at the next start."""
        live = list(self.call_owners.states())
        try:
            async with asyncio.timeout(FAREWELL.total_seconds()):
                for call in live:
                    await self.call_owners.send(call.id, ServerRestarted())
        except Exception as trouble:  # noqa: BLE001 - nothing may keep the server from stopping
            _log.warning("calls_not_ended", error=type(trouble).__name__)

    def _arrived(self, leg: LegArrived) -> None:
        self.runtime.spawn(self._phone_calls.arrived(leg))
