"""Recorded messages as files on this machine, where the voice engine can play them."""

import asyncio
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from madoguchi.domain.messages.own import Audio
from madoguchi.kernel.errors import UnavailableError
from madoguchi.ports.blobs import Blobs


class MessageAudio:
    """Keeps a copy of every recorded message beside the voice engine.

    A blob's key is never used twice, so a copy is never out of date. Copies that nobody needs any more are removed at
    the start and not when a message is changed: a caller may be hearing one.
    """

    def __init__(self, blobs: Blobs, folder: Path) -> None:
        self._blobs = blobs
        self._folder = folder

    async def keep(self, key: str, made: Path) -> int:
        """Store the file `made` under `key`, and a copy for playing; return its size in bytes.

        Raises:
            UnavailableError: it cannot be stored just now.
        """
        size = await self._blobs.put(key, made)
        await self._copy(key, await asyncio.to_thread(made.read_bytes))
        return size

    async def file(self, audio: Audio) -> Path:
        """Return the file to be played.

        Raises:
            NotFoundError: the blob is gone.
            UnavailableError: it cannot be read just now.
        """
        path = self._path(audio.blob_key)
        if not path.is_file():
            await self._copy(audio.blob_key, b"".join([part async for part in self._blobs.read(audio.blob_key)]))
        return path

    async def drop(self, audio: Audio) -> None:
        """Forget the blob.

        Raises:
            UnavailableError: it cannot be removed just now.
        """
        await self._blobs.delete(audio.blob_key)

    async def tidy(self, needed: Iterable[Audio]) -> None:
        """Remove the copies of all but the `needed`; to be called before anybody hears one."""
        names = {self._path(audio.blob_key).name for audio in needed}

        def remove() -> None:
            for path in self._folder.glob("*"):
                if path.name not in names:
                    path.unlink(missing_ok=True)

        await asyncio.to_thread(remove)

    def _path(self, key: str) -> Path:
        return self._folder / PurePosixPath(key).name

    async def _copy(self, key: str, content: bytes) -> None:
        def write() -> None:
            self._folder.mkdir(parents=True, exist_ok=True)
            descriptor, draft = tempfile.mkstemp(dir=self._folder, prefix="draft-")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(content)
                Path(draft).replace(self._path(key))
            except OSError:
                Path(draft).unlink(missing_ok=True)
                raise

        try:
            await asyncio.to_thread(write)
        except OSError as error:
            raise UnavailableError(f"{self._folder} cannot be written: {error.strerror}") from error
