"""The role page."""

from typing import Annotated

from fastapi import APIRouter

from madoguchi.adapters.http.access import needs
from madoguchi.adapters.http.people_models import (
    PageOut,
    RoleChangeIn,
    RoleIn,
    RoleOrderIn,
    RoleOut,
    RoleRef,
    RolesOut,
    grants_in,
)
from madoguchi.adapters.http.state import InServices
from madoguchi.domain.access.permissions import DEFAULT_ROLES, FIXED_ROLES, PAGES, Permission, Role
from madoguchi.domain.access.roles import MAX_CUSTOM_ROLES
from madoguchi.domain.access.users import Principal
from madoguchi.kernel.ids import RoleId
from madoguchi.services.roles import RoleDraft

router = APIRouter(prefix="/roles", tags=["roles"])

Reader = Annotated[Principal, needs(Permission.VIEW_ROLES)]
Editor = Annotated[Principal, needs(Permission.EDIT_ROLES)]


@router.get("")
async def listed(actor: Reader, services: InServices) -> RolesOut:
    """List the roles, and the pages that their permissions are about."""
    return RolesOut(
        roles=[_told(role, users) for role, users in await services.roles.listed(actor)],
        pages=[
            PageOut(
                key=page.key,
                view=page.view.value if page.view else None,
                edit=page.edit.value if page.edit else None,
                scoped=page.scoped,
                hands_out_roles=page.hands_out_roles,
            )
            for page in PAGES
        ],
        max_custom=MAX_CUSTOM_ROLES,
    )


@router.post("", status_code=201)
async def create(body: RoleIn, actor: Editor, services: InServices) -> RoleOut:
    """Make a role."""
    return _told(await services.roles.create(actor, _draft(body)), 0)


@router.put("/order", status_code=204)
async def order(body: RoleOrderIn, actor: Editor, services: InServices) -> None:
    """Put the roles into an order, that of all lists."""
    await services.roles.reorder(actor, [RoleId(role) for role in body.roles])


@router.put("/{role}", status_code=204)
async def change(role: RoleRef, body: RoleChangeIn, actor: Editor, services: InServices) -> None:
    """Replace a role; it counts at once for whoever has it."""
    await services.roles.change(actor, RoleId(role), _draft(body), body.version)


@router.delete("/{role}", status_code=204)
async def delete(role: RoleRef, actor: Editor, services: InServices) -> None:
    """Delete a role that nobody has."""
    await services.roles.delete(actor, RoleId(role))


def _draft(body: RoleIn) -> RoleDraft:
    assignable = None if body.assignable is None else frozenset(RoleId(one) for one in body.assignable)
    return RoleDraft(body.name, body.label, body.colour, grants_in(body.grants), assignable, body.second_factor)


def _told(role: Role, users: int) -> RoleOut:
    return RoleOut(
        id=role.id,
        version=role.version,
        name=role.name,
        label=role.label,
        colour=role.colour,
        grants={right.value: scope.value for right, scope in role.grants.items()},
        assignable=None if role.assignable is None else sorted(role.assignable),
        second_factor=role.second_factor,
        users=users,
        default=role.id in DEFAULT_ROLES,
        fixed=role.id in FIXED_ROLES,
    )
