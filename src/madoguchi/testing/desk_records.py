"""Dispositions and canned replies in memory."""

from collections.abc import Sequence

from madoguchi.domain.desk.dispositions import Disposition
from madoguchi.domain.desk.replies import CannedReply
from madoguchi.kernel.ids import DispositionId, ReplyId


class MemoryDeskRecords:
    """Keeps the promises of `madoguchi.ports.desk.DeskRecords`, durability apart."""

    def __init__(self) -> None:
        self._dispositions: dict[DispositionId, Disposition] = {}
        self._replies: dict[ReplyId, CannedReply] = {}

    async def save_disposition(self, disposition: Disposition) -> None:
        """Store or replace a disposition."""
        self._dispositions[disposition.id] = disposition

    async def dispositions(self) -> Sequence[Disposition]:
        """Return all dispositions, by position."""
        return sorted(self._dispositions.values(), key=lambda one: (one.position, one.id))

    async def forget_disposition(self, disposition: DispositionId) -> None:
        """Forget a disposition; one that is not there is no error."""
        self._dispositions.pop(disposition, None)

    async def save_reply(self, reply: CannedReply) -> None:
        """Store or replace a canned reply."""
        self._replies[reply.id] = reply

    async def replies(self) -> Sequence[CannedReply]:
        """Return all canned replies, by shortcut."""
        return sorted(self._replies.values(), key=lambda one: (one.shortcut, one.id))

    async def forget_reply(self, reply: ReplyId) -> None:
        """Forget a canned reply; one that is not there is no error."""
        self._replies.pop(reply, None)
