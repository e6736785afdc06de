"""What `SmsRecords` promises."""

from dataclasses import replace
from datetime import timedelta

import pytest

from madoguchi.domain.audit.entries import Subject
from madoguchi.domain.sms.conversation import Peer
from madoguchi.domain.sms.records import Carrier, Keyword, SmsConnection, SmsNumber
from madoguchi.kernel.ids import InteractionId, QueueId, SmsConnectionId, SmsNumberId, SmsTextId
from madoguchi.ports.audit import AuditQuery
from madoguchi.ports.sms import Delivery, Outcome, PartArrived, Receipt, ReceivedText, SentText
from madoguchi.ports.storage import StaleVersionError, Storage
from madoguchi.testing.environment import NOON

pytestmark = pytest.mark.req("CH-4")

LINK = SmsConnection(
    SmsConnectionId("sms_1"), "Carrier", Carrier.SMPP, host="smsc.example.com", system_id="we", secret="s3cret"
)
NUMBER = SmsNumber(
    SmsNumberId("number_1"),
    "+815012345678",
    LINK.id,
    QueueId("queue_1"),
    "ja",
    (Keyword("返品", QueueId("queue_2")),),
    "Help!",
)
OURS, HIS = NUMBER.number, "+819011112222"
SECOND = timedelta(seconds=1)


def a_text(name: str = "t1", text: str = "Hello", seconds: int = 0) -> ReceivedText:
    return ReceivedText(SmsTextId(name), LINK.id, OURS, HIS, text, NOON + seconds * SECOND)


def a_reply(name: str = "s1", text: str = "Good day", seq: int = 3) -> SentText:
    return SentText(SmsTextId(name), LINK.id, OURS, HIS, text, NOON, InteractionId("chat_1"), seq)


def a_part(number: int, total: int = 3, text: str = "", reference: int = 7) -> PartArrived:
    return PartArrived(HIS, OURS, reference, number, total, text or f"<{number}>")


async def test_connections_and_numbers_come_back_as_they_were_stored(storage: Storage) -> None:
    await storage.sms.save_connection(LINK)
    await storage.sms.save_number(NUMBER)
    assert await storage.sms.connections() == [replace(LINK, version=1)]
    assert await storage.sms.numbers() == [replace(NUMBER, version=1)]
    await storage.sms.save_number(replace(NUMBER, place=None, keywords=(), version=1))
    assert await storage.sms.numbers() == [replace(NUMBER, place=None, keywords=(), version=2)]
    await storage.sms.forget_number(NUMBER.id)
    await storage.sms.forget_connection(LINK.id)
    await storage.sms.forget_connection(LINK.id)
    assert (await storage.sms.connections(), await storage.sms.numbers()) == ([], [])


async def test_who_saw_an_older_version_changes_nothing(storage: Storage) -> None:
    await storage.sms.save_connection(LINK)
    await storage.sms.save_connection(replace(LINK, name="Renamed", version=1))
    with pytest.raises(StaleVersionError):
        await storage.sms.save_connection(replace(LINK, name="Mine", version=1))
    assert [one.name for one in await storage.sms.connections()] == ["Renamed"]


async def test_the_audit_log_tells_that_a_secret_changed_and_never_which_it_is(storage: Storage) -> None:
    await storage.sms.save_connection(LINK)
    await storage.sms.save_connection(replace(LINK, secret="another", version=1))
    found = await storage.audit.find(AuditQuery(subject=Subject.SMS_CONNECTION))
    assert [change.field for change in found[0].entry.changes] == ["secret"]
    assert "s3cret" not in repr(found)
    assert "another" not in repr(found)


async def test_a_text_is_kept_once_and_waits_until_it_is_handled(storage: Storage) -> None:
    assert await storage.sms.receive(a_text())
    assert await storage.sms.receive(a_text("a0", "Second"))
    assert not await storage.sms.receive(a_text(text="again"))
    assert [one.text for one in await storage.sms.waiting()] == ["Hello", "Second"]
    await storage.sms.handled([SmsTextId("t1")], Outcome.LINE)
    assert [one.text for one in await storage.sms.waiting()] == ["Second"]
    assert not await storage.sms.receive(a_text())


async def test_held_texts_of_a_peer_are_found_in_order(storage: Storage) -> None:
    for n in range(3):
        await storage.sms.receive(a_text(f"t{n}", f"text {n}", n))
    await storage.sms.receive(replace(a_text("other"), peer="+819033334444"))
    await storage.sms.handled([SmsTextId(one) for one in ("t0", "t1", "t2", "other")], Outcome.HELD)
    assert [one.text for one in await storage.sms.held(OURS, HIS, NOON + SECOND)] == ["text 1", "text 2"]


async def test_parts_in_any_order_make_one_text_once(storage: Storage) -> None:
    whole = a_text("long", "")
    assert await storage.sms.receive_part(a_part(3), whole) is None
    assert await storage.sms.receive_part(a_part(1), whole) is None
    assert await storage.sms.receive_part(a_part(1), whole) is None
    made = await storage.sms.receive_part(a_part(2), whole)
    assert made == replace(whole, text="<1><2><3>")
    assert await storage.sms.receive_part(a_part(2), whole) is None
    assert await storage.sms.waiting() == [made]


async def test_a_reference_may_be_used_again_after_an_hour(storage: Storage) -> None:
    for number in (1, 2):
        await storage.sms.receive_part(a_part(number, total=2), a_text("first", ""))
    later = replace(a_text("second", ""), at=NOON + timedelta(hours=2))
    assert await storage.sms.receive_part(a_part(1, total=2, text="new "), later) is None
    made = await storage.sms.receive_part(a_part(2, total=2, text="words"), later)
    assert made is not None
    assert made.text == "new words"


async def test_what_stays_incomplete_becomes_a_text_with_a_gap(storage: Storage) -> None:
    await storage.sms.receive_part(a_part(1), a_text("long", ""))
    await storage.sms.receive_part(a_part(3), a_text("long", ""))
    assert await storage.sms.incomplete(NOON) == []
    (made,) = await storage.sms.incomplete(NOON + SECOND)
    assert (made.text, made.peer, made.number) == ("<1>[…]<3>", HIS, OURS)
    assert await storage.sms.incomplete(NOON + SECOND) == []
    assert await storage.sms.waiting() == [made]


async def test_a_peer_of_whom_nothing_is_kept_has_nothing(storage: Storage) -> None:
    assert await storage.sms.peer(OURS, HIS) == Peer(OURS, HIS)
    kept = Peer(OURS, HIS, NOON, QueueId(""), NOON + SECOND, 2, NOON)
    await storage.sms.save_peer(kept)
    assert await storage.sms.peer(OURS, HIS) == kept
    await storage.sms.save_peer(kept.at_rest())
    assert await storage.sms.peer(OURS, HIS) == kept.at_rest()


async def test_a_text_to_send_is_kept_once_until_it_is_sent_or_given_up(storage: Storage) -> None:
    assert await storage.sms.put(a_reply())
    assert not await storage.sms.put(a_reply(text="again"))
    assert await storage.sms.put(a_reply("s0", "Second", 4))
    assert await storage.sms.put(a_reply("s2", "Third", 5))
    assert [one.text for one in await storage.sms.unsent()] == ["Good day", "Second", "Third"]
    assert await storage.sms.sent(a_reply(), ["r1"], NOON) is None
    await storage.sms.failed(a_reply("s0"), "refused", NOON)
    assert [one.text for one in await storage.sms.unsent()] == ["Third"]


async def test_a_text_is_delivered_when_its_last_part_is(storage: Storage) -> None:
    await storage.sms.put(a_reply())
    await storage.sms.sent(a_reply(), ["r1", "r2"], NOON)
    assert await storage.sms.receipt(LINK.id, Receipt("r2", Delivery.DELIVERED), NOON) is None
    done = await storage.sms.receipt(LINK.id, Receipt("r1", Delivery.DELIVERED), NOON)
    assert done is not None
    assert (done.id, done.chat, done.seq) == (SmsTextId("s1"), InteractionId("chat_1"), 3)
    assert await storage.sms.receipt(LINK.id, Receipt("r1", Delivery.DELIVERED), NOON) is None


async def test_a_text_has_failed_with_the_first_of_its_parts(storage: Storage) -> None:
    await storage.sms.put(a_reply())
    await storage.sms.sent(a_reply(), ["r1", "r2"], NOON)
    assert await storage.sms.receipt(LINK.id, Receipt("r2", Delivery.FAILED, "EXPIRED"), NOON) is not None
    assert await storage.sms.receipt(LINK.id, Receipt("r1", Delivery.DELIVERED), NOON) is None


@pytest.mark.parametrize("fate", list(Delivery))
async def test_a_receipt_may_be_faster_than_the_answer(storage: Storage, fate: Delivery) -> None:
    await storage.sms.put(a_reply())
    assert await storage.sms.receipt(LINK.id, Receipt("r1", fate), NOON) is None
    assert await storage.sms.receipt(SmsConnectionId("sms_2"), Receipt("r1", fate), NOON) is None
    assert await storage.sms.sent(a_reply(), ["r1"], NOON) is fate


async def test_old_texts_are_forgotten_and_orders_to_stop_are_not(storage: Storage) -> None:
    await storage.sms.receive(a_text("waits"))
    await storage.sms.receive(a_text("done"))
    await storage.sms.handled([SmsTextId("done")], Outcome.CLOSED)
    await storage.sms.put(a_reply("unsent"))
    await storage.sms.put(a_reply("sent"))
    await storage.sms.sent(a_reply("sent"), ["r1"], NOON)
    await storage.sms.save_peer(Peer(OURS, HIS, opted_out_at=NOON))
    await storage.sms.forget(NOON + SECOND)
    assert [one.id for one in await storage.sms.waiting()] == ["waits"]
    assert [one.id for one in await storage.sms.unsent()] == ["unsent"]
    assert await storage.sms.receive(a_text("done"))
    assert await storage.sms.receipt(LINK.id, Receipt("r1", Delivery.DELIVERED), NOON) is None
    assert (await storage.sms.peer(OURS, HIS)).opted_out_at == NOON
