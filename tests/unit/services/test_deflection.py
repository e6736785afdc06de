"""Callers, pages and agents after hours, where something is offered instead of a closed door."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from madoguchi.domain.access.permissions import Role
from madoguchi.domain.audit.entries import Subject
from madoguchi.domain.calls.call import Stage
from madoguchi.domain.calls.lifecycle import CallState
from madoguchi.domain.deflection.plan import CallDeflection, ChatDeflection, OptionKind, Plan, QueueDeflection
from madoguchi.domain.hours.book import SupportCenter
from madoguchi.domain.hours.custom import EntryPoint
from madoguchi.domain.routing.offers import Channel
from madoguchi.domain.transfers import ToQueue
from madoguchi.kernel.fields import InvalidFieldsError
from madoguchi.kernel.ids import InteractionId, LegId, QueueId
from madoguchi.ports.audit import AuditQuery
from madoguchi.ports.hours import Signature
from madoguchi.ports.storage import StaleVersionError
from madoguchi.ports.voice import PhoneAddress, ReleaseCause
from madoguchi.services.deflection import TransferHiddenError
from madoguchi.testing.builders import ANA, BEN, SUE, a_principal, a_queue
from madoguchi.testing.environment import NOON, settle
from tests.unit.domain.hours.builders import custom, fixed, folder, office
from tests.unit.services.floor import Floor

pytestmark = pytest.mark.req("DEF-3")

CALLER = LegId("leg_caller")
SALES, SUPPORT, BILLING = a_queue("sales", ANA, key=1), a_queue("support", ANA, key=2), a_queue("billing", BEN, key=3)
SALES_BY_PHONE, SUPPORT_BY_PHONE = QueueId(f"{SALES.id}ivr"), QueueId(f"{SUPPORT.id}ivr")
BILLING_BY_PHONE = QueueId(f"{BILLING.id}ivr")
EMAIL = "support@example.com"
SIGNED = Signature(NOON, SUE, "Sue")
MANAGER = a_principal(SUE, role=Role.MANAGER_ADMIN)


def plan(*kinds: str, queue: str = "", number: str = "", **texts: str) -> Plan:
    return Plan(tuple(OptionKind(one) for one in kinds), queue, number, texts)


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    """Monday evening: closed, but for support."""
    made = Floor(tmp_path)
    await made.staff(ANA, BEN, queues=(SALES, SUPPORT, BILLING))
    await made.storage.hours.save(SupportCenter(weekly=office(), email=EMAIL), 0, SIGNED)
    point = EntryPoint(None, (), (SUPPORT.id, SUPPORT_BY_PHONE))
    await made.storage.hours.save(custom("hours_1", point, holidays=False), 0, SIGNED)
    async with made:
        yield made


async def for_all(floor: Floor, phone: Plan, pages: Plan | None = None) -> None:
    settings = floor.core.deflection.settings.calls
    wanted = CallDeflection(enabled=True, phone=phone, pages=pages or Plan(), version=settings.version)
    await floor.core.deflection_settings.change_calls(MANAGER, wanted)


async def for_one(floor: Floor, queue: QueueId, own: Plan) -> None:
    await floor.core.deflection_settings.change_queue(MANAGER, QueueDeflection(queue, enabled=True, plan=own))


async def chooses(floor: Floor, key: str) -> InteractionId:
    call = await floor.rings(CALLER)
    floor.voice.far_end_presses(CALLER, key)
    await settle()
    return call


def said(floor: Floor) -> list[str]:
    return [text for _, text in floor.speech.said]


async def reason_of(floor: Floor, call: InteractionId) -> str:
    kept = await floor.storage.interactions.load(call)
    assert kept is not None
    assert not kept.live
    return str(kept.data["end_reason"])


async def test_switched_off_a_closed_queue_is_told_as_ever_whatever_the_queue_says(floor: Floor) -> None:
    await for_one(floor, SALES_BY_PHONE, plan("queue", queue=SUPPORT_BY_PHONE))
    call = await chooses(floor, "1")
    await floor.hear_out(CALLER)
    assert said(floor)[-2] == "Sorry, we are closed at present."
    assert await reason_of(floor, call) == "after_hours"


async def test_who_comes_to_a_closed_queue_waits_in_the_queue_for_all(floor: Floor) -> None:
    await floor.available(ANA)
    await for_all(floor, plan("queue", queue=SUPPORT_BY_PHONE))
    call = await chooses(floor, "1")
    await floor.hear_out(CALLER)
    await settle()
    state = floor.call(call)
    assert state.queue is not None
    assert (state.queue.id, state.state) == (SUPPORT_BY_PHONE, CallState.OFFERED)
    kinds = [row.kind for row in await floor.storage.interactions.journal(call)]
    assert kinds.index("Deflected") < kinds.index("Enqueued")


async def test_the_queue_itself_comes_before_what_is_for_all(floor: Floor) -> None:
    await for_all(floor, plan("queue", queue=SUPPORT_BY_PHONE))
    await for_one(floor, SALES_BY_PHONE, plan("message", en="Ask the shop.", ja="店舗へどうぞ。"))
    call = await chooses(floor, "1")
    await floor.hear_out(CALLER)
    assert said(floor)[-1] == "Ask the shop."
    assert await reason_of(floor, call) == "after_hours"


async def test_an_own_message_may_say_when_it_opens(floor: Floor) -> None:
    await for_all(floor, plan("message", en="Back @{NEXT_REOPEN_HOUR}.", ja="@{NEXT_REOPEN_HOUR}から。"))
    await chooses(floor, "1")
    assert said(floor)[-1] == "Back tomorrow at 9 AM."


async def test_a_holiday_says_what_it_has_to_say_before_any_own_message(floor: Floor) -> None:
    holiday = replace(fixed(f"{NOON.month}/{NOON.day}", name="Thanks"), messages={"en": "Today is a holiday."})
    await floor.storage.hours.save(folder(holiday), 0, SIGNED)
    await floor.house._hours.load()
    await floor.clock.advance(
        (floor.clock.now().replace(year=2026, month=11, day=23, hour=3) - floor.clock.now()).total_seconds()
    )
    await for_all(floor, plan("message", en="Back soon.", ja="後ほど。"))
    await chooses(floor, "1")
    assert "Today is a holiday." in said(floor)
    assert "Back soon." not in said(floor)


async def test_a_number_is_rung_by_the_trunk_and_the_call_ends_with_it(floor: Floor) -> None:
    await floor.storage.catalogue.save_settings("outbound", {"caller": "+81355500000"})
    await for_all(floor, plan("phone_number", number="03-1234-5678"))
    call = await chooses(floor, "1")
    await floor.hear_out(CALLER)
    await settle()
    assert said(floor)[-2:] == [
        "Sorry, we are closed at present.",
        "We are connecting you with another number. One moment, please.",
    ]
    (dial,) = floor.voice.did("dial")
    leg, address, shown, *_ = dial.arguments
    assert (address, shown) == (PhoneAddress("+81312345678"), "+81355500000")
    floor.voice.far_end_answers(LegId(str(leg)))
    await settle()
    assert floor.call(call).stage is Stage.ELSEWHERE
    floor.voice.far_end_hangs_up(LegId(str(leg)))
    await settle()
    assert await reason_of(floor, call) == "deflected"
    assert not floor.voice.legs


async def test_a_number_that_is_busy_is_told(floor: Floor) -> None:
    await for_all(floor, plan("phone_number", number="03-1234-5678"))
    call = await chooses(floor, "1")
    await floor.hear_out(CALLER)
    await settle()
    (dial,) = floor.voice.did("dial")
    floor.voice.far_end_hangs_up(LegId(str(dial.arguments[0])), ReleaseCause.BUSY)
    await settle()
    await floor.hear_out(CALLER)
    assert said(floor)[-1].startswith("Sorry, nobody can take your call there at present.")
    assert await reason_of(floor, call) == "deflection_failed"


# --- Settings ---


async def test_what_is_wrong_is_refused_with_its_place(floor: Floor) -> None:
    for own, field, reason in (
        (plan("queue", queue="queue_gone"), "phone.queue", "queue_missing"),
        (plan("voicemail"), "phone.kinds", "not_given"),
        (plan("phone_number"), "phone.number", "number_missing"),
        (plan("phone_number", number="119"), "phone.number", "number_blocked"),
        (plan("phone_number", number="hello"), "phone.number", "bad_phone_number"),
        (plan("message", en="Later."), "phone.texts", "text_missing"),
        (plan("message", en="@{AGENT}", ja="後ほど。"), "phone.texts.en", "misplaced_variable"),
    ):
        with pytest.raises(InvalidFieldsError) as refused:
            await for_all(floor, own)
        assert [(one.field, one.reason) for one in refused.value.errors] == [(field, reason)]
    assert not floor.core.deflection.settings.calls.enabled
    await for_one(floor, SALES_BY_PHONE, plan("queue", queue=BILLING_BY_PHONE))
    with pytest.raises(InvalidFieldsError) as loop:
        await for_one(floor, BILLING_BY_PHONE, plan("queue", queue=SALES_BY_PHONE))
    assert (loop.value.errors[0].field, loop.value.errors[0].reason) == ("plan.queue", "loop")


async def test_settings_are_kept_noted_and_read_again(floor: Floor) -> None:
    await for_all(floor, plan("phone_number", number="03-1234-5678"), plan("email"))
    await for_one(floor, SALES_BY_PHONE, plan("queue", queue=SUPPORT_BY_PHONE))
    chats = ChatDeflection(enabled=True, transfers=False, pages=plan("email"))
    await floor.core.deflection_settings.change_chats(MANAGER, chats)
    known = floor.core.deflection.settings
    assert known.calls.phone.number == "+81312345678"
    await floor.core.deflection.load()
    assert floor.core.deflection.settings == known
    noted = await floor.storage.audit.find(AuditQuery(subject=Subject.DEFLECTION))
    assert [one.entry.thing for one in noted] == ["deflection_chats", SALES_BY_PHONE, "deflection_calls"]
    with pytest.raises(StaleVersionError):
        await floor.core.deflection_settings.change_chats(MANAGER, chats)


async def test_what_became_wrong_later_is_found(floor: Floor) -> None:
    await for_all(floor, plan("queue", queue=SUPPORT_BY_PHONE))
    assert (await floor.core.deflection_settings.overview(MANAGER)).findings == ()
    await floor.core.queue_settings.delete(MANAGER, SUPPORT_BY_PHONE, confirmed=True)
    (found,) = (await floor.core.deflection_settings.overview(MANAGER)).findings
    assert (found.fault.value, found.place) == ("queue_missing", "calls.phone")
    call = await chooses(floor, "1")
    await floor.hear_out(CALLER)
    assert await reason_of(floor, call) == "after_hours", "he is told, as nothing else is left"


# --- Pages ---


async def test_pages_are_told_what_is_offered_instead(floor: Floor) -> None:
    await for_all(floor, plan("message"), plan("email", "phone_number", number="03-1234-5678"))
    closed = (await floor.core.consumers.config())["closed"]
    told = {(one["queue"], one["channel"]): list(one["options"]) for one in closed if one["language"] == "en"}
    # On the web there is no number to be called; of chats nobody has said anything.
    assert told[SALES.id, "call"] == [{"kind": "email", "email": EMAIL}]
    assert told[SALES.id, "chat"] == []
    words = {one["message"] for one in closed if one["queue"] == SALES.id and one["language"] == "en"}
    assert words == {f"Write to us instead: {EMAIL}"}


# --- Agents ---


async def talking(floor: Floor) -> InteractionId:
    await floor.available(ANA)
    await floor.waits(CALLER, key="2")
    await settle()
    call, _ = await floor.accepts(ANA)
    await settle()
    return call


@pytest.mark.req("DEF-6")
async def test_a_closed_queue_with_nobody_there_takes_no_transfers_and_one_whose_agents_are_there_does(
    floor: Floor,
) -> None:
    call = await talking(floor)
    grounds = {
        queue.id: ground.value
        for queue, ground in floor.core.deflection.targets(floor.core.queues.all(), Channel.CALL, "en")
    }
    assert (grounds[SUPPORT_BY_PHONE], grounds[SALES_BY_PHONE], grounds[BILLING_BY_PHONE]) == (
        "open",
        "agents_there",
        "nobody_there",
    )
    with pytest.raises(TransferHiddenError):
        await floor.core.calls.transfer(a_principal(ANA), call, ToQueue(BILLING_BY_PHONE))
    await floor.core.calls.transfer(a_principal(ANA), call, ToQueue(SALES_BY_PHONE))
    assert floor.call(call).state in {CallState.QUEUED, CallState.OFFERED}


@pytest.mark.req("DEF-2")
async def test_who_is_transferred_to_a_closed_queue_is_deflected_there(floor: Floor) -> None:
    await for_all(floor, plan("message"))
    call = await talking(floor)
    await floor.core.calls.transfer(a_principal(ANA), call, ToQueue(BILLING_BY_PHONE))
    await settle()
    await floor.hear_out(CALLER)
    assert said(floor)[-2] == "Sorry, we are closed at present."
    assert await reason_of(floor, call) == "after_hours"
    kinds = [row.kind for row in await floor.storage.interactions.journal(call)]
    assert kinds.index("Transferred") < kinds.index("TurnedAway") < kinds.index("Resolved")


@pytest.mark.req("DEF-2")
async def test_who_is_transferred_to_a_closed_queue_that_sends_on_waits_where_it_is_open(floor: Floor) -> None:
    await for_all(floor, plan("queue", queue=SUPPORT_BY_PHONE))
    call = await talking(floor)
    await floor.core.calls.transfer(a_principal(ANA), call, ToQueue(BILLING_BY_PHONE))
    state = floor.call(call)
    assert state.queue is not None
    assert (state.queue.id, state.state) == (SUPPORT_BY_PHONE, CallState.QUEUED)


@pytest.mark.req("DEF-6")
async def test_where_transfers_to_closed_queues_are_not_allowed_none_is_listed(floor: Floor) -> None:
    wanted = CallDeflection(enabled=True, transfers=False)
    await floor.core.deflection_settings.change_calls(MANAGER, wanted)
    await floor.available(ANA)
    grounds = {
        queue.id: ground.value
        for queue, ground in floor.core.deflection.targets(floor.core.queues.all(), Channel.CALL, "en")
    }
    assert (grounds[SUPPORT_BY_PHONE], grounds[SALES_BY_PHONE]) == ("open", "after_hours")
