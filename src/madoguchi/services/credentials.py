"""Invitations, forgotten passwords, and the change of one's own: all ways by which a password comes to be."""

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Final, Protocol

import structlog

from madoguchi.domain.access.credentials import (
    INVITATION,
    RESET,
    Link,
    LinkKind,
    LinkOverError,
    check_password,
)
from madoguchi.domain.access.sign_in import TooManyTriesError, WrongCredentialsError
from madoguchi.domain.access.users import Credentials, Principal, User
from madoguchi.kernel.errors import ConflictError, InvalidInputError, MadoguchiError
from madoguchi.kernel.time import Instant, Span
from madoguchi.ports.environment import Clock, IdSource
from madoguchi.ports.mail import Mail, Mailer
from madoguchi.ports.people import People
from madoguchi.ports.storage import Catalogue
from madoguchi.services.access_changes import AccessChanges
from madoguchi.services.rate_limits import Rate, RateLimit
from madoguchi.services.second_factor import SecondFactorService
from madoguchi.services.sign_in import PasswordWork, token_hash
from madoguchi.services.users import DeskSide, UserService

PATH: Final = "/welcome"
"""The portal's page that a link leads to; the token is behind a `#`, so that no log and no other site gets it."""
ASKED: Final = Rate(5, Span(hours=1))
"""How often one address may ask for a new password, and how often for one account."""

_log = structlog.get_logger(__name__)


class Spawn(Protocol):
    """Starts work that nobody waits for."""

    def __call__(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work`."""


@dataclass(frozen=True)
class MadeLink:
    """A link as its maker gets it; the token is told only here."""

    token: str
    kind: LinkKind
    expires_at: Instant
    mailed: bool

    @property
    def path(self) -> str:
        """Where it leads on this server."""
        return f"{PATH}#{self.token}"


class CredentialService:
    """Lets users choose passwords, and nobody else."""

    def __init__(  # noqa: PLR0913 - what proofs hang together with
        self,
        *,
        catalogue: Catalogue,
        people: People,
        users: UserService,
        factors: SecondFactorService,
        passwords: PasswordWork,
        mailer: Mailer,
        clock: Clock,
        ids: IdSource,
        changes: AccessChanges,
        desk: DeskSide,
        spawn: Spawn,
    ) -> None:
        self._catalogue = catalogue
        self._people = people
        self._users = users
        self._factors = factors
        self._passwords = passwords
        self._mailer = mailer
        self._clock = clock
        self._ids = ids
        self._changes = changes
        self._desk = desk
        self._spawn = spawn
        self._by_address = RateLimit(clock, ASKED)
        self._by_account = RateLimit(clock, ASKED)
        self._own_tries = RateLimit(clock, Rate(10, Span(minutes=1)))

    @property
    def mails(self) -> bool:
        """Whether mail can be sent."""
        return bool(self._mailer.base_url)

    async def invite(self, actor: Principal, user: User) -> MadeLink:
        """Make the link by which a new user chooses his password, and mail it where that is possible.

        Raises:
            NotFoundError: there is no such user within the caller's reach.
            RoleNotAssignableError: he has a role that the caller may not hand out.
            ConflictError: he has a password already, or is not active.
        """
        user = await self._users.editable(actor, user.id)
        if await self._people.password_hash(user.id):
            raise ConflictError("the user has a password already", reason="has_password")
        return await self._made(user, LinkKind.INVITATION)

    async def reset(self, actor: Principal, user: User) -> MadeLink:
        """Make the link by which a user chooses a new password; the old one counts until he has.

        Raises:
            NotFoundError: there is no such user within the caller's reach.
            RoleNotAssignableError: he has a role that the caller may not hand out.
            ConflictError: he is not active.
        """
        user = await self._users.editable(actor, user.id)
        return await self._made(user, LinkKind.RESET)

    def forgotten(self, email: str, address: str) -> None:
        """Mail a link to whom `email` belongs, if to anybody. The answer is the same in every case, and as quick.

        Raises:
            TooManyTriesError: it was asked too often from `address`.
        """
        if not self._by_address.allows(address):
            raise TooManyTriesError("wait an hour")
        self._spawn(self._send_forgotten(email.strip().casefold()))

    async def _send_forgotten(self, account: str) -> None:
        try:
            if not self.mails or not self._by_account.allows(account):
                return
            found = await self._catalogue.credentials(account)
            if found is not None and found[0].active:
                kind = LinkKind.RESET if found[1].password_hash else LinkKind.INVITATION
                await self._made(found[0], kind)
        except MadoguchiError as error:
            _log.warning("reset_not_mailed", code=error.code)

    async def look(self, token: str) -> tuple[Link, User]:
        """Return what a link is for.

        Raises:
            LinkOverError: it is used up, too old, or never was.
        """
        link = await self._people.link(token_hash(token))
        user = await self._catalogue.user(link.user) if link is not None else None
        if link is None or user is None or not user.active or link.expires_at <= self._clock.now():
            raise LinkOverError("ask for a new one")
        return link, user

    async def choose(self, token: str, password: str) -> User:
        """Set the password of the link's user; the link, and all his sessions, are over.

        Raises:
            LinkOverError: it is used up, too old, or never was.
            InvalidInputError: the password cannot be used.
        """
        _, user = await self.look(token)
        check_password(password, user.email)
        hashed = await self._passwords.hashed(password)
        if await self._people.use_link(token_hash(token), hashed) is None:
            raise LinkOverError("ask for a new one")
        self._changes.ended(await self._people.end_sessions(user.id))
        await self._desk.follow(user)
        return user

    async def change_own(self, actor: Principal, present: str, password: str) -> None:
        """Replace the caller's password; his other sessions are over.

        Raises:
            WrongCredentialsError: `present` is not his password.
            TooManyTriesError: it was wrong too often.
            InvalidInputError: the new one cannot be used.
        """
        check_password(password, actor.user.email)
        await self.prove(actor, present)
        if present == password:
            raise InvalidInputError("choose another than the present one", field="password", reason="same")
        hashed = await self._passwords.hashed(password)
        await self._catalogue.set_credentials(actor.user.id, Credentials(hashed))
        self._changes.ended(await self._people.end_sessions(actor.user.id, keep=actor.session))

    async def prove(self, actor: Principal, password: str) -> None:
        """Let pass a signed-in user who knows his password.

        Raises:
            WrongCredentialsError: he does not.
            TooManyTriesError: he did not too often.
        """
        if not self._own_tries.allows(actor.user.id):
            raise TooManyTriesError("wait a minute, then try again")
        stored = await self._people.password_hash(actor.user.id)
        if not await self._passwords.matches(password, stored):
            raise WrongCredentialsError("check the present password", field="present", reason="present")
        self._own_tries.take_back(actor.user.id)

    async def reset_second_factor(self, actor: Principal, user: User) -> None:
        """Take away the second factor of a user who has lost it.

        Raises:
            NotFoundError: there is no such user within the caller's reach.
            RoleNotAssignableError: he has a role that the caller may not hand out.
        """
        user = await self._users.editable(actor, user.id)
        await self._factors.remove(user.id)
        self._changes.changed([user.id])

    async def _made(self, user: User, kind: LinkKind) -> MadeLink:
        if not user.active:
            raise ConflictError("the user is not active", reason="inactive")
        token, now = self._ids.secret(), self._clock.now()
        link = Link(token_hash(token), user.id, kind, now, now + (RESET if kind is LinkKind.RESET else INVITATION))
        await self._people.add_link(link)
        mailed = await self._mailed(user, token, kind) if self.mails else False
        return MadeLink(token, kind, link.expires_at, mailed)

    async def _mailed(self, user: User, token: str, kind: LinkKind) -> bool:
        try:
            await self._mailer.send(letter(user, f"{self._mailer.base_url}{PATH}#{token}", kind))
        except MadoguchiError as error:
            _log.warning("mail_not_sent", user=user.id, code=error.code, detail=error.detail)
            return False
        return True


def letter(user: User, url: str, kind: LinkKind) -> Mail:
    """Return the mail with a link, in Japanese and English, the user's first language first."""
    days = (INVITATION if kind is LinkKind.INVITATION else RESET).days
    if kind is LinkKind.INVITATION:
        subject = {"ja": "Madoguchi への招待", "en": "Your invitation to Madoguchi"}
        text = {
            "ja": f"{user.name} 様\n\nMadoguchi に招待されました。次のリンクを開き、パスワードを設定してください。\n"
            f"リンクは {days} 日間、1 回だけ使えます。",
            "en": f"Hello {user.name},\n\nyou are invited to Madoguchi. Open this link to choose your password.\n"
            f"It works once, within {days} days.",
        }
    else:
        subject = {"ja": "パスワードの再設定", "en": "Choose a new password"}
        text = {
            "ja": f"{user.name} 様\n\n次のリンクを開き、新しいパスワードを設定してください。リンクは 24 時間、"
            "1 回だけ使えます。\nお心当たりがない場合は、このメールを破棄してください。",
            "en": f"Hello {user.name},\n\nopen this link to choose a new password. It works once, within 24 hours.\n"
            "If you did not ask for it, ignore this mail.",
        }
    first, second = ("ja", "en") if user.languages[:1] == ("ja",) else ("en", "ja")
    body = f"{text[first]}\n\n{url}\n\n----\n\n{text[second]}\n"
    return Mail(user.email, f"{subject[first]} / {subject[second]}", body)
