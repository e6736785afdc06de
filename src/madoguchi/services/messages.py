"""Languages & messages: what an organisation says in its own words or its own voice, from the next playback on."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Final

import filetype
import structlog

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.audit.entries import Seen, Subject
from madoguchi.domain.messages.own import Audio, Missing, OwnMessage, Refusal, missing
from madoguchi.domain.messages.registry import LONGEST_TEXT, Declaration, declared
from madoguchi.domain.messages.texts import Message, line
from madoguchi.domain.messages.variables import Fault, TextFault, faults, filled, samples, spoken
from madoguchi.kernel.errors import InvalidInputError, Kind, MadoguchiError, NotFoundError
from madoguchi.kernel.time import Span
from madoguchi.ports.environment import Clock, IdSource
from madoguchi.ports.messages import BadSoundError, MessageStore, SoundImport, SoundRule
from madoguchi.ports.speech import SpeechSynthesizer
from madoguchi.ports.storage import StaleVersionError, require_present
from madoguchi.services.attachments import display_name
from madoguchi.services.languages import LanguageService
from madoguchi.services.message_audio import MessageAudio
from madoguchi.services.rate_limits import Rate, RateLimit
from madoguchi.services.tenant import Tenant

MIB: Final = 1024 * 1024
MAX_BYTES: Final = 15 * MIB
SOUND_TYPES: Final[Mapping[str, frozenset[str]]] = {
    ".wav": frozenset({"audio/x-wav", "audio/wav"}),
    ".mp3": frozenset({"audio/mpeg"}),
}
"""What may be uploaded, by the end of its name, and what its first bytes must be."""
PREVIEWS: Final = Rate(30, Span(minutes=1))
UPLOADS: Final = Rate(20, Span(minutes=1))

_log = structlog.get_logger(__name__)


class BadTextError(MadoguchiError):
    """This text cannot be said."""

    kind = Kind.INVALID
    code = "bad_text"

    def __init__(self, fault: Fault) -> None:
        named = f" @{{{fault.name}}}" if fault.name else ""
        super().__init__(
            f"{fault.kind.value.replace('_', ' ')}{named} at character {fault.position + 1}",
            field="text",
            reason=fault.kind.value,
        )
        self.position = fault.position
        """How many characters stand before what is wrong."""
        self.name = fault.name


class NoVoiceError(MadoguchiError):
    """No voice speaks this language; upload a recording instead."""

    kind = Kind.INVALID
    code = "no_voice"


@dataclass(frozen=True)
class Overview:
    """Everything about messages that a page shows."""

    own: Mapping[tuple[str, str], OwnMessage]
    voices: Sequence[str]
    missing: Sequence[Missing]


class MessageService:
    """Keeps own messages in memory for the calls, and changes them for the page."""

    def __init__(
        self,
        *,
        store: MessageStore,
        languages: LanguageService,
        audio: MessageAudio,
        sounds: SoundImport,
        speech: SpeechSynthesizer,
        tenant: Tenant,
        clock: Clock,
        ids: IdSource,
    ) -> None:
        self._store = store
        self._languages = languages
        self._audio = audio
        self._sounds = sounds
        self._speech = speech
        self._tenant = tenant
        self._clock = clock
        self._ids = ids
        self._own: dict[tuple[str, str], OwnMessage] = {}
        self._previews = RateLimit(clock, PREVIEWS)
        self._uploads = RateLimit(clock, UPLOADS)

    async def load(self) -> None:
        """Read all own messages; to be called at the start."""
        found = await self._store.own_messages()
        self._own = {(own.message, own.language): own for own in found}
        await self._audio.tidy(own.audio for own in found if own.audio is not None)

    # --- For the calls ---

    def own(self, message: str, language: str) -> OwnMessage | None:
        """Return what the organisation says for `message`; None where that is the built-in text."""
        found = self._own.get((message, language))
        return found if found is not None and (found.text or found.audio is not None) else None

    def unsaid(self, message: Message) -> Sequence[str]:
        """Return the live languages in which `message` cannot be said."""
        found = missing(self._languages.live(), self._own, tuple(self._speech.languages))
        return [one.language for one in found if one.message is message]

    async def file(self, audio: Audio) -> Path:
        """Return a recorded message as a file.

        Raises:
            NotFoundError: it is gone.
            UnavailableError: it cannot be read just now.
        """
        return await self._audio.file(audio)

    # --- For the page ---

    async def overview(self, actor: Principal) -> Overview:
        """Return all messages that were ever changed, and what is missing in the live languages."""
        actor.require(Permission.VIEW_MESSAGES)
        voices = tuple(self._speech.languages)
        return Overview(dict(self._own), voices, missing(self._languages.live(), self._own, voices))

    async def set_text(self, actor: Principal, message: str, language: str, version: int, text: str) -> OwnMessage:
        """Say `text` from the next time on.

        Raises:
            NotFoundError: there is no such message in this language.
            BadTextError: the text is empty or too long, or refers to what is not known then.
            StaleVersionError: somebody else has changed the message since `version`.
        """
        actor.require(Permission.EDIT_MESSAGES)
        _, declaration = declared(message, language)
        _check(text, declaration)
        return await self._replace(actor, self._next(actor, message, language, version), text=text.strip())

    async def reset(self, actor: Principal, message: str, language: str, version: int) -> OwnMessage:
        """Go back to the built-in text or music.

        Raises:
            NotFoundError: there is no such message in this language.
            StaleVersionError: somebody else has changed the message since `version`.
        """
        actor.require(Permission.EDIT_MESSAGES)
        declared(message, language)
        return await self._replace(actor, self._next(actor, message, language, version))

    async def upload(
        self, actor: Principal, message: str, language: str, version: int, name: str, path: Path
    ) -> OwnMessage:
        """Play the sound file at `path` from the next time on. Whatever is wrong with it, what was there stays.

        Raises:
            NotFoundError: there is no such message in this language.
            BadSoundError: the file cannot be used; the detail says why.
            StaleVersionError: somebody else has changed the message since `version`.
            TooFastError: too many uploads lately.
            UnavailableError: it cannot be checked or stored just now.
        """
        actor.require(Permission.EDIT_MESSAGES)
        _, declaration = declared(message, language)
        if not declaration.audio:
            raise BadSoundError("every caller hears something else here", Refusal.NOT_RECORDABLE)
        draft = self._next(actor, message, language, version)
        self._uploads.require(actor.user.id)
        shown = display_name(name)
        async with self._brought_in(shown, path, declaration) as (made, span_s):
            key = f"messages/{language}/{message}/{self._ids.new('sound')}.wav"
            size = await self._audio.keep(key, made)
        audio = Audio(key, shown, round(span_s, 3), size)
        try:
            return await self._replace(actor, draft, audio=audio)
        except MadoguchiError:
            await self._drop(audio)
            raise

    async def recorded(self, actor: Principal, message: str, language: str) -> Audio:
        """Return what is played for `message`.

        Raises:
            NotFoundError: there is no such message, or it is not recorded.
        """
        actor.require(Permission.VIEW_MESSAGES)
        declared(message, language)
        found = self.own(message, language)
        if found is None or found.audio is None:
            raise NotFoundError("this message is not recorded")
        return found.audio

    async def preview(self, actor: Principal, message: str, language: str, text: str | None) -> Path:
        """Return what a caller hears: `text`, or what holds now where it is None, with sample values.

        Raises:
            NotFoundError: there is no such message in this language, or no text for it.
            BadTextError: the text could not be saved either.
            NoVoiceError: nobody speaks the language.
            TooFastError: too many previews lately.
            SpeechError: it cannot be spoken just now.
        """
        actor.require(Permission.VIEW_MESSAGES)
        found, declaration = declared(message, language)
        if text is not None:
            _check(text, declaration)
        if language not in self._speech.languages:
            raise NoVoiceError(f"no voice speaks {language}", field="text")
        values = {**samples(language), "COMPANY": await self._tenant.company(language)}
        self._previews.require(actor.user.id)
        said = text or self._text(found, language)
        words = {name: spoken(name, value, language) for name, value in values.items()}
        if said is None:
            built_in = line(found, language, **{name.lower(): value for name, value in values.items()})
            return await self._speech.speak(built_in.text, built_in.language)
        return await self._speech.speak(filled(said, words), language)

    def _text(self, message: Message, language: str) -> str | None:
        found = self.own(message.value, language)
        return found.text or None if found is not None else None

    def _next(self, actor: Principal, message: str, language: str, version: int) -> OwnMessage:
        """Return the message's next version, still without contents."""
        present = self._own.get((message, language))
        seen = Seen(Subject.MESSAGE, f"{message}/{language}", version)
        require_present(present.version if present is not None else 0, seen)
        return OwnMessage(message, language, version + 1, changed_by=actor.user.id, changed_at=self._clock.now())

    async def _replace(
        self, actor: Principal, draft: OwnMessage, *, text: str = "", audio: Audio | None = None
    ) -> OwnMessage:
        """Store `draft` with its contents; the calls have it then. The file that it replaces is forgotten."""
        key = (draft.message, draft.language)
        before = self._own.get(key)
        changed = replace(draft, text=text, audio=audio)
        try:
            await self._store.save_own_message(changed)
        except StaleVersionError:
            if (present := await self._store.own_message(*key)) is not None:
                self._own[key] = present
            raise
        self._own[key] = changed
        _log.info("message_changed", message=changed.message, language=changed.language, by=actor.user.id)
        if before is not None and before.audio is not None:
            await self._drop(before.audio)
        return changed

    async def _drop(self, audio: Audio) -> None:
        try:
            await self._audio.drop(audio)
        except MadoguchiError as error:
            # The change itself has been made; a file too many harms nobody.
            _log.warning("message_sound_left_behind", code=error.code)

    @asynccontextmanager
    async def _brought_in(self, name: str, path: Path, declaration: Declaration) -> AsyncIterator[tuple[Path, float]]:
        """Yield the upload as it will be played, and its length."""
        ending = await asyncio.to_thread(_claimed, name, path)
        rule = SoundRule(declaration.longest_s, trim=declaration.text)
        with tempfile.TemporaryDirectory(prefix="sound-") as folder:
            made = Path(folder) / "sound.wav"
            yield made, await self._sounds.bring_in(path, ending, made, rule)


def _check(text: str, declaration: Declaration) -> None:
    if not declaration.text:
        raise InvalidInputError("this message cannot be spoken; upload a file", field="text", reason="only_audio")
    found = faults(text, declaration.variables, declaration.required, LONGEST_TEXT)
    if found:
        raise BadTextError(found[0])
    if not any(letter.isalnum() for letter in text):
        raise BadTextError(Fault(TextFault.EMPTY, 0))


def _claimed(name: str, path: Path) -> str:
    """Return the ending on which name and first bytes agree."""
    ending = PurePath(name).suffix.lower()
    if ending not in SOUND_TYPES:
        raise BadSoundError(f"only {' and '.join(SOUND_TYPES)} files can be played", Refusal.WRONG_TYPE)
    size = path.stat().st_size
    if size == 0:
        raise BadSoundError("the file is empty", Refusal.EMPTY)
    if size > MAX_BYTES:
        raise BadSoundError(f"the file is larger than {MAX_BYTES // MIB} MB", Refusal.TOO_LARGE)
    guessed = filetype.guess_mime(str(path))
    if guessed not in SOUND_TYPES[ending]:
        what = guessed or "something else"
        raise BadSoundError(f"the file is named {ending} but contains {what}", Refusal.DISGUISED)
    return ending
