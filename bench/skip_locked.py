"""Assignments per second, beside the loop that a database alone would do: `SELECT … FOR UPDATE SKIP LOCKED`.

Both get the same centre, the same backlog and the same PostgreSQL server, and both have an assignment on disk before
the agent is free for the next one. Every agent is free again at once, so what is measured is nothing but assigning.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

import asyncpg

from bench.figures import Row, Table, quantile
from madoguchi.adapters.storage.store import postgres_storage
from madoguchi.domain.queues.queue import MenuChannel, Queue
from madoguchi.domain.routing.candidate import Candidate
from madoguchi.domain.routing.choice import explain
from madoguchi.domain.routing.floor import Floor
from madoguchi.domain.routing.offers import Channel
from madoguchi.domain.routing.pairing import Pairing
from madoguchi.domain.routing.settings import RoutingSettings, SkillNeed
from madoguchi.domain.routing.waiting import Waiting
from madoguchi.kernel.ids import InteractionId, QueueId, UserId
from madoguchi.ports.storage import Commit, InteractionStore, JournalRow, Snapshot
from madoguchi.testing.postgres import NoPostgresError, PostgresServer

QUEUES: Final = 50
SKILLS: Final = ("billing", "claims", "delivery", "orders", "returns", "sales", "technical", "travel")
LEVEL: Final = 2
NOON: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
CONNECTIONS: Final = (1, 4, 16)
NOTES: Final = """\
500 agents, each in 5 of 50 queues, with 3 of 8 skills at a level from 1 to 3 and one or two of two languages; every
queue asks for one skill at level 2. The backlog is drained to a fifth. *Loop* is one transaction per assignment: the
oldest that waits in the agent's queues, whose language he speaks and whose skill he has, locked with SKIP LOCKED, then
updated, and a row written to a journal; its agents take turns on so many connections. *Here* is the product's: the
decision in memory with the record why, then snapshot and journal in a grouped commit. fsync is on for both. *p50* and
*p99* are from an agent's being free to his assignment's being on disk; *ratio* is against the fastest loop."""

_TABLES: Final = """
CREATE TABLE waiting (id text PRIMARY KEY, queue int, language text, since bigint, state text, agent int);
CREATE INDEX waiting_by_queue ON waiting (queue, since) WHERE state = 'waiting';
CREATE TABLE member (agent int, queue int, PRIMARY KEY (agent, queue));
CREATE TABLE speaks (agent int, language text, PRIMARY KEY (agent, language));
CREATE TABLE has_skill (agent int, skill text, level int, PRIMARY KEY (agent, skill));
CREATE TABLE needs (queue int PRIMARY KEY, skill text, level int);
CREATE TABLE assigned (id bigserial PRIMARY KEY, waiting text, agent int, at timestamptz DEFAULT clock_timestamp());
"""
_TAKE: Final = """
SELECT w.id FROM waiting w
JOIN member m ON m.queue = w.queue AND m.agent = $1
JOIN speaks s ON s.language = w.language AND s.agent = $1
JOIN needs n ON n.queue = w.queue
JOIN has_skill h ON h.agent = $1 AND h.skill = n.skill AND h.level >= n.level
WHERE w.state = 'waiting'
ORDER BY w.since LIMIT 1 FOR UPDATE OF w SKIP LOCKED
"""
_MARK: Final = "UPDATE waiting SET state = 'assigned', agent = $2 WHERE id = $1"
_NOTE: Final = "INSERT INTO assigned (waiting, agent) VALUES ($1, $2)"


@dataclass(frozen=True)
class Agent:
    """Who can be given what."""

    number: int
    queues: tuple[int, ...]
    skills: dict[str, int]
    languages: tuple[str, ...]


@dataclass(frozen=True)
class Load:
    """A centre and its backlog, the same for everybody who is measured."""

    agents: Sequence[Agent]
    needs: Sequence[str]
    """Per queue the skill that it asks for."""
    backlog: Sequence[tuple[str, int, str, datetime]]
    """Id, queue, language and since when, oldest first."""
    wanted: int
    """How many assignments are made."""


def a_load(*, agents: int, backlog: int) -> Load:
    """Return the same centre every time."""
    chance = Random(7)
    people = [
        Agent(
            number,
            tuple(chance.sample(range(QUEUES), 5)),
            {skill: chance.randint(1, 3) for skill in chance.sample(SKILLS, 3)},
            chance.choice([("ja",), ("en",), ("ja", "en")]),
        )
        for number in range(agents)
    ]
    needs = [chance.choice(SKILLS) for _ in range(QUEUES)]
    served = {
        (queue, language)
        for one in people
        for queue in one.queues
        for language in one.languages
        if one.skills.get(needs[queue], 0) >= LEVEL
    }
    # Nobody waits for whom nobody could be found: both would look for him in vain, and for how long is another matter.
    waits = [chance.choice(sorted(served)) for _ in range(backlog)]
    return Load(
        people,
        needs,
        [
            (f"call_{number:09}", queue, language, NOON + timedelta(milliseconds=20 * number))
            for number, (queue, language) in enumerate(waits)
        ],
        backlog * 4 // 5,
    )


@dataclass
class Tally:
    """What came of a run."""

    spans: list[float]
    """Per assignment, in ms."""
    seconds: float

    @property
    def rate(self) -> float:
        """Assignments per second."""
        return len(self.spans) / self.seconds


async def looped(url: str, load: Load, connections: int) -> Tally:
    """Let the database alone assign, by so many connections at once."""
    pool = await asyncpg.create_pool(url, min_size=connections, max_size=connections)
    try:
        await pool.execute(_TABLES)
        await _fill(pool, load)
        spans: list[float] = []
        begin = time.perf_counter()
        shares = [load.agents[number::connections] for number in range(connections)]
        await asyncio.gather(*(_take_turns(pool, share, spans, load.wanted) for share in shares))
        seconds = time.perf_counter() - begin
        if await pool.fetchval("SELECT count(DISTINCT waiting) FROM assigned") != len(spans):
            raise RuntimeError("somebody was assigned twice")
        return Tally(spans, seconds)
    finally:
        await pool.close()


async def _fill(pool: "asyncpg.Pool[asyncpg.Record]", load: Load) -> None:
    members = [(one.number, queue) for one in load.agents for queue in one.queues]
    skills = [(one.number, *each) for one in load.agents for each in one.skills.items()]
    languages = [(one.number, language) for one in load.agents for language in one.languages]
    waiting = [(name, queue, language, int(at.timestamp() * 1e6)) for name, queue, language, at in load.backlog]
    await pool.executemany("INSERT INTO member VALUES ($1, $2)", members)
    await pool.executemany("INSERT INTO has_skill VALUES ($1, $2, $3)", skills)
    await pool.executemany("INSERT INTO speaks VALUES ($1, $2)", languages)
    await pool.executemany("INSERT INTO needs VALUES ($1, $2, $3)", [(n, s, LEVEL) for n, s in enumerate(load.needs)])
    await pool.executemany("INSERT INTO waiting VALUES ($1, $2, $3, $4, 'waiting', NULL)", waiting)
    await pool.execute("ANALYZE")


async def _take_turns(
    pool: "asyncpg.Pool[asyncpg.Record]", agents: Sequence[Agent], spans: list[float], wanted: int
) -> None:
    async with pool.acquire() as connection:
        in_vain = 0
        turn = 0
        free_since = dict.fromkeys((one.number for one in agents), time.perf_counter())
        while len(spans) < wanted and in_vain < len(agents):
            agent = agents[turn % len(agents)].number
            turn += 1
            async with connection.transaction():
                found = await connection.fetchval(_TAKE, agent)
                if found is None:
                    in_vain += 1
                    continue
                await connection.execute(
                    "UPDATE waiting SET state = 'assigned', agent = $2 WHERE id = $1", found, agent
                )
                await connection.execute("INSERT INTO assigned (waiting, agent) VALUES ($1, $2)", found, agent)
            in_vain = 0
            now = time.perf_counter()
            spans.append((now - free_since[agent]) * 1e3)
            free_since[agent] = now


class Centre:
    """The same centre as the product has it: agents and queues in memory, what is decided on disk."""

    def __init__(self, load: Load, store: InteractionStore) -> None:
        channels, names = frozenset({MenuChannel.IVR}), {"en": "x", "ja": "x"}
        queues = [
            Queue(
                QueueId(f"queue_{number}"),
                channels,
                names,
                1,
                tuple(UserId(f"user_{one.number}") for one in load.agents if number in one.queues),
                RoutingSettings(skills=(SkillNeed(skill, LEVEL),)),
            )
            for number, skill in enumerate(load.needs)
        ]
        self._floor = Floor()
        self._floor.assign(queues)
        self._pairing = Pairing(self._floor, Channel.CALL)
        self._store = store
        self._people = {UserId(f"user_{one.number}"): one for one in load.agents}
        self._free_since: dict[UserId, float] = {}
        self._wanted = load.wanted
        self._tasks: set[asyncio.Task[None]] = set()
        self.now = NOON + timedelta(hours=1)
        self.spans: list[float] = []
        self.done = asyncio.Event()
        for user in self._people:
            self._is(user, calls=1)
        for name, queue, language, since in load.backlog:
            waiting = Waiting(InteractionId(name), Channel.CALL, QueueId(f"queue_{queue}"), language, since)
            self._pairing.put(waiting)
        for _ in self._pairing.pairs(self.now):
            raise RuntimeError("everybody is busy")

    def begin(self) -> None:
        """Let everybody be free."""
        for user in self._people:
            self._gets_free(user)

    def _is(self, user: UserId, *, calls: int) -> None:
        agent = self._people[user]
        candidate = Candidate(
            user, user, agent.languages, agent.skills, calls=calls, last_call_ended_at=self.now if calls == 0 else None
        )
        for queue in self._floor.agent_is(candidate):
            self._pairing.look_at(queue)

    def _gets_free(self, user: UserId) -> None:
        self.now += timedelta(microseconds=100)
        self._free_since[user] = time.perf_counter()
        self._is(user, calls=0)
        for pair in self._pairing.pairs(self.now):
            why = explain(pair.waiting, pair.post.queue.routing, pair.post.staff, self.now, pair.choice)
            agent = pair.choice.agents[0].agent
            self._is(agent, calls=1)
            self._pairing.drop(pair.waiting.interaction)
            task = asyncio.create_task(self._store_it(pair.waiting, agent, why.rule.value))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _store_it(self, waiting: Waiting, agent: UserId, rule: str) -> None:
        data = {"agent": agent, "rule": rule}
        row = JournalRow(waiting.interaction, 2, self.now, "offered", 1, data)
        await self._store.commit(Commit(_snapshot(waiting.interaction, 2, data, self.now), (row,)))
        self.spans.append((time.perf_counter() - self._free_since[agent]) * 1e3)
        if len(self.spans) >= self._wanted:
            self.done.set()
        else:
            self._gets_free(agent)

    async def finish(self) -> None:
        """Let what is under way come to its end."""
        while self._tasks:
            await asyncio.gather(*self._tasks)


def _snapshot(name: str, version: int, data: dict[str, str], at: datetime) -> Snapshot:
    return Snapshot(name, "call", version, "ringing" if version > 1 else "queued", live=True, data=dict(data), at=at)


async def ours(url: str, load: Load) -> Tally:
    """Let the product decide and store."""
    storage = postgres_storage(url)
    await storage.open()
    try:
        store = storage.interactions
        await asyncio.gather(
            *(store.commit(Commit(_snapshot(name, 1, {}, since))) for name, _, _, since in load.backlog)
        )
        centre = Centre(load, store)
        begin = time.perf_counter()
        centre.begin()
        await centre.done.wait()
        tally = Tally(list(centre.spans), time.perf_counter() - begin)
        await centre.finish()
        return tally
    finally:
        await storage.close()


async def run(*, quick: bool) -> Sequence[Table]:
    """Measure the loops and the product on one server, one after the other."""
    load = a_load(agents=100, backlog=300) if quick else a_load(agents=500, backlog=10_000)
    try:
        async with _databases() as fresh:
            loops = {number: await looped(fresh(), load, number) for number in CONNECTIONS[: 2 if quick else None]}
            here = await ours(fresh(), load)
    except NoPostgresError as error:
        print(f"The comparison with SKIP LOCKED is left out: {error}", flush=True)
        return []
    fastest = max(one.rate for one in loops.values())
    rows = [_row(f"loop, {number} connections", tally, fastest) for number, tally in loops.items()]
    rows.append(_row("here", here, fastest))
    return [Table("Assignments beside a SKIP LOCKED loop", rows, (NOTES,))]


def _row(name: str, tally: Tally, fastest: float) -> Row:
    return {
        "who assigns": name,
        "assignments": len(tally.spans),
        "per s": round(tally.rate),
        "ratio": round(tally.rate / fastest, 2),
        "p50 ms": round(quantile(tally.spans, 0.5), 2),
        "p99 ms": round(quantile(tally.spans, 0.99), 2),
    }


@asynccontextmanager
async def _databases() -> AsyncIterator[Callable[[], str]]:
    """Yield what makes a new database on one durable server and returns how to reach it."""
    server = PostgresServer()
    try:
        server.start(durable=True)
        made = 0

        def fresh() -> str:
            nonlocal made
            made += 1
            server.sql(f"CREATE DATABASE bench_{made}")
            return server.url(f"bench_{made}")

        yield fresh
    finally:
        server.remove()
