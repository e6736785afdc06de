"""Roles: read for every request and so kept in memory, changed on the role page, and effective at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from madoguchi.domain.access import roles as rules
from madoguchi.domain.access.permissions import (
    DEFAULT_ROLES,
    FIXED_ROLES,
    Grants,
    Permission,
    Role,
    granted,
)
from madoguchi.domain.access.roles import RoleNotAssignableError
from madoguchi.domain.access.users import Principal, User
from madoguchi.domain.audit.entries import Seen, Subject
from madoguchi.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from madoguchi.kernel.ids import RoleId
from madoguchi.ports.environment import IdSource
from madoguchi.ports.people import People
from madoguchi.ports.storage import require_present
from madoguchi.services.access_changes import AccessChanges


@dataclass(frozen=True)
class RoleDraft:
    """What the role page sends."""

    name: str
    label: str
    colour: str
    grants: Grants
    assignable: frozenset[RoleId] | None
    second_factor: bool = False


class RoleService:
    """All roles, and what users may do by them."""

    def __init__(self, people: People, ids: IdSource, changes: AccessChanges) -> None:
        self._people = people
        self._ids = ids
        self._changes = changes
        self._roles: dict[RoleId, Role] = dict(DEFAULT_ROLES)

    async def load(self) -> None:
        """Read all roles; to be called at the start."""
        stored = {role.id: role for role in await self._people.roles()}
        # What nobody may change is as this version has it, also where an earlier one stored its place in the list.
        fixed = {
            role: replace(
                DEFAULT_ROLES[role],
                position=stored[role].position,
                second_factor=stored[role].second_factor,
                version=stored[role].version,
            )
            for role in FIXED_ROLES & stored.keys()
        }
        self._roles = {**DEFAULT_ROLES, **stored, **fixed}

    @property
    def known(self) -> Mapping[RoleId, Role]:
        """All roles by id."""
        return self._roles

    def all(self) -> Sequence[Role]:
        """Return all roles in list order."""
        return sorted(self._roles.values(), key=lambda role: (role.position, role.id))

    def grants(self, user: User) -> Grants:
        """Return what `user` may do by his roles."""
        return granted(user.roles, self._roles)

    def wants_second_factor(self, user: User) -> bool:
        """Whether one of his roles must have a second factor."""
        return any(self._roles[role].second_factor for role in user.roles if role in self._roles)

    def assignable(self, actor: Principal) -> frozenset[RoleId]:
        """Return the roles that `actor` may hand out."""
        return rules.assignable(actor.user.roles, self._roles)

    async def listed(self, actor: Principal) -> Sequence[tuple[Role, int]]:
        """Return all roles in list order, each with how many users have it.

        Raises:
            NotAllowedError: the caller may not see roles.
        """
        actor.require(Permission.VIEW_ROLES)
        holders = await self._people.holders()
        return [(role, holders.get(role.id, 0)) for role in self.all()]

    async def create(self, actor: Principal, draft: RoleDraft) -> Role:
        """Make a role at the end of the list.

        Raises:
            NotAllowedError: the caller may not edit roles.
            RoleNotAssignableError: it would allow more than the caller himself may do.
            InvalidInputError: something about it is not possible.
            ConflictError: the name is taken, or there are a hundred already.
        """
        actor.require(Permission.EDIT_ROLES)
        place = max((role.position for role in self._roles.values()), default=0) + 1
        role = self._drawn(RoleId(self._ids.new("role")), place, draft)
        self._refuse_escalation(actor, role, None)
        return await self._store(rules.checked(role, self._roles.values()))

    async def change(self, actor: Principal, role_id: RoleId, draft: RoleDraft, version: int) -> Role:
        """Replace a role that the caller saw at `version`; whoever has it may do other things at once.

        Raises:
            NotFoundError: there is none with this id.
            NotAllowedError: the caller may not edit roles.
            StaleVersionError: somebody else has changed it meanwhile.
            RoleNotAssignableError: it would allow more than the caller himself may do.
            InvalidInputError: something about it is not possible.
            ConflictError: the name is taken, or the role cannot be changed.
        """
        actor.require(Permission.EDIT_ROLES)
        before = self._get(role_id)
        require_present(before.version, Seen(Subject.ROLE, role_id, version))
        if role_id in FIXED_ROLES:
            if self._drawn(role_id, before.position, draft) != replace(before, second_factor=draft.second_factor):
                raise ConflictError("this role cannot be changed", reason="fixed_role")
            return await self._store(replace(before, second_factor=draft.second_factor))
        role = replace(self._drawn(role_id, before.position, draft), version=before.version)
        if role_id in DEFAULT_ROLES and role.name.strip() != before.name:
            raise ConflictError("a default role keeps its name", field="name", reason="default_name")
        self._refuse_escalation(actor, role, before)
        others = [one for one in self._roles.values() if one.id != role_id]
        return await self._store(rules.checked(role, others))

    async def delete(self, actor: Principal, role_id: RoleId) -> None:
        """Forget a custom role; whoever had it has it no more.

        Raises:
            NotFoundError: there is none with this id.
            NotAllowedError: the caller may not edit roles.
            ConflictError: it is a default role, or somebody has no other.
        """
        actor.require(Permission.EDIT_ROLES)
        self._get(role_id)
        if role_id in DEFAULT_ROLES:
            raise ConflictError("a default role stays", reason="default_role")
        if (await self._people.holders()).get(role_id, 0):
            raise ConflictError("give its users other roles first", reason="role_in_use")
        await self._people.delete_role(role_id)
        await self.load()
        self._changes.changed(None)

    async def reorder(self, actor: Principal, order: Sequence[RoleId]) -> None:
        """Put all roles into this order.

        Raises:
            NotAllowedError: the caller may not edit roles.
            InvalidInputError: a role is missing, or there twice.
        """
        actor.require(Permission.EDIT_ROLES)
        if sorted(order) != sorted(self._roles):
            raise InvalidInputError("name every role once", field="roles")
        await self._save([replace(self._roles[role], position=n) for n, role in enumerate(order, 1)])

    async def _store(self, role: Role) -> Role:
        await self._save([role])
        self._changes.changed(None)
        return self._roles[role.id]

    async def _save(self, roles: Sequence[Role]) -> None:
        try:
            await self._people.save_roles(roles)
        finally:
            # Also where somebody else was faster: the next try begins with what there is.
            await self.load()

    def _get(self, role: RoleId) -> Role:
        found = self._roles.get(role)
        if found is None:
            raise NotFoundError("there is no such role")
        return found

    def _drawn(self, role: RoleId, position: int, draft: RoleDraft) -> Role:
        return Role(
            role,
            draft.name,
            draft.label,
            draft.colour,
            position,
            draft.grants,
            draft.assignable,
            draft.second_factor,
        )

    def _refuse_escalation(self, actor: Principal, role: Role, before: Role | None) -> None:
        """Let nobody make a role that is mightier than he is himself, except as far as it was so before."""
        own = {**actor.permissions, **(before.grants if before is not None else {})}
        if rules.exceeds({right: scope for right, scope in role.grants.items() if right is not Permission.DESK}, own):
            raise RoleNotAssignableError("it allows more than you may do yourself", field="grants", reason="grants")
        may = self.assignable(actor) | {role.id}
        wanted = frozenset(self._roles) if role.assignable is None else role.assignable
        had = (
            frozenset()
            if before is None
            else (frozenset(self._roles) if before.assignable is None else before.assignable)
        )
        if Permission.EDIT_USERS in role.grants and not wanted - had <= may:
            raise RoleNotAssignableError("you may not hand out these roles yourself", field="assignable")
