"""The organisation's own statuses, and how agents and supervisors set statuses."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from madoguchi.domain.access.permissions import Role
from madoguchi.domain.agents.statuses import CustomStatus
from madoguchi.kernel.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from madoguchi.kernel.ids import LegId, StatusId
from madoguchi.services import views
from madoguchi.services.statuses import StatusService
from madoguchi.testing.builders import ANA, BEN, SUE, a_principal, a_queue
from madoguchi.testing.environment import CountingIds, settle
from madoguchi.testing.statuses import MemoryStatuses
from tests.unit.services.floor import Floor

pytestmark = pytest.mark.req("BASE-10")

MANAGER = a_principal(SUE, role=Role.MANAGER_ADMIN)
TRAINING = {"en": "Training", "ja": "研修"}


@pytest.fixture
def statuses() -> StatusService:
    return StatusService(MemoryStatuses(), CountingIds())


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    made = Floor(tmp_path)
    await made.staff(ANA, BEN, queues=[a_queue("sales", ANA, BEN)])
    async with made:
        yield made


async def test_a_manager_makes_changes_and_removes_a_status(statuses: StatusService) -> None:
    made = await statuses.make(MANAGER, {"en": "  Team  meeting ", "ja": "会議"}, "violet", away=True)
    assert made.names == {"en": "Team meeting", "ja": "会議"}
    changed = await statuses.change(MANAGER, CustomStatus(made.id, TRAINING, "blue", away=False, version=1))
    assert await statuses.all(a_principal(ANA)) == [changed]
    await statuses.remove(MANAGER, made.id)
    assert await statuses.all(a_principal(ANA)) == []
    with pytest.raises(NotFoundError):
        await statuses.remove(MANAGER, made.id)
    with pytest.raises(NotFoundError):
        await statuses.change(MANAGER, CustomStatus(made.id, TRAINING, "blue", away=False, version=2))


@pytest.mark.parametrize(
    ("names", "colour", "field"),
    [
        ({"en": "Training"}, "grey", "names.ja"),
        ({"ja": "研修", "en": "   "}, "grey", "names.en"),
        ({**TRAINING, "en": "x" * 31}, "grey", "names.en"),
        ({**TRAINING, "xyz": "x"}, "grey", "names"),
        (TRAINING, "pink", "colour"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_field(
    statuses: StatusService, names: dict[str, str], colour: str, field: str
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        await statuses.make(MANAGER, names, colour, away=True)
    assert refused.value.field == field


async def test_two_statuses_cannot_have_one_name(statuses: StatusService) -> None:
    first = await statuses.make(MANAGER, TRAINING, "grey", away=True)
    with pytest.raises(ConflictError):
        await statuses.make(MANAGER, {"en": "training", "ja": "別"}, "grey", away=True)
    await statuses.change(MANAGER, CustomStatus(first.id, TRAINING, "red", away=True, version=1))


async def test_agents_do_not_edit_statuses(statuses: StatusService) -> None:
    with pytest.raises(NotAllowedError):
        await statuses.make(a_principal(ANA), TRAINING, "grey", away=True)
    with pytest.raises(NotAllowedError):
        await statuses.change(a_principal(ANA), CustomStatus(StatusId("status_1"), TRAINING))
    with pytest.raises(NotAllowedError):
        await statuses.remove(a_principal(ANA), StatusId("status_1"))


def on_board(floor: Floor) -> dict[str, object]:
    (row,) = (one for one in floor.rows(views.AGENTS) if one["id"] == ANA)
    return row


async def test_an_agent_chooses_a_status_of_the_organisations_own(floor: Floor) -> None:
    training = await floor.core.statuses.make(MANAGER, TRAINING, "violet", away=True)
    await floor.core.desk.set_presence(a_principal(ANA), training.id)
    shown = {"id": training.id, "names": TRAINING, "colour": "violet"}
    assert (floor.status(ANA), floor.desk(ANA, "presence")[0]["custom"]) == ("custom", shown)
    assert on_board(floor)["custom"] == shown

    await floor.core.statuses.remove(MANAGER, training.id)
    assert on_board(floor)["custom"] == shown, "who has it keeps it"
    for word in (training.id, "custom", "missed", "status_none"):
        with pytest.raises(InvalidInputError):
            await floor.core.desk.set_presence(a_principal(BEN), word)


async def test_in_a_status_that_does_not_count_as_away_calls_ring(floor: Floor) -> None:
    social = await floor.core.statuses.make(MANAGER, {"en": "Social media", "ja": "SNS"}, "blue", away=False)
    await floor.core.desk.set_presence(a_principal(ANA), social.id)
    await floor.waits(LegId("leg_caller"))
    assert len(floor.desk(ANA, "offer")) == 1


async def test_only_supervisors_give_a_special_task(floor: Floor) -> None:
    with pytest.raises(InvalidInputError):
        await floor.core.desk.set_presence(a_principal(ANA), "special_task")
    await floor.core.desk.set_agent_presence(MANAGER, ANA, "special_task")
    assert floor.status(ANA) == "special_task"


async def test_who_is_signed_out_by_a_supervisor_finishes_his_call(floor: Floor) -> None:
    await floor.available(ANA)
    call = await floor.waits(LegId("leg_caller"))
    await floor.accepts(ANA)
    await floor.connects(ANA, call)
    await floor.core.desk.set_agent_presence(MANAGER, ANA, "signed_out")
    assert (floor.status(ANA), on_board(floor)["next_status"]) == ("available", "signed_out")
    await floor.core.calls.hang_up(a_principal(ANA), call)
    await settle()
    await floor.clock.advance(60)
    assert floor.status(ANA) == "signed_out"
