"""Conversations by text message, in a whole house with a carrier that does as it is told."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from madoguchi.domain.access.permissions import Role
from madoguchi.domain.chats.chat import Chat
from madoguchi.domain.hours.book import SupportCenter
from madoguchi.domain.queues.nodes import Assignment, Node
from madoguchi.domain.queues.queue import MenuChannel
from madoguchi.domain.sms.records import Carrier, Keyword, SmsConnection, SmsNumber
from madoguchi.domain.transfers import ToQueue
from madoguchi.kernel.errors import ConflictError
from madoguchi.kernel.fields import InvalidFieldsError
from madoguchi.kernel.ids import InteractionId, QueueId, SmsConnectionId, SmsNumberId, SmsTextId
from madoguchi.ports.hours import Signature
from madoguchi.ports.sms import Delivery, PartArrived, Receipt, ReceivedText, TextArrived
from madoguchi.services.sms_receiving import PARTS_LAST
from madoguchi.services.sms_sending import EXPIRED, GIVE_UP, NO_CONNECTION
from madoguchi.testing.builders import ANA, BEN, SUE, a_principal
from madoguchi.testing.environment import NOON, settle
from madoguchi.testing.sms import FakeGateway
from tests.unit.domain.hours.builders import office
from tests.unit.services.floor import Floor

pytestmark = pytest.mark.req("CH-4")

LINK = SmsConnection(SmsConnectionId("sms_1"), "Carrier", Carrier.SMPP, host="h", system_id="we", secret="secret")
OURS, HIS = "+815012345678", "+819011112222"
ORDERS, RETURNS, REPAIRS = QueueId("queue_orders"), QueueId("queue_returns"), QueueId("queue_repairs")
SERVICE = QueueId("queue_service")
NUMBER = SmsNumber(
    SmsNumberId("number_1"), OURS, LINK.id, None, "en", (Keyword("Refund", RETURNS), Keyword("修理", REPAIRS))
)


def a_node(queue: QueueId, name: str, position: int, parent: QueueId | None = None, *, agents: bool = True) -> Node:
    assigned = (Assignment(users=(ANA,)),) if agents else ()
    return Node(queue, MenuChannel.SMS, parent, position, {"en": name, "ja": name}, assigned)


NODES = (
    a_node(ORDERS, "Orders", 1),
    a_node(SERVICE, "Service", 2, agents=False),
    a_node(RETURNS, "Returns", 1, SERVICE),
    a_node(REPAIRS, "Repairs", 2, SERVICE),
)


class Texting:
    """A floor with a number for text messages."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.brought = 0

    @property
    def gateway(self) -> FakeGateway:
        return self.floor.carriers.opened[LINK.id]

    async def writes(self, text: str, *, name: str = "", source: str = HIS, destination: str = OURS) -> None:
        self.brought += 1
        arrived = TextArrived(source, destination, text, name or f"m{self.brought}")
        await self.gateway.listener.text_arrived(LINK.id, arrived)
        await self.settled()

    async def settled(self) -> None:
        for _ in range(4):
            await settle()

    def answers(self) -> list[str]:
        """Return what was sent to him."""
        return [one.text for one in self.gateway.sent]

    def chats(self) -> list[Chat]:
        return list(self.floor.house._chats.states())

    def chat(self) -> Chat:
        (chat,) = self.chats()
        return chat

    async def lines(self, chat: InteractionId, sender: str = "consumer") -> list[Any]:
        kept = await self.floor.storage.interactions.messages(chat)
        return [one.body.get("text") or one.body.get("event") for one in kept if one.sender == sender]

    async def answered(self, text: str = "Orders") -> InteractionId:
        """Let him write, choose the first queue, and Ana take it."""
        await self.floor.available(ANA)
        await self.writes(text)
        await self.writes("1")
        chat, _ = await self.floor.accepts(ANA)
        await self.settled()
        return chat

    async def says(self, chat: InteractionId, text: str, client_id: str = "") -> None:
        await self.floor.core.chats.send(a_principal(ANA), chat, client_id or text, text)
        await self.settled()


async def a_floor(folder: Path, number: SmsNumber = NUMBER) -> Floor:
    floor = Floor(folder)
    await floor.staff(ANA, BEN)
    await floor.storage.queues.save(NODES, revision=(await floor.storage.queues.load()).revision)
    await floor.storage.sms.save_connection(LINK)
    await floor.storage.sms.save_number(number)
    return floor


@pytest.fixture
async def texting(tmp_path: Path) -> AsyncIterator[Texting]:
    async with await a_floor(tmp_path) as floor:
        yield Texting(floor)


async def test_who_writes_chooses_a_queue_by_number_and_what_he_wrote_before_is_not_lost(texting: Texting) -> None:
    await texting.writes("Hello")
    assert texting.answers()[-1].endswith("1 Orders\n2 Service")
    assert texting.chats() == []
    await texting.writes("２")
    assert texting.answers()[-1].endswith("1 Returns\n2 Repairs")
    await texting.writes("repairs")
    chat = texting.chat()
    assert (chat.queue.id, chat.medium, chat.consumer.phone) == (REPAIRS, "sms", HIS)
    assert await texting.lines(chat.id) == ["Hello"]


async def test_who_never_chooses_comes_to_the_first_queue(texting: Texting) -> None:
    for text in ("Hello", "Is anybody there?", "Well?", "So?"):
        await texting.writes(text)
    assert texting.chat().queue.id == ORDERS
    assert await texting.lines(texting.chat().id) == ["Hello", "Is anybody there?", "Well?", "So?"]


async def test_a_keyword_leads_straight_to_its_queue(texting: Texting) -> None:
    await texting.writes("ＲＥＦＵＮＤ!")
    assert texting.chat().queue.id == RETURNS
    assert await texting.lines(texting.chat().id) == ["ＲＥＦＵＮＤ!"]
    assert texting.answers() == []


async def test_a_number_may_lead_to_one_queue_only(tmp_path: Path) -> None:
    async with await a_floor(tmp_path, replace(NUMBER, place=RETURNS)) as floor:
        texting = Texting(floor)
        await texting.writes("Hello")
        assert texting.chat().queue.id == RETURNS


async def test_lines_go_both_ways_and_the_next_text_goes_on_in_the_same_conversation(texting: Texting) -> None:
    chat = await texting.answered("My order?")
    await texting.says(chat, "One moment")
    await texting.writes("Thank you")
    await texting.says(chat, "It is on its way 😀")
    assert texting.answers()[1:] == ["One moment", "It is on its way 😀"]
    assert await texting.lines(chat) == ["My order?", "Thank you"]
    (row,) = texting.floor.desk(ANA, "chat")
    assert (row["medium"], row["consumer"]["name"]) == ("sms", HIS)


async def test_after_its_end_a_new_conversation_begins(texting: Texting) -> None:
    first = await texting.answered()
    await texting.floor.core.chats.end(a_principal(ANA), first)
    await texting.writes("refund")
    assert texting.chat().id != first
    assert texting.chat().queue.id == RETURNS


async def test_a_text_that_is_brought_twice_is_one_line(texting: Texting) -> None:
    chat = await texting.answered()
    await texting.writes("Once", name="same")
    await texting.writes("Once", name="same")
    assert (await texting.lines(chat)).count("Once") == 1


async def test_the_parts_of_a_long_text_are_one_line_in_whatever_order_they_come(texting: Texting) -> None:
    chat = await texting.answered()
    for number in (2, 1):
        part = PartArrived("819011112222", "815012345678", 7, number, 2, f"<{number}>")
        await texting.gateway.listener.part_arrived(LINK.id, part)
        await texting.settled()
    assert (await texting.lines(chat))[-1] == "<1><2>"


async def test_what_came_of_a_long_text_is_shown_after_a_while(texting: Texting) -> None:
    chat = await texting.answered()
    await texting.gateway.listener.part_arrived(LINK.id, PartArrived(HIS, OURS, 7, 2, 2, "the end"))
    await texting.floor.clock.advance(PARTS_LAST + timedelta(minutes=2))
    await texting.settled()
    assert (await texting.lines(chat))[-1] == "[…]the end"


async def test_what_is_longer_than_a_line_is_several(texting: Texting) -> None:
    chat = await texting.answered()
    await texting.writes("あ" * 4_500)
    assert [len(one) for one in (await texting.lines(chat))[-2:]] == [4_000, 500]


async def test_stop_ends_the_conversation_and_is_kept(texting: Texting) -> None:
    chat = await texting.answered()
    await texting.writes("stop")
    assert texting.chats() == []
    assert texting.answers()[-1].startswith("You will get no more messages")
    sent = len(texting.answers())
    await texting.writes("Hello?")
    await texting.writes("停止")
    assert texting.chats() == []
    assert len(texting.answers()) == sent, "who wants no texts gets none"
    await texting.writes("Yes")
    assert texting.answers()[-1].startswith("You will get messages from this number again")
    await texting.writes("Refund")
    assert texting.chat().id != chat


async def test_help_is_answered_whether_he_talks_or_not_and_yes_is_an_answer(texting: Texting) -> None:
    await texting.writes("ヘルプ")
    assert texting.answers() == ["Write to this number and an agent will answer. Reply STOP to get no more messages."]
    assert texting.chats() == []
    chat = await texting.answered()
    await texting.writes("yes")
    await texting.writes("HELP")
    assert await texting.lines(chat) == ["Orders", "yes", "HELP"]
    assert texting.answers()[-1].startswith("Write to this number")


async def test_a_delivered_line_is_marked_and_one_that_was_not_is_told_to_the_agent(texting: Texting) -> None:
    chat = await texting.answered()
    await texting.says(chat, "First")
    await texting.says(chat, "Second")
    first, second = texting.gateway.sent[-2:]
    await texting.gateway.listener.receipt_arrived(LINK.id, Receipt(f"ref-{first.id}", Delivery.DELIVERED))
    await texting.gateway.listener.receipt_arrived(LINK.id, Receipt(f"ref-{second.id}", Delivery.FAILED, "UNDELIV 27"))
    await texting.settled()
    kept = [one for one in await texting.floor.storage.interactions.messages(chat) if one.body.get("text") == "First"]
    assert texting.chat().delivered.consumer == kept[0].seq
    last = (await texting.floor.storage.interactions.messages(chat))[-1].body
    assert (last["event"], last["line"], last["reason"]) == ("not_delivered", kept[0].seq + 1, "UNDELIV 27")


async def test_while_a_carrier_is_down_lines_wait_in_their_order_and_none_is_lost(texting: Texting) -> None:
    chat = await texting.answered()
    texting.gateway.up = False
    await texting.says(chat, "First")
    await texting.says(chat, "Second")
    await texting.floor.clock.advance(60)
    assert "First" not in texting.answers()
    texting.gateway.up = True
    await texting.floor.clock.advance(60)
    assert texting.answers()[-2:] == ["First", "Second"]


async def test_a_line_that_a_carrier_refuses_is_told_at_once_and_one_that_waits_too_long_in_the_end(
    texting: Texting,
) -> None:
    chat = await texting.answered()
    texting.gateway.refuse = "ESME_RINVDSTADR"
    await texting.says(chat, "Refused")
    assert (await texting.floor.storage.interactions.messages(chat))[-1].body["reason"] == "ESME_RINVDSTADR"
    texting.gateway.up = False
    await texting.says(chat, "Late")
    await texting.floor.clock.advance(1)
    attempts = texting.gateway.attempts
    texting.floor.clock._now += GIVE_UP
    await texting.floor.clock.advance(60)
    failed = [state for text, state, _ in texting.floor.storage.sms._sent.values() if text.seq]
    reasons = [reason for _, state, reason in texting.floor.storage.sms._sent.values() if state == "failed"]
    assert failed == ["failed", "failed"]
    assert reasons == ["ESME_RINVDSTADR", EXPIRED]
    assert texting.gateway.attempts == attempts


async def test_nothing_is_lost_or_sent_twice_when_the_server_is_killed(tmp_path: Path) -> None:
    floor = await a_floor(tmp_path)
    await floor.__aenter__()
    texting = Texting(floor)
    chat = await texting.answered("Before")
    texting.gateway.up = False
    await texting.says(chat, "Written while the carrier was away")
    await floor.storage.sms.receive(ReceivedText(SmsTextId("kept"), LINK.id, OURS, HIS, "Unread", NOON))
    await floor.killed()
    async with floor.restarted() as again:
        after = Texting(again)
        await after.settled()
        assert after.answers() == ["Written while the carrier was away"]
        assert await after.lines(chat) == ["Before", "Unread"]
        assert after.chat().id == chat
        await after.writes("And on", name="later")
        assert await after.lines(chat) == ["Before", "Unread", "And on"]


async def closed_floor(folder: Path, settings: dict[str, Any]) -> Floor:
    """Monday evening in Tokyo: closed."""
    floor = await a_floor(folder)
    await floor.storage.hours.save(SupportCenter(weekly=office()), 0, Signature(NOON, SUE, "Sue"))
    stored = await floor.storage.queues.load()
    nodes = [replace(one, overrides={"sms": settings}) for one in stored.nodes if one.id == RETURNS]
    await floor.storage.queues.save(nodes, revision=stored.revision)
    return floor


@pytest.mark.req("DEF-5")
@pytest.mark.parametrize(
    ("settings", "answers"),
    [
        ({"after_hour_message": True, "after_hour_text": "Back at nine."}, ["Back at nine."]),
        (
            {"after_hour_message": True},
            ["Thank you for your message. We are closed at present. We open again tomorrow at 9 AM."],
        ),
        ({}, []),
    ],
    ids=["own", "built_in", "off"],
)
async def test_who_writes_after_hours_is_told_so_where_the_queue_says_it(
    tmp_path: Path, settings: dict[str, Any], answers: list[str]
) -> None:
    async with await closed_floor(tmp_path, settings) as floor:
        texting = Texting(floor)
        await texting.writes("refund")
        await texting.writes("refund")
        assert texting.answers() == answers, "told once, not with every text"
        assert texting.chats() == []
        await floor.clock.advance(timedelta(minutes=10))
        await texting.writes("refund")
        assert texting.answers() == answers * 2


@pytest.mark.req("DEF-5")
async def test_a_conversation_that_goes_on_goes_on_after_hours(texting: Texting) -> None:
    chat = await texting.answered()
    signed = Signature(NOON, SUE, "Sue")
    await texting.floor.storage.hours.save(SupportCenter(weekly=office()), 0, signed)
    await texting.floor.house._hours.load()
    await texting.writes("Still there?")
    assert (await texting.lines(chat))[-1] == "Still there?"


async def test_an_agent_can_send_no_file_and_can_hand_over_to_another_queue_for_texts(
    texting: Texting, tmp_path: Path
) -> None:
    chat = await texting.answered()
    file = tmp_path / "a.png"
    file.write_bytes(b"x")
    with pytest.raises(ConflictError) as refused:
        await texting.floor.core.chats.attach(a_principal(ANA), chat, "f1", "a.png", file)
    assert refused.value.reason == "sms"
    await texting.floor.core.chats.transfer(a_principal(ANA), chat, ToQueue(RETURNS))
    assert texting.chat().queue.id == RETURNS


async def test_texts_to_numbers_that_nobody_set_up_are_kept_and_lead_to_nothing(texting: Texting) -> None:
    await texting.writes("Hello", destination="+815000000000")
    assert texting.chats() == []
    assert texting.answers() == []
    assert await texting.floor.storage.sms.waiting() == []


async def test_a_number_that_was_taken_away_sends_nothing_more(texting: Texting) -> None:
    chat = await texting.answered()
    admin = a_principal(SUE, role=Role.ADMIN)
    await texting.floor.core.sms.forget_number(admin, NUMBER.id)
    await texting.says(chat, "Hello?")
    assert (await texting.floor.storage.interactions.messages(chat))[-1].body["reason"] == NO_CONNECTION


async def test_a_secret_is_kept_where_none_is_given_and_wanted_again_for_another_address(texting: Texting) -> None:
    admin, sms = a_principal(SUE, role=Role.ADMIN), texting.floor.core.sms
    seen = replace(LINK, secret="", version=1)
    await sms.save_connection(admin, replace(seen, name="Renamed"), secret=None)
    assert (await texting.floor.storage.sms.connections())[0].secret == "secret"
    with pytest.raises(InvalidFieldsError) as wrong:
        await sms.save_connection(admin, replace(seen, host="evil.example.com", version=2), secret=None)
    assert wrong.value.field == "secret"
    rows = await sms.all(admin)
    assert "secret" not in repr(rows).replace("has_secret", "")
    assert rows["connections"][0]["has_secret"]


async def test_a_connection_that_is_switched_off_sends_nothing_until_it_is_on_again(texting: Texting) -> None:
    chat = await texting.answered()
    admin, sms = a_principal(SUE, role=Role.ADMIN), texting.floor.core.sms
    await sms.save_connection(admin, replace(LINK, enabled=False, version=1), secret=None)
    await texting.says(chat, "Waits")
    await sms.save_connection(admin, replace(LINK, version=2), secret=None)
    await texting.floor.clock.advance(60)
    assert texting.answers() == ["Waits"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"number": "090"}, ""),
        ({"number": "12"}, "number"),
        ({"place": QueueId("queue_none")}, "place"),
        ({"connection": SmsConnectionId("sms_none")}, "connection"),
        ({"keywords": (Keyword("STOP", RETURNS),)}, "keywords.0.word"),
        ({"keywords": (Keyword("a", RETURNS), Keyword("Ａ", ORDERS))}, "keywords.1.word"),
        ({"keywords": (Keyword("a", SERVICE),)}, "keywords.0.queue"),
        ({"help_text": "x" * 601}, "help_text"),
    ],
)
async def test_what_is_wrong_with_a_number_is_said_of_its_field(
    texting: Texting, wrong: dict[str, Any], field: str
) -> None:
    save = texting.floor.core.sms.save_number(a_principal(SUE, role=Role.ADMIN), replace(NUMBER, version=1, **wrong))
    if not field:
        await save
        return
    with pytest.raises(InvalidFieldsError) as refused:
        await save
    assert [one.field for one in refused.value.errors] == [field]


async def test_one_bad_text_does_not_stop_the_next(texting: Texting, monkeypatch: pytest.MonkeyPatch) -> None:
    chat = await texting.answered()
    broken = texting.floor.house._texting._receiver
    handle = broken._handle

    async def once(_text: Any) -> None:
        monkeypatch.setattr(broken, "_handle", handle)
        raise RuntimeError("told to fail")

    monkeypatch.setattr(broken, "_handle", once)
    await texting.writes("Bad")
    await texting.writes("Good")
    assert (await texting.lines(chat))[-1] == "Good"
