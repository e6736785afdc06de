"""Files that outlive a process: recordings, attachments, transcripts."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol


class Blobs(Protocol):
    """Keeps files under keys such as `recordings/2026/11/23/call_01….mp3`."""

    async def put(self, key: str, content: bytes | Path) -> int:
        """Store `content` under `key`, replacing what is there in one step; return the size in bytes.

        Raises:
            UnavailableError: the store cannot be reached or is full; nothing is half stored.
        """

    async def size(self, key: str) -> int:
        """Return the size in bytes.

        Raises:
            NotFoundError: nothing is stored under `key`.
        """

    def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` up to, not including, `end`.

        Raises:
            NotFoundError: nothing is stored under `key`.
        """

    async def delete(self, key: str) -> None:
        """Forget `key`; forgetting what is not there is no error."""
