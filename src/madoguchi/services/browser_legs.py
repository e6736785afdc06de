"""Connecting a browser to a call: first the leg, then the call's consent; what fails leaves nothing behind."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from madoguchi.domain.calls.call import Call
from madoguchi.kernel.ids import LegId
from madoguchi.ports.environment import IdSource
from madoguchi.ports.voice import BrowserAnswer, BrowserOffer, VoiceEngine
from madoguchi.services.voice_facts import VoiceFacts

T = TypeVar("T")


class BrowserLegs:
    """Opens legs to browsers for calls."""

    def __init__(self, voice: VoiceEngine, facts: VoiceFacts, ids: IdSource) -> None:
        self._voice = voice
        self._facts = facts
        self._ids = ids

    async def connect(
        self,
        offer: BrowserOffer,
        take: Callable[[LegId], Awaitable[T]],
        *,
        near: str,
        listen_only: bool = False,
    ) -> tuple[LegId, BrowserAnswer, T]:
        """Open a leg and have a call take it.

        Args:
            offer: the page's.
            take: sends the command that makes the leg the call's own; refused, the leg is ended.
            near: `meeting_place` of the call.
            listen_only: nothing that the browser sends is heard.

        Raises:
            BadBrowserOfferError: the offer cannot be used; the call has heard nothing of it.
            VoiceUnavailableError: no leg could be opened.
            MadoguchiError: what `take` raised.
        """
        leg = LegId(self._ids.new("leg"))
        self._facts.expect(leg)
        try:
            answer = await self._voice.open_browser_leg(leg, offer, listen_only=listen_only, near=near)
            taken = await take(leg)
        except BaseException:
            self._facts.give_up(leg)
            await self._voice.release(leg)
            raise
        return leg, answer, taken


def meeting_place(call: Call) -> str:
    """Return what the legs of `call` are made near."""
    return call.meeting_place
