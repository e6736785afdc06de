"""The embedded voice engine: SIP in this process, media in worker processes, nothing else to install."""

import asyncio
import base64
import logging
import secrets
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import ClassVar, Final

from madoguchi.adapters.voice.embedded.arrivals import describe
from madoguchi.adapters.voice.embedded.dial_plan import DialPlan, refer_target
from madoguchi.adapters.voice.embedded.legs import BrowserLeg, PhoneLeg
from madoguchi.adapters.voice.embedded.media_control import MediaControl
from madoguchi.adapters.voice.embedded.media_orders import MediaOrders
from madoguchi.adapters.voice.embedded.nursery import Nursery
from madoguchi.adapters.voice.embedded.settings import EmbeddedVoiceSettings
from madoguchi.adapters.voice.embedded.sip.agent import UserAgent
from madoguchi.adapters.voice.embedded.sip.call import CallState
from madoguchi.adapters.voice.embedded.sip.call_ports import CallEvents
from madoguchi.adapters.voice.embedded.sip.incoming import IncomingCall
from madoguchi.adapters.voice.embedded.sip.media_session import MediaSession, NotAcceptableError, with_host
from madoguchi.adapters.voice.embedded.sip.sdp import KEY_BYTES
from madoguchi.adapters.voice.embedded.sip.timers import LoopTimers
from madoguchi.kernel.ids import LegId
from madoguchi.media import protocol
from madoguchi.ports.environment import IdSource, Rng
from madoguchi.ports.voice import (
    BadBrowserOfferError,
    BrowserAnswer,
    BrowserOffer,
    DigitsHeard,
    LegAnswered,
    LegGoneError,
    LegHeld,
    LegRang,
    LegReleased,
    MediaBack,
    MediaLost,
    PhoneAddress,
    PlaybackEnded,
    RecordingEnded,
    ReleaseCause,
    VoiceEvent,
    VoiceUnavailableError,
)

log = logging.getLogger(__name__)

SAME_DIGIT_S: Final = 1.0
"""Within this time the same digit by RTP and by INFO is one digit."""
REFER_S: Final = 90.0
DRAIN_S: Final = 1.0
"""How long closing waits for the far ends to confirm that calls are over."""


class EmbeddedVoice(MediaOrders):
    """Implements `ports.voice.VoiceEngine`."""

    BROWSER_LOST_S: ClassVar[float] = 5.0
    LISTENER_LOST_S: ClassVar[float] = 8.0

    def __init__(self, settings: EmbeddedVoiceSettings, media: MediaControl, ids: IdSource, rng: Rng) -> None:
        super().__init__(media)
        self._settings = settings
        self._ids = ids
        self._rng = rng
        self._listener: Callable[[VoiceEvent], None] | None = None
        self._nursery = Nursery()
        self._agent: UserAgent | None = None
        self._plan: DialPlan | None = None
        self._closing = False

    @property
    def sip_port(self) -> int:
        """The port that SIP is spoken on; 0 before the start."""
        return self._agent.port if self._agent else 0

    # --- Begin and end ---

    async def start(self, listener: Callable[[VoiceEvent], None]) -> None:
        """Begin to accept calls; see the port."""
        self._listener = listener
        agent = UserAgent(self._settings, self, LoopTimers(), self._ids, self._rng, self._nursery.spawn, _new_key)
        await self._nursery.open()
        try:
            await self._media.start(self._on_media)
            try:
                await agent.open()
            except OSError as error:
                await self._media.close()
                place = f"{self._settings.sip_host}:{self._settings.sip_port}"
                raise VoiceUnavailableError(f"SIP cannot listen on {place}: {error.strerror or error}") from error
        except VoiceUnavailableError:
            await self._nursery.close()
            raise
        self._plan = DialPlan(self._settings, agent.registrar.find, agent.host_for)
        self._agent = agent

    async def close(self) -> None:
        """End everything; see the port."""
        self._closing = True
        for leg in tuple(self._legs):
            await self.release(leg)
        if self._agent is not None:
            self._agent.sign_off()
            await self._agent.drain(DRAIN_S)
            await self._agent.close()
        await self._nursery.close()
        await self._media.close()

    # --- Phone legs ---

    def known_legs(self) -> Collection[LegId]:
        """See the port."""
        return tuple(self._legs)

    async def ring(self, leg: LegId) -> None:
        """Tell an arrived leg's caller that it rings."""
        self._arrived(leg)[1].ring()

    async def answer(self, leg: LegId) -> None:
        """Answer an arrived leg. Media stands before the answer goes out, so that nothing said first is lost."""
        phone, call = self._arrived(leg)
        async with phone.order:
            if call.state is not CallState.STARTING or phone.over:
                self._check(phone)
                return
            try:
                await self._reserve(phone, call.session, call.request_host)
                call.prepare()
                await self._connect(phone, call.session)
                self._check(phone)
                call.answer()
            except (NotAcceptableError, VoiceUnavailableError) as error:
                log.warning("leg %s cannot be answered: %s", leg, error)
                call.hang_up(ReleaseCause.FAILED)
                raise LegGoneError(leg) from error

    async def dial(
        self,
        leg: LegId,
        to: PhoneAddress,
        *,
        caller: str,
        headers: Mapping[str, str],
        ring_s: float,
        near: str | None = None,
    ) -> None:
        """Call `to`; see the port."""
        if leg in self._legs:
            return
        agent, plan = self._agent, self._plan
        if agent is None or plan is None or not self.has_room():
            raise VoiceUnavailableError("the engine is full or stopping")
        destination, srtp = plan.destination(to.uri, caller, headers)
        phone = PhoneLeg(leg, self)
        self._legs[leg] = phone
        session = agent.new_session(srtp=srtp)
        try:
            await self._reserve(phone, session, await agent.host_of(destination.hop or destination.target), near)
        except VoiceUnavailableError:
            self._legs.pop(leg, None)
            raise
        if phone.over:
            await self._media.close_leg(leg)
            return
        phone.call = agent.dial(destination, session, phone, ring_s)

    async def refer(self, leg: LegId, to: PhoneAddress) -> None:
        """Ask the far end to call `to` instead of us; see the port."""
        phone = self._legs.get(leg)
        if not isinstance(phone, PhoneLeg) or phone.call is None:
            raise LegGoneError(leg)
        outcome: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        target = refer_target(to.uri, phone.call.peer_host)
        phone.call.refer(target, lambda code: None if outcome.done() else outcome.set_result(code))
        try:
            async with asyncio.timeout(REFER_S):
                code = await outcome
        except TimeoutError as error:
            raise VoiceUnavailableError("the far end does not say whether it has called") from error
        if code >= 300:  # noqa: PLR2004 - everything above 2xx is a refusal
            raise VoiceUnavailableError(f"the far end did not transfer: {code}")
        await self.release(leg)

    async def release(self, leg: LegId, cause: ReleaseCause = ReleaseCause.NORMAL) -> None:
        """End the leg in whatever state it is."""
        found = self._legs.get(leg)
        if isinstance(found, PhoneLeg):
            if found.call is None:
                self.leg_ended(found, cause)
            else:
                found.call.hang_up(cause)
        elif found is not None:
            self._end(found.id, cause)

    # --- Browser legs ---

    async def open_browser_leg(
        self, leg: LegId, offer: BrowserOffer, *, listen_only: bool, near: str | None = None
    ) -> BrowserAnswer:
        """Make a leg to a browser; see the port."""
        known = leg in self._legs
        if not known:
            if not self.has_room():
                raise VoiceUnavailableError("the engine is full or stopping")
            self._legs[leg] = BrowserLeg(leg)
        try:
            answer = await self._media.open_browser(leg, offer.body, listen_only=listen_only, near=near)
        except (BadBrowserOfferError, VoiceUnavailableError):
            if not known:
                self._legs.pop(leg, None)
            raise
        if leg not in self._legs:
            await self._media.close_leg(leg)
            raise VoiceUnavailableError("the leg was released meanwhile")
        return BrowserAnswer(answer)

    async def set_listen_only(self, leg: LegId, *, on: bool) -> None:
        """Discard what a browser leg says, or take it; see the port."""
        if not isinstance(self._legs.get(leg), BrowserLeg):
            raise LegGoneError(leg)
        await self._media.set_listen_only(leg, on=on)

    # --- What the user agent calls ---

    def has_room(self) -> bool:
        """Whether one more leg can be taken."""
        return not self._closing and len(self._legs) < self._settings.max_legs

    def arrived(self, call: IncomingCall) -> CallEvents:
        """A call has come in."""
        leg = PhoneLeg(LegId(self._ids.new("leg")), self, call)
        self._legs[leg.id] = leg
        self._emit(describe(leg.id, call))
        return leg

    def leg_rang(self, leg: PhoneLeg) -> None:
        """The far end rings."""
        self._emit(LegRang(leg.id))

    def leg_agreed(self, leg: PhoneLeg) -> None:
        """Tell the worker about new media settings, and everybody about hold."""
        self._nursery.spawn(self._follow(leg))
        if leg.up:
            self._tell_hold(leg)

    def leg_confirmed(self, leg: PhoneLeg) -> None:
        """Say that the leg is answered as soon as its media stands."""
        self._nursery.spawn(self._confirm(leg))

    def leg_pressed(self, leg: PhoneLeg, digits: str) -> None:
        """Report digits that came by INFO and not in the media stream too."""
        now = asyncio.get_running_loop().time()
        for digit in digits:
            if not leg.repeats(digit, "info", now, SAME_DIGIT_S):
                self._emit(DigitsHeard(leg.id, digit))

    def leg_ended(self, leg: PhoneLeg, cause: ReleaseCause) -> None:
        """The call is over."""
        if not leg.over:
            leg.over = True
            self._end(leg.id, cause)

    # --- Inside ---

    def _emit(self, event: VoiceEvent) -> None:
        if self._listener is not None:
            try:
                self._listener(event)
            except Exception:
                log.exception("the listener failed at %s", type(event).__name__)

    def _end(self, leg: LegId, cause: ReleaseCause) -> None:
        if self._legs.pop(leg, None) is not None:
            self._emit(LegReleased(leg, cause))
            self._nursery.spawn(self._media.close_leg(leg))

    def _arrived(self, leg: LegId) -> tuple[PhoneLeg, IncomingCall]:
        found = self._legs.get(leg)
        if not isinstance(found, PhoneLeg) or not isinstance(found.call, IncomingCall):
            raise LegGoneError(leg)
        return found, found.call

    def _check(self, leg: PhoneLeg) -> None:
        if leg.over:
            raise LegGoneError(leg.id)

    async def _reserve(self, leg: PhoneLeg, session: MediaSession, peer: str, near: str | None = None) -> None:
        if session.local is None:
            endpoint = await self._media.reserve_rtp(leg.id, near=near)
            fixed = self._settings.media_addresses and not self._settings.advertised
            host = "" if fixed or self._agent is None else self._agent.host_for(peer)
            session.local = with_host(endpoint, host)

    async def _connect(self, leg: PhoneLeg, session: MediaSession) -> None:
        settings = session.settings
        if settings is not None and settings != leg.connected and not leg.over:
            leg.connected = settings
            await self._media.connect_rtp(leg.id, settings)

    async def _follow(self, leg: PhoneLeg) -> None:
        async with leg.order:
            if leg.call is None or leg.over:
                return
            try:
                await self._connect(leg, leg.call.session)
            except LegGoneError:
                return
            except VoiceUnavailableError as error:
                log.warning("leg %s has no media: %s", leg.id, error)
                leg.call.hang_up(ReleaseCause.FAILED)

    async def _confirm(self, leg: PhoneLeg) -> None:
        await self._follow(leg)
        if not leg.over and not leg.up:
            leg.up = True
            self._emit(LegAnswered(leg.id))
            self._tell_hold(leg)

    def _tell_hold(self, leg: PhoneLeg) -> None:
        held = leg.call is not None and leg.call.session.on_hold
        if held != leg.on_hold:
            leg.on_hold = held
            self._emit(LegHeld(leg.id, held))

    def _on_media(self, event: protocol.MediaEvent) -> None:
        match event:
            case protocol.PlaybackEnded():
                self._emit(PlaybackEnded(event.playback, event.completed))
            case protocol.RecordingEnded():
                self._emit(RecordingEnded(event.recording, Path(event.path), event.span_s))
            case protocol.WorkerLost():
                for leg in event.legs:
                    self._lose(leg)
            case _:
                self._on_leg_media(event, self._legs.get(event.leg))

    def _on_leg_media(
        self,
        event: protocol.BrowserConnected
        | protocol.BrowserClosed
        | protocol.MediaLost
        | protocol.MediaBack
        | protocol.DigitsHeard,
        leg: PhoneLeg | BrowserLeg | None,
    ) -> None:
        if leg is None:
            return
        match event:
            case protocol.BrowserConnected():
                self._on_browser_connected(leg)
            case protocol.BrowserClosed():
                self._end(leg.id, ReleaseCause.NORMAL)
            case protocol.MediaLost():
                self._emit(MediaLost(leg.id))
            case protocol.MediaBack():
                self._emit(MediaBack(leg.id))
            case protocol.DigitsHeard():
                self._on_digits(leg, event.digits)

    def _on_browser_connected(self, leg: PhoneLeg | BrowserLeg) -> None:
        """A browser that connects again after a new offer is not answered a second time."""
        if isinstance(leg, BrowserLeg) and not leg.connected:
            leg.connected = True
            self._emit(LegAnswered(leg.id))

    def _on_digits(self, leg: PhoneLeg | BrowserLeg, digits: str) -> None:
        now = asyncio.get_running_loop().time()
        for digit in digits:
            if isinstance(leg, BrowserLeg) or not leg.repeats(digit, "rtp", now, SAME_DIGIT_S):
                self._emit(DigitsHeard(leg.id, digit))

    def _lose(self, leg: LegId) -> None:
        """The leg's worker died: hang up, so that nobody talks into a dead line."""
        found = self._legs.get(leg)
        if isinstance(found, PhoneLeg) and found.call is not None:
            found.call.hang_up(ReleaseCause.MEDIA_LOST)
        elif isinstance(found, PhoneLeg):
            self.leg_ended(found, ReleaseCause.MEDIA_LOST)
        elif found is not None:
            self._end(leg, ReleaseCause.MEDIA_LOST)


def _new_key() -> str:
    """Make an SRTP master key and salt."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
