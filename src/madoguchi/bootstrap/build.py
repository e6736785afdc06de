"""Puts the program together. The only place that knows which adapter stands behind which port."""

import logging
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any, Final

import structlog
from fastapi import FastAPI

from madoguchi.adapters.blobs.object_store import blobs_at, folder_blobs
from madoguchi.adapters.bus.directory import LocalDirectory
from madoguchi.adapters.calendars.national import NationalCalendars
from madoguchi.adapters.http.app import make_app
from madoguchi.adapters.http.state import MIB, Hooks, HttpSettings, HttpState
from madoguchi.adapters.mail.smtp import NullMailer, SmtpMailer, SmtpSettings
from madoguchi.adapters.observability.metrics import Metrics
from madoguchi.adapters.realtime.registry import SocketRegistry
from madoguchi.adapters.realtime.route import realtime_route
from madoguchi.adapters.realtime.socket import SIGN_IN_NEEDED, RealtimeSettings
from madoguchi.adapters.sms.carriers import Carriers
from madoguchi.adapters.speech.assets import HOLD_MUSIC
from madoguchi.adapters.speech.sound_import import PyAvSoundImport
from madoguchi.adapters.speech.speaking_process import SpeakingProcess
from madoguchi.adapters.speech.synthesizer import CachingSpeech
from madoguchi.adapters.speech.transcoder import PyAvTranscoder
from madoguchi.adapters.system import SystemClock, SystemIds, SystemRng
from madoguchi.adapters.voice.embedded.build import embedded_voice_and_media
from madoguchi.adapters.voice.embedded.engine import EmbeddedVoice
from madoguchi.adapters.voice.embedded.media_plane import MediaPlane
from madoguchi.adapters.voice.embedded.settings import EmbeddedVoiceSettings
from madoguchi.adapters.voice.embedded.settings import Phone as VoicePhone
from madoguchi.adapters.voice.embedded.settings import Trunk as VoiceTrunk
from madoguchi.bootstrap.health import CountErrors, MediaFigures, readiness, watch_house
from madoguchi.bootstrap.house import House
from madoguchi.bootstrap.ports import Ports
from madoguchi.bootstrap.settings import Settings
from madoguchi.kernel.errors import MadoguchiError
from madoguchi.kernel.ids import SessionId, UserId
from madoguchi.kernel.time import Span
from madoguchi.ports.blobs import Blobs
from madoguchi.ports.environment import Clock
from madoguchi.ports.mail import Mailer
from madoguchi.ports.storage import Storage
from madoguchi.services.attachments import AttachmentRules

_FIGURES_EVERY: Final = Span(seconds=2)
_AROUND_A_FILE: Final = MIB
"""What an upload's form has besides its file."""
_BURST: Final = 2.0
"""Seconds of the allowed rate that a consumer may send at once."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Program:
    """Everything that runs, as far as its starter needs it."""

    app: FastAPI
    voice: EmbeddedVoice
    house: House


@asynccontextmanager
async def built(settings: Settings, storage: Storage) -> AsyncIterator[Program]:
    """Yield the running program over an open database; end it in order.

    Raises:
        VoiceUnavailableError: the voice engine cannot start.
        UnavailableError: the place for blobs cannot be reached.
    """
    clock, ids, rng = SystemClock(), SystemIds(), SystemRng()
    voice, media = embedded_voice_and_media(voice_settings(settings), ids, rng)
    speech = CachingSpeech(settings.data_folder / "speech", SpeakingProcess())
    blobs = blobs_at(settings.blobs) if settings.blobs else folder_blobs(settings.data_folder / "blobs")
    house = House(
        Ports(
            storage=storage,
            voice=voice,
            blobs=blobs,
            speech=speech,
            transcoder=PyAvTranscoder(),
            sounds=PyAvSoundImport(),
            directory=LocalDirectory(),
            clock=clock,
            ids=ids,
            data=settings.data_folder,
            music=HOLD_MUSIC,
            mailer=mailer_of(settings),
            national_holidays=NationalCalendars(),
            carriers=Carriers(clock, settings.public_url),
        )
    )
    metrics = Metrics()
    counting = CountErrors(metrics)
    logging.getLogger().addHandler(counting)
    try:
        async with house.opened():
            figures = MediaFigures()
            figures.watch(metrics)
            watch_house(metrics, house)
            house.spawn(_look_at_media(media, figures, clock))
            yield Program(_app(settings, storage, blobs, media, house, metrics, clock), voice, house)
    finally:
        logging.getLogger().removeHandler(counting)
        await speech.close()


def _app(
    settings: Settings,
    storage: Storage,
    blobs: Blobs,
    media: MediaPlane,
    house: House,
    metrics: Metrics,
    clock: Clock,
) -> FastAPI:
    realtime = RealtimeSettings(origins=settings.origins)
    sockets = SocketRegistry(
        limit=realtime.max_sockets, limit_per_owner=realtime.max_sockets_per_owner, watch=metrics.set_sockets
    )

    async def branding() -> Mapping[str, Any]:
        return await storage.catalogue.settings("branding")

    http = HttpSettings(
        static=settings.static_folder,
        uploads=settings.data_folder / "uploads",
        cookie=realtime.cookie,
        frame_ancestors=settings.frame_ancestors,
        origins=settings.origins,
        max_upload=AttachmentRules().max_bytes + _AROUND_A_FILE,
        consumer_rate=settings.consumer_rate,
        consumer_burst=max(1, round(settings.consumer_rate * _BURST)),
        metrics_networks=tuple(ip_network(one) for one in settings.metrics_networks),
    )
    told = house.access.changed

    def access_changed(users: Collection[UserId] | None) -> None:
        told(users)
        sockets.refresh(users)

    house.access.changed = access_changed

    def end_sessions(ended: Sequence[SessionId]) -> None:
        for session in ended:
            sockets.stop_session(session, SIGN_IN_NEEDED)

    house.access.ended = end_sessions
    hooks = Hooks(
        readiness=readiness(storage, media, settings.static_folder),
        metrics=metrics.page,
        observe=metrics.observe_request,
        signed_out=lambda session: sockets.stop_session(session, SIGN_IN_NEEDED),
    )
    state = HttpState(house.services, blobs, http, branding, hooks)
    return make_app(state, routes=[realtime_route(house.services, clock, sockets, realtime)])


async def _look_at_media(media: MediaPlane, figures: MediaFigures, clock: Clock) -> None:
    while True:
        try:
            figures.take(await media.stats())
        except MadoguchiError:
            pass  # A worker that has just died is started again by the engine; its figures begin anew.
        except Exception:  # noqa: BLE001 - figures are not worth a house: nobody's call may end for them
            _log.exception("media_figures_failed")
        await clock.sleep(_FIGURES_EVERY)


def mailer_of(settings: Settings) -> Mailer:
    """Return how mail leaves the house, by what the settings say."""
    if not settings.smtp_host:
        return NullMailer()
    return SmtpMailer(
        SmtpSettings(
            host=settings.smtp_host,
            port=settings.smtp_port,
            sender=settings.smtp_sender,
            base_url=settings.public_url,
            user=settings.smtp_user,
            password=settings.smtp_password,
            security=settings.smtp_security,
        )
    )


def voice_settings(settings: Settings) -> EmbeddedVoiceSettings:
    """Return what the embedded voice engine needs of the settings."""
    return EmbeddedVoiceSettings(
        sip_host=settings.sip_host,
        sip_port=settings.sip_port,
        advertised=settings.sip_address,
        rtp_ports=settings.rtp_range,
        webrtc_port=settings.webrtc_port,
        webrtc_tcp=settings.webrtc_tcp,
        media_addresses=settings.media_addresses,
        workers=settings.media_workers,
        trunks=tuple(
            VoiceTrunk(
                name=trunk.name,
                host=trunk.host,
                port=trunk.port,
                transport=trunk.transport,
                user=trunk.user,
                password=trunk.password,
                networks=trunk.networks,
                caller=trunk.caller,
                register=trunk.register,
                srtp=trunk.srtp,
            )
            for trunk in settings.trunks
        ),
        phones=tuple(VoicePhone(phone.user, phone.password, phone.name, phone.srtp) for phone in settings.phones),
        accept_unknown=settings.sip_strangers,
        max_legs=settings.max_legs,
        invite_rate=settings.sip_call_rate,
        invite_burst=max(1.0, 2 * settings.sip_call_rate),
        max_auth_failures=settings.sip_wrong_passwords,
        ban_s=settings.sip_lockout_s,
    )
