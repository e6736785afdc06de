"""Queues' deflections in memory."""

from collections.abc import Sequence
from dataclasses import replace

from madoguchi.domain.audit.entries import Seen, Subject
from madoguchi.domain.deflection.plan import QueueDeflection
from madoguchi.kernel.ids import QueueId
from madoguchi.ports.storage import require_present
from madoguchi.testing.audit import MemoryAudit


class MemoryDeflections:
    """Keeps the promises of `madoguchi.ports.deflection`, durability apart."""

    def __init__(self, audit: MemoryAudit | None = None) -> None:
        self._audit = audit or MemoryAudit()
        self._queues: dict[QueueId, QueueDeflection] = {}

    async def all(self) -> Sequence[QueueDeflection]:
        """Return them all, by their queues' ids."""
        return [self._queues[one] for one in sorted(self._queues)]

    async def save(self, own: QueueDeflection) -> QueueDeflection:
        """Store or replace a queue's; return it with the version that it is at now.

        Raises:
            StaleVersionError: the stored version is not `own`'s.
        """
        before = self._queues.get(own.queue)
        require_present(before.version if before else 0, Seen(Subject.DEFLECTION, own.queue, own.version))
        saved = self._queues[own.queue] = replace(own, version=own.version + 1)
        self._audit.note(before, saved, version=saved.version)
        return saved
