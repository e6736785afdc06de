"""The catalogue of the organisation's own statuses."""

from collections.abc import Sequence
from typing import Protocol

from madoguchi.domain.agents.statuses import CustomStatus
from madoguchi.kernel.ids import StatusId


class StatusCatalogue(Protocol):
    """Plain records. Every write is on disk on return."""

    async def all(self) -> Sequence[CustomStatus]:
        """Return them in the order of their making."""

    async def save(self, status: CustomStatus) -> None:
        """Store or replace one."""

    async def remove(self, status: StatusId) -> bool:
        """Forget one; return whether it was there."""
