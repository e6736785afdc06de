"""One owner task: it alone changes one live interaction or agent, one message at a time."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Generic

import structlog

from madoguchi.kernel.decision import Moment
from madoguchi.kernel.errors import Kind, MadoguchiError
from madoguchi.ports.environment import Clock, IdSource
from madoguchi.ports.storage import (
    Commit,
    InteractionStore,
    JournalRow,
    OutboxRow,
    Snapshot,
    StaleVersionError,
    StorageUnavailableError,
)
from madoguchi.services.alarms import Alarms
from madoguchi.services.codec import JsonObject, kind_of
from madoguchi.services.lifecycle import (
    Change,
    E,
    EffectTimedOutError,
    F,
    InteractionOverError,
    Lifecycle,
    M,
    Outcome,
    Performer,
    S,
)

GRACE: Final = timedelta(seconds=30)
"""How long an effect in the outbox is left to the owner that decided it, before the relay takes it for orphaned."""
PATIENCE: Final = timedelta(seconds=2)
"""How long a command waits for storage that cannot be reached."""
RETRY: Final = timedelta(milliseconds=250)
EFFECT_RETRIES: Final = (timedelta(seconds=1), timedelta(seconds=4))
"""Pauses between an owner's own attempts at a lasting effect, all of them well within `GRACE`."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Letter(Generic[S, M]):
    """A message in an inbox. A command has somebody waiting for its outcome, a fact has not."""

    body: M
    answer: "asyncio.Future[Outcome[S]] | None" = None

    def settle(self, outcome: Outcome[S]) -> None:
        """Tell the sender what came of it, unless he has gone."""
        if self.answer is not None and not self.answer.done():
            self.answer.set_result(outcome)

    def refuse(self, error: BaseException) -> None:
        """Tell the sender that nothing has happened."""
        if self.answer is not None and not self.answer.done():
            self.answer.set_exception(error)


@dataclass(frozen=True)
class Cell(Generic[S]):
    """A state with its place in the store."""

    state: S
    version: int = 0
    seq: int = 0


@dataclass(frozen=True)
class Surroundings(Generic[S, M, E, F]):
    """What all owners of a kind share."""

    life: Lifecycle[S, M, E, F]
    performer: Performer[F, M]
    store: InteractionStore
    clock: Clock
    ids: IdSource
    alarms: Alarms
    observers: "Sequence[Callable[[Change[S, E]], None]]"


def show(change: Change[S, E], observers: "Sequence[Callable[[Change[S, E]], None]]") -> None:
    """Show a change to all observers. What has happened has happened: a bug in one of them stops nothing."""
    for observe in observers:
        try:
            observe(change)
        except Exception:  # noqa: BLE001 - see above
            _log.exception("observer_failed", owner=change.id)


class Owner(Generic[S, M, E, F]):
    """The inbox and the loop of one owner."""

    def __init__(self, owner: str, shared: Surroundings[S, M, E, F], cell: Cell[S] | None) -> None:
        self.id = owner
        self.cell = cell
        self.over = False
        self._shared = shared
        self._letters: deque[Letter[S, M]] = deque()
        self._arrived = asyncio.Event()
        self._lanes: dict[str, asyncio.Event] = {}
        self._present: Letter[S, M] | None = None
        self._effect_number = 0
        self._storage_down = False

    def post(self, letter: Letter[S, M]) -> None:
        """Put a letter into the inbox."""
        if self.over:
            letter.refuse(InteractionOverError(self.id))
        elif self._storage_down and letter.answer is not None:
            letter.refuse(StorageUnavailableError("the database cannot be reached"))
        else:
            self._letters.append(letter)
            self._arrived.set()

    async def serve(self, resume: Sequence[F] = ()) -> None:
        """Take a message, decide, commit, answer, perform; repeat until the lifecycle is over.

        Every effect is done before this returns. Any exception but a `MadoguchiError` ends it.
        """
        async with asyncio.TaskGroup() as effects:
            self._lanes.clear()
            self._start(effects, [(effect, "") for effect in resume])
            self._set_alarm()
            while self.cell is None or self._shared.life.live(self.cell.state):
                letter = await self._next()
                self._present = letter
                await self._handle(letter, effects)
                self._present = None
                if self.cell is None:
                    break
            self.close()

    def close(self) -> None:
        """Refuse what is in the inbox and what will come."""
        self.over = True
        self._shared.alarms.set(self.id, None, self._due)
        while self._letters:
            self._letters.popleft().refuse(InteractionOverError(self.id))

    def drop_present(self, error: BaseException) -> None:
        """After the task has died: give up the letter that killed it, so that it does not do so again."""
        if self._present is not None:
            self._present.refuse(error)
            self._present = None

    async def redo(self, row: OutboxRow) -> bool:
        """Perform an effect from the outbox; return whether it need not be tried again."""
        effect: F = self._shared.life.codec.effect(row.kind.partition(".")[2], row.data)
        return await self._perform(effect, row.id)

    async def _next(self) -> Letter[S, M]:
        while not self._letters:
            self._arrived.clear()
            await self._arrived.wait()
        return self._letters.popleft()

    async def _handle(self, letter: Letter[S, M], effects: asyncio.TaskGroup) -> None:
        clock = self._shared.clock
        give_up_at = clock.now() + PATIENCE
        while True:
            try:
                await self._decide(letter, effects)
            except StorageUnavailableError as error:
                if letter.answer is not None and clock.now() >= give_up_at:
                    letter.refuse(error)
                    break
                if letter.answer is None:
                    self._refuse_commands(error)
                await clock.sleep(RETRY)
            except StaleVersionError as error:
                raise RuntimeError(f"{self.id} has another owner") from error
            except MadoguchiError as refusal:
                if letter.answer is None:
                    _log.error("fact_refused", owner=self.id, fact=kind_of(letter.body), code=refusal.code)
                letter.refuse(refusal)
                break
            else:
                break
        self._storage_down = False
        self._set_alarm()

    def _refuse_commands(self, error: StorageUnavailableError) -> None:
        """A fact waits for the database as long as it takes; whoever asks something meanwhile is told at once."""
        self._storage_down = True
        waiting = list(self._letters)
        self._letters.clear()
        for letter in waiting:
            if letter.answer is None:
                self._letters.append(letter)
            else:
                letter.refuse(error)

    async def _decide(self, letter: Letter[S, M], effects: asyncio.TaskGroup) -> None:
        shared, life = self._shared, self._shared.life
        now = shared.clock.now()
        before = self.cell
        decision = life.decide(before.state if before else None, letter.body, Moment(now, shared.ids.new))
        state = before.state if before else None
        for event in decision.events:
            state = life.evolve(state, event)
        if state is None:
            raise RuntimeError(f"{self.id}: {kind_of(letter.body)} created nothing")
        lasting = any(life.lasting(effect) for effect in decision.effects)
        commits = lasting or (decision.lasting and bool(decision.events))
        after = Cell(state, before.version if before else 0, before.seq if before else 0)
        if commits:
            after = Cell(state, after.version + 1, after.seq + len(decision.events))
            self._effect_number = 0
        keyed: list[tuple[F, str]] = []
        for effect in decision.effects:
            self._effect_number += 1
            keyed.append((effect, f"{self.id}/{after.version}/{self._effect_number}"))
        if commits:
            await shared.store.commit(
                Commit(
                    snapshot=Snapshot(
                        id=self.id,
                        kind=life.kind,
                        version=after.version,
                        state=life.state_name(state),
                        live=life.live(state),
                        data={**life.codec.dump(state), "_seq": after.seq},
                        at=now,
                    ),
                    journal=[
                        JournalRow(
                            self.id, after.seq - len(decision.events) + n, now, kind_of(event), 1, self._dump(event)
                        )
                        for n, event in enumerate(decision.events, start=1)
                    ],
                    outbox=[
                        OutboxRow(key, self.id, f"{life.kind}.{kind_of(effect)}", self._dump(effect), now + GRACE)
                        for effect, key in keyed
                        if life.lasting(effect)
                    ],
                    messages=life.messages(state, decision.events, now),
                )
            )
        self.cell = after
        if decision.events:
            change = Change(
                kind=life.kind,
                id=self.id,
                before=before.state if before else None,
                state=state,
                events=decision.events,
                at=now,
                lasting=commits,
                first_seq=after.seq - len(decision.events) + 1,
            )
            show(change, shared.observers)
        letter.settle(Outcome(state, decision.answer))
        self._start(effects, keyed)

    def _dump(self, value: object) -> JsonObject:
        return self._shared.life.codec.dump(value)

    def _set_alarm(self) -> None:
        if self.cell is not None and not self.over:
            self._shared.alarms.set(self.id, self._shared.life.next_deadline(self.cell.state), self._due)

    def _due(self) -> None:
        self.post(Letter(self._shared.life.due))

    def _start(self, effects: asyncio.TaskGroup, keyed: Sequence[tuple[F, str]]) -> None:
        for effect, key in keyed:
            done = asyncio.Event()
            before = []
            for lane in self._shared.life.lanes(effect):
                if lane in self._lanes:
                    before.append(self._lanes[lane])
                self._lanes[lane] = done
            effects.create_task(self._in_turn(effect, key, before, done))

    async def _in_turn(self, effect: F, key: str, before: Sequence[asyncio.Event], done: asyncio.Event) -> None:
        for earlier in before:
            await earlier.wait()
        try:
            if not self._shared.life.lasting(effect):
                await self._perform(effect, key)
            elif await self._perform_patiently(effect, key):
                await self._mark_done(key)
        finally:
            done.set()
            for lane in [lane for lane, last in self._lanes.items() if last is done]:
                del self._lanes[lane]

    async def _perform_patiently(self, effect: F, key: str) -> bool:
        """Try a lasting effect a few times before it is left to the relay."""
        for pause in EFFECT_RETRIES:
            if await self._perform(effect, key):
                return True
            await self._shared.clock.sleep(pause)
        return await self._perform(effect, key)

    async def _perform(self, effect: F, key: str) -> bool:
        life = self._shared.life
        try:
            async with asyncio.timeout(life.effect_limit.total_seconds()):
                facts = await self._shared.performer.perform(self.id, effect, key)
        except TimeoutError:
            _log.warning("effect_timed_out", owner=self.id, effect=kind_of(effect))
            if life.lasting(effect):
                return False
            facts = (life.failed(effect, EffectTimedOutError(kind_of(effect))),)
        except MadoguchiError as error:
            if error.kind is Kind.UNAVAILABLE and life.lasting(effect):
                _log.warning("effect_put_off", owner=self.id, effect=kind_of(effect), code=error.code)
                return False
            _log.info("effect_failed", owner=self.id, effect=kind_of(effect), code=error.code)
            facts = (life.failed(effect, error),)
        for fact in facts:
            self.post(Letter(fact))
        return True

    async def _mark_done(self, key: str) -> None:
        try:
            await self._shared.store.done([key])
        except StorageUnavailableError:
            _log.warning("effect_stays_open", key=key)
