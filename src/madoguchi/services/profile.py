"""What users see and change of themselves."""

from dataclasses import dataclass, replace

from madoguchi.domain.access.profile import checked
from madoguchi.domain.access.users import Principal, User
from madoguchi.domain.audit.entries import Seen, Subject
from madoguchi.ports.people import People, UserBatch
from madoguchi.ports.storage import require_present
from madoguchi.services.access_changes import AccessChanges
from madoguchi.services.phone_numbers import e164
from madoguchi.services.users import DeskSide


@dataclass(frozen=True)
class OwnDraft:
    """What the profile page sends."""

    first_name: str
    last_name: str
    phone: str


class ProfileService:
    """A user's own record. What others rely on (address, roles, teams, languages) is not his to change."""

    def __init__(self, people: People, changes: AccessChanges, desk: DeskSide) -> None:
        self._people = people
        self._changes = changes
        self._desk = desk

    async def change(self, actor: Principal, draft: OwnDraft, version: int) -> User:
        """Replace the caller's name and telephone number, as he saw them at `version`.

        Raises:
            InvalidInputError: something about them is not possible.
            StaleVersionError: somebody else has changed his record meanwhile.
        """
        require_present(actor.user.version, Seen(Subject.USER, actor.user.id, version))
        after = checked(
            replace(actor.user, first_name=draft.first_name, last_name=draft.last_name, phone=e164(draft.phone))
        )
        await self._people.write(UserBatch(changed=[after]))
        await self._desk.follow(after)
        self._changes.changed([after.id])
        return after
