"""What live screens see: sets of rows that are sent whole once and then as changes, without a gap.

Owners publish rows to topics. A subscriber has no queue of its own, only the position up to which it has read: it takes
what changed since then, merged into one frame, or the whole topic where the changes are no longer kept. So a slow
reader costs nothing and misses nothing, and a reconnect with a cursor is the same thing as reading on.
"""

import asyncio
import heapq
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, TypeAlias

from madoguchi.domain.belonging import Belonging
from madoguchi.kernel.time import Instant, Span
from madoguchi.ports.environment import Clock, IdSource
from madoguchi.services.view_frames import DeltaFrame, Frame, Row, SnapshotFrame, merged

Source: TypeAlias = Callable[[str], Awaitable[Sequence[Row]]]
"""Loads the rows of a topic that is not in memory."""

Owner: TypeAlias = Callable[[Row], Belonging]
"""Tells whose a row is that a source has loaded."""

SWEEP: Final = Span(seconds=1)
LINGER: Final = Span(minutes=2)


@dataclass(frozen=True)
class ViewLimits:
    """How much is kept for those who read late."""

    deltas: int = 256
    """Changes per topic that a reader may be behind before he gets a snapshot."""
    delta_rows: int = 2_000
    """Rows in them, all together."""
    linger: Span = LINGER
    """For how long a topic that nobody watches stays in memory, where it can be had again."""


@dataclass(eq=False)
class Topic:
    """One set of rows and its recent past."""

    name: str
    epoch: str
    loaded: bool
    seq: int = 0
    rows: dict[str, Row] = field(default_factory=dict)
    before: dict[str, Row | None] = field(default_factory=dict)
    """Rows touched since the last flush, as they were then."""
    belongings: dict[str, Belonging] = field(default_factory=dict)
    """Whose rows are, as far as it was said."""
    moved: set[str] = field(default_factory=set)
    """Rows that are somebody else's since the last flush."""
    ring: deque[DeltaFrame] = field(default_factory=deque)
    ring_rows: int = 0
    readers: set["Subscription"] = field(default_factory=set)
    idle_since: Instant | None = None
    loading: asyncio.Lock = field(default_factory=asyncio.Lock)

    def cursor(self) -> str:
        """Return the place up to which everything is sent."""
        return f"{self.epoch}:{self.seq}"

    def put(self, row: Row, belonging: Belonging | None = None) -> None:
        """Take in a row."""
        row_id = row["id"]
        if belonging is not None and self.belongings.get(row_id) != belonging:
            self.belongings[row_id] = belonging
            self.moved.add(row_id)
        self.before.setdefault(row_id, self.rows.get(row_id))
        self.rows[row_id] = row

    def drop(self, row_id: str) -> None:
        """Take out a row."""
        if row_id in self.rows or not self.loaded:
            self.before.setdefault(row_id, self.rows.get(row_id))
            self.rows.pop(row_id, None)
            self.belongings.pop(row_id, None)

    def flush(self, limits: ViewLimits) -> bool:
        """Make one delta of everything since the last one; return whether there was anything."""
        if not self.before or not self.loaded:
            return False
        before, self.before = self.before, {}
        moved, self.moved = self.moved, set()
        put = tuple(
            self.rows[key]
            for key, old in before.items()
            if key in self.rows and (key in moved or self.rows[key] != old)
        )
        gone = tuple(key for key, old in before.items() if key not in self.rows and old is not None)
        if not put and not gone:
            return False
        self.seq += 1
        self.ring.append(DeltaFrame(self.cursor(), put, gone))
        self.ring_rows += len(put) + len(gone)
        while len(self.ring) > limits.deltas or self.ring_rows > limits.delta_rows:
            oldest = self.ring.popleft()
            self.ring_rows -= len(oldest.put) + len(oldest.gone)
        return True

    def since(self, seq: int | None) -> Frame | None:
        """Return what a reader at `seq` lacks: nothing, the changes in one frame, or everything."""
        if seq == self.seq:
            return None
        if seq is None or not self.seq - len(self.ring) <= seq < self.seq:
            return SnapshotFrame(self.cursor(), tuple(self.rows.values()))
        missed = [self.ring[index] for index in range(len(self.ring) - (self.seq - seq), len(self.ring))]
        return missed[0] if len(missed) == 1 else merged(missed)

    def position(self, cursor: str | None) -> int | None:
        """Return the seq in `cursor` if it is one of this topic."""
        epoch, _, seq = (cursor or "").rpartition(":")
        if epoch != self.epoch or not (seq.isascii() and seq.isdecimal()):
            return None
        return int(seq)


class Subscription(AsyncIterator[Frame]):
    """One reader of one topic. Iterate over it; `close` it when done.

    The first frame comes at once: a snapshot, or what changed since the cursor that the reader came with, even if that
    is nothing.
    """

    def __init__(self, store: "ViewStore", topic: Topic, reader: str) -> None:
        self.reader = reader
        """Who reads: a user's or consumer's id."""
        self._store = store
        self._topic = topic
        self._seq: int | None = None
        self._wake = asyncio.Event()
        self._on_close: list[Callable[[], None]] = []
        self._revoked = False
        self._closed = False
        self._begun = False
        self.allowed: Callable[[], bool] = lambda: True
        """Whether the reader may go on; asked before each frame."""

    def start_at(self, seq: int | None) -> None:
        """Read from after `seq` on; from a snapshot on where it is none."""
        self._seq = seq

    def poll(self) -> Frame | None:
        """Return the next frame, if there is one now."""
        if self._closed:
            return None
        if self._revoked or not self.allowed():
            self.close()
            return SnapshotFrame("", ())
        if not self._begun or self._topic.since(self._seq) is not None:
            self._store.settle(self._topic)
        frame = self._topic.since(self._seq)
        if frame is None and not self._begun:
            frame = DeltaFrame(self._topic.cursor(), (), ())
        self._begun = True
        self._seq = self._topic.seq
        return frame

    async def __anext__(self) -> Frame:
        while True:
            self._wake.clear()
            frame = self.poll()
            if frame is not None:
                return frame
            if self._closed:
                raise StopAsyncIteration
            await self._wake.wait()

    def wake(self) -> None:
        """Make a waiting reader look again."""
        self._wake.set()

    def revoke(self) -> None:
        """Let the reader see an empty view and then the end: he may not watch any more."""
        self._revoked = True
        self._wake.set()

    def on_close(self, action: Callable[[], None]) -> None:
        """Have `action` called once when the subscription ends, whoever ends it."""
        self._on_close.append(action)

    def close(self) -> None:
        """End it. Ending twice is no error."""
        if not self._closed:
            self._closed = True
            self._store.forget(self, self._topic.name)
            self._wake.set()
            for action in self._on_close:
                action()


class ViewStore:
    """The topics, their rows and their readers.

    Changes of one turn of the event loop go out together: `call_soon` is how the store asks to be called at its end.
    """

    def __init__(
        self,
        clock: Clock,
        ids: IdSource,
        limits: ViewLimits | None = None,
        call_soon: Callable[[Callable[[], None]], object] | None = None,
    ) -> None:
        self._clock = clock
        self._ids = ids
        self._limits = limits or ViewLimits()
        self._call_soon = call_soon or (lambda action: asyncio.get_running_loop().call_soon(action))
        self._topics: dict[str, Topic] = {}
        self._sources: dict[str, Source] = {}
        self._owners: dict[str, Owner] = {}
        self._dirty: dict[str, None] = {}
        self._retiring: list[tuple[Instant, str, str]] = []

    def add_source(self, prefix: str, source: Source, owner: Owner | None = None) -> None:
        """Load topics `<prefix>:…` from `source` when somebody begins to watch, and forget them some time after.

        What is published to such a topic while it is not in memory is not kept: it must be in the source already.
        `owner` tells whose the loaded rows are, where who is restricted to teams may see some of them.
        """
        self._sources[prefix] = source
        if owner is not None:
            self._owners[prefix] = owner

    def publish(
        self,
        topic: str,
        put: Iterable[Row] = (),
        gone: Iterable[str] = (),
        whose: Mapping[str, Belonging] = MappingProxyType({}),
    ) -> None:
        """Replace or add the rows `put`, and remove those named in `gone`. Equal rows change nothing.

        `whose` tells of rows in `put` by their ids whose they are; who is restricted to teams sees no others.
        """
        found = self._topics.get(topic)
        if found is None:
            if self._source_of(topic) is not None:
                return
            found = self._topics[topic] = self._new(topic, loaded=True)
        for row_id in gone:
            found.drop(row_id)
        for row in put:
            found.put(row, whose.get(row["id"]))
        self._note_idle(found)
        if not self._dirty:
            self._call_soon(self.flush)
        self._dirty[topic] = None

    def retire(self, topic: str, row_id: str, at: Instant) -> None:
        """Remove a row at `at`, whatever it is by then."""
        heapq.heappush(self._retiring, (at, topic, row_id))

    def row(self, topic: str, row_id: str) -> Row | None:
        """Return a row as it is now."""
        found = self._topics.get(topic)
        return None if found is None else found.rows.get(row_id)

    def whose(self, topic: str, row_id: str) -> Belonging | None:
        """Return whose a row is, where it was said."""
        found = self._topics.get(topic)
        return None if found is None else found.belongings.get(row_id)

    def wake(self) -> None:
        """Have every reader look again: some may see other things than before."""
        for topic in self._topics.values():
            for reader in topic.readers:
                reader.wake()

    def rows(self, topic: str) -> Mapping[str, Row]:
        """Return the rows as they are now, by id; empty for a topic that is not in memory."""
        found = self._topics.get(topic)
        return MappingProxyType(found.rows if found is not None else {})

    def held(self, topic: str) -> bool:
        """Whether the rows of `topic` are in memory, if only for somebody who may come back."""
        found = self._topics.get(topic)
        return found is not None and found.loaded

    def watched(self, topic: str) -> bool:
        """Whether somebody reads `topic` now."""
        found = self._topics.get(topic)
        return found is not None and bool(found.readers)

    def flush(self) -> None:
        """Send what was published. Called by itself at the end of the event loop's turn."""
        dirty, self._dirty = self._dirty, {}
        for name in dirty:
            topic = self._topics.get(name)
            if topic is not None:
                self.settle(topic)

    def settle(self, topic: Topic) -> None:
        """Send what was published to one topic, so that its rows and its cursor agree."""
        if topic.flush(self._limits):
            for reader in topic.readers:
                reader.wake()

    async def subscribe(
        self,
        topic: str,
        cursor: str | None = None,
        *,
        reader: str = "",
        kind: "Callable[[ViewStore, Topic, str], Subscription]" = Subscription,
    ) -> Subscription:
        """Begin to read `topic`, after `cursor` where that is still possible; `kind` makes the subscription.

        Raises:
            MadoguchiError: the topic's source failed.
        """
        found = self._topics.get(topic)
        if found is None:
            found = self._topics[topic] = self._new(topic, loaded=self._source_of(topic) is None)
        subscription = kind(self, found, reader)
        found.readers.add(subscription)
        found.idle_since = None
        try:
            if not found.loaded:
                await self._load(found)
        except BaseException:
            subscription.close()
            raise
        subscription.start_at(found.position(cursor))
        return subscription

    def revoke(self, topic: str, reader: str) -> None:
        """End the subscriptions of `reader` to `topic`."""
        found = self._topics.get(topic)
        for subscription in tuple(found.readers) if found is not None else ():
            if subscription.reader == reader:
                subscription.revoke()

    def forget(self, subscription: Subscription, topic: str) -> None:
        """Take out a reader; called by the subscription."""
        found = self._topics.get(topic)
        if found is not None:
            found.readers.discard(subscription)
            self._note_idle(found)

    def sweep(self) -> None:
        """Remove rows whose time has come, and topics that nobody has watched for a while."""
        now = self._clock.now()
        while self._retiring and self._retiring[0][0] <= now:
            _, topic, row_id = heapq.heappop(self._retiring)
            if topic in self._topics:
                self.publish(topic, gone=(row_id,))
        for idle in tuple(self._topics.values()):
            if idle.idle_since is not None and now - idle.idle_since >= self._limits.linger:
                del self._topics[idle.name]

    async def run(self) -> None:
        """Sweep every second, until cancelled."""
        while True:
            await self._clock.sleep(SWEEP)
            self.sweep()

    def _note_idle(self, topic: Topic) -> None:
        """Remember since when a topic can be forgotten: nobody reads it, and its rows can be had again or are none."""
        may_go = not topic.readers and (not topic.rows or self._source_of(topic.name) is not None)
        if not may_go:
            topic.idle_since = None
        elif topic.idle_since is None:
            topic.idle_since = self._clock.now()

    def _new(self, name: str, *, loaded: bool) -> Topic:
        return Topic(name, self._ids.new("view"), loaded)

    def _source_of(self, topic: str) -> Source | None:
        return self._sources.get(topic.partition(":")[0])

    async def _load(self, topic: Topic) -> None:
        """Fill a topic from its source. What is published meanwhile is newer and wins."""
        async with topic.loading:
            if topic.loaded:
                return
            source = self._source_of(topic.name)
            assert source is not None  # noqa: S101 - only topics with a source are not loaded
            loaded = {row["id"]: row for row in await source(topic.name)}
            for row_id in topic.before:
                loaded.pop(row_id, None)
            topic.rows = loaded | topic.rows
            owner = self._owners.get(topic.name.partition(":")[0])
            if owner is not None:
                topic.belongings = {key: owner(row) for key, row in loaded.items()} | topic.belongings
            topic.before = {}
            topic.loaded = True
