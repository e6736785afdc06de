"""What users see and change of themselves."""

from typing import Annotated

from fastapi import APIRouter, UploadFile

from madoguchi.adapters.http.access import needs
from madoguchi.adapters.http.files import received
from madoguchi.adapters.http.people_models import (
    CodeIn,
    EnrolmentOut,
    MeIn,
    MeOut,
    OwnPasswordIn,
    PresentPasswordIn,
    RecoveryCodesOut,
    RoleNameOut,
)
from madoguchi.adapters.http.state import InServices, InState
from madoguchi.domain.access.users import Principal
from madoguchi.services.profile import OwnDraft

router = APIRouter(prefix="/me", tags=["me"])

Myself = Annotated[Principal, needs()]


@router.get("")
async def me(actor: Myself, services: InServices) -> MeOut:
    """Return the caller's profile."""
    user, tree = actor.user, services.teams.tree
    left = await services.second_factors.recovery_left(user.id)
    return MeOut(
        id=user.id,
        version=user.version,
        name=user.name,
        first_name=user.first_name,
        last_name=user.family_name,
        email=user.email,
        phone=user.phone,
        avatar=bool(user.avatar),
        languages=list(user.languages),
        roles=[RoleNameOut(id=role.id, name=role.name) for role in services.roles.all() if role.id in user.roles],
        teams=sorted(tree.path(team) for team in tree.of(user.id)),
        second_factor=await services.second_factors.active(user.id),
        second_factor_wanted=services.roles.wants_second_factor(user),
        recovery_codes=left,
    )


@router.put("", status_code=204)
async def change(body: MeIn, actor: Myself, services: InServices) -> None:
    """Replace the caller's name and telephone number."""
    await services.profile.change(actor, OwnDraft(body.first_name, body.last_name, body.phone), body.version)


@router.post("/password", status_code=204)
async def change_password(body: OwnPasswordIn, actor: Myself, services: InServices) -> None:
    """Replace the caller's password; his other sessions are over."""
    await services.credentials.change_own(actor, body.present, body.password)


@router.post("/avatar", status_code=204)
async def set_avatar(file: UploadFile, actor: Myself, state: InState) -> None:
    """Give oneself a picture."""
    async with received(file, state.settings) as (name, path):
        await state.services.users.set_avatar(actor.user, name, path)


@router.delete("/avatar", status_code=204)
async def drop_avatar(actor: Myself, services: InServices) -> None:
    """Take one's own picture away."""
    await services.users.drop_avatar(actor.user)


@router.post("/second-factor")
async def begin_second_factor(actor: Myself, services: InServices) -> EnrolmentOut:
    """Make a secret for the caller's authenticator app."""
    made = await services.second_factors.begin(actor)
    return EnrolmentOut(secret=made.secret, uri=made.uri, qr=made.qr)


@router.post("/second-factor/confirm")
async def confirm_second_factor(body: CodeIn, actor: Myself, services: InServices) -> RecoveryCodesOut:
    """Turn the second factor on, by a code that the app shows."""
    return RecoveryCodesOut(codes=list(await services.second_factors.confirm(actor, body.code)))


@router.post("/second-factor/remove", status_code=204)
async def remove_second_factor(body: PresentPasswordIn, actor: Myself, services: InServices) -> None:
    """Turn the caller's second factor off."""
    await services.credentials.prove(actor, body.present)
    await services.second_factors.remove(actor.user.id)
