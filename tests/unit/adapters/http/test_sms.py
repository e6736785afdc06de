"""Text messages over HTTP: who may set them up, and what carriers may send."""

from typing import Any

import httpx
import pytest

from madoguchi.domain.queues.nodes import Assignment, Node
from madoguchi.domain.queues.queue import MenuChannel
from madoguchi.kernel.ids import QueueId, UserId
from madoguchi.testing.environment import settle
from tests.unit.adapters.http.office import Office, problem

pytestmark = pytest.mark.req("CH-4")

PATH = "/settings/sms"
CLOUD = {"name": "Cloud", "carrier": "http", "base_url": "https://api.example.com", "account": "AC1", "secret": "token"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


async def set_up(office: Office) -> str:
    """Return a connection behind which a number leads to a queue."""
    queue = Node(
        QueueId("queue_sms"), MenuChannel.SMS, None, 1, {"en": "Orders"}, (Assignment(users=(UserId("user_ana"),)),)
    )
    await office.storage.queues.save([queue], revision=(await office.storage.queues.load()).revision)
    await office.house._queues.load()
    ada = await office.of("ada")
    made = (await ada.post(f"{PATH}/connections", json=CLOUD)).json()["id"]
    number = {"number": "+81 50-1234-5678", "connection": made, "language": "en", "place": "queue_sms"}
    (await ada.post(f"{PATH}/numbers", json=number)).raise_for_status()
    return str(made)


async def brings(office: Office, connection: str, body: str, signature: str = "token") -> httpx.Response:
    async with office.anybody() as carrier:
        told = {"MessageSid": "SM1", "From": "+819011112222", "To": "+815012345678", "Body": body}
        headers = {"X-Twilio-Signature": signature}
        return await carrier.post(f"/sms/{connection}/message", data=told, headers=headers)


async def test_only_administrators_set_them_up(office: Office) -> None:
    for name in ("ana", "mia"):
        who = await office.of(name)
        assert (await who.get(PATH)).status_code == 403
        assert (await who.post(f"{PATH}/connections", json=CLOUD)).status_code == 403
    async with office.anybody() as stranger:
        assert (await stranger.get(PATH)).status_code == 401


async def test_what_is_set_up_is_listed_without_its_secret_and_with_the_addresses_for_the_carrier(
    office: Office,
) -> None:
    made = await set_up(office)
    told = (await (await office.of("ada")).get(PATH)).json()
    (connection,), (number,), (place,) = told["connections"], told["numbers"], told["places"]
    assert "token" not in repr(told)
    assert (connection["has_secret"], connection["up"]) == (True, True)
    assert connection["message_url"] == f"https://desk.example.com/api/v1/sms/{made}/message"
    assert (number["number"], number["place"]) == ("+815012345678", "queue_sms")
    assert (place["id"], place["leaf"], place["path"][0]["en"]) == ("queue_sms", True, "Orders")


async def test_they_are_changed_by_who_saw_the_newest_and_removed_from_the_number_on(office: Office) -> None:
    made = await set_up(office)
    ada = await office.of("ada")
    path = f"{PATH}/connections/{made}"
    renamed: dict[str, Any] = {**CLOUD, "name": "Renamed", "secret": None, "version": 1}
    assert (await ada.put(path, json=renamed)).status_code == 204
    assert problem(await ada.put(path, json=renamed))[:2] == (409, "stale_version")
    assert problem(await ada.delete(path)) == (409, "conflict", None, "numbers")
    (number,) = (await ada.get(PATH)).json()["numbers"]
    assert (await ada.delete(f"{PATH}/numbers/{number['id']}")).status_code == 204
    assert (await ada.delete(path)).status_code == 204
    assert (await ada.delete(path)).status_code == 404


async def test_what_is_wrong_is_said_of_every_field(office: Office) -> None:
    reply = await (await office.of("ada")).post(f"{PATH}/connections", json={"name": "", "carrier": "smpp"})
    assert reply.status_code == 422
    assert {one["field"] for one in reply.json()["errors"]} == {"name", "host", "system_id"}


async def test_a_carrier_brings_a_text_once_and_is_answered_in_its_own_words(office: Office) -> None:
    made = await set_up(office)
    for _ in range(2):
        reply = await brings(office, made, "こんにちは")
        assert (reply.status_code, reply.headers["content-type"]) == (200, "application/xml")
        assert reply.text.endswith("<Response></Response>")
    for _ in range(4):
        await settle()
    (chat,) = office.house._chats.states()
    lines = await office.storage.interactions.messages(chat.id)
    assert [one.body["text"] for one in lines] == ["こんにちは"]


async def test_what_the_carrier_has_not_signed_is_refused(office: Office) -> None:
    made = await set_up(office)
    assert problem(await brings(office, made, "Hello", "forged"))[:2] == (403, "hook_refused")
    assert (await brings(office, "sms_none", "Hello")).status_code == 404
    async with office.anybody() as stranger:
        broken = await stranger.post(f"/sms/{made}/message", content=b"\xff\xfe", headers=FORM)
        assert broken.status_code == 403
        many = "&".join(f"a{n}=1" for n in range(200))
        assert (await stranger.post(f"/sms/{made}/status", content=many, headers=FORM)).status_code == 403
    assert list(office.house._chats.states()) == []
