"""Dispositions and canned replies: who may set them up, what is refused, and how a wrap-up uses them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from madoguchi.domain.access.permissions import Role
from madoguchi.domain.desk.dispositions import Disposition, choosable
from madoguchi.domain.desk.replies import CannedReply, ReplyScope
from madoguchi.kernel.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from madoguchi.kernel.ids import DispositionId, HandlingId, LegId, QueueId, ReplyId
from madoguchi.testing.builders import ANA, BEN, SUE, a_principal, a_queue
from madoguchi.testing.environment import settle
from tests.unit.services.floor import Floor

SALES = a_queue("sales", ANA, key=1)
SUPPORT = a_queue("support", BEN, key=2)
ANAS, BENS, BOSS = a_principal(ANA), a_principal(BEN), a_principal(SUE, role=Role.MANAGER)


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    made = Floor(tmp_path)
    await made.staff(ANA, BEN, queues=(SALES, SUPPORT))
    async with made:
        yield made


def entry(name: str = "Sold", **more: object) -> Disposition:
    return Disposition(DispositionId(""), {"en": name, "ja": name}, **more)  # type: ignore[arg-type]


async def wrapping_up(floor: Floor) -> HandlingId:
    """Ana has talked to a caller."""
    await floor.available(ANA)
    await floor.waits(LegId("leg_caller"), key="1")
    call, handling = await floor.accepts(ANA)
    await floor.core.calls.hang_up(ANAS, call)
    await settle()
    return handling


@pytest.mark.req("BASE-11")
async def test_a_tree_of_two_levels_is_set_up_and_only_its_leaves_that_fit_can_be_chosen(floor: Floor) -> None:
    service = floor.core.dispositions
    heading = await service.add(BOSS, entry("Sales"))
    sold = await service.add(BOSS, entry("Sold", parent=heading, queues=(SALES.id,)))
    other = await service.add(BOSS, entry("Other"))

    all_of_them = await floor.storage.desk.dispositions()
    assert [one.id for one in all_of_them] == [heading, sold, other]
    assert [one.id for one in choosable(all_of_them, SALES.id)] == [sold, other]
    assert [one.id for one in choosable(all_of_them, SUPPORT.id)] == [other]
    assert [one.id for one in choosable(all_of_them, None)] == [other]
    with pytest.raises(InvalidInputError):
        await service.add(BOSS, entry("Too deep", parent=sold))
    with pytest.raises(InvalidInputError):
        await service.add(BOSS, entry(" "))
    with pytest.raises(InvalidInputError):
        await service.add(BOSS, entry("Nowhere", parent=DispositionId("disposition_x")))
    with pytest.raises(NotFoundError):
        await service.add(BOSS, entry("Nobody", queues=(QueueId("queue_x"),)))
    with pytest.raises(ConflictError):
        await service.remove(BOSS, heading)
    with pytest.raises(ConflictError):
        await service.save(BOSS, Disposition(heading, {"en": "S", "ja": "S"}, parent=other, version=1))
    await service.remove(BOSS, sold)
    await service.save(BOSS, Disposition(heading, {"en": "S", "ja": "S"}, parent=other, version=1))
    with pytest.raises(NotFoundError):
        await service.remove(BOSS, sold)
    assert [one["id"] for one in (await service.all(ANAS))["dispositions"]] == [heading, other]


@pytest.mark.req("BASE-11")
async def test_all_are_put_into_an_order_and_an_order_of_other_ones_is_refused(floor: Floor) -> None:
    service = floor.core.dispositions
    first, second, third = [await service.add(BOSS, entry(name)) for name in ("First", "Second", "Third")]

    await service.order(BOSS, [third, first, second])

    assert [one["id"] for one in (await service.all(ANAS))["dispositions"]] == [third, first, second]
    fourth = await service.add(BOSS, entry("Fourth"))
    assert [one["id"] for one in (await service.all(ANAS))["dispositions"]][-1] == fourth
    for wrong in ([third, first, second], [third, first, second, first], [third, first, second, DispositionId("x")]):
        with pytest.raises(ConflictError) as refused:
            await service.order(BOSS, wrong)
        assert refused.value.reason == "others_now"
    with pytest.raises(NotAllowedError):
        await service.order(ANAS, [first, second, third, fourth])


@pytest.mark.req("BASE-3")
async def test_agents_choose_and_do_not_set_up(floor: Floor) -> None:
    with pytest.raises(NotAllowedError):
        await floor.core.dispositions.add(ANAS, entry())
    with pytest.raises(NotAllowedError):
        await floor.core.dispositions.set_required(ANAS, required=True)
    with pytest.raises(NotAllowedError):
        await floor.core.replies.add(ANAS, CannedReply(ReplyId(""), "x", {"en": "x"}))


@pytest.mark.req("BASE-11")
async def test_a_wrap_up_wants_what_was_set_up(floor: Floor) -> None:
    sold = await floor.core.dispositions.add(BOSS, entry("Sold", notes_required=True))
    elsewhere = await floor.core.dispositions.add(BOSS, entry("Elsewhere", queues=(SUPPORT.id,)))
    await floor.core.dispositions.set_required(BOSS, required=True)
    handling = await wrapping_up(floor)

    for disposition, notes, field in (("", "x", "disposition"), (elsewhere, "x", "disposition"), (sold, " ", "notes")):
        with pytest.raises(InvalidInputError) as refused:
            await floor.core.handlings.finish(ANAS, handling, disposition, notes)
        assert refused.value.field == field
    await floor.core.handlings.finish(ANAS, handling, sold, "a red one")
    assert floor.desk(ANA, "wrap_up") == []


@pytest.mark.req("BASE-11")
async def test_what_is_written_is_kept_and_recorded_when_the_time_is_up(floor: Floor) -> None:
    handling = await wrapping_up(floor)
    await floor.core.handlings.draft(ANAS, handling, "", "he will call ag")
    (row,) = floor.desk(ANA, "wrap_up")
    assert (row["disposition"], row["notes"]) == ("", "he will call ag")
    with pytest.raises(NotFoundError):
        await floor.core.handlings.draft(BENS, handling, "", "x")
    with pytest.raises(InvalidInputError):
        await floor.core.handlings.draft(ANAS, handling, "", "x" * 4001)

    await floor.clock.advance(61)
    assert floor.desk(ANA, "wrap_up") == []
    closed = [one for one in await floor.storage.interactions.journal(ANA) if one.kind == "HandlingClosed"]
    assert (closed[-1].data["disposition"], closed[-1].data["notes"]) == ("none", "he will call ag")
    assert closed[-1].data["timed_out"] is True


@pytest.mark.req("BASE-13")
async def test_everybody_sees_the_replies_for_all_those_of_his_queues_and_his_own(floor: Floor) -> None:
    service = floor.core.replies
    hello = await service.add(BOSS, CannedReply(ReplyId(""), "hello", {"en": "Hello", "ja": "こんにちは"}))
    sales = await service.add(BOSS, CannedReply(ReplyId(""), "price", {"en": "1"}, ReplyScope.QUEUE, SALES.id))
    mine = await service.add(ANAS, CannedReply(ReplyId(""), "hello", {"en": "Hi"}, ReplyScope.OWN))

    assert {one["id"] for one in await service.visible(ANAS)} == {hello, sales, mine}
    assert {one["id"] for one in await service.visible(BENS)} == {hello}
    assert {one["id"] for one in await service.visible(BOSS)} == {hello, sales}
    await service.save(ANAS, CannedReply(mine, "hi", {"en": "Hi"}, ReplyScope.OWN, version=1))
    with pytest.raises(NotFoundError):
        await service.save(BENS, CannedReply(mine, "hi", {"en": "Hi"}, ReplyScope.OWN, version=1))
    with pytest.raises(NotAllowedError):
        await service.remove(ANAS, hello)
    with pytest.raises(ConflictError):
        await service.add(BOSS, CannedReply(ReplyId(""), "HELLO", {"en": "x"}))
    with pytest.raises(InvalidInputError):
        await service.add(BOSS, CannedReply(ReplyId(""), "price", {"en": "1"}, ReplyScope.QUEUE))
    for shortcut, text in (("a b", "x"), ("", "x"), ("ok", " "), ("ok", "x" * 2001)):
        with pytest.raises(InvalidInputError):
            await service.add(ANAS, CannedReply(ReplyId(""), shortcut, {"en": text}, ReplyScope.OWN))
    await service.remove(ANAS, mine)
    assert {one["id"] for one in await service.visible(ANAS)} == {hello, sales}
