"""`madoguchi verify-ledger`, on a real database in which somebody has written by hand."""

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from madoguchi.bootstrap.settings import Settings
from madoguchi.bootstrap.storage import DATABASE, opened
from madoguchi.domain.listening.entries import LedgerEntry
from madoguchi.services.monitoring_table import LedgerJson
from tests.integration.bootstrap.test_commands import command, data
from tests.unit.domain.listening.test_entries import a_note

__all__ = ["data"]

pytestmark = pytest.mark.req("MON-12")


def noted(data: Path, count: int) -> list[LedgerEntry]:
    async def fill() -> list[LedgerEntry]:
        async with opened(Settings(data=str(data))) as storage:
            await storage.listening.append([a_note(number, user_name="Sue") for number in range(1, count + 1)])
            return list(await storage.listening.entries())

    return asyncio.run(fill())


def by_hand(data: Path, statement: str) -> None:
    with closing(sqlite3.connect(data / DATABASE)) as plain, plain:
        plain.execute(statement)


def test_a_ledger_that_nobody_touched_is_verified_to_its_last_entry(data: Path) -> None:
    empty = command("verify-ledger")
    entries = noted(data, 4)

    done = command("verify-ledger", "--contains", entries[1].hash)

    assert (empty.exit_code, empty.output.strip()) == (0, "The ledger is empty.")
    assert done.exit_code == 0
    assert f"Verified up to entry 4, whose hash is {entries[-1].hash}." in done.output
    assert "that of entry 2" in done.output


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE listening SET text = replace(text, 'Sue', 'Tom') WHERE seq = 2", "Entry 2 is broken: its text"),
        ("UPDATE listening SET user = 'user_tom' WHERE seq = 3", "Entry 3 is broken: it is filed"),
        ("DELETE FROM listening WHERE seq = 2", "Entry 3 is broken: its number"),
        ("UPDATE listening SET previous = 'x' WHERE seq = 4", "Entry 4 is broken: it does not name"),
    ],
)
def test_it_says_which_entry_somebody_has_changed(data: Path, statement: str, says: str) -> None:
    noted(data, 4)
    by_hand(data, statement)

    done = command("verify-ledger")

    assert done.exit_code == 1
    assert says in done.output


def test_an_end_that_was_cut_off_is_missed_by_whoever_noted_its_hash(data: Path) -> None:
    last = noted(data, 4)[-1].hash
    by_hand(data, "DELETE FROM listening WHERE seq = 4")

    assert command("verify-ledger").exit_code == 0
    done = command("verify-ledger", "--contains", last)
    assert done.exit_code == 1
    assert "no entry has the hash" in done.output


@pytest.mark.parametrize(("part", "touched"), [(slice(None), ""), (slice(1, 3), ""), (slice(None), "Sue")])
def test_what_the_manual_shows_verifies_it_without_the_product(data: Path, part: slice, touched: str) -> None:
    manual = Path(__file__).parents[3] / "docs" / "operations" / "listening-ledger.md"
    program = manual.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    file, entries = LedgerJson(), noted(data, 4)[part]
    taken = data.parent / "ledger.json"
    whole = file.head() + file.rows(entries[:1]) + file.rows(entries[1:]) + file.tail()
    taken.write_text(whole.replace(touched, "Tom", 1) if touched else whole, encoding="ascii")

    done = subprocess.run(  # noqa: S603 - our own manual
        [sys.executable, "-I", "-c", program, str(taken)], capture_output=True, text=True, check=False
    )

    if touched:
        assert (done.returncode, done.stderr.strip()) == (1, "entry 1 is broken")
    else:
        assert done.returncode == 0
        assert entries[-1].hash in done.stdout
