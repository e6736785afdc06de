"""Does what calls order: tells the voice engine, and tells agents' owners."""

from collections.abc import Sequence

from madoguchi.domain.agents.messages import EndHandling, FreeSlot, OpenHandling
from madoguchi.domain.calls.commands import AgentFound, CallMessage, PlaybackOver
from madoguchi.domain.calls.effects import (
    AnswerLeg,
    CallEffect,
    CloseBridge,
    DialLeg,
    FindAgent,
    PauseRecording,
    Play,
    ReleaseLeg,
    SendDigits,
    SetGains,
    SetListenOnly,
    StartRecording,
    StopPlayback,
    StopRecording,
    VoiceEffect,
)
from madoguchi.domain.routing.offers import Channel
from madoguchi.domain.routing.settings import RoutingSettings
from madoguchi.kernel.ids import InteractionId
from madoguchi.ports.voice import PhoneAddress, VoiceEngine
from madoguchi.services.prompts import PromptService
from madoguchi.services.recordings import RecordingService
from madoguchi.services.reservations import LiveAgents, Reservations


class CallPerformer:
    """Performs the effects of calls. Every operation is idempotent by the ids that the call chose."""

    def __init__(
        self,
        voice: VoiceEngine,
        agents: LiveAgents,
        reservations: Reservations,
        prompts: PromptService,
        recordings: RecordingService,
    ) -> None:
        self._voice = voice
        self._agents = agents
        self._reservations = reservations
        self._prompts = prompts
        self._recordings = recordings

    async def perform(self, owner: str, effect: CallEffect, key: str) -> Sequence[CallMessage]:
        """Do `effect`; see `Performer`."""
        del key
        if isinstance(effect, FindAgent):
            offer = await self._reservations.reserve(
                effect.agent, InteractionId(owner), Channel.CALL, RoutingSettings()
            )
            return (AgentFound(offer),)
        if isinstance(effect, FreeSlot | OpenHandling | EndHandling):
            await self._agents.send(effect.agent, effect)
            return ()
        return await self._speak(InteractionId(owner), effect)

    async def _speak(self, call: InteractionId, effect: VoiceEffect) -> Sequence[CallMessage]:  # noqa: C901, PLR0912 - one case per effect
        voice = self._voice
        match effect:
            case AnswerLeg(leg):
                await voice.answer(leg)
            case DialLeg(leg, address, caller, ring_s, near):
                await voice.dial(leg, PhoneAddress(address), caller=caller, headers={}, ring_s=ring_s, near=near)
            case ReleaseLeg(leg):
                await voice.release(leg)
            case Play(playback, leg, lines, music, ringing):
                sounds = await self._prompts.sounds(lines, music=music, ringing=ringing)
                if not sounds:
                    return (PlaybackOver(playback),)
                await voice.play(playback, leg, sounds)
            case StopPlayback(playback):
                await voice.stop_playback(playback)
            case SetListenOnly(leg, on):
                await voice.set_listen_only(leg, on=on)
            case SetGains(bridge, legs, gains):
                await voice.set_gains(bridge, legs, gains)
            case CloseBridge(bridge):
                await voice.close_bridge(bridge)
            case SendDigits(leg, digits):
                await voice.send_digits(leg, digits)
            case StartRecording():
                await self._recordings.begin(call, effect)
            case PauseRecording():
                await self._recordings.pause(effect)
            case StopRecording():
                await self._recordings.stop(effect)
        return ()
