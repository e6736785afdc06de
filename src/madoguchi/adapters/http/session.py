"""Signing in and out of the portal."""

from typing import Annotated, Final

from fastapi import APIRouter, Request, Response

from madoguchi.adapters.http.access import OWN_PAGES, needs
from madoguchi.adapters.http.embedding import embedders
from madoguchi.adapters.http.models import SessionOut, SignIn, UserOut
from madoguchi.adapters.http.state import InServices, InState
from madoguchi.domain.access.users import Principal

_OWN_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})

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
        embedders=embedders(state),
    )


@router.post("", dependencies=[OWN_PAGES])
async def sign_in(body: SignIn, request: Request, response: Response, state: InState) -> SessionOut:
    """Sign in; the session cookie is set."""
    address = request.client.host if request.client else ""
    token, principal = await state.services.sign_in.sign_in(body.email, body.password, address, body.code)
    if body.embedded and _is_trusted(request):
        response.headers.append("Set-Cookie", _elsewhere(state, token, state.settings.session_s))
    else:
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
    if _is_trusted(request):
        # The browser has either that one or this one, and forgets what it does not have.
        response.headers.append("Set-Cookie", _elsewhere(state, "", 0))
    return response


def _is_trusted(request: Request) -> bool:
    """Whether browsers take cookies from here that are for secure connections only."""
    return request.url.scheme == "https" or request.url.hostname in _OWN_MACHINE


def _elsewhere(state: InState, token: str, max_age: int) -> str:
    """Return the cookie of a page within another site's: sent there, and only below that one top-level site.

    Python before 3.14 cannot write `Partitioned` by itself.
    """
    return f"{state.settings.cookie}={token}; HttpOnly; Max-Age={max_age}; Path=/; SameSite=None; Secure; Partitioned"
