"""What `Catalogue` promises: plain records come back as they were stored."""

import asyncio
from dataclasses import replace

import pytest

from madoguchi.domain.access.users import Credentials
from madoguchi.domain.chats.attachments import Attachment, MediaType
from madoguchi.domain.recording import RecordingState
from madoguchi.kernel.errors import ConflictError, NotFoundError
from madoguchi.kernel.ids import AttachmentId, ConsumerId, InteractionId, RecordingId, UserId
from madoguchi.ports.storage import Storage
from tests.contract.storage.records import ANA, BEN, NOON, consumer, consumer_session, later, recording, session

SECRET = Credentials("$argon2id$…")


async def test_users_come_back_as_they_were_stored_by_name(storage: Storage) -> None:
    await storage.catalogue.add_user(BEN, SECRET)
    await storage.catalogue.add_user(ANA, SECRET)

    assert await storage.catalogue.user(ANA.id) == ANA
    assert await storage.catalogue.users() == [ANA, BEN]
    assert await storage.catalogue.user(UserId("user_none")) is None


async def test_an_e_mail_address_belongs_to_one_user_whatever_its_case(storage: Storage) -> None:
    await storage.catalogue.add_user(ANA, SECRET)

    with pytest.raises(ConflictError):
        await storage.catalogue.add_user(replace(BEN, email="ANA@example.COM"), SECRET)

    assert await storage.catalogue.users() == [ANA]


async def test_a_user_cannot_take_over_anothers_address(storage: Storage) -> None:
    await storage.catalogue.add_user(ANA, SECRET)
    await storage.catalogue.add_user(BEN, SECRET)

    with pytest.raises(ConflictError):
        await storage.catalogue.save_user(replace(BEN, email="ana@example.com"))

    assert await storage.catalogue.user(BEN.id) == BEN


async def test_of_two_users_with_one_address_at_once_one_is_refused(storage: Storage) -> None:
    outcomes = await asyncio.gather(
        storage.catalogue.add_user(ANA, SECRET),
        storage.catalogue.add_user(replace(BEN, email=ANA.email), SECRET),
        return_exceptions=True,
    )

    assert sum(one is None for one in outcomes) == 1
    assert sum(isinstance(one, ConflictError) for one in outcomes) == 1


async def test_a_user_can_be_changed_and_keeps_his_password(storage: Storage) -> None:
    await storage.catalogue.add_user(ANA, SECRET)
    renamed = replace(
        ANA, name="Ana María", roles=frozenset(), languages=(), email="new@example.com", skills={"billing": 3}
    )

    await storage.catalogue.save_user(renamed)

    assert await storage.catalogue.credentials("New@example.com") == (renamed, SECRET)
    assert await storage.catalogue.credentials(ANA.email) is None


async def test_an_unknown_user_cannot_be_changed(storage: Storage) -> None:
    with pytest.raises(NotFoundError):
        await storage.catalogue.save_user(ANA)
    with pytest.raises(NotFoundError):
        await storage.catalogue.set_credentials(ANA.id, SECRET)


async def test_a_password_is_found_by_the_address_in_any_case_and_can_be_replaced(storage: Storage) -> None:
    await storage.catalogue.add_user(ANA, SECRET)

    await storage.catalogue.set_credentials(ANA.id, Credentials("new"))

    assert await storage.catalogue.credentials("aNA@eXAMPLE.com") == (ANA, Credentials("new"))
    assert await storage.catalogue.credentials("nobody@example.com") is None


async def test_sessions_live_until_they_are_ended(storage: Storage) -> None:
    hers = session("aa", later(60))
    await storage.catalogue.add_user(ANA, SECRET)
    await storage.catalogue.add_session(hers)

    assert await storage.catalogue.session("aa") == hers
    await storage.catalogue.end_session("aa")
    await storage.catalogue.end_session("aa")

    assert await storage.catalogue.session("aa") is None


async def test_expired_sessions_of_users_and_consumers_are_forgotten(storage: Storage) -> None:
    visitor = consumer(1)
    await storage.catalogue.add_user(ANA, SECRET)
    await storage.catalogue.save_consumer(visitor)
    await storage.catalogue.add_session(session("old", later(59)))
    await storage.catalogue.add_session(session("new", later(60)))
    await storage.catalogue.add_consumer_session(consumer_session("old", visitor, later(1)))
    await storage.catalogue.add_consumer_session(consumer_session("new", visitor, later(61)))

    assert await storage.catalogue.end_sessions_before(later(60)) == 2

    assert await storage.catalogue.session("old") is None
    assert await storage.catalogue.session("new") == session("new", later(60))
    assert await storage.catalogue.consumer_session("old") is None
    assert await storage.catalogue.consumer_session("new") == consumer_session("new", visitor, later(61))


async def test_nobody_unknown_can_have_a_session(storage: Storage) -> None:
    with pytest.raises(NotFoundError):
        await storage.catalogue.add_session(session("aa", later(60)))
    with pytest.raises(NotFoundError):
        await storage.catalogue.add_consumer_session(consumer_session("aa", consumer(1), later(60)))

    assert await storage.catalogue.session("aa") is None
    assert await storage.catalogue.consumer_session("aa") is None


async def test_consumers_are_found_by_id_and_number(storage: Storage) -> None:
    unknown, caller = consumer(1), consumer(2, "+819012345678")
    await storage.catalogue.save_consumer(unknown)
    await storage.catalogue.save_consumer(caller)
    named = replace(caller, name="Chidori", anonymous=False)
    await storage.catalogue.save_consumer(named)

    assert await storage.catalogue.consumer(unknown.id) == unknown
    assert await storage.catalogue.consumer(ConsumerId("cons_none")) is None
    assert await storage.catalogue.consumer_by_phone("+819012345678") == named
    assert await storage.catalogue.consumer_by_phone("+810000000000") is None


async def test_of_consumers_who_share_a_number_the_first_known_is_found(storage: Storage) -> None:
    newer, older = consumer(1, "+81312345678", later(1)), consumer(2, "+81312345678", NOON)
    await storage.catalogue.save_consumer(newer)
    await storage.catalogue.save_consumer(older)

    assert await storage.catalogue.consumer_by_phone("+81312345678") == older


async def test_recordings_are_found_by_id_interaction_and_state(storage: Storage) -> None:
    second, first = recording(1, started_at=later(5)), recording(2)
    for one in (second, first):
        await storage.catalogue.save_recording(one)
    ready = replace(first, state=RecordingState.READY, blob_key="a/b.mp3", span_s=1.25, size=2**40, detail="–")
    await storage.catalogue.save_recording(ready)

    assert await storage.catalogue.recording(first.id) == ready
    assert await storage.catalogue.recording(RecordingId("rec_none")) is None
    assert await storage.catalogue.recordings(first.interaction) == [ready, second]
    assert await storage.catalogue.recordings(InteractionId("call_none")) == []
    assert await storage.catalogue.recordings_in("live") == [second]
    assert await storage.catalogue.recordings_in("ready") == [ready]
    assert await storage.catalogue.recordings_in("failed") == []


async def test_attachments_come_back_as_they_were_stored(storage: Storage) -> None:
    photo = Attachment(
        AttachmentId("att_1"), InteractionId("chat_1"), "写真.png", MediaType.PNG, 20_000_000, 640, 480, "a/1", NOON
    )

    await storage.catalogue.save_attachment(photo)

    assert await storage.catalogue.attachment(photo.id) == photo
    assert await storage.catalogue.attachment(AttachmentId("att_none")) is None
    await storage.catalogue.forget_attachment(photo.id)
    await storage.catalogue.forget_attachment(AttachmentId("att_none"))
    assert await storage.catalogue.attachment(photo.id) is None


async def test_settings_are_kept_by_scope_and_replaced_as_a_whole(storage: Storage) -> None:
    await storage.catalogue.save_settings("calls", {"ring_s": 20, "text": {"ja": "こんにちは"}})
    await storage.catalogue.save_settings("chats", {"x": [1, None, True]})
    await storage.catalogue.save_settings("calls", {"ring_s": 15.5})

    assert await storage.catalogue.settings("calls") == {"ring_s": 15.5}
    assert await storage.catalogue.settings("chats") == {"x": [1, None, True]}
    assert await storage.catalogue.settings("branding") == {}
