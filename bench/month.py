"""What a month's figures cost among a million facts: `python -m bench.month [--quick] [--results FOLDER]`.

Ninety days of a centre with 50 queues and 500 agents, the longest that can be asked for at once: half of the facts are
stays in queues, half are handlings. Each question is asked as the portal asks it, through the service.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from bench import calibration, machine, pages
from bench.figures import Table, quantile
from madoguchi.adapters.storage.facts import values_of
from madoguchi.adapters.storage.schema_facts import fact_handlings, fact_stays
from madoguchi.adapters.storage.store import SqlStorage, postgres_storage, sqlite_storage
from madoguchi.domain.access.permissions import Role
from madoguchi.domain.figures.periods import Interval
from madoguchi.kernel.ids import QueueId
from madoguchi.services.centre_time import CentreTime
from madoguchi.services.figures import By, FiguresService, Question
from madoguchi.services.queues import QueueService
from madoguchi.testing.builders import SUE, a_principal, a_queue
from madoguchi.testing.environment import FakeClock
from madoguchi.testing.fact_rows import FactMaker
from madoguchi.testing.postgres import NoPostgresError, PostgresServer

SINCE: Final = datetime(2026, 8, 1, tzinfo=UTC)
DAYS: Final = 90
FACTS: Final = 1_000_000
NOTE: Final = (
    "Milliseconds until the service's answer is there; own CPU is this process's a question, in which SQLite works and "
    "PostgreSQL does not."
)
TIMES: Final = 7
BATCH: Final = 10_000
MONTH: Final = (date(2026, 9, 1), date(2026, 9, 30))
QUEUE: Final = QueueId("queue_007")
QUESTIONS: Final = {
    "a month by queue": Question(*MONTH, By.QUEUE),
    "a month by agent": Question(*MONTH, By.AGENT),
    "a month by day": Question(*MONTH, By.INTERVAL),
    "a month of one queue by hour": Question(*MONTH, By.INTERVAL, queue=QUEUE, interval=Interval.HOUR),
    "a day by queue": Question(date(2026, 9, 15), date(2026, 9, 15), By.QUEUE),
    "90 days by queue": Question(date(2026, 8, 2), date(2026, 10, 30), By.QUEUE),
}


async def run(*, quick: bool) -> Sequence[Table]:
    """Measure both databases."""
    count = 4_000 if quick else FACTS
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        rows += await _measured("SQLite", sqlite_storage(Path(folder) / "facts.db"), count)
    try:
        server = PostgresServer()
        server.start()
    except NoPostgresError as error:
        print(f"PostgreSQL is left out: {error}", flush=True)
    else:
        try:
            server.sql("CREATE DATABASE facts")
            rows += await _measured("PostgreSQL", postgres_storage(server.url("facts")), count, server)
        finally:
            server.remove()
    return [Table(f"Figures among {count:,} facts of {DAYS} days", rows, [NOTE])]


async def _measured(
    database: str, storage: SqlStorage, count: int, server: PostgresServer | None = None
) -> list[dict[str, Any]]:
    await storage.open()
    try:
        await _fill(storage, count)
        await storage.catalogue.save_queue(replace(a_queue("one"), id=QUEUE))
        queues = QueueService(storage.catalogue)
        await queues.load()
        clock = FakeClock(SINCE + timedelta(days=DAYS))
        service = FiguresService(storage, queues, CentreTime(storage.catalogue, clock), clock)
        if server is not None:
            server.sql("VACUUM ANALYZE", "facts")
        for question in QUESTIONS.values():
            await _asked(service, question)
        if server is not None:
            _hurry(server)
        rows = []
        for name, question in QUESTIONS.items():
            used = time.process_time()
            spans = [await _asked(service, question) for _ in range(TIMES)]
            used = (time.process_time() - used) / TIMES
            rows.append(
                {
                    "database": database,
                    "question": name,
                    "p50 ms": round(quantile(spans, 0.5) * 1000, 1),
                    "slowest ms": round(max(spans) * 1000, 1),
                    "own CPU ms": round(used * 1000, 1),
                }
            )
            print(f"  {rows[-1]}", flush=True)
        return rows
    finally:
        await storage.close()


def _hurry(server: PostgresServer) -> None:
    """Put the server's processes, each a session of its own, before the machine's other work, as this one is."""
    process = server._process  # noqa: SLF001 - nobody else measures it
    if process is not None:
        for pid in (process.pid, *machine.children(process.pid)):
            machine.hurry(pid)


async def _asked(service: FiguresService, question: Question) -> float:
    begun = time.perf_counter()
    await service.of(a_principal(SUE, role=Role.MANAGER), question)
    return time.perf_counter() - begun


async def _fill(storage: SqlStorage, count: int) -> None:
    maker = FactMaker(1, SINCE, SINCE + timedelta(days=DAYS))
    for table, facts in ((fact_stays, maker.stays(count // 2)), (fact_handlings, maker.handlings(count // 2))):
        for batch in _batches(facts):
            await _put(storage, table, [values_of(one, table) for one in batch])


async def _put(storage: SqlStorage, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    database = storage._database  # noqa: SLF001 - a million rows would take the services an hour
    await database.write(lambda connection: connection.execute(sa.insert(table), rows).close())


def _batches(facts: Iterator[Any]) -> Iterable[list[Any]]:
    while batch := list(islice(facts, BATCH)):
        yield batch


def main() -> None:
    """Measure, print, and keep the results beside the others."""
    parser = argparse.ArgumentParser(prog="python -m bench.month", description="Measures what figures cost.")
    parser.add_argument("--quick", action="store_true", help="only show that it runs; the figures mean little")
    parser.add_argument("--results", type=Path, help="where results go; bench/results if not quick")
    given = parser.parse_args()
    if not given.quick:
        machine.hurry(machine.own_pid())
    about = machine.describe() | {"speed_before": calibration.measure()}
    tables = asyncio.run(run(quick=given.quick))
    about["speed_after"] = calibration.measure()
    for table in tables:
        print("\n" + table.markdown(), flush=True)
    folder = given.results or (None if given.quick else pages.HERE / "results")
    if folder is not None:
        pages.keep(folder, "month", about, tables)


if __name__ == "__main__":
    main()
