"""An engine on a free port, and somebody who answers its calls."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from madoguchi.adapters.system import SystemIds, SystemRng
from madoguchi.adapters.voice.embedded.engine import EmbeddedVoice
from madoguchi.adapters.voice.embedded.media_control import MediaControl
from madoguchi.adapters.voice.embedded.settings import EmbeddedVoiceSettings
from madoguchi.ports.voice import LegArrived, LegGoneError, VoiceEvent
from tests.unit.adapters.voice.embedded.media import FakeMedia

E = TypeVar("E")
PATIENCE_S = 15


class House:
    """Keeps every fact, and answers calls unless told otherwise."""

    def __init__(self, engine: EmbeddedVoice, media: MediaControl) -> None:
        self.engine = engine
        self.media = media
        self.facts: list[VoiceEvent] = []
        self.answers = True
        self.rings = True
        self.answer_after_s = 0.0
        self._changed = asyncio.Event()
        self._group: asyncio.TaskGroup | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.engine.sip_port}"

    def hear(self, fact: VoiceEvent) -> None:
        self.facts.append(fact)
        self._changed.set()
        if isinstance(fact, LegArrived) and self._group is not None:
            self._group.create_task(self._take(fact))

    async def _take(self, fact: LegArrived) -> None:
        try:
            if self.rings:
                await self.engine.ring(fact.leg)
            await asyncio.sleep(self.answer_after_s)
            if self.answers:
                await self.engine.answer(fact.leg)
        except LegGoneError:
            pass

    def all(self, kind: type[E]) -> list[E]:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    async def wait(self, kind: type[E], test: Callable[[E], bool] = lambda _: True) -> E:
        """Return the first fact of this kind that passes `test`, waiting for it."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for fact in self.all(kind):
                    if test(fact):
                        return fact
                self._changed.clear()
                await self._changed.wait()

    async def wait_count(self, kind: type[E], count: int) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while len(self.all(kind)) < count:
                self._changed.clear()
                await self._changed.wait()

    @property
    def live_calls(self) -> int:
        assert self.engine._agent is not None
        return self.engine._agent.live[0]

    async def open(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        await self.engine.start(self.hear)


@asynccontextmanager
async def a_house(settings: EmbeddedVoiceSettings, media: MediaControl | None = None) -> AsyncIterator[House]:
    """Start an engine (with media that plays nothing unless given), and close it in the end."""
    plane = media or FakeMedia()
    house = House(EmbeddedVoice(settings, plane, SystemIds(), SystemRng()), plane)
    async with asyncio.TaskGroup() as group:
        await house.open(group)
        try:
            yield house
        finally:
            await house.engine.close()
