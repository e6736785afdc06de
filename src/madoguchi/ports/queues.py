"""What is kept of the menu trees. Whoever implements this proves it by `tests/contract/storage/test_queues.py`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from madoguchi.domain.queues.nodes import Node
from madoguchi.domain.queues.settings import Overrides


@dataclass(frozen=True)
class StoredMenus:
    """All trees as they were at one moment."""

    nodes: tuple[Node, ...] = ()
    """In no order; deleted ones too."""
    common: Overrides = field(default_factory=dict)
    """The global settings."""
    common_version: int = 1
    revision: int = 0
    """Counts all changes of all trees."""


class QueueMenus(Protocol):
    """The menu trees and the global settings."""

    async def load(self) -> StoredMenus:
        """Return everything."""

    async def save(self, changed: Sequence[Node], *, revision: int, common: Overrides | None = None) -> None:
        """Store or replace nodes, and the global settings where given, in one transaction.

        Args:
            changed: the nodes.
            revision: what was loaded; it counts one more then.
            common: the new global settings; their version counts one more.

        Raises:
            StaleVersionError: something else was saved since; nothing was stored.
        """
