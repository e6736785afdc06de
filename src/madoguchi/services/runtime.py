"""The imperative core: one task per live interaction, in which everything that happens to it happens in turn.

    send(id, command) ─┐                      ┌─ answer to the sender
    tell(id, fact) ────┼─▶ inbox ▶ decide ▶ commit ▶ observers (screens) ▶ effects ─▶ facts, back into the inbox
    a deadline ────────┘

How to use it:

    runtime = Runtime(store, directory, clock, ids)
    calls = runtime.add(CALLS, CallPerformer(...))          # CALLS: Lifecycle[Call, CallMessage, CallEvent, CallEffect]
    calls.observe(lambda change: ...)                       # called after each commit, must not block
    async with runtime:                                     # recovers live owners, then runs until the context is left
        outcome = await calls.create("call_…", CallArrived(...))
        outcome = await calls.send("call_…", AcceptOffer(...))      # raises what `decide` raised
        calls.tell("call_…", LegReleased(...))                      # facts cannot be refused
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from datetime import timedelta
from types import TracebackType
from typing import Any, Final, Generic, NoReturn, Self

import structlog

from madoguchi.kernel.errors import ConflictError, NotFoundError, UnavailableError
from madoguchi.ports.directory import Directory
from madoguchi.ports.environment import Clock, IdSource
from madoguchi.ports.storage import InteractionStore, OutboxRow, Snapshot, StorageUnavailableError
from madoguchi.services.alarms import Alarms
from madoguchi.services.lifecycle import Change, E, F, InteractionOverError, Lifecycle, M, Outcome, Performer, S
from madoguchi.services.owner import GRACE, Cell, Letter, Owner, Surroundings, show

RESTART_AFTER: Final = (timedelta(0), timedelta(seconds=1), timedelta(seconds=5), timedelta(seconds=30))
"""Pauses before an owner task that died is started again: first, second … and all later times."""
RELAY_EVERY: Final = timedelta(seconds=5)
RELAY_BATCH: Final = 100
RELAY_BACK_OFF: Final = (5, 15, 60, 300, 900)
"""Seconds until the next try of an effect, by the number of tries before."""

_log = structlog.get_logger(__name__)


class Owners(Generic[S, M, E, F]):
    """All live owners of one kind."""

    def __init__(self, runtime: "Runtime", life: Lifecycle[S, M, E, F], performer: Performer[F, M]) -> None:
        self.life = life
        self._runtime = runtime
        self._observers: list[Callable[[Change[S, E]], None]] = []
        self._owners: dict[str, Owner[S, M, E, F]] = {}
        self._loading: dict[str, asyncio.Lock] = {}
        self._shared = Surroundings(
            life=life,
            performer=performer,
            store=runtime.store,
            clock=runtime.clock,
            ids=runtime.ids,
            alarms=runtime.alarms,
            observers=self._observers,
        )

    def observe(self, observer: Callable[[Change[S, E]], None]) -> None:
        """Call `observer` after every change, in the order of changes per owner, before the sender is answered.

        Live owners that are found at the start are shown once, with no events and `before` None.
        """
        self._observers.append(observer)

    def state(self, owner: str) -> S | None:
        """Return the present state of a live owner, None where none is live here."""
        found = self._owners.get(owner)
        return found.cell.state if found and found.cell and not found.over else None

    def owns(self, owner: str) -> bool:
        """Whether an owner's task is here, also one that is being made, started again, or about to end."""
        return owner in self._owners

    def states(self) -> Iterator[S]:
        """Yield the present state of every live owner."""
        for owner in list(self._owners.values()):
            if owner.cell is not None and not owner.over:
                yield owner.cell.state

    async def create(self, owner: str, message: M) -> Outcome[S]:
        """Make a new owner by its first message.

        Raises:
            ConflictError: there is one with this id.
            MadoguchiError: `decide` refused; nothing was made.
        """
        if owner in self._owners:
            raise ConflictError(f"{owner} is there already")
        await self._runtime.directory.claim(owner)
        made = self._begin(owner, None)
        try:
            return await self._ask(made, message)
        except BaseException:
            if made.cell is None:
                self._owners.pop(owner, None)
                made.close()
            raise

    async def send(self, owner: str, command: M) -> Outcome[S]:
        """Have `command` decided; return the state after it was committed, and the decision's answer.

        Raises:
            NotFoundError: there is no such owner.
            InteractionOverError: it is over.
            UnavailableError: the database cannot be reached, or another process owns it; nothing has happened.
            MadoguchiError: `decide` refused; nothing has happened.
        """
        found = self._owners.get(owner) or await self._load(owner)
        return await self._ask(found, command)

    def tell(self, owner: str, fact: M) -> None:
        """Report `fact`. It is decided in its turn; an owner that is over does not care any more."""
        found = self._owners.get(owner)
        if found is not None:
            found.post(Letter(fact))
        else:
            self._runtime.spawn(self._load_and_tell(owner, fact))

    async def recover(self) -> None:
        """Start every owner that was live when the process ended, and tell it so."""
        for snapshot in await self._runtime.store.live(self.life.kind):
            if snapshot.id in self._owners or not await self._runtime.directory.claim(snapshot.id):
                continue
            found = self._begin(snapshot.id, self._cell(snapshot))
            self._show(found)
            if self.life.recovered is not None:
                found.post(Letter(self.life.recovered))

    async def redo(self, row: OutboxRow) -> bool:
        """Perform an effect that its owner left open; return whether it is done."""
        owner = self._owners.get(row.interaction) or Owner(row.interaction, self._shared, None)
        return await owner.redo(row)

    def _show(self, owner: Owner[S, M, E, F]) -> None:
        if owner.cell is None:
            return
        now = self._runtime.clock.now()
        change: Change[S, E] = Change(self.life.kind, owner.id, None, owner.cell.state, (), now, False, 0)  # noqa: FBT003 - positional for brevity: nothing was stored
        show(change, self._observers)

    async def _ask(self, owner: Owner[S, M, E, F], message: M) -> Outcome[S]:
        answer: asyncio.Future[Outcome[S]] = asyncio.get_running_loop().create_future()
        owner.post(Letter(message, answer))
        return await answer

    async def _load(self, owner: str) -> Owner[S, M, E, F]:
        async with self._loading.setdefault(owner, asyncio.Lock()):
            try:
                if owner in self._owners:
                    return self._owners[owner]
                snapshot = await self._runtime.store.load(owner)
                if snapshot is None or snapshot.kind != self.life.kind:
                    raise NotFoundError(owner)
                if not snapshot.live:
                    raise InteractionOverError(owner)
                if not await self._runtime.directory.claim(owner):
                    raise UnavailableError(f"{owner} belongs to another node")
                found = self._begin(owner, self._cell(snapshot))
                self._show(found)
                return found
            finally:
                self._loading.pop(owner, None)

    async def _load_and_tell(self, owner: str, fact: M) -> None:
        try:
            (await self._load(owner)).post(Letter(fact))
        except (NotFoundError, InteractionOverError):
            _log.debug("late_fact", owner=owner, fact=type(fact).__name__)
        except UnavailableError as error:
            _log.error("fact_lost", owner=owner, fact=type(fact).__name__, code=error.code)
        except StorageUnavailableError:
            await self._runtime.clock.sleep(timedelta(seconds=1))
            await self._load_and_tell(owner, fact)

    def _cell(self, snapshot: Snapshot) -> Cell[S]:
        return Cell(self.life.codec.state(snapshot.data), snapshot.version, int(snapshot.data.get("_seq", 0)))

    def _begin(self, owner: str, cell: Cell[S] | None) -> Owner[S, M, E, F]:
        begun = Owner(owner, self._shared, cell)
        self._owners[owner] = begun
        self._runtime.spawn(self._guard(begun))
        return begun

    async def _guard(self, owner: Owner[S, M, E, F]) -> None:
        """Keep an owner's task going: a bug ends the task, not the interaction."""
        deaths = 0
        resume: Sequence[F] = ()
        while True:
            try:
                await owner.serve(resume)
                break
            except Exception as bug:  # noqa: BLE001 - whatever the bug is, the others live on
                _log.exception("owner_died", owner=owner.id, kind=self.life.kind)
                owner.drop_present(_first(bug))
                if owner.cell is None:
                    owner.close()
                    break
                pause = RESTART_AFTER[min(deaths, len(RESTART_AFTER) - 1)]
                deaths += 1
                await self._runtime.clock.sleep(pause)
                await self._reload(owner)
                resume = self.life.resume(owner.cell.state)
        if self._owners.get(owner.id) is owner:
            del self._owners[owner.id]
        await self._runtime.directory.release(owner.id)

    async def _reload(self, owner: Owner[S, M, E, F]) -> None:
        """The task may have died while a commit was under way: only the store knows what came of it."""
        while True:
            try:
                snapshot = await self._runtime.store.load(owner.id)
            except StorageUnavailableError:
                await self._runtime.clock.sleep(timedelta(seconds=1))
                continue
            if snapshot is not None:
                owner.cell = self._cell(snapshot)
                self._show(owner)
            return


def _first(bug: BaseException) -> BaseException:
    """Return the exception inside a task group's wrapping, as it means more to whoever waits for an answer."""
    while isinstance(bug, BaseExceptionGroup):
        bug = bug.exceptions[0]
    return bug


class Runtime:
    """All kinds of owners, the alarms, and the relay that performs effects which were left open."""

    def __init__(self, store: InteractionStore, directory: Directory, clock: Clock, ids: IdSource) -> None:
        self.store = store
        self.directory = directory
        self.clock = clock
        self.ids = ids
        self.alarms = Alarms(clock)
        self._kinds: dict[str, Owners[Any, Any, Any, Any]] = {}
        self._group: asyncio.TaskGroup | None = None
        self._running: set[asyncio.Task[None]] = set()

    def add(self, life: Lifecycle[S, M, E, F], performer: Performer[F, M]) -> Owners[S, M, E, F]:
        """Take in a kind of owner. All are added before the runtime is entered."""
        owners = Owners(self, life, performer)
        self._kinds[life.kind] = owners
        return owners

    @property
    def kinds(self) -> Mapping[str, Owners[Any, Any, Any, Any]]:
        """The kinds that were added, by name."""
        return self._kinds

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` until it ends or the runtime does. An exception out of it stops the whole runtime."""
        if self._group is None:
            work.close()
            raise RuntimeError("the runtime is not running")
        task = self._group.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def __aenter__(self) -> Self:
        """Start, and recover what was live when the process ended.

        Raises:
            StorageUnavailableError: what was live cannot be read.
        """
        self._group = await asyncio.TaskGroup().__aenter__()
        self.spawn(self.alarms.run())
        left_open = await self.store.lease(
            now=self.clock.now() + GRACE, until=self.clock.now() + GRACE, limit=RELAY_BATCH
        )
        for owners in self._kinds.values():
            await owners.recover()
        self.spawn(self._relay(left_open))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop all tasks where they are; what they have not finished is in the store."""
        group, self._group = self._group, None
        for task in list(self._running):
            task.cancel()
        if group is not None:
            await group.__aexit__(kind, error, trace)

    async def _relay(self, rows: Sequence[OutboxRow]) -> NoReturn:
        while True:
            for row in rows:
                await self._redo(row)
            if len(rows) < RELAY_BATCH:
                await self.clock.sleep(RELAY_EVERY)
            now = self.clock.now()
            try:
                rows = await self.store.lease(now=now, until=now + timedelta(minutes=1), limit=RELAY_BATCH)
            except StorageUnavailableError:
                rows = ()

    async def _redo(self, row: OutboxRow) -> None:
        owners = self._kinds.get(row.kind.partition(".")[0])
        try:
            if owners is None:
                _log.error("effect_of_unknown_kind", kind=row.kind)
            elif await owners.redo(row):
                await self.store.done([row.id])
                return
        except StorageUnavailableError:
            return
        except Exception:  # noqa: BLE001 - one bad effect must not stop the others
            _log.exception("effect_died", key=row.id, kind=row.kind)
        wait = RELAY_BACK_OFF[min(row.attempts, len(RELAY_BACK_OFF) - 1)]
        try:
            await self.store.put_off(row.id, self.clock.now() + timedelta(seconds=wait))
        except StorageUnavailableError:
            return
