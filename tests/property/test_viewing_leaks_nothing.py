"""Looking at a chat leaks nothing: agent and consumer receive, frame by frame, what they receive where nobody looks.

The same story is played twice in a whole contact centre, once with a supervisor who opens, watches and closes the live
view whenever he likes, and once without him. What reaches the two who talk must be the same, and so must every answer
to what they do.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi.domain.queues.queue import MenuChannel
from madoguchi.kernel.errors import MadoguchiError
from madoguchi.kernel.ids import InteractionId
from madoguchi.services.view_frames import DeltaFrame
from madoguchi.services.view_store import Subscription
from madoguchi.testing.builders import ANA, SUE, a_principal, a_queue
from madoguchi.testing.environment import settle
from tests.unit.services.floor import Floor, a_visitor

VISITOR: Final = a_visitor()
SALES: Final = a_queue("sales", ANA, key=1, wrap_up_s=5.0, channels=frozenset({MenuChannel.WEB}))

TALK: Final = ("says", "types", "stops typing", "received", "read")
SIDES: Final = ("agent", "consumer")
WATCHING: Final = ("opens", "looks at the board", "watches", "closes")
deeds = st.one_of(
    st.tuples(st.sampled_from(SIDES), st.sampled_from(TALK)),
    st.tuples(st.just("supervisor"), st.sampled_from(WATCHING)),
    st.sampled_from([("time", "1"), ("time", "40"), ("time", "400"), ("agent", "takes it"), ("agent", "ends")]),
)


class CountingByPrefix:
    """Ids that count for each prefix alone: who listens has entries in the ledger, and they have ids, too."""

    def __init__(self) -> None:
        self._numbers: dict[str, Any] = defaultdict(lambda: count(1))

    def new(self, prefix: str) -> str:
        """Return the next id."""
        return f"{prefix}_{next(self._numbers[prefix]):026d}"

    def secret(self) -> str:
        """Return the next text that is no secret at all."""
        return f"secret-{next(self._numbers['secret']):036d}"


class CountedFloor(Floor):
    """A floor on which an id says nothing of other kinds of things."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, ids=CountingByPrefix())


@dataclass
class Story:
    """One chat, told with or without somebody who looks on."""

    floor: Floor
    chat: InteractionId
    told: list[Any] = field(default_factory=list)
    """What reached agent and consumer, in order."""
    seen: int = 0
    """How many frames the supervisor got: that he did look."""
    _ears: dict[str, Subscription] = field(default_factory=dict)
    _windows: list[Subscription] = field(default_factory=list)
    _lines: int = 0

    async def begin(self) -> None:
        """Let both open all that their pages open."""
        watch = self.floor.core.views.subscribe
        chat = {"chat": self.chat}
        self._ears["desk"] = await watch(a_principal(ANA), "desk")
        self._ears["agent's chat"] = await watch(a_principal(ANA), "chat", chat)
        self._ears["consumer"] = await watch(VISITOR, "consumer")
        self._ears["consumer's chat"] = await watch(VISITOR, "chat", chat)
        self.hear()

    def hear(self) -> None:
        """Note what has come."""
        for ear, subscription in self._ears.items():
            while (frame := subscription.poll()) is not None:
                place = frame.cursor.rpartition(":")[2]
                gone = frame.gone if isinstance(frame, DeltaFrame) else None
                rows = frame.put if isinstance(frame, DeltaFrame) else frame.rows
                self.told.append((ear, place, [dict(row) for row in rows], gone))

    async def tell(self, who: str, deed: str) -> None:
        """Let something happen, and hear what comes of it."""
        try:
            answer: object = await self._happens(who, deed)
        except MadoguchiError as refusal:
            answer = refusal.code
        await settle()
        if who != "supervisor":
            self.told.append((who, deed, answer))
        self.hear()

    async def _happens(self, who: str, deed: str) -> object:
        if who == "time":
            await self.floor.clock.advance(float(deed))
            return None
        if who == "supervisor":
            await self._watched(deed)
            return None
        person = a_principal(ANA) if who == "agent" else VISITOR
        chats = self.floor.core.chats
        self._lines += deed == "says"
        deeds: dict[str, Callable[[], Awaitable[object]]] = {
            "says": lambda: chats.send(person, self.chat, f"c{self._lines}", f"line {self._lines}"),
            "types": lambda: chats.typing(person, self.chat, typing=True),
            "stops typing": lambda: chats.typing(person, self.chat, typing=False),
            "received": lambda: chats.delivered(person, self.chat, self._lines),
            "read": lambda: chats.read(person, self.chat, self._lines),
            "takes it": self._takes,
            "ends": lambda: chats.end(person, self.chat),
        }
        return await deeds[deed]()

    async def _takes(self) -> object:
        if not self.floor.desk(ANA, "offer"):
            return "nothing rings"
        return await self.floor.accepts(ANA)

    async def _watched(self, deed: str) -> None:
        sue, watch = self.floor.manager(SUE), self.floor.core.views.subscribe
        if deed == "opens":
            self._windows.append(await watch(sue, "chat", {"chat": self.chat}))
        elif deed == "looks at the board":
            self._windows.append(await watch(sue, "chats"))
        elif deed == "closes" and self._windows:
            self._windows.pop(0).close()
        for window in self._windows:
            while window.poll() is not None:
                self.seen += 1


async def played(deeds: Sequence[tuple[str, str]], *, watched: bool) -> Story:
    """Tell the story; `watched` says whether the supervisor is there."""
    with TemporaryDirectory() as folder:
        floor = CountedFloor(Path(folder))
        await floor.staff(ANA, queues=(SALES,))
        async with floor:
            await floor.available(ANA)
            chat = await floor.core.chats.start(VISITOR, SALES.id, "en", "Hello?")
            await settle()
            await floor.accepts(ANA)
            await settle()
            story = Story(floor, chat)
            await story.begin()
            for who, deed in deeds:
                if watched or who != "supervisor":
                    await story.tell(who, deed)
            return story


ALL_OF_IT: Final = [
    ("supervisor", "looks at the board"),
    ("supervisor", "opens"),
    *((side, deed) for deed in TALK for side in SIDES),
    ("supervisor", "watches"),
    ("time", "400"),
    ("supervisor", "opens"),
    ("consumer", "says"),
    ("agent", "takes it"),
    ("supervisor", "closes"),
    ("agent", "read"),
    ("agent", "ends"),
    ("supervisor", "watches"),
]


@pytest.mark.req("MON-6")
def test_a_story_in_which_everything_happens_is_the_same_for_agent_and_consumer_when_somebody_looks_on() -> None:
    watched = asyncio.run(played(ALL_OF_IT, watched=True))
    assert watched.seen > 5
    assert sum(len(one) == 4 for one in watched.told) > 15
    assert watched.told == asyncio.run(played(ALL_OF_IT, watched=False)).told


@pytest.mark.req("MON-6")
@settings(max_examples=15, deadline=None)
@given(st.lists(deeds, min_size=6, max_size=24))
def test_viewing_a_chat_changes_nothing_that_agent_and_consumer_receive(story: list[tuple[str, str]]) -> None:
    deeds = [("supervisor", "opens"), *story]
    watched = asyncio.run(played(deeds, watched=True))
    assert watched.seen > 0
    assert watched.told == asyncio.run(played(deeds, watched=False)).told
