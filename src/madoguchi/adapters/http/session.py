"""Signing in and out of the portal."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from madoguchi.adapters.http.access import OWN_PAGES, needs
from madoguchi.adapters.http.models import SessionOut, SignIn, UserOut
from madoguchi.adapters.http.state import InServices, InState
from madoguchi.domain.access.users import Principal

router = APIRouter(prefix="/session", tags=["session"])


async def _told(principal: Principal, state: InState) -> SessionOut:
    user = principal.user
    return SessionOut(
        user=UserOut(
            id=user.id,
            name=user.name,
            email=user.email,
            roles=sorted(user.roles),
            languages=list(user.languages),
            chat_limit=user.chat_limit,
        ),
        permissions=sorted(permission.value for permission in principal.permissions),
        must_enrol=principal.must_enrol,
        branding=dict(await state.branding()),
    )


@router.post("", dependencies=[OWN_PAGES])
async def sign_in(body: SignIn, request: Request, response: Response, state: InState) -> SessionOut:
    """Sign in; the session cookie is set."""
    address = request.client.host if request.client else ""
    token, principal = await state.services.sign_in.sign_in(body.email, body.password, address, body.code)
    response.set_cookie(
        state.settings.cookie,
        token,
        max_age=state.settings.session_s,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return await _told(principal, state)


@router.get("")
async def session(actor: Annotated[Principal, needs()], state: InState) -> SessionOut:
    """Tell who is signed in and what he may do."""
    return await _told(actor, state)


@router.delete("", status_code=204)
async def sign_out(
    actor: Annotated[Principal, needs()], request: Request, services: InServices, state: InState
) -> Response:
    """Sign out; every socket of the session is closed, and an agent is rung no more."""
    await services.desk.leave(actor)
    await services.sign_in.sign_out(request.cookies[state.settings.cookie])
    state.hooks.signed_out(actor.session)
    response = Response(status_code=204)
    response.delete_cookie(state.settings.cookie, httponly=True, samesite="lax")
    return response
