"""What `StatusCatalogue` promises."""

from dataclasses import replace

import pytest

from madoguchi.domain.agents.statuses import CustomStatus
from madoguchi.kernel.ids import StatusId
from madoguchi.ports.storage import Storage

pytestmark = pytest.mark.req("BASE-10")

TRAINING = CustomStatus(StatusId("status_1"), {"en": "Training", "ja": "研修"}, "violet")
MAIL = CustomStatus(StatusId("status_2"), {"en": "E-mail", "ja": "メール"}, "blue", away=False)


async def test_statuses_come_back_as_they_were_stored_in_the_order_of_their_making(storage: Storage) -> None:
    assert await storage.statuses.all() == []
    await storage.statuses.save(MAIL)
    await storage.statuses.save(TRAINING)
    assert await storage.statuses.all() == [TRAINING, MAIL]


async def test_a_status_is_replaced_and_removed(storage: Storage) -> None:
    await storage.statuses.save(TRAINING)
    renamed = replace(TRAINING, names={"en": "Course", "ja": "講習"}, colour="amber", away=False)
    await storage.statuses.save(renamed)
    assert await storage.statuses.all() == [renamed]
    assert await storage.statuses.remove(TRAINING.id)
    assert not await storage.statuses.remove(TRAINING.id)
    assert await storage.statuses.all() == []
