"""Signing in to the portal."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import structlog
from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError

from madoguchi.domain.access.sign_in import SignInNeededError, TooManyTriesError, WrongCredentialsError
from madoguchi.domain.access.users import Principal, Session
from madoguchi.kernel.ids import SessionId
from madoguchi.kernel.time import Span
from madoguchi.ports.environment import Clock, IdSource
from madoguchi.ports.storage import Catalogue
from madoguchi.services.rate_limits import Rate, RateLimit

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


class SignInService:
    """Users sign in, are known by their token for twelve hours, and sign out."""

    def __init__(
        self,
        catalogue: Catalogue,
        clock: Clock,
        ids: IdSource,
        passwords: Passwords | None = None,
        *,
        at_once: int = 2,
    ) -> None:
        self._catalogue = catalogue
        self._clock = clock
        self._ids = ids
        self._passwords = passwords or argon2()
        self._places = asyncio.Semaphore(at_once)
        self._by_address = RateLimit(clock, TRIES)
        self._by_account = RateLimit(clock, TRIES)
        self._nobodys_hash = ""

    async def sign_in(self, email: str, password: str, address: str) -> tuple[str, Principal]:
        """Begin a session; return its token and who it belongs to.

        An unknown address takes as long as a wrong password, so that nobody learns who works here.

        Raises:
            TooManyTriesError: ten tries in a minute from `address` or for this account have failed.
            WrongCredentialsError: address or password are wrong, or the user may not sign in any more.
        """
        account = email.strip().casefold()
        if not self._by_address.allows(address) or not self._by_account.allows(account):
            raise TooManyTriesError("wait a minute, then try again")
        found = await self._catalogue.credentials(account)
        hashed = found[1].password_hash if found is not None else await self._hash_of_nobody()
        right = await self._slowly(lambda: self._passwords.verify(password, hashed))
        if found is None or not right or not found[0].active:
            _log.info("sign_in_refused", known=found is not None)
            raise WrongCredentialsError("check the e-mail address and the password")
        # Only failures count: a whole shift begins its work behind one address.
        self._by_address.take_back(address)
        self._by_account.take_back(account)
        user, now = found[0], self._clock.now()
        token = self._ids.secret()
        session = Session(SessionId(self._ids.new("session")), token_hash(token), user.id, now, now + SESSION)
        await self._catalogue.add_session(session)
        await self._catalogue.end_sessions_before(now)
        return token, Principal.of(user, session.id)

    async def authenticate(self, token: str) -> Principal:
        """Return who has `token`.

        Raises:
            SignInNeededError: nobody has, the session is over, or the user may not sign in any more.
        """
        session = await self._catalogue.session(token_hash(token))
        if session is None or session.expires_at <= self._clock.now():
            raise SignInNeededError("the session is over")
        user = await self._catalogue.user(session.user)
        if user is None or not user.active:
            raise SignInNeededError("the session is over")
        return Principal.of(user, session.id)

    async def sign_out(self, token: str) -> None:
        """End a session. Ending what is over is no error."""
        await self._catalogue.end_session(token_hash(token))

    async def _hash_of_nobody(self) -> str:
        if not self._nobodys_hash:
            self._nobodys_hash = await self._slowly(lambda: self._passwords.hash("nobody"))
        return self._nobodys_hash

    async def _slowly(self, work: Callable[[], T]) -> T:
        """Run `work` beside the event loop, not too many at once: each takes a core for a while."""
        async with self._places:
            return await asyncio.to_thread(work)
