"""How people prove who they are, besides by their session: links by mail, passwords, second factors."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from madoguchi.kernel.errors import InvalidInputError, Kind, MadoguchiError
from madoguchi.kernel.ids import UserId
from madoguchi.kernel.time import Instant, Span

INVITATION: Final = Span(days=7)
RESET: Final = Span(days=1)
MIN_PASSWORD: Final = 12
MAX_PASSWORD: Final = 500
RECOVERY_CODES: Final = 10
CODE_S: Final = 30
"""How long a code of an authenticator counts (RFC 6238)."""

_FEW_LETTERS: Final = 5
_STRONG: Final = 20
_GOOD: Final = 15


class LinkOverError(MadoguchiError):
    """This link is used up or too old."""

    kind = Kind.NOT_FOUND
    code = "link_over"


class SecondFactorNeededError(MadoguchiError):
    """Enter the code of your authenticator app."""

    kind = Kind.FORBIDDEN
    code = "second_factor_needed"


class WrongCodeError(MadoguchiError):
    """This code is wrong or was used already."""

    kind = Kind.FORBIDDEN
    code = "wrong_code"


class LinkKind(Enum):
    """What a link is for."""

    INVITATION = "invitation"
    RESET = "reset"


@dataclass(frozen=True)
class Link:
    """A one-time way to choose a password. Only the token's hash is stored."""

    token_hash: str
    user: UserId
    kind: LinkKind
    created_at: Instant
    expires_at: Instant


@dataclass(frozen=True)
class SecondFactor:
    """A user's authenticator app."""

    user: UserId
    secret: str
    """Shared with the app, in base 32."""
    confirmed: bool
    """Whether he has shown that the app works; until then it is asked for nowhere."""
    last_step: int
    """The newest time step whose code was used; no code is good twice."""
    recovery_hashes: tuple[str, ...] = ()
    """Of the one-time codes that are left."""


class Strength(Enum):
    """What is said of a password that is accepted."""

    FAIR = "fair"
    GOOD = "good"
    STRONG = "strong"


def password_strength(password: str) -> Strength:
    """Return how hard to guess `password` is: its length counts most, and how many kinds of characters it has."""
    kinds = sum(
        any(test(letter) for letter in password)
        for test in (str.islower, str.isupper, str.isdigit, lambda letter: not letter.isalnum())
    )
    length = len(password) + kinds
    if length >= _STRONG + 1:
        return Strength.STRONG
    return Strength.GOOD if length >= _GOOD + 1 else Strength.FAIR


def check_password(password: str, email: str) -> None:
    """Let pass a password that can be used.

    Raises:
        InvalidInputError: it is too short or long, or can be guessed by whoever knows the address.
    """
    if len(password) < MIN_PASSWORD:
        raise InvalidInputError(f"at least {MIN_PASSWORD} characters", field="password", reason="too_short")
    if len(password) > MAX_PASSWORD:
        raise InvalidInputError(f"at most {MAX_PASSWORD} characters", field="password", reason="too_long")
    plain, address = password.casefold(), email.casefold()
    if plain in {address, address.partition("@")[0]} or address in plain:
        raise InvalidInputError("not your e-mail address", field="password", reason="address")
    if len(set(plain)) < _FEW_LETTERS:
        raise InvalidInputError("use more different characters", field="password", reason="monotonous")
