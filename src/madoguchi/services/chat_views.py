"""Shows every change of a chat to whom it concerns: desks, supervisors, the consumer, and who has it open."""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from madoguchi.domain.belonging import of_chat
from madoguchi.domain.chats.chat import Chat, ChatEvent, holder
from madoguchi.domain.chats.messages import MessageSent
from madoguchi.domain.chats.supervising import Whispered
from madoguchi.kernel.errors import NotFoundError
from madoguchi.kernel.ids import InteractionId, UserId
from madoguchi.kernel.time import Instant, Span
from madoguchi.ports.storage import InteractionStore
from madoguchi.services import views
from madoguchi.services.chat_life import CODEC, stored_line
from madoguchi.services.lifecycle import Change
from madoguchi.services.rows import Json
from madoguchi.services.rows_chats import (
    chat_row,
    consumer_chat_row,
    consumer_row,
    desk_row,
    message_id,
    message_row,
    offer_row,
    supervised_row,
    whisper_row,
)
from madoguchi.services.views import ChatSight, Row, ViewStore

WINDOW: Final = 200
"""How many lines of a chat are in its view; older ones are in the transcript."""
AFTERGLOW: Final = Span(minutes=10)
"""How long an ended chat stays in its consumer's view, so that a page which was away learns how it ended."""

RESTORED: Final = 500
"""How many of the chats that ended last are looked at after a start."""


def _nothing() -> None:
    """Do nothing."""


class LiveChats(Protocol):
    """The chats' owners."""

    def state(self, owner: str) -> Chat | None:
        """Return a live chat's present state."""


class ChatViews:
    """Rows of chats in the view store. `changed` observes the owners; `ViewService` asks for `sight` and `watch`."""

    def __init__(self, store: ViewStore, interactions: InteractionStore) -> None:
        self._views = store
        self._interactions = interactions
        self._chats: LiveChats | None = None
        self.viewing: Callable[[InteractionId, UserId, str], Callable[[], None]] = lambda _chat, _user, _name: _nothing
        """Told who begins to look on; returns what to call when he stops."""
        self._shown: dict[InteractionId, dict[tuple[str, str], None]] = {}
        """Where live chats are shown: topics with row ids."""
        self._monitors: dict[InteractionId, dict[UserId, list[str]]] = {}
        """Who looks on, with his name once for each page on which he does."""
        store.add_source("chat", self._source)
        store.add_source("consumer_chat", self._source)

    def attach(self, chats: LiveChats) -> None:
        """Ask `chats` for present states. Called once, before anything changes."""
        self._chats = chats

    def changed(self, change: Change[Chat, ChatEvent]) -> None:
        """Show a change."""
        chat = change.state
        row, mine = chat_row(chat), consumer_row(chat)
        self._show(chat, row, mine)
        lines = [message_row(stored_line(chat, event)) for event in change.events if isinstance(event, MessageSent)]
        old = [message_id(line["seq"] - WINDOW) for line in lines if line["seq"] > WINDOW]
        whispers = [whisper_row(event) for event in change.events if isinstance(event, Whispered)]
        self._views.publish(views.chat(chat.id), [row, *lines, *whispers], old, {chat.id: of_chat(chat)})
        self._views.publish(views.consumer_chat(chat.id), [consumer_chat_row(chat, mine), *lines], old)
        had = holder(change.before) if change.before is not None else None
        if had is not None and chat.live and holder(chat) != had and had not in self._monitors.get(chat.id, {}):
            self._views.revoke(views.chat(chat.id), had)

    async def restore(self, now: Instant) -> None:
        """Show consumers how their chats ended that ended shortly before the server did. Called after a start."""
        for snapshot in await self._interactions.finished("chat", limit=RESTORED):
            chat = CODEC.state(snapshot.data)
            if chat.ended_at is not None and chat.ended_at + AFTERGLOW > now:
                self._show(chat, chat_row(chat), consumer_row(chat))

    async def sight(self, chat_id: InteractionId) -> ChatSight | None:
        """Return whom the chat concerns; nothing where there is none with this id."""
        try:
            chat = await self.present(chat_id)
        except NotFoundError:
            return None
        last = chat.agent.id if chat.agent is not None else None
        agent = holder(chat) if chat.live else last
        return ChatSight(chat.consumer.id, frozenset({agent} if agent is not None else ()), of_chat(chat))

    def watch(self, chat_id: InteractionId, user: UserId, name: str) -> Callable[[], None]:
        """Note that a supervisor looks on; return what to call when he stops."""
        self._monitors.setdefault(chat_id, {}).setdefault(user, []).append(name)
        self._show_monitors(chat_id)
        viewed = self.viewing(chat_id, user, name)

        def stop() -> None:
            viewed()
            watchers = self._monitors.get(chat_id, {})
            watchers.get(user, [""]).pop()
            if not watchers.get(user):
                watchers.pop(user, None)
            if not watchers:
                self._monitors.pop(chat_id, None)
            self._show_monitors(chat_id)

        return stop

    async def present(self, chat_id: InteractionId) -> Chat:
        """Return a chat as it is, live or over.

        Raises:
            NotFoundError: there is none with this id.
        """
        live = self._chats.state(chat_id) if self._chats is not None else None
        if live is not None:
            return live
        snapshot = await self._interactions.load(chat_id)
        if snapshot is None or snapshot.kind != "chat":
            raise NotFoundError("there is no such chat")
        return CODEC.state(snapshot.data)

    def _show_monitors(self, chat_id: InteractionId) -> None:
        chat = self._chats.state(chat_id) if self._chats is not None else None
        if chat is not None:
            row = self._supervised(chat, chat_row(chat))
            self._views.publish(views.CHATS, [row], whose={chat.id: of_chat(chat)})

    def _supervised(self, chat: Chat, row: Json) -> Row:
        watchers = self._monitors.get(chat.id, {})
        return supervised_row(row, {user: names[0] for user, names in watchers.items()})

    def _show(self, chat: Chat, row: Json, mine: Json) -> None:
        """Put the chat's rows where they belong now, and take them away from where they were."""
        rows: dict[tuple[str, str], Row] = {}
        if chat.live:
            rows[views.CHATS, chat.id] = self._supervised(chat, row)
            for offer in chat.offers:
                rows[views.desk(offer.agent), offer.id] = offer_row(chat, offer)
            agent = holder(chat)
            if agent is not None:
                rows[views.desk(agent), chat.id] = desk_row(chat, row)
        for topic, row_id in self._shown.pop(chat.id, {}):
            if (topic, row_id) not in rows:
                self._views.publish(topic, gone=(row_id,))
        for (topic, _), shown in rows.items():
            whose = {str(chat.id): of_chat(chat)} if topic == views.CHATS else {}
            self._views.publish(topic, (shown,), whose=whose)
        if rows:
            self._shown[chat.id] = dict.fromkeys(rows)
        topic = views.consumer(chat.consumer.id)
        self._views.publish(topic, (mine,))
        if chat.ended_at is not None:
            self._views.retire(topic, chat.id, chat.ended_at + AFTERGLOW)

    async def _source(self, topic: str) -> Sequence[Row]:
        kind, _, name = topic.partition(":")
        chat_id = InteractionId(name)
        chat = await self.present(chat_id)
        stored = await self._interactions.messages(chat_id, after=max(0, chat.last_seq - WINDOW), limit=WINDOW)
        if kind == "consumer_chat":
            return [consumer_chat_row(chat, consumer_row(chat)), *map(message_row, stored)]
        return [chat_row(chat), *map(message_row, stored), *map(whisper_row, chat.whispers)]
