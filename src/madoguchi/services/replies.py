"""Canned replies: everybody has his own, and those who may set them up make them for all or for a queue."""

from collections.abc import Sequence
from dataclasses import replace

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.audit.entries import Seen, Subject
from madoguchi.domain.desk.replies import CannedReply, ReplyScope, check_reply
from madoguchi.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from madoguchi.kernel.ids import QueueId, ReplyId
from madoguchi.ports.desk import DeskRecords
from madoguchi.ports.environment import IdSource
from madoguchi.ports.storage import require_present
from madoguchi.services.queues import QueueService
from madoguchi.services.rows import Json


class ReplyService:
    """A catalogue with checks. Who may not see a reply does not learn that it is there."""

    def __init__(self, records: DeskRecords, queues: QueueService, ids: IdSource) -> None:
        self._records = records
        self._queues = queues
        self._ids = ids

    async def visible(self, actor: Principal) -> Sequence[Json]:
        """Return what the caller can use, or set up: for all, of his queues, his own."""
        mine = {one.id for one in self._queues.of_agent(actor.user.id)}
        edits = Permission.EDIT_REPLIES in actor.permissions
        return [reply_row(one) for one in await self._records.replies() if _sees(actor, one, mine, edits=edits)]

    async def add(self, actor: Principal, wanted: CannedReply) -> ReplyId:
        """Store a new reply; its id is made here.

        Raises:
            NotAllowedError: the caller may only have his own.
            InvalidInputError: the shortcut is none, or there is no text.
            ConflictError: the shortcut is taken.
            NotFoundError: there is no such queue.
        """
        made = replace(self._owned(actor, wanted), id=ReplyId(self._ids.new("reply")), version=0)
        await self._checked(made)
        await self._records.save_reply(made)
        return made.id

    async def save(self, actor: Principal, wanted: CannedReply) -> None:
        """Replace a reply; its version is the one that the caller saw.

        Raises:
            NotAllowedError: the caller may only change his own.
            NotFoundError: there is none that he could change, or no such queue.
            StaleVersionError: somebody else has changed it meanwhile.
            InvalidInputError: the shortcut is none, or there is no text.
            ConflictError: the shortcut is taken.
        """
        present = await self._find(actor, wanted.id)
        require_present(present.version, Seen(Subject.REPLY, wanted.id, wanted.version))
        made = self._owned(actor, wanted)
        await self._checked(made)
        await self._records.save_reply(made)

    async def remove(self, actor: Principal, reply: ReplyId) -> None:
        """Forget a reply.

        Raises:
            NotAllowedError: the caller may only remove his own.
            NotFoundError: there is none that he could remove.
        """
        await self._find(actor, reply)
        await self._records.forget_reply(reply)

    def _owned(self, actor: Principal, wanted: CannedReply) -> CannedReply:
        if wanted.scope is ReplyScope.OWN:
            actor.require(Permission.DESK)
            return replace(wanted, owner=actor.user.id, queue=None)
        actor.require(Permission.EDIT_REPLIES)
        if wanted.scope is ReplyScope.QUEUE:
            if wanted.queue is None:
                raise InvalidInputError("name the queue", field="queue", reason="no_queue")
            self._queues.get(wanted.queue)
            return replace(wanted, owner=None)
        return replace(wanted, owner=None, queue=None)

    async def _checked(self, made: CannedReply) -> None:
        check_reply(made)
        place = (made.scope, made.queue, made.owner)
        for other in await self._records.replies():
            same = (other.scope, other.queue, other.owner) == place
            if same and other.id != made.id and other.shortcut.casefold() == made.shortcut.casefold():
                raise ConflictError("the shortcut is taken", field="shortcut", reason="shortcut_taken")

    async def _find(self, actor: Principal, reply: ReplyId) -> CannedReply:
        found = next((one for one in await self._records.replies() if one.id == reply), None)
        if found is None or (found.scope is ReplyScope.OWN and found.owner != actor.user.id):
            raise NotFoundError("there is no such reply")
        if found.scope is not ReplyScope.OWN:
            actor.require(Permission.EDIT_REPLIES)
        return found


def _sees(actor: Principal, one: CannedReply, queues: set[QueueId], *, edits: bool) -> bool:
    match one.scope:
        case ReplyScope.GLOBAL:
            return True
        case ReplyScope.QUEUE:
            return edits or one.queue in queues
        case ReplyScope.OWN:
            return one.owner == actor.user.id


def reply_row(one: CannedReply) -> Json:
    """Return a reply as lists show it."""
    return {
        "id": one.id,
        "version": one.version,
        "shortcut": one.shortcut,
        "texts": dict(one.texts),
        "scope": one.scope.value,
        "queue": one.queue,
    }
