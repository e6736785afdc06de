"""The whole path through an SMSC that is not ours: a consumer's phone, the SMSC, the house, an agent, and back."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from madoguchi.adapters.sms.carriers import Carriers
from madoguchi.adapters.system import SystemClock
from madoguchi.domain.sms.records import Carrier, SmsConnection
from madoguchi.kernel.ids import SmsConnectionId, SmsTextId
from madoguchi.ports.sms import Delivery, Receipt, SmsGateway, SmsUnavailableError, TextToSend
from madoguchi.testing.server import free_port
from tests.contract.sms.scenes import THROTTLED, Listener, Smsc, until

pytestmark = pytest.mark.req("CH-4")

LINK = SmsConnectionId("sms_1")
JAPANESE = "ご注文の商品は本日発送いたしました。到着まで今しばらくお待ちください。😀" * 8


@asynccontextmanager
async def linked(smsc: Smsc, listener: Listener) -> AsyncIterator[SmsGateway]:
    link = SmsConnection(LINK, "SMSC", Carrier.SMPP, host="127.0.0.1", port=smsc.port, system_id="we", secret="secret")
    gateway = Carriers(SystemClock(), "", first_pause=timedelta(milliseconds=50)).open(link, listener)
    running = asyncio.create_task(gateway.run())
    try:
        yield gateway
    finally:
        await gateway.close()
        await asyncio.wait_for(running, 20)


def a_text(text: str = "Hello", name: str = "t1") -> TextToSend:
    return TextToSend(SmsTextId(name), "+815012345678", "+819011112222", text)


@pytest.fixture
async def smsc() -> AsyncIterator[Smsc]:
    made = Smsc(free_port(socket.SOCK_STREAM))
    await made.start()
    yield made
    await made.stop()


async def test_an_smsc_that_is_started_anew_is_found_again(smsc: Smsc) -> None:
    listener = Listener()
    async with linked(smsc, listener) as gateway:
        await until(lambda: gateway.up)
        await gateway.send(a_text("Before"))
        await smsc.stop()
        await until(lambda: not gateway.up)
        assert gateway.trouble == "not_connected"
        with pytest.raises(SmsUnavailableError):
            await gateway.send(a_text("Meanwhile"))
        await smsc.start()
        await until(lambda: gateway.up)
        await gateway.send(a_text("After"))
        assert [text for _, _, text in smsc.words()] == ["Before", "After"]
        await smsc.deliver("おかえり".encode("utf-16-be"), data_coding=8)
        await until(lambda: [one.text for one in listener.texts] == ["おかえり"])


async def test_a_long_text_is_cut_and_every_part_is_receipted(smsc: Smsc) -> None:
    listener = Listener()
    async with linked(smsc, listener) as gateway:
        await until(lambda: gateway.up)
        references = await gateway.send(a_text(JAPANESE))
        assert len(references) == len(smsc.taken) == 5
        assert smsc.words() == [("+815012345678", "+819011112222", JAPANESE)]
        assert all(one.registered_delivery == 1 and len(bytes(one.short_message)) <= 140 for one in smsc.taken)
        for one in references:
            receipt = f"id:{one} sub:001 dlvrd:001 submit date:261127120000 done date:261127120105 stat:DELIVRD err:00A"
            await smsc.deliver(receipt.encode(), esm_class=4)
        await until(lambda: len(listener.receipts) == len(references))
        assert listener.receipts == [Receipt(one, Delivery.DELIVERED) for one in references]
        assert gateway.up, "a receipt that is not as in the specification's examples ends nothing"


async def test_what_cannot_be_kept_is_not_acknowledged_and_comes_again(smsc: Smsc) -> None:
    listener = Listener(broken=True)
    async with linked(smsc, listener) as gateway:
        await until(lambda: gateway.up)
        bound = smsc.bound
        delivering = asyncio.create_task(smsc.deliver(b"Hello"))
        await until(lambda: smsc.bound > bound)
        listener.broken = False
        delivering.cancel()
        await asyncio.gather(delivering, return_exceptions=True)
        assert listener.texts == []
        await smsc.deliver(b"Hello")
        await until(lambda: [one.text for one in listener.texts] == ["Hello"])


async def test_what_nobody_can_read_is_dropped_and_the_next_text_comes(smsc: Smsc) -> None:
    listener = Listener()
    async with linked(smsc, listener) as gateway:
        await until(lambda: gateway.up)
        await smsc.deliver(b"no receipt of anything", esm_class=4)
        await smsc.deliver(b"Hello")
        await until(lambda: [one.text for one in listener.texts] == ["Hello"])
        assert smsc.bound == 1


async def test_many_texts_at_once_all_arrive(smsc: Smsc) -> None:
    async with linked(smsc, Listener()) as gateway:
        await until(lambda: gateway.up)
        sent = [gateway.send(a_text(f"text {n}", f"t{n}")) for n in range(100)]
        references = await asyncio.gather(*sent)
        assert len({one for (one,) in references}) == 100
        assert sorted(text for _, _, text in smsc.words()) == sorted(f"text {n}" for n in range(100))


async def test_an_smsc_with_too_much_to_do_keeps_the_connection(smsc: Smsc) -> None:
    async with linked(smsc, Listener()) as gateway:
        await until(lambda: gateway.up)
        smsc.answer = THROTTLED
        with pytest.raises(SmsUnavailableError):
            await gateway.send(a_text())
        smsc.answer = 0
        await gateway.send(a_text())
        assert gateway.up
        assert smsc.bound == 1
