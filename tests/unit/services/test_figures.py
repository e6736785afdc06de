"""Facts and figures of a floor that works: told once, whatever happens, and the same as a recount from the journal."""

import csv
import io
from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from madoguchi.domain.figures.periods import Interval
from madoguchi.domain.figures.story import Came, Outcome
from madoguchi.domain.figures.totals import Goals
from madoguchi.domain.queues.queue import MenuChannel, RecordingPolicy
from madoguchi.domain.routing.offers import Channel
from madoguchi.domain.transfers import ToQueue
from madoguchi.kernel.errors import InvalidInputError, NotAllowedError, NotFoundError
from madoguchi.kernel.ids import InteractionId, LegId, QueueId
from madoguchi.services import views
from madoguchi.services.figures import By, Question
from madoguchi.services.figures_table import MARK, safe, table
from madoguchi.services.rows_figures import FIGURES
from madoguchi.testing.builders import ANA, BEN, CHIE, SUE, a_principal, a_queue
from madoguchi.testing.environment import NOON, FakeClock
from madoguchi.testing.queues import plant
from tests.unit.services.floor import Floor, a_visitor

pytestmark = pytest.mark.req("BASE-15")

CALLER = LegId("leg_caller")
ON, OFF = True, False
PHONE = frozenset({MenuChannel.IVR})
SALES = a_queue("sales", ANA, BEN, key=1, recording=RecordingPolicy.RECORD, channels=PHONE)
SUPPORT = a_queue("support", BEN, CHIE, key=2, channels=PHONE)
CHATS = a_queue("chats", ANA, key=1, channels=frozenset({MenuChannel.WEB}))


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    made = Floor(tmp_path)
    await made.staff(ANA, BEN, CHIE, queues=(SALES, SUPPORT))
    async with made:
        yield made


async def a_transferred_call(floor: Floor, leg: LegId = CALLER) -> InteractionId:
    """11 s until Ana answers, 40 s with her, 15 of them on hold, 6 s until Chie does, 30 s; a minute's wrap-up each."""
    call = await floor.waits(leg, key="1")
    await floor.clock.advance(10)
    await floor.available(ANA)  # one second more
    await floor.accepts(ANA)
    await floor.connects(ANA, call)
    await floor.clock.advance(15)
    await floor.core.calls.hold(a_principal(ANA), call, ON)
    await floor.clock.advance(15)
    await floor.core.calls.hold(a_principal(ANA), call, OFF)
    await floor.clock.advance(10)
    await floor.core.calls.transfer(a_principal(ANA), call, ToQueue(SUPPORT.id))
    await floor.clock.advance(5)
    await floor.available(CHIE)  # one second more
    await floor.accepts(CHIE)
    await floor.connects(CHIE, call)
    await floor.clock.advance(30)
    await floor.core.calls.hang_up(a_principal(CHIE), call)
    await floor.clock.advance(61)
    return call


async def an_abandoned_call(floor: Floor, seconds: float, leg: LegId = CALLER) -> InteractionId:
    call = await floor.waits(leg, key="1")
    await floor.clock.advance(seconds)
    floor.voice.far_end_hangs_up(leg)
    await floor.clock.advance(1)
    return call


async def asked(floor: Floor, question: Question | None = None) -> dict[str, Any]:
    return await floor.core.figures.of(floor.manager(SUE), question or Question())


async def test_a_transferred_call_is_two_stays_and_two_handlings(floor: Floor) -> None:
    call = await a_transferred_call(floor)

    facts = floor.storage.facts
    first, second = sorted(facts.stays.values(), key=lambda one: one.number)
    assert (first.queue, first.came, first.outcome, first.wait_ms, first.agent) == (
        "queue_sales",
        Came.CHOSEN,
        Outcome.ANSWERED,
        11_000,
        ANA,
    )
    assert (second.queue, second.came, second.wait_ms, second.agent) == ("queue_support", Came.TRANSFERRED, 6_000, CHIE)
    anas, chies = await facts.handlings(call)
    assert (anas.talk_ms, anas.hold_ms, anas.wrap_up_ms, anas.transferred) == (25_000, 15_000, 60_000, True)
    assert (chies.talk_ms, chies.hold_ms, chies.wrap_up_ms, chies.transferred) == (30_000, 0, 60_000, False)
    (whole,) = facts.interactions.values()
    assert (whole.stays, whole.handlings, whole.transfers, whole.reason) == (2, 2, 1, "agent_hung_up")


async def test_figures_of_today_by_queue_and_agent(floor: Floor) -> None:
    await a_transferred_call(floor)
    await an_abandoned_call(floor, 30)
    await an_abandoned_call(floor, 2)

    answer = await asked(floor)
    total, (sales, support) = answer["total"], answer["rows"]
    assert (answer["from"], answer["to"], answer["zone"]) == ("2026-11-23", "2026-11-23", "Asia/Tokyo")
    assert (total["offered"], total["answered"], total["abandoned"], total["short_abandoned"]) == (3, 2, 1, 1)
    assert (total["service_level"], total["asa_s"], total["aht_s"]) == (pytest.approx(2 / 3, abs=1e-4), 8.5, 95.0)
    assert (sales["offered"], sales["abandon_rate"], sales["transfers"]) == (2, 0.5, 1)
    assert (support["offered"], support["longest_wait_s"]) == (1, 6.0)

    rows = {row["id"]: row for row in (await asked(floor, Question(by=By.AGENT)))["rows"]}
    assert (rows[ANA]["answered"], rows[ANA]["handled"], rows[ANA]["hold_s"], rows[ANA]["busy_s"]) == (1, 1, 15, 100)
    assert rows[CHIE]["busy_s"] == 90
    assert 0 < rows[CHIE]["occupancy"] < 1
    assert rows[CHIE]["idle_s"]["available"] > 0


async def test_figures_equal_a_recount_from_the_journal(floor: Floor) -> None:
    calls = [await a_transferred_call(floor, LegId("leg_1")), await an_abandoned_call(floor, 40, LegId("leg_2"))]
    await floor.core.desk.set_presence(a_principal(ANA), "break")
    calls.append(await an_abandoned_call(floor, 9, LegId("leg_3")))

    counted, waits = Counter[str](), list[float]()
    for call in calls:
        journal = await floor.storage.interactions.journal(call)
        counted.update(row.kind for row in journal)
        waits += [row.data["waited_s"] for row in journal if row.kind == "OfferAccepted"]
    total = (await asked(floor))["total"]
    assert total["offered"] == counted["Enqueued"] + counted["Requeued"]
    assert total["answered"] == counted["OfferAccepted"]
    assert total["abandoned"] == counted["ConsumerLeft"]
    assert total["transfers"] == counted["Transferred"]
    assert total["asa_s"] == pytest.approx(sum(waits) / len(waits))


async def test_what_a_killed_server_did_not_tell_is_told_once_at_the_next_start(tmp_path: Path) -> None:
    floor = Floor(tmp_path)
    await floor.staff(ANA, BEN, CHIE, queues=(SALES, SUPPORT))
    async with floor:
        await a_transferred_call(floor)
        told = (dict(floor.storage.facts.stays), dict(floor.storage.facts.closed), dict(floor.storage.facts.statuses))
        # The facts are lost as if the process had died between the calls' commits and theirs.
        floor.storage.facts.stays.clear()
        floor.storage.facts.interactions.clear()
        await floor.killed()

    async with floor.restarted() as again:
        await again.clock.advance(1)
        facts = again.storage.facts
        assert (facts.stays, facts.closed) == told[:2]
        assert told[2].items() <= facts.statuses.items()
        assert len(facts.interactions) == 1
        await again.killed()

    async with floor.restarted() as third:
        await third.clock.advance(1)
        assert (third.storage.facts.stays, third.storage.facts.closed) == told[:2]


async def test_a_lost_database_loses_no_facts(floor: Floor) -> None:
    floor.storage.facts.available = False
    await an_abandoned_call(floor, 30)
    assert not floor.storage.facts.stays

    floor.storage.facts.available = True
    await floor.clock.advance(2)

    assert len(floor.storage.facts.stays) == 1


async def test_a_journal_that_makes_no_sense_stops_nobody_elses_figures(floor: Floor) -> None:
    broken = await floor.waits(CALLER, key="1")
    for row in floor.storage.interactions._journal[broken]:
        row.data.pop("queue", None)
    floor.voice.far_end_hangs_up(CALLER)
    await floor.clock.advance(1)
    await an_abandoned_call(floor, 30, LegId("leg_2"))

    assert [one.interaction == broken for one in floor.storage.facts.stays.values()] == [False]


async def test_a_chats_stays_and_handlings_count_too(floor: Floor) -> None:
    await plant(floor.storage.queues, CHATS)
    await floor.core.queues.load()
    await floor.available(ANA)
    chat = await floor.core.chats.start(a_visitor(), CHATS.id, "ja", "こんにちは")
    await floor.clock.advance(4)
    await floor.accepts(ANA)
    await floor.clock.advance(20)
    await floor.core.chats.end(a_principal(ANA), chat)
    await floor.clock.advance(61)

    total = (await asked(floor, Question(channel=Channel.CHAT)))["total"]
    assert (total["offered"], total["answered"], total["asa_s"], total["talk_s"]) == (1, 1, 4.0, 20.0)
    assert (await asked(floor, Question(channel=Channel.CALL)))["total"]["offered"] == 0


async def test_a_series_covers_the_day_of_the_centre(floor: Floor) -> None:
    await an_abandoned_call(floor, 30)  # at 12:00 UTC, which is 21:00 in Tokyo

    answer = await asked(floor, Question(by=By.INTERVAL))

    assert answer["interval"] == "hour"
    assert [row["at"] for row in answer["rows"]][:2] == ["2026-11-23T00:00+09:00", "2026-11-23T01:00+09:00"]
    assert [row["offered"] for row in answer["rows"]] == [0] * 21 + [1] + [0] * 2


@pytest.mark.parametrize(
    ("question", "field"),
    [
        (Question(date(2026, 11, 23), date(2026, 11, 22)), "to"),
        (Question(date(2026, 8, 1), date(2026, 11, 22)), "to"),
        (Question(date(2026, 11, 1), date(2026, 11, 22), By.INTERVAL, interval=Interval.QUARTER), "interval"),
    ],
)
async def test_a_period_that_is_none_is_refused(floor: Floor, question: Question, field: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        await asked(floor, question)
    assert refusal.value.field == field


async def test_unknown_queues_and_people_without_the_right_are_refused(floor: Floor) -> None:
    with pytest.raises(NotFoundError):
        await asked(floor, Question(queue=QueueId("queue_none")))
    with pytest.raises(NotAllowedError):
        await floor.core.figures.of(a_principal(ANA), Question())
    with pytest.raises(NotAllowedError):
        await floor.core.figures.set_goals(a_principal(ANA), Goals())


async def test_goals_decide_what_counts(floor: Floor) -> None:
    await an_abandoned_call(floor, 4)
    assert (await asked(floor))["total"]["abandoned"] == 0

    await floor.core.figures.set_goals(floor.manager(SUE), Goals(short_abandon_s=1))

    assert (await asked(floor))["total"]["abandoned"] == 1
    with pytest.raises(InvalidInputError):
        Goals(answer_s=0)


async def test_the_live_view_shows_who_waits_who_is_there_and_the_day_so_far(floor: Floor) -> None:
    subscription = await floor.core.views.subscribe(floor.manager(SUE), "figures")
    row = floor.views.rows(views.FIGURES)["queue_sales"]
    assert (row["call"]["waiting"], row["agents"]) == (0, {"assigned": 2, "signed_in": 0, "available": 0})

    await floor.waits(CALLER, key="1")
    await floor.clock.advance(2)
    row = floor.views.rows(views.FIGURES)["queue_sales"]
    assert (row["call"]["waiting"], row["call"]["longest_since"]) == (1, "2026-11-23T12:00:00.000Z")
    assert floor.views.rows(views.FIGURES)["all"]["call"]["waiting"] == 1

    await floor.available(ANA)
    await floor.accepts(ANA)
    await floor.clock.advance(2)
    row = floor.views.rows(views.FIGURES)["queue_sales"]
    assert (row["call"]["waiting"], row["call"]["working"], row["today"]["call"]["answered"]) == (0, 1, 1)
    assert row["agents"] == {"assigned": 2, "signed_in": 1, "available": 0}
    assert (row["goals"]["answer_s"], row["day"]) == (20.0, "2026-11-23")
    subscription.close()


async def test_a_busy_floor_is_published_once_a_second_at_most(floor: Floor) -> None:
    subscription = await floor.core.views.subscribe(floor.manager(SUE), "figures")
    subscription.poll()
    frames = 0
    for number in range(30):
        await floor.waits(LegId(f"leg_{number}"), key="1")
        await floor.clock.advance(0.1)
        frames += subscription.poll() is not None
    assert 2 <= frames <= 4
    subscription.close()


async def test_only_who_may_sees_the_dashboard(floor: Floor) -> None:
    with pytest.raises(NotAllowedError):
        await floor.core.views.subscribe(a_principal(ANA), "figures")


@pytest.mark.req("BASE-10")
async def test_an_agents_figures_begin_anew_at_the_centres_midnight(tmp_path: Path) -> None:
    floor = Floor(tmp_path, clock=FakeClock(NOON + timedelta(hours=2, minutes=58)))  # 23:58 in Tokyo
    await floor.staff(ANA, queues=(SALES,))

    def calls_today() -> int:
        return next(int(row["calls_today"]) for row in floor.rows(views.AGENTS) if row["id"] == ANA)

    async with floor:
        await floor.available(ANA)
        await floor.waits(CALLER, key="1")
        await floor.accepts(ANA)
        await floor.clock.advance(90)
        assert calls_today() == 1
        await floor.clock.advance(60)
        assert calls_today() == 0


async def test_the_table_opens_in_a_spreadsheet_and_runs_nothing(floor: Floor) -> None:
    await an_abandoned_call(floor, 30)
    name, text = await floor.core.figures.exported(floor.manager(SUE), Question(), "ja")
    assert name == "figures-queue-2026-11-23-2026-11-23.csv"
    assert text.startswith(MARK)
    heads, sales, support = csv.reader(io.StringIO(text.removeprefix(MARK)))
    assert heads[:4] == ["キュー", "キュー ID", "着信数", "応答数"]
    assert len(heads) == len(sales) == len(support) == 2 + len(FIGURES)
    assert sales[:3] == ["salesの窓口", "queue_sales", "1"]
    assert sales[heads.index("サービス レベル (%)")] == "0.0"
    assert support[heads.index("サービス レベル (%)")] == ""

    _, by_agent = await floor.core.figures.exported(floor.manager(SUE), Question(by=By.AGENT), "en")
    assert "Occupancy (%)" in by_agent.splitlines()[0]


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@cmd", "\tx", "\rx"])
def test_a_name_that_is_a_formula_is_only_text(evil: str) -> None:
    assert safe(evil) == f"'{evil}"
    row: dict[str, Any] = {"id": evil, "name": evil, "idle_s": {}, **dict.fromkeys(FIGURES)}
    _, cells = csv.reader(io.StringIO(table([row], "agent", ZoneInfo("UTC"), "en")))
    assert cells[:2] == [f"'{evil}", f"'{evil}"]
