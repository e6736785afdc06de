"""Blobs in an object store: a folder of this machine, or whatever obstore knows by a URL (S3, GCS, Azure)."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from madoguchi.kernel.errors import InvalidInputError, NotFoundError, UnavailableError

_CHUNK: Final = 256 * 1024
_KEY: Final = re.compile(r"(?!.*(?:^|/)\.{1,2}(?:/|$))[A-Za-z0-9._=+@-]+(?:/[A-Za-z0-9._=+@-]+)*")
_LONGEST_KEY: Final = 512


class ObjectStoreBlobs:
    """Keeps every blob as one object.

    Args:
        store: where.
        folder: the folder that `store` is, where it is one: what is put there is then waited for until it is on disk.
    """

    def __init__(self, store: ObjectStore, folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder

    async def put(self, key: str, content: bytes | Path) -> int:
        """Store `content` under `key`, replacing what is there in one step; return the size in bytes.

        Raises:
            InvalidInputError: `key` is no key.
            NotFoundError: `content` is a file that does not exist.
            UnavailableError: the store cannot be reached or is full; nothing is half stored.
        """
        path = _checked(key)
        if isinstance(content, Path) and not await asyncio.to_thread(content.is_file):
            raise NotFoundError(f"there is no file {content}")
        try:
            await obstore.put_async(self._store, path, content)
            if self._folder:
                await asyncio.to_thread(_sync, self._folder / path)
            meta = await obstore.head_async(self._store, path)
        except (BaseError, OSError) as error:
            raise UnavailableError(f"the blob {key} could not be stored: {error}") from error
        return int(meta["size"])

    async def size(self, key: str) -> int:
        """Return the size in bytes.

        Raises:
            NotFoundError: nothing is stored under `key`.
            UnavailableError: the store cannot be reached.
        """
        try:
            meta = await obstore.head_async(self._store, _checked(key))
        except FileNotFoundError as error:
            raise NotFoundError(f"there is no blob {key}") from error
        except (BaseError, OSError) as error:
            raise UnavailableError(f"the blob {key} could not be read: {error}") from error
        return int(meta["size"])

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` up to, not including, `end`; nothing where the blob has none there.

        Raises:
            NotFoundError: nothing is stored under `key`.
            UnavailableError: the store cannot be reached, or was lost on the way.
        """
        size = await self.size(key)
        first, last = max(0, start), size if end is None else min(end, size)
        if first >= last:
            return
        try:
            found = await obstore.get_async(self._store, _checked(key), options={"range": (first, last)})
            async for chunk in found.stream(min_chunk_size=_CHUNK):
                yield bytes(chunk)
        except FileNotFoundError as error:
            raise NotFoundError(f"there is no blob {key}") from error
        except (BaseError, OSError) as error:
            raise UnavailableError(f"the blob {key} could not be read: {error}") from error

    async def delete(self, key: str) -> None:
        """Forget `key`; forgetting what is not there is no error.

        Raises:
            UnavailableError: the store cannot be reached.
        """
        try:
            with suppress(FileNotFoundError):
                await obstore.delete_async(self._store, _checked(key))
        except (BaseError, OSError) as error:
            raise UnavailableError(f"the blob {key} could not be deleted: {error}") from error


def folder_blobs(folder: Path) -> ObjectStoreBlobs:
    """Return blobs as files in `folder`, which is made where it is missing.

    Raises:
        UnavailableError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnavailableError(f"the folder {folder} cannot be made: {error.strerror}") from error
    return ObjectStoreBlobs(LocalStore(folder), folder)


def blobs_at(url: str) -> ObjectStoreBlobs:
    """Return blobs at `url`: `s3://bucket/prefix`, `gs://…`, `az://…`, `file:///folder`, `memory:///`.

    Credentials come from the environment, under the names that each vendor's own tools use.

    Raises:
        InvalidInputError: it names no store that is known here.
    """
    if url.startswith("file://"):
        return folder_blobs(Path(url.removeprefix("file://")))
    try:
        return ObjectStoreBlobs(from_url(url))
    except (BaseError, ValueError) as error:
        raise InvalidInputError(f"no blobs can be kept at {url!r}: {error}") from error


def _checked(key: str) -> str:
    """Return `key` if it is a plain relative path, so that nobody reaches what is not a blob."""
    if len(key) > _LONGEST_KEY or not _KEY.fullmatch(key):
        raise InvalidInputError("a blob's key has parts of A-Z a-z 0-9 . _ = + @ - with / between them")
    return key


def _sync(file: Path) -> None:
    """Wait until the file and its name are on disk: a recording's source is deleted next."""
    for path in (file, file.parent):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
