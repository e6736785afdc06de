"""The second factor: codes of an authenticator app (RFC 6238), and recovery codes for when it is lost."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import pyotp
import segno

from madoguchi.domain.access.credentials import (
    CODE_S,
    RECOVERY_CODES,
    SecondFactor,
    SecondFactorNeededError,
    WrongCodeError,
)
from madoguchi.domain.access.sign_in import TooManyTriesError
from madoguchi.domain.access.users import Principal, User
from madoguchi.kernel.errors import ConflictError
from madoguchi.kernel.ids import UserId
from madoguchi.kernel.time import Span
from madoguchi.ports.environment import Clock, IdSource
from madoguchi.ports.people import People
from madoguchi.services.rate_limits import Rate, RateLimit

TRIES: Final = Rate(10, Span(hours=1))
"""Wrong codes of one user. With three codes good at a time he guesses one in a thousand days' tries or so."""
_DRIFT: Final = 1
"""Steps that a phone's clock may be wrong."""
_SECRET: Final = 20
"""Bytes, as long as what HMAC-SHA-1 makes (RFC 4226, section 4)."""
_RECOVERY: Final = 12


@dataclass(frozen=True)
class Enrolment:
    """What a user puts into his app."""

    secret: str
    uri: str
    qr: str
    """The URI as a picture: an SVG as a `data:` URL."""


class SecondFactorService:
    """Sets up, asks for and takes away second factors."""

    def __init__(self, people: People, clock: Clock, ids: IdSource, *, issuer: str = "Madoguchi") -> None:
        self._people = people
        self._clock = clock
        self._ids = ids
        self._issuer = issuer
        self._tries = RateLimit(clock, TRIES)

    async def active(self, user: UserId) -> bool:
        """Whether the user has a second factor that is asked for."""
        found = await self._people.second_factor(user)
        return found is not None and found.confirmed

    async def begin(self, actor: Principal) -> Enrolment:
        """Make a new secret for `actor`; it counts when he has confirmed it.

        Raises:
            ConflictError: he has a second factor already.
        """
        if await self.active(actor.user.id):
            raise ConflictError("remove the present one first", reason="enrolled")
        secret = base64.b32encode(hashlib.sha256(self._ids.secret().encode()).digest()[:_SECRET]).decode()
        await self._people.save_second_factor(SecondFactor(actor.user.id, secret, confirmed=False, last_step=0))
        uri = pyotp.TOTP(secret).provisioning_uri(name=actor.user.email, issuer_name=self._issuer)
        picture = segno.make(uri, error="m").svg_data_uri(scale=4, border=4, dark="#000", light="#fff")
        return Enrolment(secret, uri, picture)

    async def confirm(self, actor: Principal, code: str) -> Sequence[str]:
        """Turn the second factor on; return the recovery codes, which are told only here.

        Raises:
            ConflictError: there is nothing to confirm.
            WrongCodeError: the app shows another code.
            TooManyTriesError: too many codes were wrong.
        """
        found = await self._people.second_factor(actor.user.id)
        if found is None or found.confirmed:
            raise ConflictError("begin first", reason="not_begun")
        step = self._step_of(actor.user.id, found, code)
        codes = [self._recovery_code() for _ in range(RECOVERY_CODES)]
        hashes = tuple(_hash(one) for one in codes)
        await self._people.save_second_factor(replace(found, confirmed=True, last_step=step, recovery_hashes=hashes))
        return codes

    async def remove(self, user: UserId) -> None:
        """Take a user's second factor away. The caller has made sure that he wants it."""
        await self._people.drop_second_factor(user)

    async def recovery_left(self, user: UserId) -> int:
        """Return how many recovery codes a user has left."""
        found = await self._people.second_factor(user)
        return len(found.recovery_hashes) if found is not None and found.confirmed else 0

    async def check(self, user: User, code: str) -> None:
        """Let pass a user who has no second factor, or whose `code` is right; it is then used up.

        Raises:
            SecondFactorNeededError: he has one, and sent no code.
            WrongCodeError: the code is wrong, or was used before.
            TooManyTriesError: too many codes were wrong.
        """
        found = await self._people.second_factor(user.id)
        if found is None or not found.confirmed:
            return
        if not code.strip():
            raise SecondFactorNeededError("or one of your recovery codes")
        plain = _plain(code)
        if len(plain) == _RECOVERY:
            self._count(user.id)
            if await self._people.use_recovery_code(user.id, _hash(plain)):
                self._tries.take_back(user.id)
                return
            raise WrongCodeError("this recovery code is wrong or was used", field="code")
        step = self._step_of(user.id, found, code)
        if not await self._people.use_step(user.id, step):
            raise WrongCodeError("wait for the next code", field="code")

    def _step_of(self, user: UserId, factor: SecondFactor, code: str) -> int:
        """Return the time step whose code this is."""
        self._count(user)
        now = int(self._clock.now().timestamp()) // CODE_S
        generator, plain = pyotp.TOTP(factor.secret), _plain(code)
        right = None
        for step in range(now - _DRIFT, now + _DRIFT + 1):
            if hmac.compare_digest(generator.generate_otp(step).encode(), plain.encode()):
                right = step
        if right is None or right <= factor.last_step:
            raise WrongCodeError("look at the app again", field="code")
        self._tries.take_back(user)
        return right

    def _count(self, user: UserId) -> None:
        if not self._tries.allows(user):
            raise TooManyTriesError("wait an hour, or ask an administrator")

    def _recovery_code(self) -> str:
        text = base64.b32encode(hashlib.sha256(self._ids.secret().encode()).digest()).decode()[:_RECOVERY].lower()
        return "-".join(text[at : at + 4] for at in range(0, _RECOVERY, 4))


def _plain(code: str) -> str:
    return "".join(letter for letter in code.lower() if letter.isascii() and letter.isalnum())


def _hash(code: str) -> str:
    return hashlib.sha256(_plain(code).encode()).hexdigest()
