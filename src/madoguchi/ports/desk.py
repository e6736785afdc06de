"""What is kept for agents' desks: dispositions and canned replies.

Whoever implements this proves it by `tests/contract/storage/test_desk.py`.
"""

from collections.abc import Sequence
from typing import Protocol

from madoguchi.domain.desk.dispositions import Disposition
from madoguchi.domain.desk.replies import CannedReply
from madoguchi.kernel.ids import DispositionId, ReplyId


class DeskRecords(Protocol):
    """Plain records. Every write is on disk on return."""

    async def save_disposition(self, disposition: Disposition) -> None:
        """Store or replace a disposition, which is then at its next version.

        Raises:
            StaleVersionError: the stored version is not its own; one of version 0 replaces any.
        """

    async def dispositions(self) -> Sequence[Disposition]:
        """Return all dispositions, by position."""

    async def forget_disposition(self, disposition: DispositionId) -> None:
        """Forget a disposition; one that is not there is no error."""

    async def save_reply(self, reply: CannedReply) -> None:
        """Store or replace a canned reply, which is then at its next version.

        Raises:
            StaleVersionError: the stored version is not its own; one of version 0 replaces any.
        """

    async def replies(self) -> Sequence[CannedReply]:
        """Return all canned replies, by shortcut."""

    async def forget_reply(self, reply: ReplyId) -> None:
        """Forget a canned reply; one that is not there is no error."""
