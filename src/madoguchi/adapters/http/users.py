"""Users, as those who look after them work with them."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Response, UploadFile

from madoguchi.adapters.http.access import needs
from madoguchi.adapters.http.files import picture_response, received
from madoguchi.adapters.http.models import Id, Line
from madoguchi.adapters.http.people_models import (
    ActiveIn,
    ImportOut,
    InvitedOut,
    LinkOut,
    MistakeOut,
    PersonOut,
    PlaceOption,
    RoleOption,
    RoleRef,
    TeamOption,
    UserChangeIn,
    UserIn,
    UserOptionsOut,
    UsersOut,
)
from madoguchi.adapters.http.problems import BodyTooLargeError
from madoguchi.adapters.http.state import MIB, InServices, InState
from madoguchi.domain.access.permissions import Permission, Scope
from madoguchi.domain.access.users import Principal
from madoguchi.kernel.ids import RoleId, TeamId, UserId
from madoguchi.kernel.time import stamp
from madoguchi.ports.people import UserQuery
from madoguchi.services.credentials import MadeLink
from madoguchi.services.user_import import Report
from madoguchi.services.users import MAX_PAGE, UserDraft, UserSeen

router = APIRouter(prefix="/users", tags=["users"])

Reader = Annotated[Principal, needs(Permission.VIEW_USERS)]
Editor = Annotated[Principal, needs(Permission.EDIT_USERS)]
MAX_CSV: Final = 8 * MIB


@router.get("")
async def listed(
    actor: Reader,
    services: InServices,
    text: Line = "",
    role: Annotated[RoleRef | None, Query()] = None,
    team: Annotated[Id | None, Query()] = None,
    status: Literal["active", "inactive", "all"] = "all",
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> UsersOut:
    """List users by name: those directly in `team`, with `role`, whose record contains all words of `text`."""
    query = UserQuery(
        text,
        None if role is None else RoleId(role),
        None if team is None else [TeamId(team)],
        active=None if status == "all" else status == "active",
        limit=limit,
        offset=offset,
    )
    found, total = await services.users.find(actor, query)
    return UsersOut(users=[_told(one) for one in found], total=total)


@router.get("/options")
async def options(actor: Reader, services: InServices) -> UserOptionsOut:
    """Tell which roles and teams users can be given, and by whom."""
    may = services.roles.assignable(actor)
    tree = services.teams.tree
    reach = services.teams.reach(actor, Permission.VIEW_USERS)
    teams = [team.id for team, _ in tree.walk() if reach is None or team.id in reach]
    return UserOptionsOut(
        roles=[
            RoleOption(id=role.id, name=role.name, label=role.label, colour=role.colour, assignable=role.id in may)
            for role in services.roles.all()
        ],
        teams=[TeamOption(id=team, path=tree.path(team)) for team in teams],
        skills=list(await services.users.skills()),
        places=[
            PlaceOption(id=place, path=[dict(names) for names in path])
            for place, path in services.queues.phone_places()
        ],
        everybody=actor.permissions.get(Permission.EDIT_USERS) is Scope.ALL,
        mails=services.credentials.mails,
    )


@router.get("/export", response_class=Response)
async def export(actor: Reader, services: InServices) -> Response:
    """Return the users whom the caller may see as a CSV file."""
    text = await services.user_import.export(actor)
    headers = {"Content-Disposition": "attachment; filename=users.csv", "Cache-Control": "no-store"}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/import")
async def import_file(file: UploadFile, actor: Editor, state: InState, *, dry: bool = True) -> ImportOut:
    """Read users from a CSV file: with `dry` only tell what is wrong and what would change, else store all or none."""
    async with received(file, state.settings) as (_, path):
        if path.stat().st_size > MAX_CSV:
            raise BodyTooLargeError(f"at most {MAX_CSV // MIB} MB")
        report = await state.services.user_import.run(actor, path.read_bytes(), dry=dry)
    return _reported(report)


@router.post("", status_code=201)
async def invite(body: UserIn, actor: Editor, services: InServices) -> InvitedOut:
    """Make a user, and the link by which he chooses his password."""
    user = await services.users.create(actor, _draft(body))
    return InvitedOut(id=user.id, link=_linked(await services.credentials.invite(actor, user)))


@router.get("/{user}")
async def one(user: Id, actor: Reader, services: InServices) -> PersonOut:
    """Return a user."""
    return _told(await services.users.get(actor, UserId(user)))


@router.put("/{user}", status_code=204)
async def change(user: Id, body: UserChangeIn, actor: Editor, services: InServices) -> None:
    """Replace a user's record."""
    await services.users.change(actor, UserId(user), _draft(body), body.version)


@router.put("/{user}/active", status_code=204)
async def set_active(user: Id, body: ActiveIn, actor: Editor, services: InServices) -> None:
    """Let a user go, or take him back."""
    await services.users.set_active(actor, UserId(user), active=body.active)


@router.post("/{user}/invitation")
async def invite_again(user: Id, actor: Editor, services: InServices) -> LinkOut:
    """Make a new invitation; the one before is over."""
    found = await services.users.editable(actor, UserId(user))
    return _linked(await services.credentials.invite(actor, found))


@router.post("/{user}/password-reset")
async def reset_password(user: Id, actor: Editor, services: InServices) -> LinkOut:
    """Make a link by which a user chooses a new password."""
    found = await services.users.editable(actor, UserId(user))
    return _linked(await services.credentials.reset(actor, found))


@router.delete("/{user}/second-factor", status_code=204)
async def reset_second_factor(user: Id, actor: Editor, services: InServices) -> None:
    """Take away the second factor of a user who has lost it."""
    found = await services.users.editable(actor, UserId(user))
    await services.credentials.reset_second_factor(actor, found)


@router.post("/{user}/avatar", status_code=204)
async def set_avatar(user: Id, file: UploadFile, actor: Editor, state: InState) -> None:
    """Give a user a picture."""
    found = await state.services.users.editable(actor, UserId(user))
    async with received(file, state.settings) as (name, path):
        await state.services.users.set_avatar(found, name, path)


@router.delete("/{user}/avatar", status_code=204)
async def drop_avatar(user: Id, actor: Editor, services: InServices) -> None:
    """Take a user's picture away."""
    await services.users.drop_avatar(await services.users.editable(actor, UserId(user)))


@router.get("/{user}/avatar", response_class=Response)
async def avatar(user: Id, actor: Annotated[Principal, needs()], state: InState) -> Response:
    """Return a colleague's picture."""
    del actor  # Whoever is signed in may see colleagues' faces.
    return await picture_response(await state.services.users.avatar(UserId(user)), state.blobs)


def _draft(body: UserIn) -> UserDraft:
    return UserDraft(
        first_name=body.first_name,
        last_name=body.last_name,
        email=body.email,
        phone=body.phone,
        agent_number=body.agent_number,
        location=body.location,
        languages=tuple(body.languages),
        roles=frozenset(RoleId(role) for role in body.roles),
        teams=frozenset(TeamId(team) for team in body.teams),
        manages=frozenset(TeamId(team) for team in body.manages),
        chat_limit=body.chat_limit,
        skills=body.skills,
        direct_numbers=body.direct_numbers,
    )


def _told(seen: UserSeen) -> PersonOut:
    user = seen.user
    return PersonOut(
        id=user.id,
        version=user.version,
        name=user.name,
        first_name=user.first_name,
        last_name=user.family_name,
        email=user.email,
        phone=user.phone,
        agent_number=user.agent_number,
        location=user.location,
        avatar=bool(user.avatar),
        languages=list(user.languages),
        roles=sorted(user.roles),
        teams=list(seen.teams),
        manages=list(seen.manages),
        chat_limit=user.chat_limit,
        skills=dict(user.skills),
        direct_numbers=dict(user.direct_numbers),
        active=user.active,
        invited=seen.invited,
        second_factor=seen.second_factor,
        editable=seen.editable,
    )


def _linked(made: MadeLink) -> LinkOut:
    return LinkOut(path=made.path, kind=made.kind.value, expires_at=stamp(made.expires_at), mailed=made.mailed)


def _reported(report: Report) -> ImportOut:
    return ImportOut(
        rows=report.rows,
        new=report.new,
        changed=report.changed,
        unchanged=report.unchanged,
        mistakes=[
            MistakeOut(row=one.row, column=one.column, reason=one.reason, text=dict(one.told())) for one in report.wrong
        ],
        applied=report.applied,
    )
