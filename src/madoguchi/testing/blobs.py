"""A blob store in memory."""

from collections.abc import AsyncIterator
from pathlib import Path

from madoguchi.kernel.errors import NotFoundError, UnavailableError


class MemoryBlobs:
    """Keeps the promises of `madoguchi.ports.blobs.Blobs`, durability apart."""

    def __init__(self) -> None:
        self.available = True
        """Set to False, every call raises `UnavailableError`."""
        self.kept: dict[str, bytes] = {}

    async def put(self, key: str, content: bytes | Path) -> int:
        """Store `content` under `key`."""
        self._check()
        self.kept[key] = content.read_bytes() if isinstance(content, Path) else content  # noqa: ASYNC240 - small
        return len(self.kept[key])

    async def size(self, key: str) -> int:
        """Return the size in bytes."""
        self._check()
        if key not in self.kept:
            raise NotFoundError(key)
        return len(self.kept[key])

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` up to, not including, `end`."""
        self._check()
        if key not in self.kept:
            raise NotFoundError(key)
        yield self.kept[key][start:end]

    async def delete(self, key: str) -> None:
        """Forget `key`."""
        self._check()
        self.kept.pop(key, None)

    def _check(self) -> None:
        if not self.available:
            raise UnavailableError("the store was told to be unavailable")
