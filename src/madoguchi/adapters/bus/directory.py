"""The directory of a single process: everything that nobody has yet is ours."""


class LocalDirectory:
    """Implements `ports.directory.Directory` for one process."""

    def __init__(self) -> None:
        self._owned: set[str] = set()

    async def claim(self, owner: str) -> bool:
        """Take `owner`; there is nobody else who could have it."""
        self._owned.add(owner)
        return True

    async def release(self, owner: str) -> None:
        """Give `owner` up."""
        self._owned.discard(owner)
