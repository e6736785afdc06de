"""Users: found, made, changed, let go and taken back, by people who may do so and only within their reach."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import structlog

from madoguchi.domain.access.permissions import Permission, Role
from madoguchi.domain.access.profile import checked
from madoguchi.domain.access.roles import LastAdminError, RoleNotAssignableError, check_assignment
from madoguchi.domain.access.users import Principal, User
from madoguchi.domain.audit.entries import Seen, Subject
from madoguchi.kernel.errors import InvalidInputError, MadoguchiError, NotAllowedError, NotFoundError
from madoguchi.kernel.ids import QueueId, RoleId, TeamId, UserId
from madoguchi.ports.blobs import Blobs
from madoguchi.ports.environment import IdSource
from madoguchi.ports.people import People, UserBatch, UserQuery
from madoguchi.ports.storage import Catalogue, require_present
from madoguchi.services.access_changes import AccessChanges
from madoguchi.services.attachments import MIB, AttachmentRules, AttachmentService, DecoderLimits
from madoguchi.services.phone_numbers import e164
from madoguchi.services.roles import RoleService
from madoguchi.services.teams import TeamService

PICTURES: Final = AttachmentRules(max_bytes=MIB, limits=DecoderLimits(pixels=1_050_000), patience_s=30.0, at_once=1)
"""What an avatar may be: the portal sends it small."""
MAX_PAGE: Final = 200

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class UserDraft:
    """What the user dialog sends."""

    first_name: str
    last_name: str
    email: str
    phone: str
    agent_number: str
    location: str
    languages: tuple[str, ...]
    roles: frozenset[RoleId]
    teams: frozenset[TeamId]
    """Of which he is a member."""
    manages: frozenset[TeamId]
    chat_limit: int
    skills: Mapping[str, int]
    direct_numbers: Mapping[str, str]
    """As people write them; see `User`."""


@dataclass(frozen=True)
class UserSeen:
    """A user as others see him."""

    user: User
    teams: Sequence[TeamId]
    manages: Sequence[TeamId]
    invited: bool
    """He has not chosen a password yet."""
    second_factor: bool
    editable: bool
    """Whether the caller may change him."""


@dataclass(frozen=True)
class DeskSide:
    """What users' records mean for agents at work; the desk service has both."""

    follow: Callable[[User], Awaitable[None]]
    """Takes in what has changed about a user."""
    working: Callable[[UserId], bool]
    """Whether he still has work in hand."""


class UserService:
    """The users' records."""

    def __init__(  # noqa: PLR0913 - what users hang together with
        self,
        *,
        catalogue: Catalogue,
        people: People,
        roles: RoleService,
        teams: TeamService,
        blobs: Blobs,
        pictures: AttachmentService,
        ids: IdSource,
        changes: AccessChanges,
        desk: DeskSide,
        wanted_skills: Callable[[], Collection[str]],
        takes_calls: Callable[[QueueId], bool],
    ) -> None:
        self._catalogue = catalogue
        self._people = people
        self._roles = roles
        self._teams = teams
        self._blobs = blobs
        self._pictures = pictures
        self._ids = ids
        self._changes = changes
        self._desk = desk
        self._wanted_skills = wanted_skills
        self._takes_calls = takes_calls

    async def skills(self) -> Sequence[str]:
        """Return every skill that a user has or a queue asks for, in order."""
        return sorted({*await self._people.skills(), *self._wanted_skills()})

    async def find(self, actor: Principal, query: UserQuery) -> tuple[Sequence[UserSeen], int]:
        """Return a page of the users whom `actor` may see, and how many there are.

        Raises:
            NotAllowedError: he may see none.
        """
        reach = self._teams.reach(actor, Permission.VIEW_USERS)
        if reach is not None:
            wanted = reach if query.teams is None else reach & frozenset(query.teams)
            query = replace(query, teams=wanted, nobodys=False)
        found, total = await self._people.find(query)
        return await self._seen(actor, found), total

    async def get(self, actor: Principal, user: UserId) -> UserSeen:
        """Return a user.

        Raises:
            NotFoundError: there is none, or none within the caller's reach.
        """
        found = await self._within(actor, Permission.VIEW_USERS, user)
        (seen,) = await self._seen(actor, [found])
        return seen

    async def create(self, actor: Principal, draft: UserDraft) -> User:
        """Make a user who has no password yet; an invitation lets him choose one.

        Raises:
            NotAllowedError: the caller may not make users, or none outside of his teams.
            RoleNotAssignableError: he may not hand out one of the roles.
            InvalidInputError: something about the user is not possible.
            ConflictError: the e-mail address, the agent number or a direct number is taken.
        """
        actor.require(Permission.EDIT_USERS)
        check_assignment((), draft.roles, self._roles.assignable(actor), self._roles.known)
        user = checked(_drawn(User(UserId(self._ids.new("user")), "", "", frozenset()), draft))
        self._check_places({}, user.direct_numbers)
        self._check_teams(actor, frozenset(), frozenset(), draft)
        teams = self._teams.changed_for(user.id, draft.teams, draft.manages)
        await self._teams.store_batch(UserBatch(new=[user], teams=teams))
        return user

    async def change(self, actor: Principal, user_id: UserId, draft: UserDraft, version: int) -> User:
        """Replace a user's record that the caller saw at `version`; it counts at once.

        Raises:
            NotFoundError: there is none, or none within the caller's reach.
            NotAllowedError: he may not change him so.
            RoleNotAssignableError: he may not hand out, or take, one of the roles.
            LastAdminError: nobody would be left who may do everything.
            StaleVersionError: somebody else has changed him, or his teams, meanwhile.
            InvalidInputError: something about the user is not possible.
            ConflictError: the e-mail address, the agent number or a direct number is taken.
        """
        before = await self.editable(actor, user_id)
        require_present(before.version, Seen(Subject.USER, user_id, version))
        check_assignment(before.roles, draft.roles, self._roles.assignable(actor), self._roles.known)
        after = checked(_drawn(before, draft))
        self._check_places(before.direct_numbers, after.direct_numbers)
        if Role.ADMIN in before.roles - after.roles:
            await self._keep_an_admin(before)
        tree = self._teams.tree
        self._check_teams(actor, tree.member_in(user_id), tree.manager_in(user_id), draft)
        teams = self._teams.changed_for(user_id, draft.teams, draft.manages)
        await self._teams.store_batch(UserBatch(changed=[after], teams=teams))
        await self._desk.follow(after)
        self._changes.changed([user_id])
        return after

    async def set_active(self, actor: Principal, user_id: UserId, *, active: bool) -> None:
        """Let a user go, or take him back.

        Who goes is signed out. An agent at work keeps his desk until it is done, and gets nothing more.

        Raises:
            NotFoundError: there is none, or none within the caller's reach.
            NotAllowedError: it is the caller himself.
            RoleNotAssignableError: he has a role that the caller may not hand out.
            LastAdminError: nobody would be left who may do everything.
        """
        before = await self.editable(actor, user_id)
        if before.active == active:
            return
        if not active:
            if user_id == actor.user.id:
                raise NotAllowedError("nobody shuts himself out", reason="yourself")
            if Role.ADMIN in before.roles:
                await self._keep_an_admin(before)
        after = replace(before, active=active)
        await self._people.write(UserBatch(changed=[after]))
        await self._desk.follow(after)
        if active or not self._desk.working(user_id):
            # Also who comes back begins anew: a session from before is nobody's any more.
            self._changes.ended(await self._people.end_sessions(user_id))
        self._changes.changed([user_id])

    async def editable(self, actor: Principal, user_id: UserId) -> User:
        """Return a user whom `actor` may change.

        Raises:
            NotFoundError: there is none, or none within his reach.
            RoleNotAssignableError: he has a role that `actor` may not hand out: whoever could change his address or
                reset his password would have his role.
        """
        user = await self._within(actor, Permission.EDIT_USERS, user_id)
        if not self._mightier(actor, user):
            raise RoleNotAssignableError("ask an administrator", reason="user")
        return user

    async def set_avatar(self, user: User, name: str, path: Path) -> User:
        """Give a user the picture in the file at `path`.

        Raises:
            BadAttachmentError: it is no PNG or JPEG picture, damaged, or too large.
            UnavailableError: it could not be checked or stored just now.
        """
        if not name.lower().endswith((".png", ".jpg", ".jpeg")):
            raise InvalidInputError("a PNG or JPEG picture", field="file", reason="picture")
        async with self._pictures.checked(name, path) as clean:
            key = f"avatars/{self._ids.new('avatar')}{'.png' if clean.media_type.value == 'image/png' else '.jpg'}"
            await self._blobs.put(key, clean.path)
        return await self._with_avatar(user, key)

    async def drop_avatar(self, user: User) -> User:
        """Take a user's picture away."""
        return await self._with_avatar(user, "")

    async def _with_avatar(self, user: User, key: str) -> User:
        after = replace(user, avatar=key)
        await self._people.write(UserBatch(changed=[after]))
        if user.avatar:
            try:
                await self._blobs.delete(user.avatar)
            except MadoguchiError as error:
                _log.warning("avatar_left_behind", user=user.id, code=error.code)
        return after

    async def avatar(self, user_id: UserId) -> str:
        """Return where a user's picture is kept. Whoever is signed in may see colleagues' faces.

        Raises:
            NotFoundError: there is none.
        """
        user = await self._catalogue.user(user_id)
        if user is None or not user.avatar:
            raise NotFoundError("there is no picture")
        return user.avatar

    async def _within(self, actor: Principal, permission: Permission, user_id: UserId) -> User:
        actor.require(permission)
        user = await self._catalogue.user(user_id)
        if user is None or not self._teams.within(actor, permission, user_id):
            raise NotFoundError("there is no such user")
        return user

    def _mightier(self, actor: Principal, user: User) -> bool:
        return user.roles & self._roles.known.keys() <= self._roles.assignable(actor)

    async def _seen(self, actor: Principal, users: Sequence[User]) -> Sequence[UserSeen]:
        ids = [user.id for user in users]
        ready = await self._people.has_password(ids)
        two = await self._people.with_second_factor(ids)
        tree = self._teams.tree
        seen = []
        for user in users:
            editable = self._teams.within(actor, Permission.EDIT_USERS, user.id) and self._mightier(actor, user)
            seen.append(
                UserSeen(
                    user,
                    sorted(tree.member_in(user.id), key=tree.path),
                    sorted(tree.manager_in(user.id), key=tree.path),
                    invited=user.id not in ready,
                    second_factor=user.id in two,
                    editable=editable,
                )
            )
        return seen

    def _check_teams(
        self, actor: Principal, members: frozenset[TeamId], managers: frozenset[TeamId], draft: UserDraft
    ) -> None:
        """Let a caller who is restricted to his teams put people into those only, and never out of them all.

        Raises:
            NotAllowedError: he goes beyond.
        """
        reach = self._teams.reach(actor, Permission.EDIT_USERS)
        if reach is None:
            return
        touched = (members ^ draft.teams) | (managers ^ draft.manages)
        if not touched <= reach:
            raise NotAllowedError("only teams that you manage", field="teams", reason="other_team")
        if reach.isdisjoint(draft.teams | draft.manages):
            raise InvalidInputError("choose one of your teams", field="teams", reason="no_team")

    def _check_places(self, before: Mapping[str, str], after: Mapping[str, str]) -> None:
        """Let calls that an agent does not take go to levels and queues that there are; what was chosen before stays.

        Raises:
            InvalidInputError: there is none such.
        """
        chosen = {place for number, place in after.items() if place and before.get(number) != place}
        if not all(self._takes_calls(QueueId(place)) for place in chosen):
            raise InvalidInputError("there is no such level or queue", field="direct_numbers", reason="no_queue")

    async def _keep_an_admin(self, leaving: User) -> None:
        """Let nobody go who is the last administrator.

        Raises:
            LastAdminError: no other active user is an administrator.
        """
        found, _ = await self._people.find(UserQuery(role=Role.ADMIN, active=True, limit=2))
        if all(user.id == leaving.id for user in found):
            raise LastAdminError("make somebody else an administrator first")


def _drawn(user: User, draft: UserDraft) -> User:
    return replace(
        user,
        first_name=draft.first_name,
        last_name=draft.last_name,
        email=draft.email,
        phone=e164(draft.phone),
        agent_number=draft.agent_number or None,
        location=draft.location,
        languages=draft.languages,
        roles=draft.roles,
        chat_limit=draft.chat_limit,
        skills=draft.skills,
        direct_numbers=_direct(draft.direct_numbers),
    )


def _direct(given: Mapping[str, str]) -> Mapping[str, str]:
    """Return direct numbers in E.164.

    Raises:
        InvalidInputError: one is no number that can exist, or is named twice.
    """
    found: dict[str, str] = {}
    for text, place in given.items():
        number = e164(text, field="direct_numbers")
        if number is None:
            raise InvalidInputError("this is no telephone number", field="direct_numbers", reason="phone")
        if number in found:
            raise InvalidInputError("each number once", field="direct_numbers", reason="double_number")
        found[number] = place
    return found
