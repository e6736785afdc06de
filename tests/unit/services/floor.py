"""A whole contact centre in memory: fake voice, fake time, real rules. Tests play callers and agents with it."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Self

from madoguchi.adapters.bus.directory import LocalDirectory
from madoguchi.adapters.speech.assets import HOLD_MUSIC
from madoguchi.bootstrap.house import House
from madoguchi.bootstrap.ports import Ports
from madoguchi.domain.access.permissions import Role
from madoguchi.domain.access.users import Credentials, Principal
from madoguchi.domain.calls.call import Call
from madoguchi.domain.consumers.consumer import Consumer, ConsumerPrincipal
from madoguchi.domain.queues.queue import Queue
from madoguchi.kernel.ids import ConsumerId, HandlingId, InteractionId, LegId, OfferId, SessionId, UserId
from madoguchi.ports.environment import IdSource
from madoguchi.ports.voice import BrowserOffer
from madoguchi.services import views
from madoguchi.testing.blobs import MemoryBlobs
from madoguchi.testing.builders import SUE, a_principal, a_user
from madoguchi.testing.environment import NOON, CountingIds, FakeClock, settle
from madoguchi.testing.instant_speech import InstantSpeech, InstantTranscoder
from madoguchi.testing.mail import FakeMailer
from madoguchi.testing.messages import InstantImport
from madoguchi.testing.national_holidays import FakeNationalHolidays
from madoguchi.testing.queues import plant
from madoguchi.testing.sms import FakeCarriers
from madoguchi.testing.storage import MemoryStorage
from madoguchi.testing.voice import FakeVoiceEngine
from madoguchi.testing.voice_scene import Tones

PAGE = BrowserOffer("v=0 m=audio")


class Floor:
    """The core with everything around it. Enter it; `restarted` gives the next process on the same store."""

    def __init__(
        self,
        folder: Path,
        *,
        storage: MemoryStorage | None = None,
        clock: FakeClock | None = None,
        ids: IdSource | None = None,
    ) -> None:
        self.folder = folder
        self.storage = storage or MemoryStorage()
        self.clock = clock or FakeClock()
        self.ids: IdSource = ids or CountingIds()
        self.voice = FakeVoiceEngine()
        self.speech = InstantSpeech(folder)
        self.transcoder = InstantTranscoder()
        self.blobs = MemoryBlobs()
        self.sounds = InstantImport()
        self.carriers = FakeCarriers()
        self.house = House(
            Ports(
                storage=self.storage,
                voice=self.voice,
                blobs=self.blobs,
                speech=self.speech,
                transcoder=self.transcoder,
                sounds=self.sounds,
                directory=LocalDirectory(),
                clock=self.clock,
                ids=self.ids,
                data=folder,
                music=HOLD_MUSIC,
                mailer=FakeMailer(),
                national_holidays=FakeNationalHolidays(),
                carriers=self.carriers,
            )
        )
        self.core = self.house.services
        self.views = self.house._views
        self.owners = self.house._calls
        self._stack = AsyncExitStack()

    async def staff(self, *agents: UserId, queues: Sequence[Queue] = ()) -> None:
        """Store agents and queues; to be called before the floor is entered."""
        for agent in agents:
            await self.storage.catalogue.add_user(a_user(agent), Credentials("x"))
        await plant(self.storage.queues, *queues)
        await self.storage.catalogue.save_settings("calls", {"language": "en"})

    async def __aenter__(self) -> Self:
        """Open. Sue supervises, unless the test has made somebody else of her."""
        if await self.storage.catalogue.user(SUE) is None:
            await self.storage.catalogue.add_user(a_user(SUE, role=Role.MANAGER_ADMIN), Credentials("x"))
        await self._stack.enter_async_context(self.house.opened())
        return self

    async def __aexit__(self, *error: object) -> None:
        """Close; time goes on meanwhile."""
        await self.clock.finish(self._stack.aclose())

    async def killed(self) -> None:
        """Let the process die: nothing is ended or said goodbye to."""
        self._stack.pop_all()

        async def nothing() -> None: ...

        # Python ends what is left behind when it finds it, which no dead process does.
        self.house._listening.close = nothing  # type: ignore[method-assign] # see above
        await self.house._runtime.__aexit__(None, None, None)

    def restarted(self) -> "Floor":
        """Return the next process on the same store."""
        floor = Floor(self.folder, storage=self.storage, clock=self.clock)
        for _ in range(1000):
            floor.ids.new("skipped")
        return floor

    async def available(self, *agents: UserId) -> None:
        """Let agents come to work, one second after the other, so that their order is plain."""
        for agent in agents:
            await self.core.desk.set_presence(a_principal(agent), "available")
            await self.clock.advance(1)

    async def rings(self, leg: LegId, *, called: str = "5000", says: Sequence[int] = ()) -> InteractionId:
        """Let a phone call come in and be answered; return the call."""
        known = {call.id for call in self.owners.states()}
        self.voice.arrive(leg, called=called, caller="+819012345678", trunk="carrier", says=says)
        await settle()
        return next(call.id for call in self.owners.states() if call.id not in known)

    async def hear_out(self, leg: LegId) -> None:
        """Let everything that is being said to `leg` come to its end; music goes on."""
        await settle()
        while (playing := self.voice.playback_to(leg)) is not None and not playing.sound.loop:
            self.voice.sound_ends(playing.id)
            await settle()

    async def waits(self, leg: LegId, *, key: str = "", says: Sequence[int] = ()) -> InteractionId:
        """Let a phone call come in and go to the queue at `key`, or to the only queue there is."""
        call = await self.rings(leg, says=says)
        if key:
            self.voice.far_end_presses(leg, key)
            await settle()
        await self.hear_out(leg)
        return call

    def call(self, call: InteractionId) -> Call:
        """Return a live call's state."""
        state = self.owners.state(call)
        assert state is not None, f"{call} is not live"
        return state

    def rows(self, topic: str, kind: str = "") -> list[dict[str, Any]]:
        """Return a topic's rows of a kind."""
        return [dict(row) for row in self.views.rows(topic).values() if not kind or row["kind"] == kind]

    def desk(self, agent: UserId, kind: str) -> list[dict[str, Any]]:
        """Return the rows of a kind on an agent's desk."""
        return self.rows(views.desk(agent), kind)

    def status(self, agent: UserId) -> str:
        """Return an agent's status as his desk shows it."""
        (row,) = self.desk(agent, "presence")
        return str(row["status"])

    def offer_to(self, agent: UserId) -> OfferId:
        """Return what rings at an agent's desk."""
        (row,) = self.desk(agent, "offer")
        return OfferId(row["offer"])

    async def accepts(self, agent: UserId) -> tuple[InteractionId, HandlingId]:
        """Let an agent take what rings at his desk."""
        return await self.core.offers.accept(a_principal(agent), self.offer_to(agent))

    async def connects(self, agent: UserId, call: InteractionId, *, says: Sequence[int] = ()) -> LegId:
        """Let the agent's browser connect to his call."""
        leg, _ = await self.core.calls.attach_media(a_principal(agent), call, PAGE)
        self.voice.far_end_says(leg, says)
        await settle()
        return leg

    async def listens(self, user: UserId, call: InteractionId, *, says: Sequence[int] = ()) -> tuple[str, LegId]:
        """Let a supervisor listen; return the monitoring and his leg."""
        await self.storage.catalogue.save_user(a_user(user, role=Role.MANAGER_ADMIN))
        monitoring, leg, _ = await self.core.supervision.monitor(self.manager(user), call, PAGE)
        self.voice.far_end_says(leg, says)
        await settle()
        return monitoring, leg

    def manager(self, user: UserId) -> Principal:
        """Return a signed-in supervisor of everybody."""
        return a_principal(user, role=Role.MANAGER_ADMIN)

    def hears(self, leg: LegId) -> Tones:
        """Return the tones that the far end of `leg` hears."""
        return self.voice.heard_by(leg)


def a_visitor(number: int = 1) -> ConsumerPrincipal:
    """Return a consumer with a browser."""
    consumer = Consumer(ConsumerId(f"consumer_web{number}"), "Web User 11/23 12:00", None, NOON)
    return ConsumerPrincipal(consumer, SessionId(f"session_web{number}"))
