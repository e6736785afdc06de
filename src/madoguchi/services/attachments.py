"""Files in chats: what comes in is believed only after it was read to its end, and is stored as it was written anew."""

import asyncio
import json
import sys
import tempfile
import unicodedata
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath
from typing import Any, Final

import filetype
import structlog

from madoguchi.domain.chats.attachments import Attachment, MediaType, Refusal
from madoguchi.kernel.errors import Kind, MadoguchiError, UnavailableError
from madoguchi.kernel.ids import AttachmentId, InteractionId
from madoguchi.ports.blobs import Blobs
from madoguchi.ports.environment import Clock, IdSource
from madoguchi.ports.storage import Catalogue

TYPES: Final[Mapping[str, MediaType]] = {
    ".png": MediaType.PNG,
    ".jpg": MediaType.JPEG,
    ".jpeg": MediaType.JPEG,
    ".mp4": MediaType.MP4,
}
"""What may be attached, by the end of its name. What is in it must agree."""

NAME_LENGTH: Final = 120
MIB: Final = 1024 * 1024

_log = structlog.get_logger(__name__)


class BadAttachmentError(MadoguchiError):
    """This file cannot be attached."""

    kind = Kind.INVALID
    code = "bad_attachment"

    def __init__(self, detail: str, reason: Refusal) -> None:
        super().__init__(detail, field="file", reason=reason.value)


@dataclass(frozen=True)
class DecoderLimits:
    """What the process that reads a file may use."""

    memory: int = 1_536 * MIB
    cpu_s: int = 60
    pixels: int = 50_000_000
    frame_pixels: int = 9_500_000
    """Of a video's picture: 4K and a little."""
    frames: int = 40_000


DEFAULT_LIMITS: Final = DecoderLimits()


@dataclass(frozen=True)
class AttachmentRules:
    """What is accepted."""

    max_bytes: int = 20 * MIB
    limits: DecoderLimits = DEFAULT_LIMITS
    patience_s: float = 90.0
    at_once: int = 2
    """How many files are read at the same time."""


@dataclass(frozen=True)
class CheckedFile:
    """A clean copy, and what is in it."""

    path: Path
    name: str
    media_type: MediaType
    width: int
    height: int


def display_name(name: str) -> str:
    """Return a sender's file name as it may be shown: one line, no folders, not too long, its ending kept."""
    shown = "".join(letter for letter in name if unicodedata.category(letter)[0] != "C")
    shown = shown.replace("\\", "/").rpartition("/")[2].strip()
    ending = PurePath(shown).suffix
    return shown if len(shown) <= NAME_LENGTH else shown[: NAME_LENGTH - len(ending) - 1] + "…" + ending


class AttachmentService:
    """Checks, stores and finds files that go with chats."""

    def __init__(
        self, catalogue: Catalogue, blobs: Blobs, clock: Clock, ids: IdSource, rules: AttachmentRules | None = None
    ) -> None:
        self.rules = rules or AttachmentRules()
        self._catalogue = catalogue
        self._blobs = blobs
        self._clock = clock
        self._ids = ids
        self._places = asyncio.Semaphore(self.rules.at_once)

    async def keep(self, interaction: InteractionId, name: str, path: Path) -> Attachment:
        """Check the file at `path` and store a clean copy of it.

        Raises:
            BadAttachmentError: it is too large, of no accepted kind, damaged, or not what its name says.
            UnavailableError: it could not be checked or stored just now.
        """
        async with self.checked(name, path) as clean:
            attachment_id = AttachmentId(self._ids.new("attachment"))
            now = self._clock.now()
            key = f"attachments/{now:%Y/%m/%d}/{attachment_id}{_ending(clean.media_type)}"
            size = await self._blobs.put(key, clean.path)
        found = Attachment(
            attachment_id, interaction, clean.name, clean.media_type, size, clean.width, clean.height, key, now
        )
        try:
            await self._catalogue.save_attachment(found)
        except MadoguchiError:
            await self._blobs.delete(key)
            raise
        return found

    async def drop(self, attachment: Attachment) -> None:
        """Forget an attachment that nobody got: first what names the file, then the file."""
        try:
            await self._catalogue.forget_attachment(attachment.id)
            await self._blobs.delete(attachment.blob_key)
        except MadoguchiError as error:
            # Its sender is told why it was refused, and not what we failed to clear away.
            _log.warning("attachment_left_behind", attachment=attachment.id, code=error.code)

    async def find(self, attachment: AttachmentId) -> Attachment | None:
        """Return what is known of an attachment."""
        return await self._catalogue.attachment(attachment)

    @asynccontextmanager
    async def checked(self, name: str, path: Path) -> AsyncIterator[CheckedFile]:
        """Yield a clean copy of the file at `path`, as long as the context lasts.

        Raises:
            BadAttachmentError: it cannot be accepted; the detail says why.
        """
        shown = display_name(name)
        media_type = self._claimed(shown, path)
        async with self._places:
            with tempfile.TemporaryDirectory(prefix="attachment-") as folder:
                target = Path(folder) / f"clean{_ending(media_type)}"
                answer = await self._decode(media_type, path, target)
                if "refused" in answer:
                    raise BadAttachmentError(str(answer["refused"]), Refusal(answer["reason"]))
                yield CheckedFile(target, shown, media_type, answer["width"], answer["height"])

    def _claimed(self, name: str, path: Path) -> MediaType:
        """Return what name and first bytes agree on."""
        media_type = TYPES.get(PurePath(name).suffix.lower())
        if media_type is None:
            raise BadAttachmentError(f"only {', '.join(TYPES)} files can be attached", Refusal.WRONG_TYPE)
        size = path.stat().st_size
        if size == 0:
            raise BadAttachmentError("the file is empty", Refusal.EMPTY)
        if size > self.rules.max_bytes:
            raise BadAttachmentError(f"the file is larger than {self.rules.max_bytes // MIB} MB", Refusal.TOO_LARGE)
        guessed = filetype.guess_mime(str(path))
        if guessed != media_type.value:
            raise BadAttachmentError(
                f"the file is named like {media_type.value} but contains {guessed or 'something else'}",
                Refusal.DISGUISED,
            )
        return media_type

    async def _decode(self, media_type: MediaType, source: Path, target: Path) -> dict[str, Any]:
        """Have the file read and written anew by a process that can do no harm."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-m",
            "madoguchi.services.attachment_decoder",
            media_type.value,
            str(source),
            str(target),
            json.dumps(asdict(self.rules.limits)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(self.rules.patience_s):
                out, err = await process.communicate()
        except TimeoutError:
            return {"refused": "the file takes too long to be read", "reason": Refusal.TOO_COMPLEX}
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if err:
            _log.warning("attachment_decoder_said", text=err.decode(errors="replace")[-1_000:])
        if process.returncode == 0 and out:
            answer: dict[str, Any] = json.loads(out)
            return answer
        _log.warning("attachment_decoder_died", code=process.returncode)
        if process.returncode is not None and process.returncode < 0:
            return {"refused": "the file is damaged, or needs too much to be read", "reason": Refusal.TOO_COMPLEX}
        raise UnavailableError("the file could not be checked; try again")


def _ending(media_type: MediaType) -> str:
    return next(ending for ending, kind in TYPES.items() if kind is media_type)
