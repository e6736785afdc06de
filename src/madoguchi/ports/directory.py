"""Which process owns a live interaction. Within one process it is a dict; on a grown site a lease with a number."""

from typing import Protocol


class Directory(Protocol):
    """Makes sure that one process at a time owns an interaction or an agent."""

    async def claim(self, owner: str) -> bool:
        """Take `owner` (an interaction's or agent's id); return whether it is ours now. Taking it twice is no error."""

    async def release(self, owner: str) -> None:
        """Give `owner` up; giving up what is not ours is no error."""
