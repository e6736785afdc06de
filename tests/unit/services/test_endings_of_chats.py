"""A supervisor ends chats in every state: what consumer and agent read then, and what is kept of it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from madoguchi.domain.transfers import ToAgent, ToQueue
from madoguchi.services import views
from madoguchi.services.lifecycle import InteractionOverError
from madoguchi.testing.builders import ANA, BEN, SUE, a_principal
from madoguchi.testing.environment import settle
from tests.unit.services.endings import (
    SALES,
    SUPPORT,
    VISITOR,
    Scene,
    Stage,
    a_centre,
    assert_everybody_is_done,
    assert_it_rings_at,
    assert_the_next_one_rings,
    read_by_consumer,
    told_last,
)
from tests.unit.services.floor import Floor

pytestmark = pytest.mark.req("END-1")


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    async with a_centre(tmp_path) as made:
        yield made


async def chat_queued(floor: Floor) -> Stage:
    chat = await floor.core.chats.start(VISITOR, SALES.id, "en", "Where is my order?")
    await settle()
    return Stage(chat)


async def chat_ringing(floor: Floor) -> Stage:
    await floor.available(ANA)
    return replace(await chat_queued(floor), rings=(ANA,))


async def chatting(floor: Floor) -> Stage:
    stage = await chat_ringing(floor)
    await floor.accepts(ANA)
    await floor.core.chats.send(a_principal(ANA), stage.id, "a1", "Let me see.")
    await settle()
    return Stage(stage.id, (ANA,))


async def while_both_type(floor: Floor) -> Stage:
    stage = await chatting(floor)
    for one in (a_principal(ANA), VISITOR):
        await floor.core.chats.typing(one, stage.id, typing=True)
    return stage


async def dormant(floor: Floor) -> Stage:
    stage = await chatting(floor)
    await floor.clock.advance(301)
    (row,) = floor.rows(views.CHATS)
    assert row["state"] == "dormant"
    return stage


async def handed_over_to_a_queue(floor: Floor) -> Stage:
    stage = await chatting(floor)
    await floor.core.chats.transfer(a_principal(ANA), stage.id, ToQueue(SUPPORT.id))
    await floor.clock.advance(SALES.wrap_up_s + 1)
    return Stage(stage.id)


async def handed_over_to_an_agent(floor: Floor) -> Stage:
    await floor.available(BEN)
    stage = await chatting(floor)
    await floor.core.chats.transfer(a_principal(ANA), stage.id, ToAgent(BEN))
    await settle()
    return Stage(stage.id, (ANA,), left=(ANA,), rings=(BEN,))


async def taken_from_a_silent_agent(floor: Floor) -> Stage:
    stage = await chatting(floor)
    await floor.core.chats.send(VISITOR, stage.id, "v2", "Are you there?")
    await floor.clock.advance(901)
    await floor.clock.advance(SALES.wrap_up_s + 1)
    return Stage(stage.id)


async def with_a_guest_and_a_whisper(floor: Floor) -> Stage:
    stage = await chatting(floor)
    await floor.core.chat_supervision.whisper(floor.manager(SUE), stage.id, "w1", "Be kind.")
    await floor.core.chat_supervision.join(floor.manager(SUE), stage.id)
    await settle()
    return stage


async def chat_without_an_owner(floor: Floor) -> Stage:
    stage = await chatting(floor)
    del floor.house._chats._owners[stage.id]
    return stage


CHATS = (
    chat_queued,
    chat_ringing,
    chatting,
    while_both_type,
    dormant,
    handed_over_to_a_queue,
    handed_over_to_an_agent,
    taken_from_a_silent_agent,
    with_a_guest_and_a_whisper,
    chat_without_an_owner,
)


@pytest.mark.parametrize("scene", CHATS, ids=lambda scene: scene.__name__)
async def test_a_chat_is_ended_for_everybody_who_is_in_it(floor: Floor, scene: Scene) -> None:
    stage = await scene(floor)
    sue = floor.manager(SUE)
    had = bool(stage.wrap_up) and not stage.rings
    assert [row["id"] for row in floor.rows(views.CHATS)] == [stage.id]
    assert_it_rings_at(floor, *stage.rings)

    await floor.core.chats.end_stuck(sue, stage.id)
    await settle()

    state = "finished" if had else "abandoned"
    assert await read_by_consumer(floor, stage.id) == (state, "supervisor_ended", "ended", None)
    (mine,) = floor.rows(views.consumer(VISITOR.consumer.id))
    assert (mine["state"], mine["end_reason"]) == (state, "supervisor_ended")
    assert "Sue" not in str(mine) or scene is with_a_guest_and_a_whisper
    await assert_everybody_is_done(floor, stage, views.CHATS)

    (row,) = await floor.core.chats.completed(sue, 10, None)
    assert (row["id"], row["state"], row["end_reason"], row["guests"]) == (stage.id, state, "supervisor_ended", [])
    told = await floor.core.metadata.of_chat(sue, stage.id)
    assert told_last(told["timeline"]) == (state, SUE, "Sue")

    for who, name in ((VISITOR, "late1"), (a_principal(ANA), "late2"), (sue, "late3")):
        with pytest.raises(InteractionOverError):
            await floor.core.chats.send(who, stage.id, name, "One more thing")
    # Asked twice, it is over all the same, and the record still says who was first.
    await floor.core.chats.end_stuck(floor.manager(BEN), stage.id)
    assert told_last((await floor.core.metadata.of_chat(sue, stage.id))["timeline"]) == (state, SUE, "Sue")
    await assert_the_next_one_rings(floor)


async def test_a_chat_that_was_dismissed_keeps_its_reason_when_somebody_ends_it(floor: Floor) -> None:
    stage = await dormant(floor)
    await floor.clock.advance(901)
    assert floor.rows(views.CHATS) == []
    before = await read_by_consumer(floor, stage.id)
    assert before == ("dismissed", "consumer_silent", "ended", None)
    await floor.clock.advance(SALES.wrap_up_s + 1)

    await floor.core.chats.end_stuck(floor.manager(SUE), stage.id)
    await settle()

    assert await read_by_consumer(floor, stage.id) == before
    (row,) = await floor.core.chats.completed(floor.manager(SUE), 10, None)
    assert row["end_reason"] == "consumer_silent"
    assert floor.desk(ANA, "wrap_up") == floor.desk(ANA, "chat") == []
