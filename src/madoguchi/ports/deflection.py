"""The deflections of single queues and levels. Proved by `tests/contract/storage/test_deflection.py`."""

from collections.abc import Sequence
from typing import Protocol

from madoguchi.domain.deflection.plan import QueueDeflection


class QueueDeflections(Protocol):
    """Plain records, one a queue or level. Every write is on disk on return."""

    async def all(self) -> Sequence[QueueDeflection]:
        """Return them all, by their queues' ids."""

    async def save(self, own: QueueDeflection) -> QueueDeflection:
        """Store or replace a queue's; return it with the version that it is at now.

        Raises:
            StaleVersionError: the stored version is not `own`'s; 0 is that of one that was never stored.
        """
