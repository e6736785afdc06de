"""Dispositions and canned replies in memory."""

from collections.abc import Sequence
from dataclasses import replace

from madoguchi.domain.desk.dispositions import Disposition
from madoguchi.domain.desk.replies import CannedReply
from madoguchi.kernel.ids import DispositionId, ReplyId
from madoguchi.testing.audit import MemoryAudit, next_version


class MemoryDeskRecords:
    """Keeps the promises of `madoguchi.ports.desk.DeskRecords`, durability apart."""

    def __init__(self, audit: MemoryAudit) -> None:
        self._audit = audit
        self._dispositions: dict[DispositionId, Disposition] = {}
        self._replies: dict[ReplyId, CannedReply] = {}

    async def save_disposition(self, disposition: Disposition) -> None:
        """Store or replace a disposition, which is then at its next version.

        Raises:
            StaleVersionError: the stored version is not its own; one of version 0 replaces any.
        """
        before = self._dispositions.get(disposition.id)
        version = next_version(before, disposition)
        self._dispositions[disposition.id] = replace(disposition, version=version)
        self._audit.note(before, disposition, version=version)

    async def dispositions(self) -> Sequence[Disposition]:
        """Return all dispositions, by position."""
        return sorted(self._dispositions.values(), key=lambda one: (one.position, one.id))

    async def forget_disposition(self, disposition: DispositionId) -> None:
        """Forget a disposition; one that is not there is no error."""
        gone = self._dispositions.pop(disposition, None)
        if gone is not None:
            self._audit.note(gone, None, version=gone.version + 1)

    async def save_reply(self, reply: CannedReply) -> None:
        """Store or replace a canned reply, which is then at its next version.

        Raises:
            StaleVersionError: the stored version is not its own; one of version 0 replaces any.
        """
        before = self._replies.get(reply.id)
        version = next_version(before, reply)
        self._replies[reply.id] = replace(reply, version=version)
        self._audit.note(before, reply, version=version)

    async def replies(self) -> Sequence[CannedReply]:
        """Return all canned replies, by shortcut."""
        return sorted(self._replies.values(), key=lambda one: (one.shortcut, one.id))

    async def forget_reply(self, reply: ReplyId) -> None:
        """Forget a canned reply; one that is not there is no error."""
        gone = self._replies.pop(reply, None)
        if gone is not None:
            self._audit.note(gone, None, version=gone.version + 1)
