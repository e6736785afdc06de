"""The organisation's own statuses in memory."""

from collections.abc import Sequence
from dataclasses import replace

from madoguchi.domain.agents.statuses import CustomStatus
from madoguchi.kernel.ids import StatusId
from madoguchi.testing.audit import MemoryAudit, next_version


class MemoryStatuses:
    """Keeps the promises of `madoguchi.ports.statuses`, durability apart."""

    def __init__(self, audit: MemoryAudit | None = None) -> None:
        self._audit = audit or MemoryAudit()
        self._statuses: dict[StatusId, CustomStatus] = {}

    async def all(self) -> Sequence[CustomStatus]:
        """Return them in the order of their making."""
        return [self._statuses[one] for one in sorted(self._statuses)]

    async def save(self, status: CustomStatus) -> CustomStatus:
        """Store or replace one; return it with the version that it is at now.

        Raises:
            StaleVersionError: the stored version is not its own; one of version 0 replaces any.
        """
        before = self._statuses.get(status.id)
        version = next_version(before, status)
        self._statuses[status.id] = replace(status, version=version)
        self._audit.note(before, status, version=version)
        return self._statuses[status.id]

    async def remove(self, status: StatusId) -> bool:
        """Forget one; return whether it was there."""
        gone = self._statuses.pop(status, None)
        if gone is not None:
            self._audit.note(gone, None, version=gone.version + 1)
        return gone is not None
