"""Where `madoguchi demo` finds its server, its agents' passwords and its callers' words."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import numpy as np
import soxr

from madoguchi.adapters.cli import pages
from madoguchi.adapters.speech.speaking_process import SpeakingProcess
from madoguchi.adapters.speech.synthesizer import CachingSpeech
from madoguchi.bootstrap.seed import PASSWORDS_FILE, kept
from madoguchi.bootstrap.settings import Settings
from madoguchi.bootstrap.storage import StartError
from madoguchi.domain.access.permissions import Role
from madoguchi.ports.speech import SpeechError
from madoguchi.testing.demo import DemoPlan, NoServerError, run
from madoguchi.testing.demo_people import LINES
from madoguchi.testing.sip_caller import Callee, Samples
from madoguchi.testing.tones import read_wav

PHONE_RATE: Final = 8_000


async def run_demo(
    settings: Settings, *, url: str, sip: str, callers: int, chatters: int, agents: int, minutes: float
) -> None:
    """Let synthetic people come to the server that the settings (or `url` and `sip`) name.

    Raises:
        StartError: there is no server, or no password for the agents.
    """
    scheme = "https" if settings.tls_certificate else "http"
    host, _, port = sip.partition(":")
    plan = DemoPlan(
        url=(url or f"{scheme}://127.0.0.1:{settings.port}").rstrip("/"),
        sip=Callee(host or "127.0.0.1", int(port or settings.sip_port)),
        callers=callers,
        chatters=chatters,
        minutes=minutes,
        agents=_agents(settings, agents),
        voices=await _voices(settings) if callers else (),
    )
    try:
        failed = await run(plan, pages.say)
    except NoServerError as error:
        raise StartError(str(error)) from None
    if failed:
        raise StartError(f"{failed} of the demo's people gave up over a fault")
    pages.say("The demonstration is over.")


async def _voices(settings: Settings) -> Sequence[Samples]:
    """Return what callers say, 8 kHz: their lines, spoken where that is possible, else something like a voice."""
    speech = CachingSpeech(settings.data_folder / "speech", SpeakingProcess())
    voices = []
    try:
        for language, lines in LINES.items():
            with suppress(SpeechError):
                spoken = await speech.speak(" ".join(lines), language)
                (samples, *_), rate = read_wav(spoken)
                voices.append(np.asarray(soxr.resample(samples, rate, PHONE_RATE), np.int16))
    finally:
        await speech.close()
    return voices


def _agents(settings: Settings, wanted: int) -> Sequence[tuple[str, str]]:
    known = [(each.email, each.password) for each in kept(settings.data_folder) if each.role == Role.AGENT]
    if len(known) < wanted:
        raise StartError(
            f"the passwords of {wanted} demo agents are not in {settings.data_folder / PASSWORDS_FILE}; "
            "`madoguchi seed --reset-passwords` makes new ones"
        )
    return known[:wanted]
