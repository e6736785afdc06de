"""What `SmsGateway` promises, on every carrier that there is."""

from collections.abc import AsyncIterator

import pytest

from madoguchi.kernel.ids import SmsTextId
from madoguchi.ports.sms import (
    Delivery,
    Hook,
    HookKind,
    HookRefusedError,
    SmsRefusedError,
    SmsUnavailableError,
    TextToSend,
)
from tests.contract.sms.scenes import SCENES, Scene, until

pytestmark = pytest.mark.req("CH-4")

OURS, HIS = "+815012345678", "+819011112222"
LONG_JAPANESE = "ご注文の商品は本日発送いたしました。到着まで今しばらくお待ちください。😀" * 6
LONG_ENGLISH = "Your parcel has left our house today and will be with you tomorrow. " * 5


@pytest.fixture(params=SCENES, ids=lambda start: start.__name__)
async def scene(request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    async with request.param() as opened:
        yield opened


def a_text(text: str = "Hello", name: str = "text_1") -> TextToSend:
    return TextToSend(SmsTextId(name), OURS, HIS, text)


@pytest.mark.parametrize(
    "words", ["Hello", "こんにちは😀", LONG_JAPANESE, LONG_ENGLISH], ids=["en", "ja", "long_ja", "long_en"]
)
async def test_a_text_arrives_as_it_was_sent(scene: Scene, words: str) -> None:
    references = await scene.gateway.send(a_text(words))
    assert references
    assert await scene.taken() == [(OURS, HIS, words)]
    assert scene.gateway.up


@pytest.mark.parametrize("words", ["Hello", "こんにちは😀", LONG_JAPANESE], ids=["en", "ja", "long_ja"])
async def test_what_somebody_writes_is_brought(scene: Scene, words: str) -> None:
    await scene.write(words)
    await until(lambda: scene.listener.whole() == [words])
    assert {(one.source, one.destination) for one in scene.listener.texts} <= {(HIS, OURS)}
    assert {(one.source, one.destination) for one in scene.listener.parts} <= {(HIS, OURS)}


@pytest.mark.parametrize("fate", list(Delivery))
async def test_what_became_of_a_text_is_told_by_its_reference(scene: Scene, fate: Delivery) -> None:
    (reference,) = await scene.gateway.send(a_text())
    await scene.tell(reference, fate)
    await until(lambda: bool(scene.listener.receipts))
    (receipt,) = scene.listener.receipts
    assert (receipt.reference, receipt.delivery) == (reference, fate)
    assert bool(receipt.reason) is (fate is Delivery.FAILED)


async def test_a_carrier_that_has_too_much_is_asked_again_later(scene: Scene) -> None:
    scene.refuse(for_ever=False)
    with pytest.raises(SmsUnavailableError):
        await scene.gateway.send(a_text())


async def test_a_carrier_that_will_never_take_a_text_says_why(scene: Scene) -> None:
    scene.refuse(for_ever=True)
    with pytest.raises(SmsRefusedError) as refused:
        await scene.gateway.send(a_text())
    assert refused.value.reason


async def test_a_request_that_the_carrier_has_not_signed_is_refused(scene: Scene) -> None:
    told = {"MessageSid": "SM1", "From": HIS, "To": OURS, "Body": "Hello"}
    with pytest.raises(HookRefusedError):
        await scene.gateway.hooked(Hook(HookKind.MESSAGE, told, "forged"))
    assert scene.listener.texts == []


async def test_a_closed_gateway_is_down(scene: Scene) -> None:
    await scene.gateway.close()
    await until(lambda: not scene.gateway.up or scene.gateway.trouble == "")
    with pytest.raises((SmsUnavailableError, RuntimeError)):
        await scene.gateway.send(a_text())
