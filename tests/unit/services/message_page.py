"""Languages & messages as their page has them, over stores in memory."""

from pathlib import Path
from types import SimpleNamespace

from madoguchi.domain.access.permissions import Role
from madoguchi.domain.messages.own import OwnMessage
from madoguchi.kernel.ids import UserId
from madoguchi.services.languages import LanguageService
from madoguchi.services.message_audio import MessageAudio
from madoguchi.services.messages import MessageService
from madoguchi.services.tenant import Tenant
from madoguchi.testing.blobs import MemoryBlobs
from madoguchi.testing.builders import a_principal
from madoguchi.testing.environment import CountingIds, FakeClock
from madoguchi.testing.instant_speech import InstantSpeech
from madoguchi.testing.messages import InstantImport
from madoguchi.testing.storage import MemoryStorage
from madoguchi.testing.tones import write_tone

ADMIN = a_principal(UserId("user_ada"), role=Role.ADMIN)
MANAGER = a_principal(UserId("user_mia"), role=Role.MANAGER)


class Page(SimpleNamespace):
    service: MessageService
    languages: LanguageService
    speech: InstantSpeech
    blobs: MemoryBlobs
    sounds: InstantImport
    storage: MemoryStorage
    clock: FakeClock
    folder: Path

    async def uploads(self, name: str = "hello.wav", version: int = 0, message: str = "greeting") -> OwnMessage:
        path = write_tone(self.folder / "upload.wav", (500,), 1.5, 16_000)
        language = "zxx" if message == "hold_music" else "en"
        return await self.service.upload(ADMIN, message, language, version, name, path)

    def local(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "messages").glob("*"))


def a_page(folder: Path, storage: MemoryStorage | None = None, blobs: MemoryBlobs | None = None) -> Page:
    storage, blobs = storage or MemoryStorage(), blobs or MemoryBlobs()
    clock, ids, speech, sounds = FakeClock(), CountingIds(), InstantSpeech(folder), InstantImport()
    languages = LanguageService(storage.messages, clock)
    service = MessageService(
        store=storage.messages,
        languages=languages,
        audio=MessageAudio(blobs, folder / "messages"),
        sounds=sounds,
        speech=speech,
        tenant=Tenant(storage.catalogue, languages),
        clock=clock,
        ids=ids,
    )
    return Page(
        service=service,
        languages=languages,
        speech=speech,
        blobs=blobs,
        sounds=sounds,
        storage=storage,
        clock=clock,
        folder=folder,
    )
