"""What `QueueDeflections` promises."""

from dataclasses import replace

import pytest

from madoguchi.domain.deflection.plan import OptionKind, Plan, QueueDeflection
from madoguchi.kernel.ids import QueueId
from madoguchi.ports.storage import StaleVersionError, Storage

pytestmark = pytest.mark.req("DEF-1")

TO_NIGHT = QueueDeflection(QueueId("queue_2"), enabled=True, plan=Plan((OptionKind.QUEUE,), "queue_9"))
TOLD = QueueDeflection(
    QueueId("queue_1"),
    plan=Plan((OptionKind.MESSAGE,), number="+81312345678", texts={"ja": "後ほどお電話ください。", "en": "Later."}),
)


async def test_deflections_come_back_as_they_were_stored_by_their_queues(storage: Storage) -> None:
    assert await storage.deflections.all() == []
    assert await storage.deflections.save(TO_NIGHT) == replace(TO_NIGHT, version=1)
    await storage.deflections.save(TOLD)
    assert await storage.deflections.all() == [replace(TOLD, version=1), replace(TO_NIGHT, version=1)]


async def test_one_is_replaced_by_who_saw_it_as_it_is_and_by_nobody_else(storage: Storage) -> None:
    first = await storage.deflections.save(TO_NIGHT)
    second = await storage.deflections.save(replace(first, enabled=False))
    assert (second.enabled, second.version) == (False, 2)
    for old in (TO_NIGHT, first):
        with pytest.raises(StaleVersionError):
            await storage.deflections.save(old)
    assert await storage.deflections.all() == [second]
