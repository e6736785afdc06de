"""Signing in: who gets in, for how long, and how often one may try."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from madoguchi.domain.access.permissions import Permission, Role
from madoguchi.domain.access.sign_in import SignInNeededError, TooManyTriesError, WrongCredentialsError
from madoguchi.domain.access.users import Credentials, User
from madoguchi.kernel.ids import UserId
from madoguchi.services.access_changes import AccessChanges
from madoguchi.services.roles import RoleService
from madoguchi.services.second_factor import SecondFactorService
from madoguchi.services.sign_in import Passwords, PasswordWork, SignInService, argon2, password_hash, token_hash
from madoguchi.testing.catalogue import MemoryCatalogue
from madoguchi.testing.environment import CountingIds, FakeClock
from madoguchi.testing.people import MemoryPeople

ANA = User(UserId("user_ana"), "Ana", "ana@example.com", frozenset({Role.AGENT}))


class Desk:
    """A sign-in whose password hashing is quick and counted."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.catalogue = MemoryCatalogue()
        self.compared: list[str] = []
        passwords = Passwords(lambda password: f"hash of {password}", self._verify)
        people, ids = MemoryPeople(self.catalogue), CountingIds()
        self.roles = RoleService(people, ids, AccessChanges())
        self.factors = SecondFactorService(people, self.clock, ids)
        work = PasswordWork(passwords)
        self.service = SignInService(
            self.catalogue, self.roles, self.factors, self.clock, ids, work, self.catalogue.audit
        )

    def _verify(self, password: str, hashed: str) -> bool:
        self.compared.append(hashed)
        return hashed == f"hash of {password}"


@pytest.fixture
async def desk() -> Desk:
    desk = Desk()
    await desk.catalogue.add_user(ANA, Credentials("hash of right"))
    return desk


async def test_who_signs_in_is_known_by_his_token_for_twelve_hours(desk: Desk) -> None:
    token, principal = await desk.service.sign_in(" Ana@Example.com ", "right", "192.0.2.1")
    assert principal.user == ANA
    assert Permission.DESK in principal.permissions
    await desk.clock.advance(timedelta(hours=12) - timedelta(seconds=1))
    assert await desk.service.authenticate(token) == principal
    await desk.clock.advance(1)
    with pytest.raises(SignInNeededError):
        await desk.service.authenticate(token)


async def test_the_token_itself_is_not_stored(desk: Desk) -> None:
    token, _ = await desk.service.sign_in(ANA.email, "right", "192.0.2.1")
    (stored,) = desk.catalogue._sessions
    assert stored == token_hash(token)
    assert token not in str(desk.catalogue._sessions)


async def test_signing_out_ends_the_session_at_once(desk: Desk) -> None:
    token, _ = await desk.service.sign_in(ANA.email, "right", "192.0.2.1")
    await desk.service.sign_out(token)
    await desk.service.sign_out(token)
    with pytest.raises(SignInNeededError):
        await desk.service.authenticate(token)


async def test_signing_in_clears_away_sessions_that_are_over(desk: Desk) -> None:
    await desk.service.sign_in(ANA.email, "right", "192.0.2.1")
    await desk.clock.advance(timedelta(hours=13))
    await desk.service.sign_in(ANA.email, "right", "192.0.2.1")
    assert len(desk.catalogue._sessions) == 1


@pytest.mark.parametrize(("email", "password"), [(ANA.email, "wrong"), ("nobody@example.com", "right"), ("", "")])
async def test_a_wrong_address_is_refused_like_a_wrong_password_after_as_much_work(
    desk: Desk, email: str, password: str
) -> None:
    with pytest.raises(WrongCredentialsError) as refused:
        await desk.service.sign_in(email, password, "192.0.2.1")
    assert refused.value.detail == "check the e-mail address and the password"
    assert len(desk.compared) == 1


async def test_who_has_left_can_neither_sign_in_nor_go_on(desk: Desk) -> None:
    token, _ = await desk.service.sign_in(ANA.email, "right", "192.0.2.1")
    await desk.catalogue.save_user(replace(ANA, active=False))
    with pytest.raises(SignInNeededError):
        await desk.service.authenticate(token)
    with pytest.raises(WrongCredentialsError):
        await desk.service.sign_in(ANA.email, "right", "192.0.2.1")


def _addresses(number: int) -> tuple[str, str]:
    return ANA.email, f"192.0.2.{number}"


def _accounts(number: int) -> tuple[str, str]:
    return f"guess{number}@example.com", "192.0.2.1"


@pytest.mark.parametrize("who", [_addresses, _accounts])
async def test_ten_tries_a_minute_for_an_account_and_from_an_address(
    desk: Desk, who: Callable[[int], tuple[str, str]]
) -> None:
    for number in range(10):
        email, address = who(number)
        with pytest.raises(WrongCredentialsError):
            await desk.service.sign_in(email, "wrong", address)
    email, address = who(10)
    with pytest.raises(TooManyTriesError):
        await desk.service.sign_in(email, "right", address)
    await desk.clock.advance(60)
    with pytest.raises(WrongCredentialsError):
        await desk.service.sign_in(email, "wrong", address)


async def test_a_whole_shift_signs_in_behind_one_address(desk: Desk) -> None:
    for _ in range(30):
        await desk.service.sign_in(ANA.email, "right", "192.0.2.1")


async def test_a_success_in_between_gives_no_more_tries(desk: Desk) -> None:
    for _ in range(10):
        await desk.service.sign_in(ANA.email, "right", "192.0.2.1")
        with pytest.raises(WrongCredentialsError):
            await desk.service.sign_in(ANA.email, "wrong", "192.0.2.1")
    with pytest.raises(TooManyTriesError):
        await desk.service.sign_in(ANA.email, "right", "192.0.2.1")


async def test_an_unknown_token_is_nobodys(desk: Desk) -> None:
    with pytest.raises(SignInNeededError):
        await desk.service.authenticate("stolen")


def test_passwords_are_hashed_with_argon2_and_told_apart() -> None:
    hashed = password_hash("s3cret")
    assert hashed.startswith("$argon2id$")
    assert argon2().verify("s3cret", hashed)
    assert not argon2().verify("S3cret", hashed)
    assert not argon2().verify("s3cret", "no hash at all")
