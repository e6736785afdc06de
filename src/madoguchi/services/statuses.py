"""The statuses that agents can have: the built-in ones, and those that the organisation made itself."""

from collections.abc import Mapping, Sequence
from typing import Final

from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.users import Principal
from madoguchi.domain.agents.presence import Presence
from madoguchi.domain.agents.statuses import STATUSES, CustomStatus, checked
from madoguchi.domain.audit.entries import Seen, Subject
from madoguchi.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from madoguchi.kernel.ids import StatusId
from madoguchi.ports.environment import IdSource
from madoguchi.ports.statuses import StatusCatalogue
from madoguchi.ports.storage import require_present
from madoguchi.services.rows import Json

PREFIX: Final = "status"


class StatusService:
    """Reads and changes the organisation's own statuses."""

    def __init__(self, catalogue: StatusCatalogue, ids: IdSource) -> None:
        self._catalogue = catalogue
        self._ids = ids

    async def all(self, actor: Principal) -> Sequence[CustomStatus]:
        """Return the organisation's own statuses. Whoever is signed in may know them."""
        del actor
        return await self._catalogue.all()

    async def make(self, actor: Principal, names: Mapping[str, str], colour: str, *, away: bool) -> CustomStatus:
        """Make a new one.

        Raises:
            NotAllowedError: the caller may not change statuses.
            InvalidInputError: a name is missing or too long, or there is no such colour.
            ConflictError: the name is taken, or there are too many already.
        """
        actor.require(Permission.EDIT_STATUSES)
        if len(await self._catalogue.all()) >= STATUSES:
            raise ConflictError(f"at most {STATUSES} statuses", reason="too_many")
        return await self._put(CustomStatus(StatusId(self._ids.new(PREFIX)), names, colour, away))

    async def change(self, actor: Principal, changed: CustomStatus) -> CustomStatus:
        """Change one; its version is the one that the caller saw.

        Who has it at present keeps it as it was until he chooses anew.

        Raises:
            NotAllowedError: the caller may not change statuses.
            NotFoundError: there is no such status.
            StaleVersionError: somebody else has changed it meanwhile.
            InvalidInputError: a name is missing or too long, or there is no such colour.
            ConflictError: the name is taken.
        """
        actor.require(Permission.EDIT_STATUSES)
        before = next((one for one in await self._catalogue.all() if one.id == changed.id), None)
        if before is None:
            raise NotFoundError("there is no such status")
        require_present(before.version, Seen(Subject.STATUS, changed.id, changed.version))
        return await self._put(changed)

    async def remove(self, actor: Principal, status: StatusId) -> None:
        """Remove one. Who has it at present keeps it until he chooses anew.

        Raises:
            NotAllowedError: the caller may not change statuses.
            NotFoundError: there is no such status.
        """
        actor.require(Permission.EDIT_STATUSES)
        if not await self._catalogue.remove(status):
            raise NotFoundError("there is no such status")

    async def named(self, word: str) -> tuple[Presence, CustomStatus | None]:
        """Return the status that `word` names: a built-in one by its word, one of the organisation's own by its id.

        Raises:
            InvalidInputError: there is no such status.
        """
        if word in {one.value for one in Presence} and word != Presence.CUSTOM.value:
            return Presence(word), None
        found = next((one for one in await self._catalogue.all() if one.id == word), None)
        if found is None:
            raise InvalidInputError("there is no such status", field="status")
        return Presence.CUSTOM, found

    async def _put(self, status: CustomStatus) -> CustomStatus:
        status = checked(status)
        for other in await self._catalogue.all():
            for language, name in status.names.items():
                if other.id != status.id and other.names.get(language, "").casefold() == name.casefold():
                    raise ConflictError("another status has this name", field=f"names.{language}", reason="name_taken")
        return await self._catalogue.save(status)


def custom_row(status: CustomStatus | None) -> Json | None:
    """Return one of the organisation's own statuses as rows write it, or null."""
    if status is None:
        return None
    return {"id": status.id, "names": dict(status.names), "colour": status.colour}
