"""How people come (back) in who have no password: by a link, or by asking for one."""

from fastapi import APIRouter, Request

from madoguchi.adapters.http.access import OWN_PAGES
from madoguchi.adapters.http.people_models import ChooseIn, ForgottenIn, ForgottenOut, TokenIn, WelcomeOut
from madoguchi.adapters.http.state import InServices
from madoguchi.domain.access.credentials import MIN_PASSWORD

router = APIRouter(prefix="/welcome", tags=["welcome"], dependencies=[OWN_PAGES])


@router.post("/link")
async def look(body: TokenIn, services: InServices) -> WelcomeOut:
    """Tell whom a link belongs to. Nothing happens to it."""
    link, user = await services.credentials.look(body.token)
    return WelcomeOut(kind=link.kind.value, name=user.name, email=user.email, min_length=MIN_PASSWORD)


@router.post("/password", status_code=204)
async def choose(body: ChooseIn, services: InServices) -> None:
    """Choose a password by a link, which is then used up."""
    await services.credentials.choose(body.token, body.password)


@router.post("/forgotten", status_code=202)
async def forgotten(body: ForgottenIn, request: Request, services: InServices) -> ForgottenOut:
    """Ask for a mail with a link. The answer never tells whether anybody has this address."""
    services.credentials.forgotten(body.email, request.client.host if request.client else "")
    return ForgottenOut(mails=services.credentials.mails)
