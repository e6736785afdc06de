"""A consumer's history: who may see it, what is in it, and in which order."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from madoguchi.domain.access.permissions import Permission, Scope
from madoguchi.domain.access.users import Principal
from madoguchi.domain.consumers.consumer import ConsumerPrincipal
from madoguchi.domain.desk.dispositions import Disposition
from madoguchi.domain.queues.queue import MenuChannel
from madoguchi.kernel.errors import NotFoundError
from madoguchi.kernel.ids import ConsumerId, DispositionId, InteractionId, UserId
from madoguchi.kernel.time import instant
from madoguchi.testing.builders import ANA, BEN, CHIE, SUE, a_principal, a_queue
from madoguchi.testing.environment import settle
from tests.unit.services.floor import Floor, a_visitor

pytestmark = pytest.mark.req("BASE-11")

VISITOR, OTHER = a_visitor(1), a_visitor(2)
WEB = a_queue("sales", ANA, BEN, key=1, channels=frozenset({MenuChannel.WEB}))


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    made = Floor(tmp_path)
    await made.staff(ANA, BEN, CHIE, queues=[WEB])
    for who in (VISITOR, OTHER):
        await made.storage.catalogue.save_consumer(who.consumer)
    resolved = Disposition(DispositionId("disposition_1"), {"en": "Resolved", "ja": "解決"}, position=1)
    await made.storage.desk.save_disposition(resolved)
    async with made:
        yield made


async def a_chat(floor: Floor, agent: UserId, who: ConsumerPrincipal = VISITOR) -> InteractionId:
    """A chat that `agent` has taken."""
    await floor.available(agent)
    chat = await floor.core.chats.start(who, WEB.id, "ja", "もしもし")
    await settle()
    await floor.accepts(agent)
    return chat


async def a_past_chat(floor: Floor, agent: UserId, notes: str = "") -> InteractionId:
    """A chat that `agent` had, and wrapped up."""
    chat = await a_chat(floor, agent)
    await floor.clock.advance(30)
    await floor.core.chats.end(a_principal(agent), chat)
    await settle()
    (wrap_up,) = floor.desk(agent, "wrap_up")
    await floor.core.handlings.finish(a_principal(agent), wrap_up["handling"], "disposition_1", notes)
    await floor.core.desk.set_presence(a_principal(agent), "break")
    await floor.clock.advance(1)
    return chat


async def history(floor: Floor, actor: Principal, limit: int = 9, after: Any = None) -> Sequence[Any]:
    before = (instant(after["ended_at"]), after["id"]) if after else (None, "")
    return await floor.core.consumer_history.interactions(actor, VISITOR.consumer.id, limit, *before)


async def test_who_serves_him_sees_earlier_talks_newest_first_with_result_and_notes(floor: Floor) -> None:
    first = await a_past_chat(floor, ANA, "返金済み")
    second = await a_past_chat(floor, BEN)
    await a_chat(floor, ANA)

    found = await history(floor, a_principal(ANA))

    assert [(one["id"], one["channel"], one["state"]) for one in found] == [
        (second, "chat", "finished"),
        (first, "chat", "finished"),
    ]
    (told,) = found[1]["handlings"]
    assert told["agent"]["id"] == ANA
    assert told["agent"]["name"]
    assert (told["disposition"], told["disposition_names"]) == ("disposition_1", {"en": "Resolved", "ja": "解決"})
    assert told["notes"] == "返金済み"
    assert (found[1]["queue"]["id"], found[1]["end_reason"]) == (WEB.id, "agent_ended")


async def test_it_comes_in_pages_of_which_none_overlaps(floor: Floor) -> None:
    made = [await a_past_chat(floor, ANA) for _ in range(3)]
    await a_chat(floor, ANA)
    first = await history(floor, a_principal(ANA), 2)
    rest = await history(floor, a_principal(ANA), 2, first[-1])
    assert [one["id"] for one in (*first, *rest)] == made[::-1]


async def test_an_agent_opens_only_what_was_his_own(floor: Floor) -> None:
    await a_past_chat(floor, ANA)
    await a_past_chat(floor, BEN)
    await a_chat(floor, ANA)
    assert [one["opens"] for one in await history(floor, a_principal(ANA))] == [False, True]
    assert [one["opens"] for one in await history(floor, floor.manager(SUE))] == [True, True]


async def test_nobody_else_sees_it_and_the_right_ends_with_the_wrap_up(floor: Floor) -> None:
    chat = await a_chat(floor, ANA)
    with pytest.raises(NotFoundError):
        await history(floor, a_principal(BEN))
    await floor.core.chats.end(a_principal(ANA), chat)
    await settle()
    (wrap_up,) = floor.desk(ANA, "wrap_up")
    assert [one["id"] for one in await history(floor, a_principal(ANA))] == [chat]
    await floor.core.handlings.finish(a_principal(ANA), wrap_up["handling"], "disposition_1", "")
    with pytest.raises(NotFoundError):
        await history(floor, a_principal(ANA))


async def test_a_supervisor_asks_for_anybody_who_is_there(floor: Floor) -> None:
    chat = await a_past_chat(floor, ANA)
    sue = floor.manager(SUE)
    assert [one["id"] for one in await history(floor, sue)] == [chat]
    with pytest.raises(NotFoundError):
        await floor.core.consumer_history.interactions(sue, ConsumerId("consumer_none"), 9, None)


async def test_who_may_view_one_kind_of_everybody_sees_that_kind_alone(floor: Floor) -> None:
    chat = await a_past_chat(floor, ANA)
    viewer = a_principal(SUE)
    with pytest.raises(NotFoundError):
        await history(floor, viewer)
    sees_chats = replace(viewer, permissions={Permission.VIEW_CHATS: Scope.ALL})
    sees_calls = replace(viewer, permissions={Permission.VIEW_CALLS: Scope.ALL})
    assert [one["id"] for one in await history(floor, sees_chats)] == [chat]
    assert await history(floor, sees_calls) == []
