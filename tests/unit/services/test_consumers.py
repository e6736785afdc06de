"""Consumers' sessions, and what their pages are told first."""

from datetime import timedelta

import pytest

from madoguchi.domain.access.sign_in import SignInNeededError
from madoguchi.domain.queues.queue import MenuChannel, Queue
from madoguchi.kernel.ids import QueueId
from madoguchi.services.consumers import ConsumerService, ConsumerSettings
from madoguchi.services.queues import QueueService
from madoguchi.services.sign_in import token_hash
from madoguchi.testing.catalogue import MemoryCatalogue
from madoguchi.testing.chats import ANA, SALES
from madoguchi.testing.environment import CountingIds, FakeClock
from madoguchi.testing.queues import MemoryQueueMenus, plant


class Door:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.catalogue = MemoryCatalogue()
        self.menus = MemoryQueueMenus()
        self.queues = QueueService(self.menus)
        settings = ConsumerSettings(name="Tanaka Shop")
        self.service = ConsumerService(self.catalogue, self.queues, self.clock, CountingIds(), settings)


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.mark.req("CH-3")
async def test_an_unknown_consumer_gets_an_id_a_name_and_a_token_that_is_not_stored(door: Door) -> None:
    token, consumer, expires_at = await door.service.open_session(None, "ja")

    assert consumer.name == "Web User 11/23 21:00", "noon in London is nine in the evening in Tokyo"
    assert consumer.anonymous
    assert consumer.phone is None
    assert expires_at == door.clock.now() + timedelta(days=30)
    assert await door.catalogue.consumer(consumer.id) == consumer
    assert (await door.service.authenticate(token)).consumer == consumer
    assert list(door.catalogue._consumer_sessions) == [token_hash(token)]
    assert token not in str(door.catalogue._consumer_sessions)


@pytest.mark.req("CH-3")
async def test_who_comes_back_with_his_token_is_the_same_consumer(door: Door) -> None:
    first = await door.service.open_session(None, None)
    await door.clock.advance(timedelta(days=29))
    assert await door.service.open_session(first[0], None) == first


@pytest.mark.parametrize("age", [timedelta(0), timedelta(days=30)])
async def test_a_foreign_or_old_token_begins_a_new_session(door: Door, age: timedelta) -> None:
    token, consumer, _ = await door.service.open_session(None, None)
    await door.clock.advance(age)
    resumed = token if age else "stolen"

    fresh_token, fresh, _ = await door.service.open_session(resumed, None)

    assert fresh_token != resumed
    assert fresh.id != consumer.id
    with pytest.raises(SignInNeededError):
        await door.service.authenticate(resumed)


@pytest.mark.req("SMA-3")
async def test_the_page_learns_names_languages_queues_and_what_may_be_attached(door: Door) -> None:
    phone = Queue(QueueId("queue_phone"), frozenset({MenuChannel.IVR}), {"en": "Phone", "ja": "電話"}, 2, (ANA,))
    await plant(door.menus, SALES, phone)
    await door.queues.load()

    assert await door.service.config() == {
        "name": "Tanaka Shop",
        "languages": ["ja", "en"],
        "queues": [
            {
                "id": SALES.id,
                "names": {"en": "Sales", "ja": "営業"},
                "path": [{"en": "Sales", "ja": "営業"}],
                "channels": ["chat", "call"],
            }
        ],
        "menu": [{"id": SALES.id, "names": {"en": "Sales", "ja": "営業"}, "channels": ["chat", "call"], "entries": []}],
        "closed": [],
        "attachments": {"max_bytes": 20_971_520, "types": ["image/png", "image/jpeg", "video/mp4"]},
    }
    await door.catalogue.save_settings("branding", {"name": "田中商店"})
    assert (await door.service.config())["name"] == "田中商店"
