"""Recordings, from the first second to the MP3. What is known of each is in the catalogue; so a crash loses nothing."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

import structlog

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.belonging import Belonging
from madoguchi.domain.calls.effects import PauseRecording, StartRecording, StopRecording
from madoguchi.domain.recording import RECORDING, Captured, Kept, Recording, RecordingState, Unreadable, evolve
from madoguchi.kernel.errors import ConflictError, MadoguchiError, NotFoundError
from madoguchi.kernel.ids import InteractionId, RecordingId
from madoguchi.ports.blobs import Blobs
from madoguchi.ports.environment import Clock
from madoguchi.ports.speech import AudioTranscoder, BadAudioError
from madoguchi.ports.storage import Catalogue, InteractionStore
from madoguchi.ports.voice import Channels, VoiceEngine
from madoguchi.services.sights import Sights, belonging

LIVE_FOLDER: Final = "recordings"
RETRY: Final = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 60, 300, 900))
"""Pauses between the attempts to store a recording; the last one for all later ones."""

_log = structlog.get_logger(__name__)


class RecordingService:
    """Captures calls as WAV files in `data`, keeps them as MP3 in the blob store.

    `run` is its only task: it recovers what a dead process left, then encodes one recording after the other.
    """

    def __init__(
        self,
        *,
        voice: VoiceEngine,
        catalogue: Catalogue,
        interactions: InteractionStore,
        blobs: Blobs,
        transcoder: AudioTranscoder,
        clock: Clock,
        data: Path,
    ) -> None:
        self._voice = voice
        self._catalogue = catalogue
        self._interactions = interactions
        self.sights = Sights()
        """Who sees what; set when teams are there."""
        self._blobs = blobs
        self._transcoder = transcoder
        self._clock = clock
        self._data = data
        self._captured: asyncio.Queue[RecordingId] = asyncio.Queue()
        self._begun: set[RecordingId] = set()

    async def begin(self, interaction: InteractionId, order: StartRecording) -> None:
        """Start to record a leg. Beginning the same recording again changes nothing.

        Raises:
            LegGoneError: the leg has hung up.
            VoiceUnavailableError: the file cannot be written.
            StorageUnavailableError: the recording cannot be noted, so it is not begun.
        """
        wav = Path(LIVE_FOLDER) / f"{interaction}_{order.number}.wav"
        path = self._data / wav
        now = self._clock.now()
        noted = Recording(order.recording, interaction, RecordingState.LIVE, now, str(wav))
        self._begun.add(order.recording)
        await self._catalogue.save_recording(noted)
        channels = Channels.DUAL if order.dual else Channels.MONO
        try:
            await self._voice.start_recording(order.recording, order.leg, path, channels=channels)
        except MadoguchiError as error:
            self._begun.discard(order.recording)
            await self._catalogue.save_recording(evolve(noted, Unreadable(error.code)))
            raise

    async def pause(self, order: PauseRecording) -> None:
        """Leave out what is said from now on, or take it up again."""
        if order.on:
            await self._voice.pause_recording(order.recording)
        else:
            await self._voice.resume_recording(order.recording)

    async def stop(self, order: StopRecording) -> None:
        """Close the file."""
        await self._voice.stop_recording(order.recording)

    def ended(self, recording: RecordingId) -> None:
        """The engine has closed the file: have it encoded."""
        self._captured.put_nowait(recording)

    async def open(self, actor: Principal, recording: RecordingId) -> Recording:
        """Return a recording that is ready to be listened to; its audio is at `blob_key` in the blob store.

        Raises:
            NotAllowedError: the caller may not listen to recordings.
            NotFoundError: there is none with this id, or none in his teams.
            ConflictError: it is not ready (yet).
        """
        actor.require(Permission.LISTEN_TO_RECORDINGS)
        found = await self._catalogue.recording(recording)
        whose = await belonging(self._interactions, found.interaction) if found is not None else None
        if found is None or not self.sights.sees(actor, Permission.LISTEN_TO_RECORDINGS, whose or Belonging()):
            raise NotFoundError("there is no such recording, or none in your teams")
        if found.state is not RecordingState.READY:
            raise ConflictError(f"the recording is {found.state.value}")
        return found

    async def of(self, interaction: InteractionId) -> Sequence[Recording]:
        """Return an interaction's recordings in order of their start."""
        return await self._catalogue.recordings(interaction)

    async def run(self) -> None:
        """Recover, then encode until cancelled."""
        # At once, not in a thread: the first call may come in the loop's next turn.
        (self._data / LIVE_FOLDER).mkdir(parents=True, exist_ok=True)
        async with asyncio.TaskGroup() as retries:
            await self._find_left_behind(retries)
            while True:
                recording = await self._captured.get()
                await self._finish(recording, 0, retries)

    async def _find_left_behind(self, retries: asyncio.TaskGroup) -> None:
        try:
            left = [
                *await self._catalogue.recordings_in(RecordingState.LIVE.value),
                *await self._catalogue.recordings_in(RecordingState.CAPTURED.value),
            ]
        except MadoguchiError as error:
            _log.warning("recordings_not_recovered_yet", code=error.code)
            retries.create_task(self._find_later(retries))
            return
        for one in left:
            if one.id not in self._begun:
                self._captured.put_nowait(one.id)

    async def _find_later(self, retries: asyncio.TaskGroup) -> None:
        await self._clock.sleep(RETRY[0])
        await self._find_left_behind(retries)

    async def _finish(self, recording: RecordingId, attempt: int, retries: asyncio.TaskGroup) -> None:
        try:
            await self._encode(recording)
        except BadAudioError as error:
            await self._give_up(recording, error, attempt, retries)
        except Exception as error:  # noqa: BLE001 - one bad recording must not stop the others
            if isinstance(error, MadoguchiError):
                _log.warning("recording_not_stored_yet", recording=recording, code=error.code)
            else:
                _log.exception("recording_not_stored_yet", recording=recording)
            retries.create_task(self._again(recording, attempt, retries))

    async def _again(self, recording: RecordingId, attempt: int, retries: asyncio.TaskGroup) -> None:
        await self._clock.sleep(RETRY[min(attempt, len(RETRY) - 1)])
        await self._finish(recording, attempt + 1, retries)

    async def _encode(self, recording: RecordingId) -> None:
        noted = await self._catalogue.recording(recording)
        if noted is None or noted.state in RECORDING.terminal:
            return
        wav = self._data / noted.wav
        if noted.state is RecordingState.LIVE:
            if not await asyncio.to_thread(wav.is_file):
                raise BadAudioError("there is no capture")
            noted = evolve(noted, Captured(await self._transcoder.recover(wav)))
            await self._catalogue.save_recording(noted)
        key = f"recordings/{noted.started_at:%Y/%m/%d}/{wav.stem}.mp3"
        mp3 = wav.with_suffix(".mp3")
        if await asyncio.to_thread(wav.is_file):
            span_s = await self._transcoder.to_mp3(wav, mp3)
        else:
            raise BadAudioError("there is no capture")
        size = await self._blobs.put(key, mp3)
        await self._catalogue.save_recording(evolve(noted, Kept(key, span_s, size)))
        self._begun.discard(recording)
        await asyncio.to_thread(mp3.unlink, missing_ok=True)
        await asyncio.to_thread(wav.unlink, missing_ok=True)

    async def _give_up(
        self, recording: RecordingId, error: BadAudioError, attempt: int, retries: asyncio.TaskGroup
    ) -> None:
        _log.error("recording_unreadable", recording=recording, detail=error.detail)
        try:
            noted = await self._catalogue.recording(recording)
            if noted is not None:
                await self._catalogue.save_recording(evolve(noted, Unreadable(error.detail)))
        except MadoguchiError:
            retries.create_task(self._again(recording, attempt, retries))
