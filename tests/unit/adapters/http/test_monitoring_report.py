"""The Supervisor Monitoring report and the ledger over their routes."""

import csv
import hashlib
import io
from dataclasses import replace
from datetime import timedelta

import pytest

from madoguchi.domain.access.permissions import DEFAULT_ROLES, Permission, Role
from madoguchi.domain.listening.entries import GENESIS, Because, Mode, What
from madoguchi.kernel.ids import InteractionId, ListeningId, UserId
from madoguchi.kernel.time import stamp
from madoguchi.testing.listening import MemoryListening
from tests.unit.adapters.http.office import Office
from tests.unit.domain.listening.test_entries import NOON, a_note

pytestmark = pytest.mark.req("MON-12")

PATH = "/reports/monitoring"


async def a_day(office: Office) -> None:
    """Sue listens twice, once in three modes; Tom still does."""
    for number in (1, 2):
        first = a_note(
            1,
            at=NOON + timedelta(hours=number),
            listening=ListeningId(f"monitoring_{number}"),
            interaction=InteractionId(f"call_{number}"),
            user_name="Sue",
        )
        notes = [first]
        if number == 2:
            for mode in (Mode.WHISPER, Mode.BARGE):
                notes.append(replace(first, number=len(notes) + 1, what=What.MODE, mode=mode))
        last = replace(
            notes[-1],
            at=first.at + timedelta(seconds=90),
            number=len(notes) + 1,
            what=What.ENDED,
            because=Because.LEFT,
            heard_ms=80_000,
            hold_ms=10_000,
            others=2,
        )
        await office.storage.listening.append([*notes, last])
    tom = a_note(
        1, at=NOON + timedelta(hours=3), listening=ListeningId("viewing_3"), user=UserId("user_tom"), user_name="=Tom"
    )
    await office.storage.listening.append([replace(tom, mode=Mode.VIEW)])


async def test_a_line_tells_of_each_listening_the_newest_first(office: Office) -> None:
    await a_day(office)
    ada = await office.of("ada")

    told = (await ada.get(PATH)).json()

    assert told["next"] is None
    tom, second, first = told["rows"]
    assert (tom["supervisor"], tom["ended_at"], tom["duration_ms"]) == ({"id": "user_tom", "name": "=Tom"}, None, None)
    assert (second["modes"], second["others"]) == (["listen", "whisper", "barge"], 2)
    assert (first["duration_ms"], first["heard_ms"], first["hold_ms"]) == (90_000, 80_000, 10_000)
    assert (first["started_at"], first["interaction"]) == (stamp(NOON + timedelta(hours=1)), "call_1")
    assert first["agent"] == {"id": "user_ana", "name": "Ana"}
    assert (await ada.get(f"{PATH}/supervisors")).json() == [
        {"id": "user_tom", "name": "=Tom"},
        {"id": "user_sue", "name": "Sue"},
    ]


async def test_it_is_filtered_and_read_page_by_page(office: Office) -> None:
    await a_day(office)
    ada = await office.of("ada")

    page = (await ada.get(PATH, params={"limit": 1})).json()
    rest = (await ada.get(PATH, params={"before": page["next"]})).json()
    assert [one["id"] for one in (*page["rows"], *rest["rows"])] == ["viewing_3", "monitoring_2", "monitoring_1"]
    sues = (await ada.get(PATH, params={"supervisor": "user_sue", "since": stamp(NOON + timedelta(minutes=90))})).json()
    assert [one["id"] for one in sues["rows"]] == ["monitoring_2"]
    early = (await ada.get(PATH, params={"until": stamp(NOON + timedelta(minutes=90))})).json()
    assert [one["id"] for one in early["rows"]] == ["monitoring_1"]
    wrong = await ada.get(PATH, params={"since": "yesterday"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "since")


async def test_the_ledger_can_be_verified_with_what_is_taken_away(office: Office) -> None:
    await a_day(office)
    ada = await office.of("ada")

    told = (await ada.get(f"{PATH}/ledger", params={"format": "json"})).json()["entries"]
    lines = list(csv.DictReader(io.StringIO((await ada.get(f"{PATH}/ledger", params={"format": "csv"})).text)))

    before = GENESIS
    for entry, line in zip(told, lines, strict=True):
        assert entry["previous"] == before
        before = hashlib.sha256((before + entry["text"]).encode()).hexdigest()
        assert entry["hash"] == before
        assert line == {name: str(value) for name, value in entry.items()}
    assert len(told) == 7
    part = await ada.get(f"{PATH}/ledger", params={"since": stamp(NOON + timedelta(minutes=90))})
    assert [one["seq"] for one in part.json()["entries"]] == [3, 4, 5, 6, 7]
    none = await ada.get(f"{PATH}/ledger", params={"until": stamp(NOON)})
    assert none.json() == {"entries": []}


async def test_the_report_is_taken_away_as_csv_in_which_nothing_runs(office: Office) -> None:
    await a_day(office)
    ada = await office.of("ada")

    answer = await ada.get(f"{PATH}/export", params={"language": "ja"})

    head, tom, second, _ = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert head[2:5] == ["モニタリング時間 (秒)", "聴取時間 (秒)", "保留時間 (秒)"]
    assert (tom[2], tom[5]) == ("", "'=Tom")
    assert second[2:5] == ["90.0", "80.0", "10.0"]
    assert second[9] == "モニタリング; ささやき; 割り込み"


async def test_the_state_says_how_far_the_chain_holds(office: Office) -> None:
    ada = await office.of("ada")
    assert (await ada.get(f"{PATH}/state")).json() == {"seq": 0, "hash": GENESIS, "broken": None}
    await a_day(office)
    entries = await office.storage.listening.entries()
    assert (await ada.get(f"{PATH}/state")).json() == {"seq": 7, "hash": entries[-1].hash, "broken": None}

    ledger = office.storage.listening
    assert isinstance(ledger, MemoryListening)
    ledger._entries[2] = replace(entries[2], text=entries[2].text.replace("Sue", "Tom"))
    await office.clock.advance(600)

    answer = (await ada.get(f"{PATH}/state")).json()
    assert answer == {"seq": 2, "hash": entries[1].hash, "broken": {"seq": 3, "fault": "hash"}}
    ledger._entries[2] = entries[2]
    assert (await ada.get(f"{PATH}/state")).json()["broken"] is None


@pytest.mark.parametrize("path", ["", "/supervisors", "/state", "/export", "/ledger"])
async def test_nobody_sees_it_without_the_permission_which_administrators_alone_have(office: Office, path: str) -> None:
    for who in ("ana", "mia", "tom", "dan", "max"):
        assert (await (await office.of(who)).get(f"{PATH}{path}")).status_code == 403
    assert (await (await office.of("ada")).get(f"{PATH}{path}")).status_code == 200
    has = {role.id for role in DEFAULT_ROLES.values() if Permission.VIEW_MONITORING_REPORT in role.grants}
    assert has == {Role.ADMIN}
