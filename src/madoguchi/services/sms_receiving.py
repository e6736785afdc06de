"""Texts that come in: kept at once, then handled one after the other for each consumer."""

from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, NoReturn

import structlog

from madoguchi.domain.chats.chat import Chat, ChatEvent
from madoguchi.domain.chats.commands import EndChat, SendMessage, StartChat
from madoguchi.domain.chats.lifecycle import Side, TimeOuts
from madoguchi.domain.chats.messages import TEXT_LIMIT
from madoguchi.domain.chats.messages import text as body_of
from madoguchi.domain.chats.texting import SmsLine
from madoguchi.domain.consumers.consumer import Consumer
from madoguchi.domain.hours.wording import opening_in_words
from madoguchi.domain.queues.nodes import Node
from madoguchi.domain.queues.queue import MenuChannel
from madoguchi.domain.queues.resolve import names_of
from madoguchi.domain.queues.settings import SMS
from madoguchi.domain.routing.offers import Channel
from madoguchi.domain.sms.conversation import (
    MENU_LASTS,
    Ask,
    Begin,
    Choice,
    GoOn,
    Obey,
    Setting,
    Silence,
    may_tell_closed,
    step,
)
from madoguchi.domain.sms.records import SmsNumber
from madoguchi.domain.sms.texts import Reply, reply
from madoguchi.domain.sms.words import Order, plain_word
from madoguchi.kernel.errors import MadoguchiError
from madoguchi.kernel.ids import CHAT, ConsumerId, InteractionId, QueueId, SmsConnectionId, SmsTextId
from madoguchi.kernel.time import Span
from madoguchi.ports.environment import Clock, IdSource
from madoguchi.ports.sms import Outcome, PartArrived, Receipt, ReceivedText, SmsRecords, TextArrived
from madoguchi.ports.storage import Catalogue, StorageUnavailableError
from madoguchi.services.chats import LiveChats
from madoguchi.services.hours import HoursService
from madoguchi.services.lifecycle import Change, InteractionOverError
from madoguchi.services.phone_numbers import ways_to_read
from madoguchi.services.queues import QueueService
from madoguchi.services.sms_lanes import Lanes
from madoguchi.services.sms_sending import TEXT, SmsSender

SMS_TIME_OUTS: Final = TimeOuts(unanswered_s=86_400.0, agent_silent_s=900.0, dormant_s=3_600.0, dismiss_s=86_400.0)
"""Who writes a text message puts his phone away afterwards: a day may pass."""
PARTS_LAST: Final = Span(minutes=10)
"""After this a long text is taken without its missing parts."""
KEPT: Final = Span(days=30)
"""How long it is known that a text came, so that a repetition is none."""
LOOK_EVERY: Final = Span(minutes=1)
RETRY: Final = Span(seconds=2)
_SILENCES: Final[Mapping[Silence, Outcome]] = {
    Silence.OPTED_OUT: Outcome.OPTED_OUT,
    Silence.NO_QUEUE: Outcome.NO_QUEUE,
}

_log = structlog.get_logger(__name__)


class SmsReceiver:
    """Makes chats of the texts that consumers send. `SmsListener` for all carriers."""

    def __init__(
        self,
        *,
        records: SmsRecords,
        sender: SmsSender,
        chats: LiveChats,
        catalogue: Catalogue,
        queues: QueueService,
        hours: HoursService,
        clock: Clock,
        ids: IdSource,
    ) -> None:
        self._records = records
        self._sender = sender
        self._chats = chats
        self._catalogue = catalogue
        self._queues = queues
        self._hours = hours
        self._clock = clock
        self._ids = ids
        self._talks: dict[tuple[str, str], InteractionId] = {}
        """The conversations that go on, by our number and his."""
        self._lanes: Lanes[ReceivedText] = Lanes(self._patiently)
        self.number: Callable[[str], SmsNumber | None] = lambda _number: None
        """Tells what is set for one of our numbers."""

    def changed(self, change: Change[Chat, ChatEvent]) -> None:
        """Note which conversations go on."""
        chat = change.state
        if chat.sms is None:
            return
        key = chat.sms.number, chat.sms.peer
        if chat.live:
            self._talks[key] = chat.id
        elif self._talks.get(key) == chat.id:
            del self._talks[key]

    async def start(self, spawn: Callable[[Coroutine[Any, Any, None]], None]) -> None:
        """Go on with what was not handled when the process ended."""
        waiting = await self._records.waiting()
        self._lanes.start(spawn)
        for text in waiting:
            self._lanes.line_up(text)

    async def run(self) -> NoReturn:
        """Take long texts whose parts do not come any more, and forget what is old."""
        while True:
            now = self._clock.now()
            try:
                for text in await self._records.incomplete(now - PARTS_LAST):
                    self._lanes.line_up(text)
                await self._records.forget(now - KEPT)
            except StorageUnavailableError:
                pass  # The next look finds the same.
            await self._clock.sleep(LOOK_EVERY)

    async def text_arrived(self, connection: SmsConnectionId, text: TextArrived) -> None:
        """Take a whole text. A repetition is no error.

        Raises:
            StorageUnavailableError: it could not be kept.
        """
        name = f"{connection}/{text.message_id}" if text.message_id else self._ids.new(TEXT)
        received = self._received(name, connection, text.source, text.destination, text.text)
        if await self._records.receive(received):
            self._lanes.line_up(received)

    async def part_arrived(self, connection: SmsConnectionId, part: PartArrived) -> None:
        """Take a part of a text.

        Raises:
            StorageUnavailableError: it could not be kept.
        """
        whole = self._received(self._ids.new(TEXT), connection, part.source, part.destination, "")
        made = await self._records.receive_part(part, whole)
        if made is not None:
            self._lanes.line_up(made)

    async def receipt_arrived(self, connection: SmsConnectionId, receipt: Receipt) -> None:
        """Take a receipt.

        Raises:
            StorageUnavailableError: it could not be kept.
        """
        await self._sender.receipt_arrived(connection, receipt)

    def _received(self, name: str, connection: SmsConnectionId, source: str, ours: str, text: str) -> ReceivedText:
        ways = [ours, f"+{ours}", *ways_to_read(ours)]
        known = [one for one in ways if self.number(one) is not None]
        peer = _peer(source)
        number = known[0] if known else ours
        return ReceivedText(SmsTextId(name), connection, number, peer, text, self._clock.now())

    async def _patiently(self, text: ReceivedText) -> None:
        """Handle a text; while the database is away, wait. One that cannot be handled waits for the next start."""
        while True:
            try:
                await self._handle(text)
            except StorageUnavailableError:
                await self._clock.sleep(RETRY)
                continue
            except MadoguchiError as error:
                _log.error("text_not_handled", text=text.id, code=error.code)
            except Exception:  # noqa: BLE001 - one bad text must not stop the others
                _log.exception("text_not_handled", text=text.id)
            return

    async def _handle(self, text: ReceivedText) -> None:
        number = self.number(text.number)
        if number is None or number.connection != text.connection:
            _log.warning("text_to_unknown_number", text=text.id, connection=text.connection)
            await self._records.handled([text.id], Outcome.UNKNOWN_NUMBER)
            return
        now = self._clock.now()
        peer = await self._records.peer(text.number, text.peer)
        talk = self._talks.get((text.number, text.peer))
        match step(text.text, peer, self._setting(number), now, talking=talk is not None):
            case Obey() as order:
                await self._obey(text, order, talk)
            case GoOn():
                assert talk is not None  # noqa: S101 - only who talks goes on
                await self._go_on(text, talk)
            case Ask(asked, answer, chosen):
                await self._records.save_peer(asked)
                await self._sender.answer(text.number, text.peer, answer, f"answer/{text.id}")
                await self._records.handled([text.id], Outcome.CHOICE if chosen else Outcome.HELD)
            case Begin() as begin:
                await self._begin(text, number, begin)
            case Silence() as silence:
                await self._records.handled([text.id], _SILENCES[silence])

    async def _obey(self, text: ReceivedText, order: Obey, talk: InteractionId | None) -> None:
        await self._records.save_peer(order.peer)
        if talk is not None:
            chat = self._chats.state(talk)
            try:
                await self._say(talk, text)
                if order.order is Order.STOP and chat is not None:
                    await self._chats.send(talk, EndChat(Side.CONSUMER, chat.consumer.id))
            except InteractionOverError:
                pass  # It ended meanwhile; the order counts all the same.
        if order.answer:
            await self._sender.answer(text.number, text.peer, order.answer, f"answer/{text.id}")
        await self._records.handled([text.id], Outcome.ORDER)

    async def _go_on(self, text: ReceivedText, talk: InteractionId) -> None:
        try:
            await self._say(talk, text)
        except InteractionOverError:
            # It ended while the text was on its way: this one begins the next conversation.
            self._talks.pop((text.number, text.peer), None)
            await self._handle(text)
            return
        await self._records.handled([text.id], Outcome.LINE)

    async def _begin(self, text: ReceivedText, number: SmsNumber, begin: Begin) -> None:
        language = number.language
        if not self._hours.state(begin.queue, Channel.CHAT, language, self._clock.now()).open:
            await self._closed(text, number, begin)
            return
        consumer = await self._consumer(text.peer)
        chat = InteractionId(self._ids.new(CHAT))
        queue = self._queues.get(begin.queue)
        line = SmsLine(text.number, text.peer)
        await self._chats.create(chat, StartChat(chat, consumer, queue, language, None, SMS_TIME_OUTS, line))
        since = self._clock.now() - MENU_LASTS
        lines = [*await self._records.held(text.number, text.peer, since), *(() if begin.chosen else (text,))]
        for one in lines:
            await self._say(chat, one)
        await self._records.save_peer(begin.peer)
        await self._records.handled([one.id for one in lines], Outcome.LINE)
        if begin.chosen:
            await self._records.handled([text.id], Outcome.CHOICE)

    async def _closed(self, text: ReceivedText, number: SmsNumber, begin: Begin) -> None:
        now, peer = self._clock.now(), begin.peer
        tree = self._queues.menus.tree
        told = self._queues.menus.settings(SMS, tree.nodes[begin.queue]).values
        if told.after_hour_message and may_tell_closed(peer, now):
            words = told.after_hour_text or self._closed_words(begin.queue, number.language)
            await self._sender.answer(text.number, text.peer, words, f"answer/{text.id}")
            peer = replace(peer, told_closed_at=now)
        await self._records.save_peer(peer)
        held = await self._records.held(text.number, text.peer, now - MENU_LASTS)
        await self._records.handled([text.id, *(one.id for one in held)], Outcome.CLOSED)

    def _closed_words(self, queue: QueueId, language: str) -> str:
        now = self._clock.now()
        state = self._hours.state(queue, Channel.CHAT, language, now)
        words = reply(Reply.CLOSED, language)
        if state.until is None:
            return words
        return f"{words} {_opens(language, opening_in_words(state.until, now, state.zone, language))}"

    async def _say(self, chat: InteractionId, text: ReceivedText) -> None:
        state = self._chats.state(chat)
        if state is None:
            raise InteractionOverError(chat)
        for number, part in enumerate(_lines(text.text)):
            client = f"{text.id}/{number}"
            await self._chats.send(chat, SendMessage(Side.CONSUMER, state.consumer.id, client, body_of(part)))

    async def _consumer(self, peer: str) -> Consumer:
        known = await self._catalogue.consumer_by_phone(peer)
        if known is not None:
            return known
        made = Consumer(ConsumerId(self._ids.new("consumer")), peer, peer, self._clock.now())
        await self._catalogue.save_consumer(made)
        return made

    def _setting(self, number: SmsNumber) -> Setting:
        tree = self._queues.menus.tree
        keywords = {
            plain_word(one.word): one.queue
            for one in number.keywords
            if (node := tree.nodes.get(one.queue)) is not None and not node.deleted and tree.leaf(node)
        }
        return Setting(number.language, self._place(number.place), keywords, number.help_text)

    def _place(self, place: QueueId | None) -> Choice | None:
        menus = self._queues.menus
        node = menus.tree.nodes.get(place) if place is not None else None
        if node is not None and not node.deleted:
            if menus.tree.leaf(node):
                return Choice(node.id, names_of(node))
            below = tuple(self._choices(node))
            if below:
                return Choice(node.id, names_of(node), below)
        # Where the place is not there any more, or nobody is: nobody is to be lost by it.
        whole = tuple(self._choices(None))
        return Choice(QueueId(""), {}, whole) if whole else None

    def _choices(self, level: Node | None) -> Iterator[Choice]:
        menus = self._queues.menus
        for node in menus.choices(MenuChannel.SMS, level.id if level is not None else None):
            yield Choice(node.id, names_of(node), () if menus.tree.leaf(node) else tuple(self._choices(node)))


def _peer(source: str) -> str:
    """Return a sender's number in E.164, as his calls are known by it; a short code or a word stays as it is."""
    ways = ways_to_read(source)
    if source.startswith("+") or not ways:
        return source
    return f"+{source}" if f"+{source}" in ways and not source.startswith("0") else ways[0]


def _lines(text: str) -> Iterator[str]:
    """Yield what a chat takes in one line; what is empty is shown as such."""
    words = text if text.strip() else "…"
    for begin in range(0, len(words), TEXT_LIMIT):
        part = words[begin : begin + TEXT_LIMIT]
        if part.strip():
            yield part


def _opens(language: str, hour: str) -> str:
    return f"次の受付開始は{hour}です。" if language == "ja" else f"We open again {hour}."
