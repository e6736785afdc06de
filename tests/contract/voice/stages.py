"""The stages on which the suite is played: an engine, and far ends that talk to it.

A new engine needs a stage of its own here, and runs the same suite.
"""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Protocol

from madoguchi.adapters.system import SystemIds, SystemRng
from madoguchi.adapters.voice.embedded.build import embedded_voice_and_media
from madoguchi.adapters.voice.embedded.engine import EmbeddedVoice
from madoguchi.adapters.voice.embedded.media_plane import MediaPlane
from madoguchi.adapters.voice.embedded.settings import EmbeddedVoiceSettings
from madoguchi.kernel.ids import LegId
from madoguchi.ports.voice import (
    BrowserOffer,
    LegAnswered,
    LegArrived,
    PhoneAddress,
    VoiceEngine,
    VoiceEvent,
)
from madoguchi.testing.sip_peer import SipPeer
from madoguchi.testing.tones import write_tone
from madoguchi.testing.voice import FakeVoiceEngine
from tests.integration.media.plane import BrowserPeer, until


class FarEnd(Protocol):
    """A telephone or a browser on the other side of a leg."""

    leg: LegId

    def say(self, *tones: int) -> None:
        """Say tones from now on."""

    def hears(self) -> frozenset[int]:
        """What it hears now."""

    def press(self, digits: str) -> None:
        """Press keys."""

    def digits(self) -> str:
        """The keys that the engine has pressed towards it."""

    def answer(self) -> None:
        """Answer the call that rings."""

    def hang_up(self) -> None:
        """End the call."""

    def vanish(self) -> None:
        """Die without a word."""

    def seams(self) -> list[str]:
        """Where its incoming stream betrays that something has happened."""


class Stage(Protocol):
    """An engine that runs, what it has reported, and ways to get far ends."""

    engine: VoiceEngine
    events: list[VoiceEvent]

    async def caller(self, *says: int, caller: str = "0312345678", called: str = "100") -> FarEnd:
        """A phone that calls in; nobody has answered it yet."""

    async def callee(
        self, leg: LegId, *says: int, answers: bool = True, ring_s: float = 20.0, near: str | None = None
    ) -> FarEnd:
        """A phone that the engine dials."""

    async def browser(self, leg: LegId, *says: int, listen_only: bool = False, near: str | None = None) -> FarEnd:
        """A browser that opens a leg."""

    def sound(self, *tones: int, seconds: float = 0.5) -> Path:
        """A sound file."""


async def a_talker(stage: Stage, *says: int) -> FarEnd:
    """Return a phone that has called in and was answered."""
    far_end = await stage.caller(*says)
    await stage.engine.answer(far_end.leg)
    await happens(stage, LegAnswered(far_end.leg))
    return far_end


async def happens(stage: Stage, event: VoiceEvent) -> None:
    """Wait until the engine has reported `event`."""
    try:
        await until(lambda: event in stage.events)
    except TimeoutError:
        raise AssertionError(f"{event} is not in {stage.events}") from None


async def comes_to_hear(far_end: FarEnd, *tones: int) -> None:
    """Wait until `far_end` hears these tones and no others."""
    try:
        await until(lambda: far_end.hears() == frozenset(tones))
    except TimeoutError:
        raise AssertionError(f"{far_end.leg} hears {sorted(far_end.hears())}, not {sorted(tones)}") from None


def new_arrival(stage: Stage, known: set[LegId]) -> LegArrived | None:
    """Return the call that has arrived beyond those known."""
    arrived = (event for event in stage.events if isinstance(event, LegArrived))
    return next((event for event in arrived if event.leg not in known), None)


# --- The fake ---


class FakeFarEnd:
    """Plays its part inside the fake."""

    def __init__(self, engine: FakeVoiceEngine, leg: LegId) -> None:
        self.leg = leg
        self._engine = engine
        self._digits = ""

    def say(self, *tones: int) -> None:
        self._engine.far_end_says(self.leg, tones)

    def hears(self) -> frozenset[int]:
        return self._engine.heard_by(self.leg)

    def press(self, digits: str) -> None:
        self._engine.far_end_presses(self.leg, digits)

    def digits(self) -> str:
        return self._engine.legs[self.leg].digits_received

    def answer(self) -> None:
        self._engine.far_end_answers(self.leg)

    def hang_up(self) -> None:
        self._engine.far_end_hangs_up(self.leg)

    def vanish(self) -> None:
        self._engine.media_is_lost(self.leg)

    def seams(self) -> list[str]:
        return []


class FakeStage:
    """The fake engine."""

    def __init__(self, folder: Path) -> None:
        self._fake = FakeVoiceEngine(phones_answer=True, sound_s=0.3)
        self.engine: VoiceEngine = self._fake
        self.events: list[VoiceEvent] = []
        self._folder = folder
        self._count = 0

    async def caller(self, *says: int, caller: str = "0312345678", called: str = "100") -> FarEnd:
        self._count += 1
        leg = LegId(f"leg_{self._count}")
        self._fake.arrive(leg, called=called, caller=caller, says=says)
        await until(lambda: any(isinstance(event, LegArrived) and event.leg == leg for event in self.events))
        return FakeFarEnd(self._fake, leg)

    async def callee(
        self, leg: LegId, *says: int, answers: bool = True, ring_s: float = 20.0, near: str | None = None
    ) -> FarEnd:
        self._fake.phones_answer = answers
        await self.engine.dial(leg, PhoneAddress("sip:200@phone"), caller="100", headers={}, ring_s=ring_s, near=near)
        if not answers:
            self._fake.far_end_rings(leg)
        self._fake.far_end_says(leg, says)
        return FakeFarEnd(self._fake, leg)

    async def browser(self, leg: LegId, *says: int, listen_only: bool = False, near: str | None = None) -> FarEnd:
        await self.engine.open_browser_leg(leg, BrowserOffer("m=audio"), listen_only=listen_only, near=near)
        self._fake.far_end_says(leg, says)
        return FakeFarEnd(self._fake, leg)

    def sound(self, *tones: int, seconds: float = 0.5) -> Path:
        path = sound_file(self._folder, tones, seconds)
        self._fake.register_sound(path, tones)
        return path


# --- The embedded engine ---


class PhoneFarEnd:
    """A telephone that speaks SIP and RTP."""

    def __init__(self, peer: SipPeer, leg: LegId) -> None:
        self.leg = leg
        self._peer = peer

    def say(self, *tones: int) -> None:
        self._peer.voice.say(tones)

    def hears(self) -> frozenset[int]:
        return self._peer.voice.hears()

    def press(self, digits: str) -> None:
        self._peer.voice.press(digits)

    def digits(self) -> str:
        return self._peer.voice.digits

    def answer(self) -> None:
        self._peer.answer()

    def hang_up(self) -> None:
        self._peer.hang_up()

    def vanish(self) -> None:
        self._peer.close()

    def seams(self) -> list[str]:
        return self._peer.voice.seams()


class BrowserFarEnd:
    """A browser, played by aiortc. It has no keys here, and cannot see its packets."""

    def __init__(self, peer: BrowserPeer, leg: LegId) -> None:
        self.leg = leg
        self._peer = peer

    def say(self, *tones: int) -> None:
        self._peer.track.says = tones

    def hears(self) -> frozenset[int]:
        return self._peer.hears()

    def press(self, digits: str) -> None:
        raise NotImplementedError(digits)

    def digits(self) -> str:
        raise NotImplementedError

    def answer(self) -> None:
        raise NotImplementedError

    def hang_up(self) -> None:
        raise NotImplementedError

    def vanish(self) -> None:
        raise NotImplementedError

    def seams(self) -> list[str]:
        raise NotImplementedError


class EmbeddedStage:
    """The embedded engine on free ports of the loopback interface."""

    def __init__(self, engine: EmbeddedVoice, media: MediaPlane, folder: Path) -> None:
        self._embedded = engine
        self.media = media
        self.engine: VoiceEngine = engine
        self.events: list[VoiceEvent] = []
        self.phones: list[SipPeer] = []
        self.browsers: list[BrowserPeer] = []
        self._folder = folder

    async def caller(self, *says: int, caller: str = "0312345678", called: str = "100") -> FarEnd:
        peer = await SipPeer.open(caller)
        self.phones.append(peer)
        peer.voice.say(says)
        known = {event.leg for event in self.events if isinstance(event, LegArrived)}
        peer.call("127.0.0.1", self._embedded.sip_port, called)
        await until(lambda: new_arrival(self, known) is not None)
        arrived = new_arrival(self, known)
        assert arrived is not None
        return PhoneFarEnd(peer, arrived.leg)

    async def callee(
        self, leg: LegId, *says: int, answers: bool = True, ring_s: float = 20.0, near: str | None = None
    ) -> FarEnd:
        peer = await SipPeer.open("200", "PCMA")
        self.phones.append(peer)
        peer.answers = answers
        peer.voice.say(says)
        await self.engine.dial(leg, PhoneAddress(peer.uri), caller="100", headers={}, ring_s=ring_s, near=near)
        return PhoneFarEnd(peer, leg)

    async def browser(self, leg: LegId, *says: int, listen_only: bool = False, near: str | None = None) -> FarEnd:
        peer = BrowserPeer(says, microphone=True)
        self.browsers.append(peer)
        offer = BrowserOffer(await peer.offer())
        answer = await self.engine.open_browser_leg(leg, offer, listen_only=listen_only, near=near)
        await peer.accept(answer.body)
        return BrowserFarEnd(peer, leg)

    def sound(self, *tones: int, seconds: float = 0.5) -> Path:
        return sound_file(self._folder, tones, seconds)


def sound_file(folder: Path, tones: tuple[int, ...], seconds: float) -> Path:
    """Write a sound with a rate that no telephone has."""
    return write_tone(folder / f"sound_{'_'.join(map(str, tones))}_{seconds}.wav", tones, seconds, 44_100)


# --- Running them ---

Opening = Callable[[], contextlib.AbstractAsyncContextManager[Stage]]


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@contextlib.asynccontextmanager
async def fake() -> AsyncIterator[Stage]:
    """Run the fake."""
    with _folder() as folder:
        stage = FakeStage(folder)
        await stage.engine.start(stage.events.append)
        try:
            yield stage
        finally:
            await stage.engine.close()
            await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def embedded() -> AsyncIterator[Stage]:
    """Run the embedded engine."""
    async with embedded_on(workers=1) as stage:
        yield stage


@contextlib.asynccontextmanager
async def two_workers() -> AsyncIterator[Stage]:
    """Run the embedded engine with two media workers."""
    async with embedded_on(workers=2) as stage:
        yield stage


@contextlib.asynccontextmanager
async def embedded_on(*, workers: int) -> AsyncIterator[EmbeddedStage]:
    """Run the embedded engine."""
    settings = EmbeddedVoiceSettings(
        sip_host="127.0.0.1",
        sip_port=0,
        rtp_ports=(0, 0),
        webrtc_port=0,
        media_addresses=("127.0.0.1",),
        workers=workers,
    )
    with _folder() as folder:
        stage = EmbeddedStage(*embedded_voice_and_media(settings, SystemIds(), SystemRng()), folder)
        await stage.engine.start(stage.events.append)
        try:
            yield stage
        finally:
            for browser in stage.browsers:
                await browser.close()
            await stage.engine.close()
            for phone in stage.phones:
                phone.close()


STAGES: tuple[Opening, ...] = (fake, embedded)
