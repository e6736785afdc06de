"""Dispositions: those who may set them up, agents choose one."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.audit.entries import Seen, Subject
from madoguchi.domain.desk.dispositions import Disposition, check_choice, check_entry, ordered
from madoguchi.kernel.errors import ConflictError, NotFoundError
from madoguchi.kernel.ids import DispositionId, QueueId
from madoguchi.ports.desk import DeskRecords
from madoguchi.ports.environment import IdSource
from madoguchi.ports.storage import Catalogue, require_present
from madoguchi.services.queues import QueueService
from madoguchi.services.rows import Json

SCOPE: Final = "wrap_up"
"""The tenant settings: `required`, whether a disposition must be chosen."""


class DispositionService:
    """A catalogue with checks."""

    def __init__(self, records: DeskRecords, catalogue: Catalogue, queues: QueueService, ids: IdSource) -> None:
        self._records = records
        self._catalogue = catalogue
        self._queues = queues
        self._ids = ids

    async def all(self, actor: Principal) -> Json:
        """Return all dispositions by position, and whether one must be chosen."""
        del actor  # Whoever is signed in may know their names.
        return {
            "dispositions": [disposition_row(one) for one in await self._records.dispositions()],
            "required": await self.required(),
        }

    async def required(self) -> bool:
        """Whether a wrap-up cannot be finished without one."""
        return bool((await self._catalogue.settings(SCOPE)).get("required", False))

    async def set_required(self, actor: Principal, *, required: bool) -> None:
        """Say whether one must be chosen.

        Raises:
            NotAllowedError: the caller may not set up dispositions.
        """
        actor.require(Permission.EDIT_DISPOSITIONS)
        await self._catalogue.save_settings(SCOPE, {"required": required})

    async def add(self, actor: Principal, wanted: Disposition) -> DispositionId:
        """Store a new disposition at the end; its id is made here.

        Raises:
            NotAllowedError: the caller may not set up dispositions.
            InvalidInputError: a name is missing, or the heading is none.
            NotFoundError: there is no such queue.
        """
        actor.require(Permission.EDIT_DISPOSITIONS)
        others = await self._records.dispositions()
        position = max((one.position for one in others), default=0) + 1
        made = replace(wanted, id=DispositionId(self._ids.new("disposition")), position=position, version=0)
        self._check(made, others)
        await self._records.save_disposition(made)
        return made.id

    async def save(self, actor: Principal, wanted: Disposition) -> None:
        """Replace a disposition; its version is the one that the caller saw.

        Raises:
            NotAllowedError: the caller may not set up dispositions.
            NotFoundError: there is no such disposition, or no such queue.
            StaleVersionError: somebody else has changed it meanwhile.
            InvalidInputError: a name is missing, or the heading is none.
            ConflictError: it has entries below it and cannot go below another.
        """
        actor.require(Permission.EDIT_DISPOSITIONS)
        others = await self._records.dispositions()
        present = self._find(others, wanted.id)
        require_present(present.version, Seen(Subject.DISPOSITION, wanted.id, wanted.version))
        self._check(wanted, others)
        await self._records.save_disposition(wanted)

    async def order(self, actor: Principal, wanted: Sequence[DispositionId]) -> None:
        """Put all dispositions into this order; entries of one heading need not stand together.

        Raises:
            NotAllowedError: the caller may not set up dispositions.
            ConflictError: these are not all of them, each once.
        """
        actor.require(Permission.EDIT_DISPOSITIONS)
        for moved in ordered(await self._records.dispositions(), wanted):
            await self._records.save_disposition(moved)

    async def remove(self, actor: Principal, disposition: DispositionId) -> None:
        """Forget a disposition. What was recorded with it keeps its id.

        Raises:
            NotAllowedError: the caller may not set up dispositions.
            NotFoundError: there is none.
            ConflictError: it has entries below it.
        """
        actor.require(Permission.EDIT_DISPOSITIONS)
        others = await self._records.dispositions()
        self._find(others, disposition)
        if any(one.parent == disposition for one in others):
            raise ConflictError("remove the entries below it first", reason="has_entries")
        await self._records.forget_disposition(disposition)

    async def check(self, chosen: str, notes: str, queue: QueueId | None) -> None:
        """Refuse what cannot end a wrap-up of `queue`.

        Raises:
            InvalidInputError: nothing was chosen where something must be, it cannot be chosen here, or it wants notes.
        """
        check_choice(chosen, notes, queue, await self._records.dispositions(), required=await self.required())

    def _check(self, one: Disposition, others: Sequence[Disposition]) -> None:
        check_entry(one, others)
        for queue in one.queues:
            self._queues.get(queue)

    def _find(self, others: Sequence[Disposition], wanted: DispositionId) -> Disposition:
        found = next((one for one in others if one.id == wanted), None)
        if found is None:
            raise NotFoundError("there is no such disposition")
        return found


def disposition_row(one: Disposition) -> Json:
    """Return a disposition as lists show it."""
    return {
        "id": one.id,
        "version": one.version,
        "names": dict(one.names),
        "parent": one.parent,
        "queues": list(one.queues),
        "notes_required": one.notes_required,
        "position": one.position,
    }
