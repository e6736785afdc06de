"""The organisation's own statuses in memory."""

from collections.abc import Sequence

from madoguchi.domain.agents.statuses import CustomStatus
from madoguchi.kernel.ids import StatusId


class MemoryStatuses:
    """Keeps the promises of `madoguchi.ports.statuses`, durability apart."""

    def __init__(self) -> None:
        self._statuses: dict[StatusId, CustomStatus] = {}

    async def all(self) -> Sequence[CustomStatus]:
        """Return them in the order of their making."""
        return [self._statuses[one] for one in sorted(self._statuses)]

    async def save(self, status: CustomStatus) -> None:
        """Store or replace one."""
        self._statuses[status.id] = status

    async def remove(self, status: StatusId) -> bool:
        """Forget one; return whether it was there."""
        return self._statuses.pop(status, None) is not None
