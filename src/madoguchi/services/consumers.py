"""Consumers' pages: who they are, and what they may choose from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from madoguchi.domain.access.sign_in import SignInNeededError
from madoguchi.domain.chats.attachments import MediaType
from madoguchi.domain.consumers.consumer import Consumer, ConsumerPrincipal, ConsumerSession, web_user_name
from madoguchi.domain.queues.queue import MenuChannel
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.ids import ConsumerId, QueueId, SessionId
from madoguchi.kernel.time import Instant, Span
from madoguchi.ports.environment import Clock, IdSource
from madoguchi.ports.storage import Catalogue
from madoguchi.services.queues import QueueService
from madoguchi.services.sign_in import token_hash

__all__ = ["ConsumerPrincipal", "ConsumerService", "ConsumerSettings"]

SESSION: Final = Span(days=30)
WRITE_TO: Final[Mapping[str, str]] = {
    "en": "Write to us instead: {email}",
    "ja": "メールでお問い合わせください: {email}",
}
"""What pages say where the address is offered instead."""


ClosedQueues: TypeAlias = Callable[[Sequence[QueueId], Sequence[str], Instant], Sequence[Mapping[str, Any]]]

Instead: TypeAlias = Callable[[QueueId, Channel, str, Instant], Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class ConsumerSettings:
    """What consumers' pages are told, where the organisation has not said otherwise."""

    name: str = "Madoguchi"
    languages: tuple[str, ...] = ("ja", "en")
    zone: str = "Asia/Tokyo"
    """The time zone in which web users are named after the time they came."""
    attachment_max_bytes: int = 20 * 1024 * 1024


class ConsumerService:
    """Unknown consumers get an id and a name; their page keeps the token, we keep its hash."""

    def __init__(
        self,
        catalogue: Catalogue,
        queues: QueueService,
        clock: Clock,
        ids: IdSource,
        settings: ConsumerSettings | None = None,
    ) -> None:
        self._queues = queues
        self._catalogue = catalogue
        self._clock = clock
        self._ids = ids
        self._settings = settings or ConsumerSettings()
        self.languages: Callable[[], Sequence[str]] = lambda: self._settings.languages
        """Tells which languages are live."""
        self.closed: ClosedQueues = lambda _queues, _languages, _now: ()
        """Tells where it is closed; set when hours are there."""
        self.instead: Instead = lambda _queue, _channel, _language, _now: ()
        """Tells what is offered there instead; set when deflection is there."""

    async def open_session(self, resume: str | None, language: str | None) -> tuple[str, Consumer, Instant]:
        """Begin a consumer's session, or take up the one whose token is `resume`; return token, consumer and end.

        A token that is not known or whose time is over begins a new session for a new consumer.
        """
        del language  # the page says it again with every chat and call
        now = self._clock.now()
        known = await self._known(resume, now) if resume else None
        if resume and known is not None:
            consumer, session = known
            return resume, consumer, session.expires_at
        consumer_id = ConsumerId(self._ids.new("consumer"))
        consumer = Consumer(consumer_id, web_user_name(now.astimezone(ZoneInfo(self._settings.zone))), None, now)
        token = self._ids.secret()
        session = ConsumerSession(
            SessionId(self._ids.new("session")), token_hash(token), consumer.id, now, now + SESSION
        )
        await self._catalogue.save_consumer(consumer)
        await self._catalogue.add_consumer_session(session)
        return token, consumer, session.expires_at

    async def authenticate(self, token: str) -> ConsumerPrincipal:
        """Return who has `token`.

        Raises:
            SignInNeededError: nobody has, or the session is over.
        """
        known = await self._known(token, self._clock.now())
        if known is None:
            raise SignInNeededError("the session is over; begin a new one")
        consumer, session = known
        return ConsumerPrincipal(consumer, session.id)

    async def config(self, channel: MenuChannel = MenuChannel.WEB) -> Mapping[str, Any]:
        """Return what a page needs to know before anybody talks; `channel` is whose menu it shows."""
        branding = await self._catalogue.settings("branding")
        queues = self._queues.for_consumer(channel)
        return {
            "name": branding.get("name", self._settings.name),
            "queues": queues,
            "menu": self._queues.menu_for_consumer(channel),
            "languages": list(self.languages()),
            "closed": self._closed([one["id"] for one in queues], told=channel is MenuChannel.WEB),
            "attachments": {
                "max_bytes": self._settings.attachment_max_bytes,
                "types": [media_type.value for media_type in MediaType],
            },
        }

    def _closed(self, queues: Sequence[QueueId], *, told: bool) -> list[Mapping[str, Any]]:
        """Return where it is closed, each with what is offered instead; `told` in words, too, as pages show them."""
        now = self._clock.now()
        rows: list[Mapping[str, Any]] = [
            {**row, "options": self.instead(row["queue"], Channel(row["channel"]), row["language"], now)}
            for row in self.closed(queues, self.languages(), now)
        ]
        if not told:
            return rows
        # Pages have one message for a queue that is closed to calls and to chats.
        emails = {
            (row["queue"], row["language"]): option["email"]
            for row in rows
            for option in row["options"]
            if option.get("email")
        }
        return [_with_address(row, emails.get((row["queue"], row["language"]), "")) for row in rows]

    async def _known(self, token: str, now: Instant) -> tuple[Consumer, ConsumerSession] | None:
        session = await self._catalogue.consumer_session(token_hash(token))
        if session is None or session.expires_at <= now:
            return None
        consumer = await self._catalogue.consumer(session.consumer)
        return (consumer, session) if consumer is not None else None


def _with_address(row: Mapping[str, Any], email: str) -> Mapping[str, Any]:
    """Return a closed queue whose message says where to write instead, if there is an address."""
    if not email:
        return row
    words = WRITE_TO.get(row["language"], WRITE_TO["en"]).format(email=email)
    return {**row, "message": f"{row['message']} {words}".strip()}
