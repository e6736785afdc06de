"""Calls by a raw telephone, up to the point from which a story is told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import numpy as np

from madoguchi.adapters.speech.assets import HOLD_MUSIC
from madoguchi.testing.mp3 import mp3_samples
from madoguchi.testing.server import RealServer
from madoguchi.testing.sip_peer import SipPeer
from madoguchi.testing.tones import likeness
from tests.e2e.kit.browser import TONES
from tests.e2e.kit.house import until
from tests.e2e.kit.portal import Portal

CALLER: Final = "+81355505678"
CALLER_HERTZ: Final = 440
QUEUE_KEY: Final = "1"
_MUSIC_FRAMES: Final = 40
_RATE: Final = 8_000


@asynccontextmanager
async def a_phone(number: str = CALLER, *, port: int = 0) -> AsyncIterator[SipPeer]:
    """Yield a telephone whose every packet can be looked at; it says the caller's tone, and is called at `port`."""
    phone = await SipPeer.open(number, port=port)
    phone.voice.say([CALLER_HERTZ])
    try:
        yield phone
    finally:
        if phone.established.is_set() and not phone.ended.is_set():
            phone.hang_up()
        phone.close()


async def call_in(phone: SipPeer, server: RealServer) -> None:
    """Call, and wait until the greeting is heard."""
    phone.call("127.0.0.1", server.sip_port, "madoguchi")
    await until(lambda: np.abs(phone.voice.listen()).max(initial=0) > 1_000, "the caller hears the greeting")


async def hears(phone: SipPeer, *tones: int) -> None:
    """Wait until exactly these tones are heard in the telephone."""
    await until(
        lambda: len(phone.voice.listen()) and phone.voice.hears(TONES) == frozenset(tones), f"the caller hears {tones}"
    )


async def hears_music(phone: SipPeer) -> None:
    """Wait until nothing but the hold music is heard in the telephone."""
    music = mp3_samples(HOLD_MUSIC.read_bytes(), _RATE)
    await until(
        lambda: likeness(phone.voice.listen(_MUSIC_FRAMES), music) > 0.8,
        "the caller hears the hold music",
    )


@asynccontextmanager
async def talking(server: RealServer, agent: Portal, agent_hertz: int, number: str = CALLER) -> AsyncIterator[SipPeer]:
    """Yield a telephone that has come through the menu to `agent`; they hear each other."""
    async with a_phone(number) as phone:
        await call_in(phone, server)
        phone.voice.press(QUEUE_KEY)
        await agent.accept()
        await agent.ears.hears(CALLER_HERTZ)
        await hears(phone, agent_hertz)
        yield phone
