"""Keeps facts of what is over, each exactly once, whatever happens to the process in between.

A change only says that there is something to be told; what is written is told from the stored journal, and its keys
follow from the journal, so that telling it again changes nothing. After a start everything is told again that may have
been missed: interactions that ended since the last time when nothing was left, and every agent's journal from where it
was read to.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final

import structlog

from madoguchi.domain.calls.call import Call
from madoguchi.domain.chats.chat import Chat
from madoguchi.domain.figures.facts import InteractionFact, StayFact, stay_facts
from madoguchi.domain.figures.story import Story
from madoguchi.domain.figures.telling import TELLING, tell
from madoguchi.domain.figures.worktime import STATUS_OF, handling_fact, read_on
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.errors import MadoguchiError
from madoguchi.kernel.time import Instant, Span, instant, stamp
from madoguchi.ports.environment import Clock
from madoguchi.ports.storage import Snapshot, Storage, StorageUnavailableError
from madoguchi.services.call_life import CALLS
from madoguchi.services.chat_life import CHATS
from madoguchi.services.lifecycle import Change

EVERY: Final = Span(milliseconds=200)
"""How long changes gather before they are told."""
RETRY: Final = Span(seconds=1)
SCOPE: Final = "facts"
"""The settings that have `told_until`: everything that ended before that is told."""
MARGIN: Final = timedelta(hours=1)
"""How much before that is looked at again: clocks are set, and what is committed late bears an earlier time."""
NOTE_EVERY: Final = Span(minutes=1)
PAGE: Final = 200
OF_AGENTS: Final = frozenset({"HandlingClosed", "HandlingOpened", *STATUS_OF})

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Told:
    """The facts of one interaction."""

    interaction: InteractionFact | None
    stays: Sequence[StayFact]


class FactKeeper:
    """Observes calls, chats and agents."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._interactions = storage.interactions
        self._catalogue = storage.catalogue
        self._facts = storage.facts
        self._clock = clock
        self._untold: dict[str, None] = {}
        self._unread: dict[str, None] = {}
        self._wake = asyncio.Event()
        self._observers: list[Callable[[], None]] = []

    def observe(self, observer: Callable[[], None]) -> None:
        """Call `observer` whenever facts were written."""
        self._observers.append(observer)

    def interaction_changed(self, change: Change[Any, Any]) -> None:
        """Note that a call or a chat has something to tell; an observer of the runtime's."""
        if change.before is None or any(type(event).__name__ in TELLING for event in change.events):
            self._untold[change.id] = None
            self._wake.set()

    def agent_changed(self, change: Change[Any, Any]) -> None:
        """Note that an agent has something to tell; an observer of the runtime's."""
        if change.before is None or any(type(event).__name__ in OF_AGENTS for event in change.events):
            self._unread[change.id] = None
            self._wake.set()

    async def run(self) -> None:
        """Tell what was missed, then what comes, until cancelled. No fault of it ends the house."""
        while not await self._unharmed(self.catch_up):
            await self._clock.sleep(RETRY)
        noted = self._clock.now()
        while True:
            await self._wake.wait()
            await self._clock.sleep(EVERY)
            self._wake.clear()
            begun = self._clock.now()
            if not await self._unharmed(self.settle):
                self._wake.set()
                await self._clock.sleep(RETRY)
            elif begun - noted >= NOTE_EVERY:
                noted = begun
                await self._unharmed(partial(self._note, begun))

    async def catch_up(self) -> None:
        """Tell what ended while nobody looked, newest first.

        Raises:
            StorageUnavailableError: try again.
        """
        begun = self._clock.now()
        told_until = (await self._catalogue.settings(SCOPE)).get("told_until")
        since = instant(told_until) - MARGIN if told_until else None
        for life in (CALLS, CHATS):
            before: Instant | None = None
            before_id = ""
            while True:
                page = await self._interactions.finished(life.kind, limit=PAGE, before=before, before_id=before_id)
                fresh = [one for one in page if since is None or one.at >= since]
                known = await self._facts.known([one.id for one in fresh])
                await self._write([one for one in fresh if one.id not in known])
                if len(fresh) < PAGE:
                    break
                before, before_id = fresh[-1].at, fresh[-1].id
        await self.settle()
        await self._note(begun)

    async def settle(self) -> None:
        """Tell all that is known to be untold.

        Raises:
            StorageUnavailableError: some is left; try again.
        """
        while self._untold:
            ids = list(self._untold)[:PAGE]
            for one in ids:
                del self._untold[one]
            try:
                found = [await self._interactions.load(one) for one in ids]
                await self._write([one for one in found if one is not None])
            except StorageUnavailableError:
                self._untold.update(dict.fromkeys(ids))
                raise
        while self._unread:
            agent = next(iter(self._unread))
            del self._unread[agent]
            try:
                await self._read_on(agent)
            except StorageUnavailableError:
                self._unread[agent] = None
                raise
            except Exception:  # noqa: BLE001 - one agent's journal must not stop the others'
                _log.exception("agent_untold", agent=agent)

    async def _write(self, snapshots: Iterable[Snapshot]) -> None:
        told = [one for snapshot in snapshots if (one := await self._tell(snapshot)) is not None]
        interactions = [one.interaction for one in told if one.interaction is not None]
        if await self._facts.add(interactions, [stay for one in told for stay in one.stays]):
            self._written()

    def _written(self) -> None:
        for observer in self._observers:
            observer()

    async def _tell(self, snapshot: Snapshot) -> _Told | None:
        """Return an interaction's facts; None where its journal makes no sense, which must not stop the others."""
        try:
            story = tell(await self._interactions.journal(snapshot.id))
            stays = tuple(stay_facts(snapshot.id, Channel(snapshot.kind), story))
            return _Told(None if snapshot.live else _interaction_fact(snapshot, story), stays)
        except StorageUnavailableError:
            raise
        except Exception:  # noqa: BLE001 - see above
            _log.exception("interaction_untold", interaction=snapshot.id)
            return None

    async def _read_on(self, agent: str) -> None:
        course = await self._facts.course(agent)
        entries = await self._interactions.journal(agent, after=course.seq)
        if not entries:
            return
        progress = read_on(course, [(entry.seq, entry) for entry in entries])
        stories = {
            one.work.interaction: tell(await self._interactions.journal(one.work.interaction))
            for one in progress.closed
        }
        handlings = [handling_fact(agent, one, stories[one.work.interaction]) for one in progress.closed]
        if not await self._facts.advance(course, progress.course, handlings, progress.statuses):
            self._unread[agent] = None
        elif handlings or progress.statuses:
            self._written()

    async def _note(self, at: Instant) -> None:
        await self._catalogue.save_settings(SCOPE, {"told_until": stamp(at)})

    async def _unharmed(self, work: Callable[[], Awaitable[None]]) -> bool:
        try:
            await work()
        except MadoguchiError as error:
            _log.warning("facts_put_off", code=error.code)
            return False
        except Exception:  # noqa: BLE001 - figures are not worth a house
            _log.exception("facts_failed")
            return False
        return True


def _interaction_fact(snapshot: Snapshot, story: Story) -> InteractionFact:
    state: Call | Chat
    if snapshot.kind == CALLS.kind:
        state = CALLS.codec.state(snapshot.data)
        medium, queue = state.medium.value, state.queue
    else:
        state = CHATS.codec.state(snapshot.data)
        medium, queue = state.medium, state.queue
    return InteractionFact(
        id=snapshot.id,
        channel=Channel(snapshot.kind),
        medium=medium,
        language=state.language,
        consumer=state.consumer.id,
        state=state.state.value,
        reason=state.end_reason.value if state.end_reason is not None else "",
        queue=queue.id if queue is not None else None,
        started_at=state.started_at,
        ended_at=state.ended_at or story.ended_at or snapshot.at,
        stays=len(story.stays),
        handlings=len(story.stretches),
        transfers=len(story.handovers),
    )
