"""After-hours deflection over HTTP: settings, preview, and the transfer dialog's list."""

from typing import Any

import pytest

from tests.unit.adapters.http.office import Office

pytestmark = pytest.mark.req("DEF-1")

PATH = "/settings/deflection"


def body(version: int = 0, **phone: Any) -> dict[str, Any]:
    return {"version": version, "enabled": True, "transfers": True, "phone": phone, "pages": {"kinds": ["email"]}}


async def a_queue(office: Office) -> str:
    """Let Ada add a queue to the phone menu."""
    made = await (await office.of("ada")).post("/settings/queues", json={"channel": "ivr", "names": {"en": "Sales"}})
    return str(made.json()["queues"][0])


async def test_settings_are_read_changed_and_previewed(office: Office) -> None:
    ada = await office.of("ada")
    usual = (await ada.get(PATH)).json()
    assert (usual["calls"]["enabled"], usual["chats"]["enabled"], usual["queues"]) == (False, False, [])
    given = {one["kind"] for one in usual["options"]["ivr"] if one["given"]}
    assert given == {"queue", "phone_number", "message"}

    saved = await ada.put(f"{PATH}/calls", json=body(kinds=["phone_number"], number="03-1234-5678"))

    assert (saved.status_code, saved.json()["version"], saved.json()["phone"]["number"]) == (200, 1, "+81312345678")
    stale = await ada.put(f"{PATH}/calls", json=body(kinds=["message"]))
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    found = (await ada.get(PATH)).json()
    assert [one["fault"] for one in found["findings"]] == ["email_missing"]
    queue = await a_queue(office)
    preview = await ada.get(f"{PATH}/preview", params={"queue": queue, "language": "en"})
    assert [(one["queue"], one["condition"]) for one in preview.json()["trail"]] == [(queue, "open")]


async def test_wrong_input_is_told_with_its_place(office: Office) -> None:
    ada = await office.of("ada")
    for phone, field, reason in (
        ({"kinds": ["voicemail"]}, "phone.kinds", "not_given"),
        ({"kinds": ["queue"], "queue": "queue_gone"}, "phone.queue", "queue_missing"),
        ({"kinds": ["phone_number"], "number": "110"}, "phone.number", "number_blocked"),
    ):
        refused = await ada.put(f"{PATH}/calls", json=body(**phone))
        assert refused.status_code == 422
        assert [(one["field"], one["reason"]) for one in refused.json()["errors"]] == [(field, reason)]
    assert (
        await ada.put(f"{PATH}/queues/queue_gone", json={"version": 0, "enabled": False, "plan": {}})
    ).status_code == 404
    assert (await ada.get(f"{PATH}/preview", params={"queue": "queue_gone"})).status_code == 404
    queue = await a_queue(office)
    assert (await ada.get(f"{PATH}/preview", params={"queue": queue, "at": "soon"})).status_code == 422


async def test_agents_see_where_they_can_transfer_to_and_no_settings(office: Office) -> None:
    ana, queue = await office.of("ana"), await a_queue(office)
    assert (await ana.get(PATH)).status_code == 403
    listed = (await ana.get("/desk/transfer-queues", params={"service": "call", "language": "en"})).json()
    assert [(one["id"], one["ground"]) for one in listed["queues"]] == [(queue, "open")]
    assert listed["hidden"] == []
