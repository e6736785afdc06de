"""Supervisors listen, whisper, speak and take over, on one connection and without a seam for anybody."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from madoguchi.domain.access.permissions import Permission, Role, Scope
from madoguchi.domain.access.users import Principal
from madoguchi.domain.agents.messages import AgentNotFreeError
from madoguchi.domain.queues.queue import MenuChannel, RecordingPolicy
from madoguchi.domain.transfers import ToAgent, ToNumber
from madoguchi.kernel.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from madoguchi.kernel.ids import InteractionId, LegId, MonitoringId, SessionId, UserId
from madoguchi.services import views
from madoguchi.services.consults import Wanted
from madoguchi.testing.builders import ANA, BEN, CHIE, SUE, a_principal, a_queue, a_user
from madoguchi.testing.environment import settle
from tests.unit.services.floor import PAGE, Floor

CALLER = LegId("leg_caller")
CONSUMER, AGENT, SUPERVISOR, OTHER = 440, 660, 880, 1100
SALES = a_queue("sales", ANA, key=1, channels=frozenset({MenuChannel.IVR}), recording=RecordingPolicy.RECORD)


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    made = Floor(tmp_path)
    await made.staff(ANA, BEN, CHIE, SUE, UserId("user_wes"), UserId("user_bo"), queues=(SALES,))
    async with made:
        await made.available(ANA)
        yield made


async def a_talk(floor: Floor) -> tuple[InteractionId, LegId]:
    call = await floor.waits(CALLER, says=(CONSUMER,))
    await floor.accepts(ANA)
    return call, await floor.connects(ANA, call, says=(AGENT,))


def boss(user: UserId = SUE) -> Principal:
    """Return a supervisor who has a desk, too."""
    rights = (Permission.MONITOR, Permission.BARGE, Permission.DESK, Permission.VIEW_CALLS)
    return Principal.of(a_user(user), SessionId(f"session_{user}"), dict.fromkeys(rights, Scope.ALL))


async def switches(floor: Floor, monitoring: str, mode: str, user: UserId = SUE) -> None:
    await floor.core.supervision.switch(floor.manager(user), MonitoringId(monitoring), mode)
    await settle()


def heard(floor: Floor, *legs: LegId) -> list[set[int]]:
    return [set(floor.hears(leg)) for leg in legs]


@pytest.mark.req("MON-7", "MON-8", "MON-9")
async def test_each_mode_lets_those_hear_the_supervisor_whom_it_names_on_the_same_leg(floor: Floor) -> None:
    call, agent = await a_talk(floor)
    monitoring, leg = await floor.listens(SUE, call, says=(SUPERVISOR,))
    both = [{AGENT}, {CONSUMER}, {CONSUMER, AGENT}]
    assert heard(floor, CALLER, agent, leg) == both
    assert floor.voice.legs[leg].listen_only

    await switches(floor, monitoring, "whisper")
    assert heard(floor, CALLER, agent, leg) == [{AGENT}, {CONSUMER, SUPERVISOR}, {CONSUMER, AGENT}]
    for _ in range(2):
        await switches(floor, monitoring, "barge")
        assert heard(floor, CALLER, agent, leg) == [{AGENT, SUPERVISOR}, {CONSUMER, SUPERVISOR}, {CONSUMER, AGENT}]
        await switches(floor, monitoring, "listen")
        assert heard(floor, CALLER, agent, leg) == both
    assert floor.voice.legs[leg].listen_only
    assert [one.arguments[0] for one in floor.voice.did("open_browser_leg")].count(leg) == 1
    assert floor.voice.did("play")[-1].arguments[1] == CALLER, "nobody's sound was interrupted by anything"


@pytest.mark.req("MON-1", "MON-8")
async def test_only_who_may_learns_of_a_supervisor(floor: Floor) -> None:
    call, _ = await a_talk(floor)
    before = floor.desk(ANA, "call")
    monitoring, _ = await floor.listens(SUE, call)
    assert floor.desk(ANA, "call") == before
    (row,) = floor.rows(views.monitoring(SUE))
    assert (row["mode"], row["redacted"]) == ("listen", False)

    await switches(floor, monitoring, "whisper")
    (desk,) = floor.desk(ANA, "call")
    assert desk["coaches"] == [{"id": SUE, "name": "Sue"}]
    assert [one["role"] for one in desk["participants"]] == ["consumer", "agent"]
    (row,) = floor.rows(views.CALLS)
    assert row["monitors"] == [{"id": SUE, "name": "Sue", "mode": "whisper"}]

    await switches(floor, monitoring, "barge")
    (desk,) = floor.desk(ANA, "call")
    assert desk["coaches"] == []
    assert [(one["role"], one["name"]) for one in desk["participants"]][-1] == ("barge", "Sue")
    await switches(floor, monitoring, "listen")
    assert floor.desk(ANA, "call") == before


@pytest.mark.req("MON-2", "MON-8")
async def test_two_listen_one_whispers_and_one_barges_across_a_warm_transfer(floor: Floor) -> None:
    call, agent = await a_talk(floor)
    legs, ids = {}, {}
    for n, (user, mode) in enumerate(((SUE, "listen"), (CHIE, "listen"), (UserId("user_wes"), "whisper"))):
        ids[user], legs[user] = await floor.listens(user, call, says=(1200 + n,))
        await switches(floor, ids[user], mode, user)
    bo = UserId("user_bo")
    ids[bo], legs[bo] = await floor.listens(bo, call, says=(SUPERVISOR,))
    await switches(floor, ids[bo], "barge", bo)
    whisper = 1202
    assert heard(floor, CALLER, agent) == [{AGENT, SUPERVISOR}, {CONSUMER, SUPERVISOR, whisper}]
    assert heard(floor, legs[SUE], legs[CHIE]) == [{CONSUMER, AGENT, SUPERVISOR}] * 2

    await floor.available(BEN)
    await floor.core.consults.begin(a_principal(ANA), call, Wanted(ToAgent(BEN)))
    await floor.accepts(BEN)
    second = await floor.connects(BEN, call, says=(OTHER,))
    await floor.core.consults.complete(a_principal(ANA), call)
    await settle()
    assert heard(floor, CALLER, second) == [{OTHER, SUPERVISOR}, {CONSUMER, SUPERVISOR, whisper}]
    assert heard(floor, legs[SUE], legs[CHIE]) == [{CONSUMER, OTHER, SUPERVISOR}] * 2
    assert len(floor.voice.did("open_browser_leg")) == 6


@pytest.mark.req("MON-8")
async def test_a_supervisor_takes_over_on_his_leg_and_the_agent_wraps_up(floor: Floor) -> None:
    call, agent = await a_talk(floor)
    await floor.core.desk.set_presence(boss(), "break")
    await floor.core.calls.hold(a_principal(ANA), call, on=True)
    monitoring, leg = await floor.listens(SUE, call, says=(SUPERVISOR,))
    await floor.core.supervision.take_over(boss(), MonitoringId(monitoring))
    await settle()

    assert agent not in floor.voice.legs
    assert heard(floor, CALLER, leg) == [{SUPERVISOR}, {CONSUMER}]
    assert floor.desk(ANA, "call") == floor.rows(views.monitoring(SUE)) == []
    assert len(floor.desk(ANA, "wrap_up")) == 1
    (row,) = floor.desk(SUE, "call")
    assert (row["agent"]["id"], row["part"], row["recording"]) == (SUE, "agent", "recording")
    assert [(one["from"]["id"], one["to_agent"]["id"]) for one in row["transfers"]] == [(ANA, SUE)]
    assert len(floor.voice.did("start_recording")) == 1

    await floor.core.calls.hang_up(boss(), call)
    await settle()
    assert len(floor.desk(SUE, "wrap_up")) == 1
    told = await floor.core.metadata.of_call(floor.manager(CHIE), call)
    assert [one["id"] for one in told["participants"] if one["role"] == "agent"] == [ANA, SUE]
    assert [one["to_agent"]["id"] for one in told["transfers"]] == [SUE]


@pytest.mark.req("MON-8")
async def test_who_is_not_at_work_or_has_a_call_in_hand_does_not_take_over(floor: Floor) -> None:
    call, _ = await a_talk(floor)
    monitoring, _ = await floor.listens(SUE, call)
    with pytest.raises(NotAllowedError):
        await floor.core.supervision.take_over(floor.manager(SUE), MonitoringId(monitoring))
    with pytest.raises(AgentNotFreeError):
        await floor.core.supervision.take_over(boss(), MonitoringId(monitoring))
    await floor.core.desk.set_presence(boss(), "break")
    await floor.core.consults.begin(_dialler(ANA), call, Wanted(ToNumber("100")))
    with pytest.raises(ConflictError):
        await floor.core.supervision.take_over(boss(), MonitoringId(monitoring))
    await floor.core.consults.cancel(a_principal(ANA), call)
    await floor.core.outbound.dial(_dialler(), "100")
    with pytest.raises(AgentNotFreeError):
        await floor.core.supervision.take_over(boss(), MonitoringId(monitoring))
    with pytest.raises(NotFoundError):
        await floor.core.supervision.take_over(boss(BEN), MonitoringId(monitoring))


def _dialler(user: UserId = SUE) -> Principal:
    return Principal.of(a_user(user), SessionId("s"), dict.fromkeys((Permission.DESK, Permission.OUTBOUND), Scope.ALL))


@pytest.mark.req("MON-11")
async def test_supervisors_hear_nothing_while_the_agent_leaves_something_out(floor: Floor) -> None:
    call, agent = await a_talk(floor)
    _, leg = await floor.listens(SUE, call)
    monitoring, barger = await floor.listens(BEN, call, says=(SUPERVISOR,))
    await switches(floor, monitoring, "barge", BEN)
    await floor.core.calls.pause_recording(a_principal(ANA), call, paused=True)
    await settle()
    assert heard(floor, leg, barger) == [set(), set()]
    assert heard(floor, CALLER, agent) == [{AGENT, SUPERVISOR}, {CONSUMER, SUPERVISOR}]
    (row,) = floor.rows(views.monitoring(SUE))
    assert row["redacted"] is True

    await floor.core.calls.pause_recording(a_principal(ANA), call, paused=False)
    await settle()
    assert heard(floor, leg) == [{CONSUMER, AGENT, SUPERVISOR}]


@pytest.mark.req("MON-1")
async def test_who_may_only_listen_does_not_speak(floor: Floor) -> None:
    call, _ = await a_talk(floor)
    await floor.storage.catalogue.save_user(a_user(SUE, role=Role.MANAGER_ADMIN))
    trainee = Principal.of(a_user(SUE), SessionId("s"), {Permission.MONITOR: Scope.ALL})
    monitoring, leg, _ = await floor.core.supervision.monitor(trainee, call, PAGE)
    for mode in ("whisper", "barge"):
        with pytest.raises(NotAllowedError):
            await floor.core.supervision.switch(trainee, monitoring, mode)
    with pytest.raises(InvalidInputError):
        await floor.core.supervision.switch(trainee, monitoring, "shout")
    await floor.core.supervision.switch(trainee, monitoring, "listen")
    assert floor.voice.legs[leg].listen_only


@pytest.mark.req("MON-8")
async def test_a_supervisor_who_comes_back_after_a_break_of_his_network_plays_the_part_that_he_had(
    floor: Floor,
) -> None:
    call, agent = await a_talk(floor)
    monitoring, former = await floor.listens(SUE, call, says=(SUPERVISOR,))
    await switches(floor, monitoring, "whisper")
    floor.voice.far_end_hangs_up(former)
    await settle()
    leg, _ = await floor.core.supervision.attach_media(floor.manager(SUE), MonitoringId(monitoring), PAGE)
    floor.voice.far_end_says(leg, (SUPERVISOR,))
    await settle()
    assert heard(floor, CALLER, agent) == [{AGENT}, {CONSUMER, SUPERVISOR}]
