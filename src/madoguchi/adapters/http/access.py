"""Who may use a route. Every route declares exactly one of these; a test finds those that do not.

A handler names its caller and the right that it needs in one place:

    async def monitor(call: CallId, actor: Annotated[Principal, needs(Permission.MONITOR)]) -> …
"""

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant

from madoguchi.adapters.http.problems import ForeignRequestError
from madoguchi.adapters.http.state import of
from madoguchi.domain.access.permissions import Permission
from madoguchi.domain.access.sign_in import SignInNeededError
from madoguchi.domain.access.users import Principal
from madoguchi.domain.audit.entries import Act
from madoguchi.domain.consumers.consumer import ConsumerPrincipal
from madoguchi.ports.audit import name_actor

PORTAL_HEADER: Final = "X-Madoguchi"
_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def _refuse_foreign_writes(request: Request) -> None:
    """Let only our own pages write: no other site can send this header without our leave.

    Browsers say besides from which origin a page writes, and cannot be made to lie. Programs that are none say nothing.

    Raises:
        ForeignRequestError: the header is missing, or the page is of another site.
    """
    if request.method in _READS:
        return
    if request.headers.get(PORTAL_HEADER) != "1":
        raise ForeignRequestError(f"send the header {PORTAL_HEADER}: 1")
    origin = request.headers.get("origin")
    if origin is None or origin in of(request).settings.origins:
        return
    if urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower():
        raise ForeignRequestError("the page that sends this is of another site")


def bearer(request: Request) -> str | None:
    """Return the token of `Authorization: Bearer …`."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


class Public:
    """Anybody."""

    rule: str = "public"

    def __call__(self) -> None:
        """Let everybody pass."""


class OwnPages(Public):
    """Anybody, but only from our own pages."""

    rule = "public, from our own pages"

    def __call__(self, request: Request) -> None:  # type: ignore[override] # dependencies differ in what they ask for
        """Refuse what another site may have sent.

        Raises:
            ForeignRequestError: it lacks the header of our pages.
        """
        _refuse_foreign_writes(request)


class SignedIn:
    """A signed-in user who has all of `permissions`."""

    def __init__(self, *permissions: Permission) -> None:
        self.permissions = permissions
        self.rule = "signed in" + "".join(f", {each.value}" for each in permissions)

    async def __call__(self, request: Request) -> Principal:
        """Return who asks.

        Raises:
            SignInNeededError: nobody is signed in.
            NotAllowedError: a permission is missing.
            ForeignRequestError: it writes and lacks the header of our pages.
        """
        _refuse_foreign_writes(request)
        state = of(request)
        token = request.cookies.get(state.settings.cookie)
        if not token:
            raise SignInNeededError("the session cookie is missing")
        principal = await state.services.sign_in.authenticate(token)
        for permission in self.permissions:
            principal.require(permission)
        address = request.client.host if request.client else ""
        name_actor(Act(principal.user.id, principal.user.name, address))
        return principal


class SignedInConsumer:
    """A consumer with a session token."""

    rule = "consumer"

    async def __call__(self, request: Request) -> ConsumerPrincipal:
        """Return who asks.

        Raises:
            SignInNeededError: no token was sent.
        """
        token = bearer(request)
        if token is None:
            raise SignInNeededError("send Authorization: Bearer <token>")
        return await of(request).services.consumers.authenticate(token)


class Either:
    """A consumer with a session token, or else a signed-in user."""

    rule = "signed in or consumer"

    def __init__(self) -> None:
        self._consumer = SignedInConsumer()
        self._user = SignedIn()

    async def __call__(self, request: Request) -> Principal | ConsumerPrincipal:
        """Return who asks.

        Raises:
            SignInNeededError: neither a token nor a cookie was sent.
        """
        if bearer(request) is not None:
            return await self._consumer(request)
        return await self._user(request)


class Loopback:
    """Programs on this machine, or in the networks that the settings name."""

    rule = "loopback or a named network"

    def __call__(self, request: Request) -> None:
        """Let pass who is near.

        Raises:
            NotFoundError: he is not; to him there is no such page.
        """
        of(request).settings.require_near(request.client.host if request.client else "")


Access = (Public, SignedIn, SignedInConsumer, Either, Loopback)
"""The classes of which each route has exactly one."""

PUBLIC: Final = Depends(Public())
OWN_PAGES: Final = Depends(OwnPages())
CONSUMER: Final = Depends(SignedInConsumer())
EITHER: Final = Depends(Either())
LOOPBACK: Final = Depends(Loopback())


def needs(*permissions: Permission) -> Any:
    """Return the dependency that yields the signed-in user and refuses whoever lacks one of `permissions`."""
    return Depends(SignedIn(*permissions))


def declared(dependant: Dependant) -> Iterator[str]:
    """Yield the rule of every access declaration in a route's dependencies."""
    if isinstance(dependant.call, Access):
        yield dependant.call.rule
    for each in dependant.dependencies:
        yield from declared(each)
