"""Session metadata: the example in the documentation is what a real call gives, and only who may gets it."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from madoguchi.domain.queues.queue import MenuChannel, Queue, RecordingPolicy
from madoguchi.domain.routing.settings import RoutingSettings
from madoguchi.domain.transfers import ToQueue
from madoguchi.kernel.errors import ConflictError, NotFoundError
from madoguchi.kernel.ids import InteractionId, LegId
from madoguchi.testing.builders import ANA, BEN, CHIE, SUE, a_principal, a_queue
from madoguchi.testing.environment import settle, until
from madoguchi.testing.queues import plant
from tests.unit.services.floor import Floor, a_visitor

pytestmark = pytest.mark.req("BASE-14")

DOCUMENT = Path(__file__).parents[3] / "docs" / "protocol" / "metadata.md"
CALLER = LegId("leg_caller")
ON, OFF = True, False
BRIEF = RoutingSettings(decline_pause_s=2.0)
SALES = replace(a_queue("sales", ANA, key=1, recording=RecordingPolicy.RECORD), routing=BRIEF)
SUPPORT = a_queue("support", CHIE, key=2, recording=RecordingPolicy.RECORD)


def example(heading: str) -> Any:
    """The JSON below a heading of the documentation."""
    section = DOCUMENT.read_text(encoding="utf-8").partition(f"## {heading}\n")[2]
    found = re.search(r"```json\n(.*?)```", section, re.DOTALL)
    assert found is not None, heading
    return json.loads(found[1])


def agree(found: dict[str, Any], told: dict[str, Any]) -> None:
    """Every member is documented, and every value is the same; ids differ, and timelines may tell more."""
    found = json.loads(json.dumps(found))
    kinds = iter([one["kind"] for one in found["timeline"]])
    assert all(one["kind"] in kinds for one in told["timeline"])
    assert _plain({**found, "timeline": []}) == _plain({**told, "timeline": []})


def _plain(value: Any) -> Any:
    """Return `value` with the running numbers of ids left out."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return re.sub(r"_\d{26}$", "_", value) if isinstance(value, str) else value


def within(menu: MenuChannel) -> tuple[Queue, Queue]:
    return replace(SALES, channels=frozenset({menu})), replace(SUPPORT, channels=frozenset({menu}))


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    made = Floor(tmp_path)
    await made.staff(ANA, BEN, CHIE, queues=within(MenuChannel.IVR))
    async with made:
        yield made


@pytest.fixture
async def web_floor(tmp_path: Path) -> AsyncIterator[Floor]:
    made = Floor(tmp_path)
    await made.staff(ANA, BEN, CHIE, queues=within(MenuChannel.WEB))
    async with made:
        yield made


async def a_call(floor: Floor) -> InteractionId:
    """A call that is declined, answered, held, redacted, listened to, transferred, answered again and ended."""
    await floor.available(ANA)
    call = await floor.waits(CALLER, key="1")
    await floor.core.offers.decline(a_principal(ANA), floor.offer_to(ANA))
    await floor.clock.advance(2)
    await floor.accepts(ANA)
    await floor.connects(ANA, call)
    await floor.listens(SUE, call)
    await floor.clock.advance(10)
    await floor.core.calls.hold(a_principal(ANA), call, ON)
    await floor.clock.advance(4)
    await floor.core.calls.hold(a_principal(ANA), call, OFF)
    await floor.core.calls.pause_recording(a_principal(ANA), call, ON)
    await floor.clock.advance(6)
    await floor.core.calls.pause_recording(a_principal(ANA), call, OFF)
    await floor.clock.advance(1)
    await floor.core.calls.transfer(a_principal(ANA), call, ToQueue(SUPPORT.id))
    await floor.available(CHIE)
    await floor.accepts(CHIE)
    await floor.connects(CHIE, call)
    await floor.clock.advance(20)
    floor.voice.far_end_hangs_up(CALLER)
    await settle()
    (wrap_up,) = floor.desk(CHIE, "wrap_up")
    await floor.clock.advance(5)
    await floor.core.handlings.finish(a_principal(CHIE), wrap_up["handling"], "resolved", "")
    await floor.clock.advance(61)
    await until(lambda: len(floor.blobs.kept) == 2)
    return call


async def test_a_calls_metadata_are_those_of_the_documentation(floor: Floor) -> None:
    call = await a_call(floor)
    found = await floor.core.metadata.of_call(floor.manager(SUE), call)
    agree(found, example("A call"))


async def test_a_chats_metadata_are_those_of_the_documentation(web_floor: Floor) -> None:
    await web_floor.available(ANA)
    chat = await web_floor.core.chats.start(a_visitor(), SALES.id, "ja", "荷物が届きません。")
    await web_floor.clock.advance(3)
    await web_floor.accepts(ANA)
    await web_floor.core.chats.send(a_principal(ANA), chat, "a1", "お調べいたします。")
    await web_floor.clock.advance(30)
    await web_floor.core.chats.end(a_principal(ANA), chat)
    await web_floor.clock.advance(61)
    found = await web_floor.core.metadata.of_chat(web_floor.manager(SUE), chat)
    agree(found, example("A chat"))


async def test_an_abandoned_call_has_no_agents_and_says_who_left(floor: Floor) -> None:
    call = await floor.waits(CALLER, key="1")
    await floor.clock.advance(8)
    floor.voice.far_end_hangs_up(CALLER)
    await settle()

    found = await floor.core.metadata.of_call(floor.manager(SUE), call)

    assert (found["state"], found["end_reason"], found["answered"]) == ("abandoned", "consumer_hung_up", False)
    assert [one["role"] for one in found["participants"]] == ["consumer"]
    assert [(one["outcome"], one["wait_s"]) for one in found["stays"]] == [("abandoned", 8.0)]
    assert found["durations"]["talk_s"] == 0


async def test_nobody_learns_of_those_who_listened(floor: Floor) -> None:
    call = await a_call(floor)
    assert SUE not in json.dumps(await floor.core.metadata.of_call(a_principal(ANA), call))


async def test_only_agents_of_it_and_supervisors_get_it_and_only_when_it_is_over(web_floor: Floor) -> None:
    await plant(web_floor.storage.queues, a_queue("phone", ANA, channels=frozenset({MenuChannel.IVR})))
    await web_floor.core.queues.load()
    call = await web_floor.waits(CALLER)
    with pytest.raises(ConflictError):
        await web_floor.core.metadata.of_call(web_floor.manager(SUE), call)
    with pytest.raises(NotFoundError):
        await web_floor.core.metadata.of_call(a_principal(BEN), call)
    with pytest.raises(NotFoundError):
        await web_floor.core.metadata.of_chat(web_floor.manager(SUE), call)
    with pytest.raises(NotFoundError):
        await web_floor.core.metadata.of_call(web_floor.manager(SUE), InteractionId("call_none"))
    chat = await web_floor.core.chats.start(a_visitor(), SALES.id, "ja", None)
    with pytest.raises(ConflictError):
        await web_floor.core.metadata.of_chat(web_floor.manager(SUE), chat)
    with pytest.raises(NotFoundError):
        await web_floor.core.metadata.of_chat(a_principal(BEN), chat)
