"""The media of all legs, in worker processes: what the embedded voice engine speaks to.

Legs that are to hear each other must be with the same worker. A leg is placed when it is made: with the leg that it is
to be `near`, else with the worker that has the fewest legs.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from madoguchi.adapters.voice.embedded.places import Places
from madoguchi.adapters.voice.embedded.worker_process import START_S, WorkerProcess
from madoguchi.kernel.ids import BridgeId, LegId, PlaybackId, RecordingId
from madoguchi.media import wavfile
from madoguchi.media.protocol import (
    CloseBridge,
    CloseLeg,
    ConnectRtp,
    Done,
    MediaEvent,
    OpenBrowser,
    Order,
    PauseRecording,
    Play,
    PlaybackEnded,
    ReadStats,
    RecordingEnded,
    Refusal,
    ReserveRtp,
    Result,
    ResumeRecording,
    RtpEndpoint,
    RtpSettings,
    SendDigits,
    SetGains,
    SetListenOnly,
    SoundFile,
    StartRecording,
    StopPlayback,
    StopRecording,
    WorkerLost,
    WorkerSettings,
    WorkerStats,
)
from madoguchi.ports.voice import BadBrowserOfferError, LegGoneError, Sound, VoiceUnavailableError

log = logging.getLogger(__name__)

RESTART_S: Final = 1.0
"""How long to wait before a worker that died is started again, should it die again at once."""

Listener = Callable[[MediaEvent], None]


@dataclass(frozen=True)
class MediaPlaneSettings:
    """Where the media plane is reached, and how many workers it has."""

    addresses: tuple[str, ...]
    """This machine's addresses as phones and browsers see them, best first."""
    rtp_ports: tuple[int, int] = (20000, 20999)
    """First and last UDP port for phone legs; (0, 0): any free ones. Workers share the range evenly."""
    webrtc_port: int = 10000
    """UDP port for browser legs; further workers take the ports after it. 0: any free ones."""
    webrtc_tcp: bool = True
    """Whether browsers may come by TCP too, to the ports of the same numbers."""
    workers: int = 1
    bind: str = "0.0.0.0"  # noqa: S104 - a telephone exchange is there to be reached
    phone_lost_s: float = 30.0
    browser_lost_s: float = 5.0
    listener_lost_s: float = 8.0


class MediaPlane:
    """Speaks to the workers, and replaces those that die."""

    def __init__(self, settings: MediaPlaneSettings) -> None:
        if settings.workers < 1 or not settings.addresses:
            raise ValueError("the media plane needs a worker and an address")
        self._settings = settings
        self._workers: list[WorkerProcess | None] = [None] * settings.workers
        self._listener: Listener | None = None
        self._closing = False
        self._restarts: dict[int, asyncio.TimerHandle] = {}
        self._places = Places(settings.workers)
        self._bridges: dict[BridgeId, int] = {}
        self._playbacks: dict[PlaybackId, int] = {}
        self._recordings: dict[RecordingId, tuple[int, str]] = {}

    async def start(self, listener: Listener) -> None:
        """Start the workers.

        Raises:
            VoiceUnavailableError: a worker does not come up; the message says why.
        """
        self._listener = listener
        started = [self._spawn(index) for index in range(self._settings.workers)]
        try:
            async with asyncio.timeout(START_S):
                await asyncio.gather(*(worker.ready for worker in started))
        except (TimeoutError, VoiceUnavailableError) as error:
            self._closing = True
            await self._close_workers()
            raise VoiceUnavailableError(str(error) or "a media worker did not start in time") from error

    async def close(self) -> None:
        """End all legs, close all recordings, end the workers. The facts of that are still reported."""
        self._closing = True
        for restart in self._restarts.values():
            restart.cancel()
        await self._close_workers()

    @property
    def worker_pids(self) -> tuple[int, ...]:
        """The processes of the workers that run."""
        return tuple(worker.pid for worker in self._workers if worker is not None and worker.alive)

    # --- Legs ---

    async def reserve_rtp(self, leg: LegId, *, near: str | None = None) -> RtpEndpoint:
        """Make a phone leg and bind its port, to be written into our SDP.

        Raises:
            VoiceUnavailableError: no port is free, or no worker runs.
        """
        result = await self._ask(self._place(leg, near), ReserveRtp(leg), leg)
        if not isinstance(result, Done) or result.endpoint is None:
            raise VoiceUnavailableError("the media worker has given no port")
        return result.endpoint

    async def connect_rtp(self, leg: LegId, settings: RtpSettings) -> None:
        """Let a phone leg's media begin, or take new settings after a re-INVITE, without a seam in what we send.

        Raises:
            LegGoneError: there is no such leg.
            VoiceUnavailableError: the keys cannot be used.
        """
        await self._ask(self._where(leg), ConnectRtp(leg, settings), leg)

    async def open_browser(self, leg: LegId, offer_sdp: str, *, listen_only: bool, near: str | None = None) -> str:
        """Make a browser leg, or take a later offer of it; return the answer's SDP. `BrowserConnected` follows.

        Raises:
            BadBrowserOfferError: the offer cannot be used.
            VoiceUnavailableError: no worker runs, or it is full.
        """
        known = self._places.find(leg) is not None
        index = self._place(leg, near)
        try:
            result = await self._ask(index, OpenBrowser(leg, offer_sdp, listen_only), leg)
        except (BadBrowserOfferError, VoiceUnavailableError):
            if not known:
                self._places.forget(leg)
            raise
        return result.text if isinstance(result, Done) else ""

    async def set_listen_only(self, leg: LegId, *, on: bool) -> None:
        """Discard what a browser leg says, or take it, from the next tick on.

        Raises:
            LegGoneError: there is no such leg.
            VoiceUnavailableError: it is a phone.
        """
        await self._ask(self._where(leg), SetListenOnly(leg, on), leg)

    async def close_leg(self, leg: LegId) -> None:
        """Forget a leg. Its playback and recordings end, which is reported. Unknown legs are no error."""
        index = self._places.find(leg)
        if index is not None:
            self._places.forget(leg)
            await self._ask_if_alive(index, CloseLeg(leg))

    # --- Bridges ---

    async def open_bridge(self, bridge: BridgeId) -> None:
        """Make a bridge without legs. It comes to be where its first legs are."""

    async def set_gains(self, bridge: BridgeId, legs: Sequence[LegId], gains: Sequence[Sequence[float]]) -> None:
        """Set who hears whom; see the port.

        Raises:
            VoiceUnavailableError: the legs are with different workers.
        """
        there = {index for index in map(self._places.find, legs) if index is not None}
        if len(there) > 1:
            raise VoiceUnavailableError("legs with different media workers cannot hear each other: make them near")
        former = self._bridges.get(bridge)
        index = there.pop() if there else former
        if index is None:
            return
        if former is not None and former != index:
            await self._ask_if_alive(former, CloseBridge(bridge))
        self._bridges[bridge] = index
        await self._ask(index, SetGains(bridge, tuple(legs), tuple(tuple(row) for row in gains)))

    async def close_bridge(self, bridge: BridgeId) -> None:
        """Take all legs out and forget the bridge."""
        index = self._bridges.pop(bridge, None)
        if index is not None:
            await self._ask_if_alive(index, CloseBridge(bridge))

    # --- Sounds and digits ---

    async def play(self, playback: PlaybackId, leg: LegId, sounds: Sequence[Sound]) -> None:
        """Play to a leg; see the port. `PlaybackEnded` always follows, also when the leg is gone."""
        index = self._places.find(leg)
        if index is None:
            self._report(PlaybackEnded(playback, completed=False))
            return
        files = tuple(SoundFile(str(sound.path), sound.loop, sound.gain) for sound in sounds)
        self._playbacks[playback] = index
        try:
            await self._ask(index, Play(playback, leg, files))
        except VoiceUnavailableError:
            if self._playbacks.pop(playback, None) is not None:
                self._report(PlaybackEnded(playback, completed=False))

    async def stop_playback(self, playback: PlaybackId) -> None:
        """End a playback. Unknown ones are no error."""
        index = self._playbacks.get(playback)
        if index is not None:
            await self._ask_if_alive(index, StopPlayback(playback))

    async def send_digits(self, leg: LegId, digits: str) -> None:
        """Press keys towards a leg.

        Raises:
            LegGoneError: there is no such leg.
            VoiceUnavailableError: the far end takes no digits.
        """
        await self._ask(self._where(leg), SendDigits(leg, digits), leg)

    # --- Recordings ---

    async def start_recording(self, recording: RecordingId, leg: LegId, path: Path, *, dual: bool) -> None:
        """Record a leg into a new WAV file; see the port.

        Raises:
            LegGoneError: there is no such leg.
            VoiceUnavailableError: the file cannot be written, or exists.
        """
        if recording in self._recordings:
            return
        index = self._where(leg)
        where = str(path.absolute())  # noqa: ASYNC240 - looks at nothing but the name of the present folder
        self._recordings[recording] = (index, where)
        try:
            await self._ask(index, StartRecording(recording, leg, where, dual), leg)
        except (LegGoneError, VoiceUnavailableError):
            self._recordings.pop(recording, None)
            raise

    async def pause_recording(self, recording: RecordingId) -> None:
        """Leave out what is said from now on. Unknown recordings are no error."""
        await self._tell_recording(recording, PauseRecording(recording))

    async def resume_recording(self, recording: RecordingId) -> None:
        """Write on."""
        await self._tell_recording(recording, ResumeRecording(recording))

    async def stop_recording(self, recording: RecordingId) -> None:
        """Close the file; `RecordingEnded` follows."""
        await self._tell_recording(recording, StopRecording(recording))

    async def stats(self, *, restart: bool = False) -> list[WorkerStats]:
        """Return how each running worker has fared since its start, or since the last time with `restart`."""
        running = [worker for worker in self._workers if worker is not None and worker.alive]
        results = [await worker.ask(ReadStats(restart)) for worker in running]
        return [result for result in results if isinstance(result, WorkerStats)]

    # --- Workers ---

    def _spawn(self, index: int) -> WorkerProcess:
        settings = self._settings
        first, last = settings.rtp_ports
        share = (last + 1 - first) // settings.workers
        ports = (first + share * index, first + share * (index + 1) - 1) if last else (0, 0)
        worker = WorkerProcess(
            WorkerSettings(
                addresses=settings.addresses,
                rtp_ports=ports,
                webrtc_port=settings.webrtc_port + index if settings.webrtc_port else 0,
                webrtc_tcp=settings.webrtc_tcp,
                bind=settings.bind,
                phone_lost_s=settings.phone_lost_s,
                browser_lost_s=settings.browser_lost_s,
                listener_lost_s=settings.listener_lost_s,
            ),
            self._take,
            lambda: self._died(index),
        )
        self._workers[index] = worker
        return worker

    def _died(self, index: int) -> None:
        """Report what died with a worker and start another."""
        worker = self._workers[index]
        lived = worker is not None and worker.ready.done() and worker.ready.exception() is None
        self._workers[index] = None
        lost = self._places.at(index)
        playbacks = [playback for playback, where in self._playbacks.items() if where == index]
        recordings = [(recording, path) for recording, (where, path) in self._recordings.items() if where == index]
        for leg in lost:
            self._places.forget(leg)
        self._bridges = {bridge: where for bridge, where in self._bridges.items() if where != index}
        for playback in playbacks:
            self._take(PlaybackEnded(playback, completed=False))
        for recording, path in recordings:
            self._take(RecordingEnded(recording, path, wavfile.span_s(path)))
        if self._closing:
            return
        log.error("media worker %d has died with %d legs; another takes its place", index, len(lost))
        if lived:
            self._restart(index)
        else:
            self._restarts[index] = asyncio.get_running_loop().call_later(RESTART_S, self._restart, index)
        if lost:
            self._report(WorkerLost(lost))

    def _restart(self, index: int) -> None:
        self._restarts.pop(index, None)
        self._spawn(index)

    async def _close_workers(self) -> None:
        await asyncio.gather(*(worker.close() for worker in self._workers if worker is not None))

    def _take(self, event: MediaEvent) -> None:
        match event:
            case PlaybackEnded():
                if self._playbacks.pop(event.playback, None) is None:
                    return
            case RecordingEnded():
                if self._recordings.pop(event.recording, None) is None:
                    return
            case _:
                pass
        self._report(event)

    def _report(self, event: MediaEvent) -> None:
        if self._listener is not None:
            self._listener(event)

    # --- Places ---

    def _place(self, leg: LegId, near: str | None) -> int:
        usable = [index for index, worker in enumerate(self._workers) if worker is not None]
        return self._places.place(leg, near, usable)

    def _where(self, leg: LegId) -> int:
        index = self._places.find(leg)
        if index is None:
            raise LegGoneError(leg)
        return index

    async def _tell_recording(self, recording: RecordingId, order: Order) -> None:
        known = self._recordings.get(recording)
        if known is not None:
            await self._ask_if_alive(known[0], order)

    async def _ask_if_alive(self, index: int, order: Order) -> None:
        """Send an order that has come true by itself where the worker is dead."""
        worker = self._workers[index]
        if worker is not None and worker.alive:
            try:
                await worker.ask(order)
            except VoiceUnavailableError:
                return

    async def _ask(self, index: int, order: Order, leg: LegId | None = None) -> Result:
        worker = self._workers[index]
        if worker is None:
            raise VoiceUnavailableError("the media worker is being restarted")
        result = await worker.ask(order)
        if isinstance(result, Refusal):
            match result.reason:
                case "leg_gone":
                    raise LegGoneError(leg or "")
                case "bad_offer":
                    raise BadBrowserOfferError(result.detail)
                case "unavailable":
                    raise VoiceUnavailableError(result.detail)
        return result
