"""What supervisors see of an agent beside his status: what the day has brought, his teams, and whom he has on hold."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from madoguchi.domain.access.teams import Team
from madoguchi.kernel.ids import LegId, TeamId, UserId
from madoguchi.services import views
from madoguchi.testing.builders import ANA, BEN, a_principal, a_queue
from tests.unit.services.floor import Floor

pytestmark = pytest.mark.req("MON-14")

SALES = a_queue("sales", ANA, BEN, key=1)
ON, OFF = True, False


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    made = Floor(tmp_path)
    await made.staff(ANA, BEN, queues=(SALES,))
    top = Team(TeamId("team_shop"), "Shop")
    night = Team(TeamId("team_night"), "Night", parent=top.id, members=frozenset({ANA}), managers=frozenset({BEN}))
    await made.storage.people.save_teams([top, night])
    async with made:
        yield made


def row(floor: Floor, agent: UserId = ANA) -> Any:
    return floor.views.rows(views.AGENTS)[agent]


async def test_handle_time_wrap_up_and_last_times_are_those_of_the_day(floor: Floor) -> None:
    assert (row(floor)["aht_s"], row(floor)["last_ended_at"], row(floor)["last_offered_at"]) == (None, None, None)
    await floor.available(ANA)
    call = await floor.waits(LegId("leg_caller"), key="1")
    assert row(floor)["last_offered_at"] == "2026-11-23T12:00:01.000Z"
    _, handling = await floor.accepts(ANA)
    await floor.connects(ANA, call)
    await floor.clock.advance(30)
    await floor.core.calls.hang_up(a_principal(ANA), call)
    await floor.clock.advance(10)
    assert row(floor)["last_ended_at"] == "2026-11-23T12:00:31.000Z"
    assert row(floor)["aht_s"] is None, "the wrap-up is not over"
    await floor.core.handlings.finish(a_principal(ANA), handling, None, None)
    await floor.clock.advance(1)
    assert (row(floor)["aht_s"], row(floor)["wrap_up_s"], row(floor)["missed_today"]) == (40.0, 10.0, 0)


async def test_an_offer_that_lapsed_is_counted_and_one_that_was_declined_is_not(floor: Floor) -> None:
    await floor.available(ANA)
    await floor.waits(LegId("leg_caller"), key="1")
    await floor.core.offers.decline(a_principal(ANA), floor.offer_to(ANA))
    await floor.clock.advance(7)
    assert row(floor)["missed_today"] == 0
    await floor.clock.advance(25)
    assert row(floor)["missed_today"] == 1


async def test_who_is_on_hold_is_shown_at_the_agent_until_he_no_longer_is(floor: Floor) -> None:
    await floor.available(ANA)
    call = await floor.waits(LegId("leg_caller"), key="1")
    await floor.accepts(ANA)
    await floor.connects(ANA, call)
    await floor.clock.advance(5)
    await floor.core.calls.hold(a_principal(ANA), call, ON)
    await floor.clock.advance(5)
    assert row(floor)["held_since"] == "2026-11-23T12:00:06.000Z"
    await floor.core.calls.hold(a_principal(ANA), call, OFF)
    assert row(floor)["held_since"] is None
    await floor.core.calls.hold(a_principal(ANA), call, ON)
    floor.voice.far_end_hangs_up(LegId("leg_caller"))
    await floor.clock.advance(1)
    assert row(floor)["held_since"] is None


async def test_the_teams_of_which_he_is_a_member_are_told_by_their_paths(floor: Floor) -> None:
    assert row(floor)["teams"] == [{"id": "team_night", "name": "Shop:Night"}]
    assert row(floor, BEN)["teams"] == []
