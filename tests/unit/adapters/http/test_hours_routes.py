"""Support center details over HTTP: shapes, permissions, and where a wrong input is."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from madoguchi.adapters.calendars.national import NationalCalendars
from madoguchi.adapters.http.app import make_app
from madoguchi.adapters.http.state import HttpSettings, HttpState
from madoguchi.domain.access.permissions import DEFAULT_ROLES
from madoguchi.kernel.ids import QueueId
from madoguchi.services.hours import HoursService
from madoguchi.services.hours_settings import HoursSettings
from madoguchi.testing.environment import CountingIds, FakeClock
from madoguchi.testing.hours import MemoryHours
from tests.unit.adapters.fake_services import FakeBlobs, FakeSignIn, a_principal, fake_services

pytestmark = pytest.mark.req("BASE-7")

V1 = "http://desk.test/api/v1"
SHOP = "queue_shop"
NINE_TO_SIX = [{"start": "09:00", "end": "18:00"}]
WEEK: dict[str, Any] = {"mode": "per_day", "days": {"mon": NINE_TO_SIX, "fri": [{"start": "22:00", "end": "02:00"}]}}
CENTER: dict[str, Any] = {
    "version": 0,
    "name": " 窓口商店 ",
    "email": "support@example.com",
    "phone": "+81312345678",
    "zone": "Asia/Tokyo",
    "weekly": WEEK,
    "holidays": True,
}
CUSTOM: dict[str, Any] = {
    "version": 0,
    "name": "夜間",
    "zone": "Asia/Tokyo",
    "weekly": {"mode": "always"},
    "holidays": False,
    "entry_points": [{"channel": "chat", "languages": ["ja"], "queues": [SHOP]}],
}
HOLIDAY: dict[str, Any] = {
    "names": {"ja": "年末年始", "en": " "},
    "fixed": {"start": {"month": 12, "day": 29}, "end": {"month": 1, "day": 3}},
    "closed": [],
    "messages": {"ja": "休業いたします。", "en": ""},
}
FOLDER: dict[str, Any] = {"version": 0, "name": "年末年始", "holidays": [HOLIDAY]}


@pytest.fixture
async def clients(tmp_path: Path) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """One for each role."""
    records, clock = MemoryHours(), FakeClock()
    hours = HoursService(records, lambda _queue: ())
    settings = HoursSettings(records, hours, NationalCalendars(), clock, CountingIds(), queues=lambda: (QueueId(SHOP),))

    async def branding() -> dict[str, Any]:
        return {}

    sign_in = FakeSignIn({role: a_principal(role) for role in DEFAULT_ROLES})
    state = HttpState(
        fake_services(sign_in=sign_in, hours=settings), FakeBlobs(), HttpSettings(tmp_path, tmp_path), branding
    )
    transport = httpx.ASGITransport(make_app(state), raise_app_exceptions=False)
    made: dict[str, httpx.AsyncClient] = {
        role: httpx.AsyncClient(
            transport=transport, headers={"Cookie": f"madoguchi_session={role}", "X-Madoguchi": "1"}
        )
        for role in DEFAULT_ROLES
    }
    yield made
    for client in made.values():
        await client.aclose()


@pytest.fixture
def admin(clients: dict[str, httpx.AsyncClient]) -> httpx.AsyncClient:
    """Who may change hours."""
    return clients["admin"]


def wrong(reply: httpx.Response) -> list[tuple[str, str | None]]:
    assert reply.status_code == 422, reply.text
    return [(error["field"], error.get("reason")) for error in reply.json()["errors"]]


async def test_details_as_installed_are_told_saved_and_told_again(admin: httpx.AsyncClient) -> None:
    installed = (await admin.get(f"{V1}/support-center")).json()
    assert (installed["version"], installed["saved"], installed["languages"]) == (0, None, ["en", "ja"])
    assert installed["now"] == {"open": True, "until": None, "zone": "Asia/Tokyo"}

    reply = await admin.put(f"{V1}/support-center", json=CENTER)

    assert reply.status_code == 200
    saved = reply.json()
    assert (saved["version"], saved["name"], saved["saved"]["name"]) == (1, "窓口商店", "Ana")
    assert saved["weekly"]["days"]["fri"] == [{"start": "22:00", "end": "02:00"}]
    assert saved["weekly"]["days"]["tue"] == []
    assert saved["now"] == {"open": False, "until": "2026-11-27T13:00:00.000Z", "zone": "Asia/Tokyo"}
    assert (await admin.get(f"{V1}/support-center")).json() == saved


async def test_an_old_version_is_a_conflict(admin: httpx.AsyncClient) -> None:
    await admin.put(f"{V1}/support-center", json=CENTER)
    reply = await admin.put(f"{V1}/support-center", json=CENTER)
    assert (reply.status_code, reply.json()["code"]) == (409, "stale_version")


async def test_every_wrong_field_is_named_by_its_place(admin: httpx.AsyncClient) -> None:
    overlapping = [*NINE_TO_SIX, {"start": "17:00", "end": "19:00"}]
    body = CENTER | {"email": "x", "zone": "Asia/Edo", "weekly": {"mode": "per_day", "days": {"sun": overlapping}}}

    reply = await admin.put(f"{V1}/support-center", json=body)

    assert reply.json()["code"] == "invalid_fields"
    assert wrong(reply) == [
        ("email", "bad_email"),
        ("zone", "unknown_zone"),
        ("weekly.days.sun.1.start", "overlap"),
    ]
    assert reply.json()["errors"][2]["params"] == {"other": "09:00–18:00"}


@pytest.mark.parametrize(
    ("span", "field"),
    [
        ({"start": "9:00", "end": "18:00"}, "weekly.days.mon.0.start"),
        ({"start": "24:00", "end": "02:00"}, "weekly.days.mon.0.start"),
        ({"start": "09:00", "end": "24:01"}, "weekly.days.mon.0.end"),
        ({"start": "09:00"}, "weekly.days.mon.0.end"),
        ({"start": "09:00", "end": "09:00"}, "weekly.days.mon.0.end"),
    ],
)
async def test_times_that_are_none_are_named_by_their_place(
    admin: httpx.AsyncClient, span: dict[str, str], field: str
) -> None:
    body = CENTER | {"weekly": {"mode": "per_day", "days": {"mon": [span]}}}
    assert [place for place, _ in wrong(await admin.put(f"{V1}/support-center", json=body))] == [field]


async def test_custom_hours_come_and_go(admin: httpx.AsyncClient) -> None:
    made = await admin.post(f"{V1}/hours/custom", json=CUSTOM)
    assert made.status_code == 201
    key = made.json()["id"]

    (listed,) = (await admin.get(f"{V1}/hours/custom")).json()["custom"]
    assert (listed["id"], listed["version"], listed["now"]["open"]) == (key, 1, True)
    assert listed["entry_points"] == CUSTOM["entry_points"]

    changed = CUSTOM | {"version": 1, "name": "深夜", "entry_points": [{"languages": ["ja"]}]}
    assert (await admin.put(f"{V1}/hours/custom/{key}", json=changed)).status_code == 200
    assert (await admin.delete(f"{V1}/hours/custom/{key}?version=1")).status_code == 409
    assert (await admin.delete(f"{V1}/hours/custom/{key}?version=2")).status_code == 204
    assert (await admin.get(f"{V1}/hours/custom")).json() == {"custom": []}
    subjects = [(one["subject"], one["version"]) for one in (await admin.get(f"{V1}/hours/changes")).json()["changes"]]
    assert subjects == [("custom_hours", version) for version in (3, 2, 1)]


async def test_a_claimed_entry_point_names_both(admin: httpx.AsyncClient) -> None:
    await admin.post(f"{V1}/hours/custom", json=CUSTOM)

    reply = await admin.post(f"{V1}/hours/custom", json=CUSTOM | {"name": "朝"})

    assert wrong(reply) == [("entry_points.0", "claimed")]
    assert (reply.json()["field"], reply.json()["reason"]) == ("entry_points.0", "claimed")
    params = reply.json()["errors"][0]["params"]
    assert (params["name"], params["other"]) == ("朝", "夜間")


async def test_folders_come_and_go_and_empty_texts_are_left_out(admin: httpx.AsyncClient) -> None:
    key = (await admin.post(f"{V1}/hours/holidays", json=FOLDER)).json()["id"]
    (listed,) = (await admin.get(f"{V1}/hours/holidays")).json()["folders"]
    assert listed["holidays"][0]["names"] == {"ja": "年末年始"}
    assert listed["holidays"][0]["messages"] == {"ja": "休業いたします。"}
    assert listed["holidays"][0]["fixed"]["end"] == {"month": 1, "day": 3}

    nth = {"names": {"en": "Last Monday"}, "nth": {"month": 5, "weekday": "mon", "occurrence": "last"}}
    changed = FOLDER | {"version": 1, "holidays": [HOLIDAY, nth]}
    assert (await admin.put(f"{V1}/hours/holidays/{key}", json=changed)).status_code == 200
    (listed,) = (await admin.get(f"{V1}/hours/holidays")).json()["folders"]
    assert listed["holidays"][1]["nth"] == nth["nth"]
    assert (await admin.delete(f"{V1}/hours/holidays/{key}?version=2")).status_code == 204


async def test_a_wrong_holiday_is_named_by_its_place(admin: httpx.AsyncClient) -> None:
    feb = {"names": {"fr": "x"}, "fixed": {"start": {"month": 2, "day": 30}, "end": {"month": 3, "day": 1}}}
    assert wrong(await admin.post(f"{V1}/hours/holidays", json=FOLDER | {"holidays": [HOLIDAY, feb]})) == [
        ("holidays.1.names.fr", "language_not_enabled"),
        ("holidays.1.fixed.start", "no_such_day"),
    ]


async def test_national_holidays_are_shown_before_they_are_added(admin: httpx.AsyncClient) -> None:
    found = (await admin.get(f"{V1}/hours/national/preview?country=JP&year=2026&year=2027")).json()["holidays"]
    days = {one["date"]: one for one in found}
    assert days["2026-05-06"] == {
        "date": "2026-05-06",
        "names": {"en": "Substitute Holiday", "ja": "振替休日"},
        "known": False,
    }
    assert "JP" in (await admin.get(f"{V1}/hours/national")).json()["countries"]
    refused = await admin.get(f"{V1}/hours/national/preview?country=XX&year=2026")
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (422, "unknown_country", "country")


@pytest.mark.req("BASE-8")
async def test_an_explanation_and_a_week(admin: httpx.AsyncClient) -> None:
    await admin.put(f"{V1}/support-center", json=CENTER)
    asked = f"channel=call&language=ja&queue={SHOP}"

    told = (await admin.get(f"{V1}/hours/explain?{asked}&at=2026-11-28T01:00:00%2B09:00")).json()
    by_the_clock = (await admin.get(f"{V1}/hours/explain?{asked}&at=2026-11-28T01:00")).json()
    week = (await admin.get(f"{V1}/hours/week?{asked}&day=2026-11-25")).json()

    assert by_the_clock == told, "a time without a zone is one of the centre's clock"

    assert (told["open"], told["rule"]["kind"], told["at"]) == (True, "general", "2026-11-27T16:00:00.000Z")
    assert told["steps"][-1] == {
        "code": "in_span",
        "params": {"day": "fri", "start": "22:00", "end": "02:00"},
        "names": {},
    }
    assert told["next_closing"] == "2026-11-27T17:00:00.000Z"
    assert [day["date"] for day in week["days"]][::6] == ["2026-11-23", "2026-11-29"]
    assert week["days"][5]["spans"] == [{"start": "00:00", "end": "02:00"}]
    assert week["days"][0]["cells"][9] == {"minutes": 60, "open": 60}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("channel=call&language=ja&at=yesterday", "at"),
        ("channel=call&language=ja&queue=queue_none", "queue"),
        ("channel=fax&language=ja", "channel"),
        ("channel=call", "language"),
    ],
)
async def test_a_wrong_question_is_refused_with_its_field(admin: httpx.AsyncClient, query: str, field: str) -> None:
    reply = await admin.get(f"{V1}/hours/explain?{query}")
    assert (reply.status_code, reply.json()["field"]) == (422, field)


@pytest.mark.req("BASE-3")
@pytest.mark.parametrize("role", ["manager", "agent"])
async def test_who_may_look_cannot_change_and_agents_cannot_look(
    clients: dict[str, httpx.AsyncClient], role: str
) -> None:
    looks = await clients[role].get(f"{V1}/support-center")
    changes = await clients[role].put(f"{V1}/support-center", json=CENTER)
    assert (looks.status_code, changes.status_code) == ({"manager": 200, "agent": 403}[role], 403)
