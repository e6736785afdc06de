"""The doctor over HTTP: who may see, heal and set what, and how wrong input is told."""

import pytest

from madoguchi.domain.agents.messages import OpenHandling
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.ids import HandlingId, InteractionId, OfferId, UserId
from madoguchi.testing.builders import a_consumer
from tests.unit.adapters.http.office import Office

pytestmark = pytest.mark.req("END-3")

PATH, SETTINGS = "/doctor", "/doctor/settings"
USUAL = {"version": 0, "stuck_min": 300, "no_media_s": 120}


async def busy_with_nothing(office: Office, agent: str) -> None:
    """Let an agent count as busy with a call that there is not, for long enough to be told."""
    user = UserId(f"user_{agent}")
    lost = OpenHandling(
        user, HandlingId("handling_x"), OfferId("offer_x"), InteractionId("call_x"), Channel.CALL, a_consumer(), None
    )
    await office.house._agents.send(user, lost)
    await (await office.of("ada")).get(PATH)
    await office.clock.advance(61)


async def test_nothing_is_wrong_in_a_house_at_rest(office: Office) -> None:
    reply = await (await office.of("ada")).get(PATH)
    assert (reply.status_code, reply.json()) == (200, {"anomalies": []})


async def test_what_is_wrong_is_told_healed_and_gone_and_healing_twice_is_no_error(office: Office) -> None:
    await busy_with_nothing(office, "ben")
    mia = await office.of("mia")
    (row,) = (await mia.get(PATH)).json()["anomalies"]
    assert (row["code"], row["kind"], row["remedy"], row["name"]) == (
        "handling_without_interaction",
        "agent",
        "free_agent",
        "Ben",
    )
    assert row["since"].endswith("Z")
    for _ in range(2):
        healed = await mia.post(f"{PATH}/heal", json={"anomaly": row["id"]})
        assert healed.status_code == 204
    assert (await mia.get(PATH)).json()["anomalies"] == []


async def test_a_manager_does_not_learn_of_other_teams_and_cannot_heal_there(office: Office) -> None:
    await busy_with_nothing(office, "cia")
    (row,) = (await (await office.of("ada")).get(PATH)).json()["anomalies"]
    mia = await office.of("mia")
    assert (await mia.get(PATH)).json() == {"anomalies": []}
    assert (await mia.post(f"{PATH}/heal", json={"anomaly": row["id"]})).status_code == 204
    assert (await (await office.of("ada")).get(PATH)).json()["anomalies"] == [row]


async def test_agents_and_strangers_may_not(office: Office) -> None:
    for name in ("ana", "dan"):
        who = await office.of(name)
        assert (await who.get(PATH)).status_code == 403
        assert (await who.post(f"{PATH}/heal", json={"anomaly": "x"})).status_code == 403
        assert (await who.put(SETTINGS, json=USUAL)).status_code == 403
        assert (await who.get(SETTINGS)).json() == {**USUAL, "may_change": False}
    async with office.anybody() as stranger:
        assert (await stranger.get(SETTINGS)).status_code == 401


async def test_the_threshold_is_changed_by_who_may_end_everybodys_and_noted(office: Office) -> None:
    ada, mia = await office.of("ada"), await office.of("mia")
    assert (await mia.get(SETTINGS)).json()["may_change"] is False
    assert (await mia.put(SETTINGS, json=USUAL)).status_code == 403
    changed = await ada.put(SETTINGS, json={**USUAL, "stuck_min": 60})
    assert changed.json() == {"version": 1, "stuck_min": 60, "no_media_s": 120, "may_change": True}
    assert (await mia.get(SETTINGS)).json()["stuck_min"] == 60
    entries = (await ada.get("/audit", params={"subject": "settings"})).json()["rows"]
    (noted,) = (one for one in entries if one["thing"] == "doctor")
    assert any(one["field"] == "stuck_min" and one["after"] == 60 for one in noted["changes"])


async def test_who_was_slower_is_told_what_has_changed(office: Office) -> None:
    ada = await office.of("ada")
    await ada.put(SETTINGS, json={**USUAL, "stuck_min": 60})
    late = await (await office.of("max")).put(SETTINGS, json={**USUAL, "no_media_s": 90})
    assert (late.status_code, late.json()["code"]) == (409, "stale_version")
    assert "stuck_min" in late.text
    assert (await ada.get(SETTINGS)).json()["no_media_s"] == 120


async def test_what_is_wrong_is_said_of_each_field(office: Office) -> None:
    ada = await office.of("ada")
    wrong = await ada.put(SETTINGS, json={"version": 0, "stuck_min": 1, "no_media_s": 9_999})
    assert wrong.status_code == 422
    found = [(one["field"], one["reason"], one["params"]["least"]) for one in wrong.json()["errors"]]
    assert found == [("stuck_min", "out_of_range", "5"), ("no_media_s", "out_of_range", "40")]
    for value in (None, "60", 1.5, True, 10**30):
        assert (await ada.put(SETTINGS, json={**USUAL, "stuck_min": value})).status_code == 422
