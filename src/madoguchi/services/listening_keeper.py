"""Keeps the ledger of listening, by what calls and chats become and not by what was asked of them.

It observes from beside: whatever happens here, nobody in a call waits for it. What could not be written is tried again
until it is, in the order in which it happened; what a server left open that died is closed at its next start.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import Any, Final

import structlog

from madoguchi.domain.calls.call import Call
from madoguchi.domain.calls.events import CallEvent
from madoguchi.domain.calls.parties import Party
from madoguchi.domain.chats.chat import Chat, ChatEvent
from madoguchi.domain.listening.entries import Because, Note, mode_of
from madoguchi.domain.listening.listening import Listening, Scene, call_scene, chat_scene, closed_late
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.errors import MadoguchiError
from madoguchi.kernel.ids import InteractionId, ListeningId, UserId
from madoguchi.kernel.time import Instant, Span
from madoguchi.ports.environment import Clock, IdSource
from madoguchi.ports.listening import ListeningLedger
from madoguchi.services.chat_views import ChatViews, LiveChats
from madoguchi.services.lifecycle import Change
from madoguchi.services.runtime import Owners

RETRY: Final = Span(seconds=1)
BEAT: Final = Span(seconds=10)
"""How often the server signs that it lives, as long as somebody listens: so exact is the end that follows a crash."""
LAST_TRIES: Final = 3
BATCH: Final = 200
MAIN: Final = "main"
"""How a server is called that has no others beside it."""

_log = structlog.get_logger(__name__)


class ListeningKeeper:
    """Observes calls and chats. `load` it before what was live is recovered."""

    def __init__(self, ledger: ListeningLedger, clock: Clock, ids: IdSource, node: str = MAIN) -> None:
        self._ledger = ledger
        self._clock = clock
        self._ids = ids
        self._node = node
        self._open: dict[ListeningId, Listening] = {}
        self._viewed: dict[InteractionId, set[ListeningId]] = {}
        self._notes: deque[Note] = deque()
        self._wake = asyncio.Event()
        self._writing = asyncio.Lock()
        self._left_open: frozenset[ListeningId] = frozenset()
        self._last_sign: Instant | None = None
        self._recovering = True
        self._closed = False
        self._chats: LiveChats | None = None

    def observe(
        self, calls: Owners[Call, Any, CallEvent, Any], chats: Owners[Chat, Any, ChatEvent, Any], views: ChatViews
    ) -> None:
        """Observe all that can be listened to or viewed."""
        self._chats = chats
        calls.observe(self.call_changed)
        chats.observe(self.chat_changed)
        views.viewing = self.viewing

    async def load(self) -> None:
        """Close what was open when the last server of this name died.

        Raises:
            StorageUnavailableError: it cannot be read.
        """
        self._last_sign = await self._ledger.last_sign(self._node)
        left = [one.note for one in await self._ledger.unfinished(self._node)]
        self._left_open = frozenset(one.listening for one in left)
        await self._ledger.append([closed_late(one, self._last_sign or one.at) for one in left])
        if left:
            _log.warning("listening_closed_late", count=len(left))

    def call_changed(self, change: Change[Call, CallEvent]) -> None:
        """Note who came, left, or changed his mode; an observer of the runtime's."""
        for party in change.state.parties:
            was = change.before.party(party.id) if change.before is not None else None
            # Who takes a call over listens no more; it was he until now.
            monitoring = party.monitoring or (was.monitoring if was is not None else None)
            if monitoring is not None and party.user is not None:
                self._party(change, party, ListeningId(monitoring), party.user)

    def chat_changed(self, change: Change[Chat, ChatEvent]) -> None:
        """Note what becomes of a chat that is viewed; an observer of the runtime's."""
        for key in tuple(self._viewed.get(change.state.id, ())):
            one = self._open[key]
            scene = chat_scene(change.state, one.user)
            if change.state.live:
                self._seen(key, one, scene, change.at)
            else:
                self._ended(key, one.ended(scene, change.at, Because.INTERACTION_ENDED))

    def viewing(self, chat_id: InteractionId, user: UserId, name: str) -> Callable[[], None]:
        """Note that somebody who supervises views a chat from now on; return what to call when he stops."""
        chat = self._chats.state(chat_id) if self._chats is not None else None
        if chat is None or not chat.live or self._closed:
            return lambda: None
        key = ListeningId(self._ids.new("viewing"))
        now, scene = self._clock.now(), chat_scene(chat, user)
        self._begun(Listening(key, user, name, chat.id, Channel.CHAT, self._node, now, scene))
        self._viewed.setdefault(chat.id, set()).add(key)

        def stop() -> None:
            one = self._open.get(key)
            if one is not None:
                self._ended(key, one.ended(None, self._clock.now(), Because.LEFT))

        return stop

    async def run(self) -> None:
        """Write what is to be noted, until cancelled. Begins after what was live was recovered.

        No fault of it ends the house.
        """
        self._recovering = False
        async with asyncio.TaskGroup() as group:
            group.create_task(self._sign())
            await self._write()

    async def _write(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            if not await self._written():
                self._wake.set()
                await self._clock.sleep(RETRY)

    async def _sign(self) -> None:
        """Sign that the server lives, as long as somebody listens."""
        while True:
            await self._clock.sleep(BEAT)
            if self._open:
                try:
                    await self._ledger.sign(self._node, self._clock.now())
                except MadoguchiError as error:
                    _log.warning("listening_unsigned", code=error.code)
                except Exception:  # noqa: BLE001 - the ledger is not worth a house
                    _log.exception("listening_unsigned")

    async def close(self) -> None:
        """End what is open still, and write it."""
        self._closed = True
        for key, one in tuple(self._open.items()):
            self._ended(key, one.ended(None, self._clock.now(), Because.SERVER_STOPPED))
        for _ in range(LAST_TRIES):
            if await self._written():
                return
            await self._clock.sleep(RETRY)
        _log.error("listening_lost", count=len(self._notes))

    def _party(self, change: Change[Call, CallEvent], party: Party, key: ListeningId, user: UserId) -> None:
        call, before = change.state, change.before
        mode = mode_of(party.role)
        scene = call_scene(call, party, mode)
        there = party.present and not call.over
        one = self._open.get(key)
        if one is None:
            was = before.party(party.id) if before is not None else None
            if key in self._left_open or was is not None or (before is None and not there):
                return
            late = self._recovering and before is None
            since = party.since if late else change.at
            one = self._begun(Listening(key, user, party.name, call.id, Channel.CALL, self._node, since, scene))
            if late:
                self._ended(key, one.ended(None, self._last_sign or since, Because.SERVER_STOPPED))
                return
        if there:
            self._seen(key, one, scene, change.at)
            if party.monitoring is None:
                self._ended(key, self._open[key].ended(scene, change.at, Because.LEFT))
        else:
            because = Because.INTERACTION_ENDED if call.over else Because.LEFT
            self._ended(key, one.ended(scene, change.at, because))

    def _seen(self, key: ListeningId, one: Listening, scene: Scene, at: Instant) -> None:
        self._open[key], note = one.seen(scene, at)
        if note is not None:
            self._note(note)

    def _begun(self, one: Listening) -> Listening:
        self._open[one.id], note = one.begun()
        self._note(note)
        return self._open[one.id]

    def _ended(self, key: ListeningId, note: Note) -> None:
        one = self._open.pop(key)
        viewed = self._viewed.get(one.interaction)
        if viewed is not None:
            viewed.discard(key)
            if not viewed:
                del self._viewed[one.interaction]
        self._note(note)

    def _note(self, note: Note) -> None:
        self._notes.append(note)
        self._wake.set()

    async def _written(self) -> bool:
        """Write all that waits; return whether nothing is left."""
        async with self._writing:
            while self._notes:
                batch = list(islice(self._notes, BATCH))
                try:
                    head = await self._ledger.append(batch)
                except MadoguchiError as error:
                    _log.warning("listening_put_off", code=error.code, count=len(self._notes))
                    return False
                except Exception:  # noqa: BLE001 - the ledger is not worth a house
                    _log.exception("listening_put_off", count=len(self._notes))
                    return False
                for _ in batch:
                    self._notes.popleft()
                if head is not None:
                    # Logs go elsewhere: whoever rewrites the ledger must rewrite them too.
                    _log.info("listening_noted", seq=head.seq, hash=head.hash)
        return True
