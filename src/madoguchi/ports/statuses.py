"""The catalogue of the organisation's own statuses."""

from collections.abc import Sequence
from typing import Protocol

from madoguchi.domain.agents.statuses import CustomStatus
from madoguchi.kernel.ids import StatusId


class StatusCatalogue(Protocol):
    """Plain records. Every write is on disk on return."""

    async def all(self) -> Sequence[CustomStatus]:
        """Return them in the order of their making."""

    async def save(self, status: CustomStatus) -> CustomStatus:
        """Store or replace one; return it with the version that it is at now.

        Raises:
            StaleVersionError: the stored version is not its own; one of version 0 replaces any.
        """

    async def remove(self, status: StatusId) -> bool:
        """Forget one; return whether it was there."""
