"""Signing in to the portal."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import structlog
from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError

from madoguchi.domain.access.credentials import WrongCodeError
from madoguchi.domain.access.permissions import NOTHING, Permission, Scope
from madoguchi.domain.access.sign_in import SignInNeededError, TooManyTriesError, WrongCredentialsError
from madoguchi.domain.access.users import Principal, Session, User
from madoguchi.domain.audit.entries import Action
from madoguchi.domain.audit.things import about_sign_in
from madoguchi.kernel.ids import SessionId, UserId
from madoguchi.kernel.time import Span
from madoguchi.ports.audit import AuditLog
from madoguchi.ports.environment import Clock, IdSource
from madoguchi.ports.storage import Catalogue
from madoguchi.services.rate_limits import Rate, RateLimit
from madoguchi.services.roles import RoleService
from madoguchi.services.second_factor import SecondFactorService

T = TypeVar("T")

SESSION: Final = Span(hours=12)
TRIES: Final = Rate(10, Span(minutes=1))

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Passwords:
    """How passwords are hashed and compared. Both take long on purpose and never run on the event loop."""

    hash: Callable[[str], str]
    verify: Callable[[str, str], bool]
    """Password, hash."""


def argon2() -> Passwords:
    """Return the hashing that is used everywhere but in tests."""
    hasher = PasswordHash.recommended()

    def verify(password: str, hashed: str) -> bool:
        try:
            return hasher.verify(password, hashed)
        except UnknownHashError:
            return False

    return Passwords(hasher.hash, verify)


def password_hash(password: str) -> str:
    """Return what is stored of a password."""
    return argon2().hash(password)


def token_hash(token: str) -> str:
    """Return what is stored of a session's token: its SHA-256 in hex. Tokens are too long to be guessed from it."""
    return hashlib.sha256(token.encode()).hexdigest()


class PasswordWork:
    """Hashes and compares beside the event loop, not too many at once: each takes a core for a while."""

    def __init__(self, passwords: Passwords | None = None, *, at_once: int = 2) -> None:
        self._passwords = passwords or argon2()
        self._places = asyncio.Semaphore(at_once)
        self._nobodys_hash = ""

    async def hashed(self, password: str) -> str:
        """Return what is stored of `password`."""
        return await self._slowly(lambda: self._passwords.hash(password))

    async def matches(self, password: str, stored: str) -> bool:
        """Whether `stored` is of `password`. Where nothing is stored it is not, after as much work."""
        hashed = stored or await self._hash_of_nobody()
        right = await self._slowly(lambda: self._passwords.verify(password, hashed))
        return right and bool(stored)

    async def _hash_of_nobody(self) -> str:
        if not self._nobodys_hash:
            self._nobodys_hash = await self.hashed("nobody")
        return self._nobodys_hash

    async def _slowly(self, work: Callable[[], T]) -> T:
        async with self._places:
            return await asyncio.to_thread(work)


class SignInService:
    """Users sign in, are known by their token for twelve hours, and sign out."""

    def __init__(
        self,
        catalogue: Catalogue,
        roles: RoleService,
        factors: SecondFactorService,
        clock: Clock,
        ids: IdSource,
        passwords: PasswordWork,
        log: AuditLog,
    ) -> None:
        self._catalogue = catalogue
        self._roles = roles
        self._factors = factors
        self._clock = clock
        self._ids = ids
        self._passwords = passwords
        self._log = log
        self.working: Callable[[UserId], bool] = lambda _user: False
        """Whether somebody still has calls or chats in hand; set when agents are there."""
        self._by_address = RateLimit(clock, TRIES)
        self._by_account = RateLimit(clock, TRIES)

    async def sign_in(self, email: str, password: str, address: str, code: str = "") -> tuple[str, Principal]:
        """Begin a session; return its token and who it belongs to.

        An unknown address takes as long as a wrong password, so that nobody learns who works here.

        Raises:
            TooManyTriesError: ten tries in a minute from `address` or for this account have failed.
            WrongCredentialsError: address or password are wrong, or the user may not sign in any more.
            SecondFactorNeededError: they are right, and the user has a second factor whose code is missing.
            WrongCodeError: the code is wrong or was used before.
        """
        account = email.strip().casefold()
        if not self._by_address.allows(address) or not self._by_account.allows(account):
            raise TooManyTriesError("wait a minute, then try again")
        found = await self._catalogue.credentials(account)
        right = await self._passwords.matches(password, found[1].password_hash if found is not None else "")
        if found is None or not right or not found[0].active:
            _log.info("sign_in_refused", known=found is not None)
            await self._note_refusal(found[0] if found is not None else None)
            raise WrongCredentialsError("check the e-mail address and the password")
        # Only failures count: a whole shift begins its work behind one address.
        self._by_address.take_back(address)
        self._by_account.take_back(account)
        try:
            await self._factors.check(found[0], code)
        except (WrongCodeError, TooManyTriesError):
            await self._note_refusal(found[0])
            raise
        user, now = found[0], self._clock.now()
        token = self._ids.secret()
        session = Session(SessionId(self._ids.new("session")), token_hash(token), user.id, now, now + SESSION)
        await self._catalogue.add_session(session)
        await self._catalogue.end_sessions_before(now)
        return token, await self._principal(user, session.id)

    async def _note_refusal(self, user: User | None) -> None:
        # What somebody unknown typed is not kept: it may be a password in the wrong field.
        who = ("", "") if user is None else (user.id, user.name)
        await self._log.add(about_sign_in(UserId(who[0]), who[1], Action.SIGN_IN_REFUSED))

    async def authenticate(self, token: str) -> Principal:
        """Return who has `token`.

        Raises:
            SignInNeededError: nobody has, the session is over, or the user may not sign in any more.
        """
        session = await self._catalogue.session(token_hash(token))
        if session is None or session.expires_at <= self._clock.now():
            raise SignInNeededError("the session is over")
        user = await self._catalogue.user(session.user)
        if user is None or not (user.active or self.working(user.id)):
            raise SignInNeededError("the session is over")
        return await self._principal(user, session.id)

    async def sign_out(self, token: str) -> None:
        """End a session. Ending what is over is no error."""
        await self._catalogue.end_session(token_hash(token))

    async def _principal(self, user: User, session: SessionId) -> Principal:
        """Return what `user` may do as of now: by his roles as they are, whatever they were when he signed in."""
        grants = self._roles.grants(user) if user.active else NOTHING
        must_enrol = self._roles.wants_second_factor(user) and not await self._factors.active(user.id)
        if must_enrol:
            grants = NOTHING
        if self.working(user.id):
            # Whoever has a consumer on the line is not cut off from him by a change of his record.
            grants = {**grants, Permission.DESK: Scope.ALL}
        return Principal(user, session, grants, must_enrol)
