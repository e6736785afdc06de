"""What the house stands on: an adapter for every port, chosen by whoever builds it."""

from dataclasses import dataclass
from pathlib import Path

from madoguchi.ports.blobs import Blobs
from madoguchi.ports.directory import Directory
from madoguchi.ports.environment import Clock, IdSource
from madoguchi.ports.mail import Mailer
from madoguchi.ports.messages import SoundImport
from madoguchi.ports.national_holidays import NationalHolidays
from madoguchi.ports.sms import SmsCarriers
from madoguchi.ports.speech import AudioTranscoder, SpeechSynthesizer
from madoguchi.ports.storage import Storage
from madoguchi.ports.voice import VoiceEngine
from madoguchi.services.sign_in import Passwords


@dataclass(frozen=True)
class Ports:
    """What the house stands on."""

    storage: Storage
    voice: VoiceEngine
    blobs: Blobs
    speech: SpeechSynthesizer
    transcoder: AudioTranscoder
    sounds: SoundImport
    directory: Directory
    clock: Clock
    ids: IdSource
    data: Path
    """The folder for live recordings."""
    music: Path
    """What those hear who wait: a sound file that can be played round and round."""
    mailer: Mailer
    """How links reach users."""
    national_holidays: NationalHolidays
    carriers: SmsCarriers
    """How text messages leave the house and come into it."""
    passwords: Passwords | None = None
    """How passwords are hashed; tests take a cheap way."""
