"""Dispositions and canned replies are kept as they were given."""

from dataclasses import replace

import pytest

from madoguchi.domain.desk.dispositions import Disposition
from madoguchi.domain.desk.replies import CannedReply, ReplyScope
from madoguchi.kernel.ids import DispositionId, QueueId, ReplyId, UserId
from madoguchi.ports.storage import Storage

RETURNS = Disposition(DispositionId("disposition_1"), {"en": "Returns", "ja": "返品"}, position=2)
DAMAGED = Disposition(
    DispositionId("disposition_2"),
    {"en": "Damaged", "ja": "破損"},
    parent=RETURNS.id,
    queues=(QueueId("queue_1"),),
    notes_required=True,
    position=1,
)
HELLO = CannedReply(ReplyId("reply_1"), "hello", {"en": "Hello {consumer}", "ja": "{consumer} 様"})
MINE = CannedReply(ReplyId("reply_2"), "bye", {"ja": "失礼します"}, ReplyScope.OWN, owner=UserId("user_ana"))


@pytest.mark.req("BASE-11")
async def test_dispositions_come_back_by_position(storage: Storage) -> None:
    for one in (RETURNS, DAMAGED):
        await storage.desk.save_disposition(one)
    assert list(await storage.desk.dispositions()) == [DAMAGED, RETURNS]
    last = replace(DAMAGED, position=9, queues=())
    await storage.desk.save_disposition(last)
    assert list(await storage.desk.dispositions()) == [RETURNS, last]
    await storage.desk.forget_disposition(RETURNS.id)
    await storage.desk.forget_disposition(RETURNS.id)
    assert list(await storage.desk.dispositions()) == [last]


@pytest.mark.req("BASE-13")
async def test_replies_come_back_by_shortcut(storage: Storage) -> None:
    for one in (HELLO, MINE):
        await storage.desk.save_reply(one)
    assert list(await storage.desk.replies()) == [MINE, HELLO]
    changed = replace(MINE, shortcut="zzz", scope=ReplyScope.QUEUE, queue=QueueId("queue_1"), owner=None)
    await storage.desk.save_reply(changed)
    assert list(await storage.desk.replies()) == [HELLO, changed]
    await storage.desk.forget_reply(HELLO.id)
    assert list(await storage.desk.replies()) == [changed]
