"""The audit log over its routes; and every route that changes settings leaves an entry."""

import csv
import io
import wave
from collections.abc import Mapping, Sequence
from typing import Any, Final

import httpx
import pyotp
import pytest
from PIL import Image

from madoguchi.adapters.http.app import openapi_document
from madoguchi.kernel.ids import UserId
from madoguchi.ports.audit import AuditQuery
from tests.unit.adapters.http.office import NIGHT, PASSWORD, SALES, SUPPORT, Office, draft, edited

pytestmark = pytest.mark.req("OPS-4")

NOT_SETTINGS: Final[Mapping[str, str]] = {
    "/desk/": "an agent's own day; his journal tells of it",
    "/agents/": "an agent's day; his journal tells who changed it",
    "/offers/": "calls and chats have journals",
    "/handlings/": "calls and chats have journals",
    "/calls ": "calls have journals",
    "/calls/": "calls have journals",
    "/chats/": "chats have journals",
    "/monitorings/": "the call's journal tells who listened",
    "/doctor/heal": "calls, chats and agents have journals",
    "/consumer/": "consumers change no settings",
    "/sms/": "carriers bring texts and change no settings",
    "/messages/preview": "is heard, not saved",
    "/me/second-factor ": "nothing counts before it is confirmed",
    "/welcome/link": "only looks",
}
"""What writes and changes no settings, by the beginning of its path; and why that is not in the audit log."""

PHONE: Final = {"version": 0, "name": "Acme", "email": "", "phone": "+81312345678", "zone": "Asia/Tokyo"}
ALWAYS: Final = {"weekly": {"mode": "always"}, "holidays": True}
NIGHTLY: Final = {"version": 0, "name": "Night", "zone": "Asia/Tokyo", **ALWAYS, "entry_points": [{"channel": "chat"}]}
NEW_YEAR: Final = {"start": {"month": 1, "day": 1}, "end": {"month": 1, "day": 3}}
DAY: Final = {"names": {"en": "New Year"}, "fixed": NEW_YEAR, "closed": [], "messages": {}}
ROLE: Final = {"name": "Lead", "label": "Lead", "colour": "info", "grants": {"calls.view": "all"}, "assignable": []}
STATUS: Final = {"names": {"ja": "研修", "en": "Training"}, "colour": "violet", "away": True}
RESULT: Final = {"names": {"en": "Sold", "ja": "成約"}}
REPLY: Final = {"shortcut": "hello", "texts": {"en": "Hello"}, "scope": "global"}
SITES: Final = {"origins": ["https://crm.example.com"], "version": 0}
STUCK: Final = {"stuck_min": 60, "no_media_s": 90, "version": 0}
GOALS: Final = {"answer_s": 30, "service_level": 0.9, "short_abandon_s": 3, "version": 0}


def picture() -> dict[str, Any]:
    made = io.BytesIO()
    Image.new("RGB", (8, 8)).save(made, "PNG")
    return {"file": ("me.png", made.getvalue())}


def sound() -> dict[str, Any]:
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(3_200))
    return {"file": ("hello.wav", made.getvalue())}


class Story:
    """Somebody goes through all pages; each thing that he does must be told at once."""

    def __init__(self, office: Office, who: str) -> None:
        self._office = office
        self.who = who
        self.done: set[str] = set()

    async def told(self) -> Sequence[Any]:
        return await self._office.storage.audit.find(AuditQuery(limit=1_000))

    async def does(self, operation: str, *ids: str, by: httpx.AsyncClient | None = None, **more: Any) -> Any:
        """Send a request, and return its answer once it is told who has done it."""
        before = len(await self.told())
        method, path = operation.split(" ")
        for one in ids:
            head, _, rest = path.partition("{")
            path = head + one + rest.partition("}")[2]
        client = by or await self._office.of(self.who)
        if method == "PUT" and "version" in more:
            more = {"json": {**more["json"], "version": more["version"]}}
        answer = await client.request(method, path, **more)
        assert answer.is_success, (operation, answer.text)
        new = (await self.told())[: len(await self.told()) - before]
        assert new, f"{operation} is not told of"
        assert {one.act.by for one in new} == {UserId(f"user_{self.who}")}, operation
        assert all(one.act.address for one in new)
        self.done.add(operation)
        return answer.json() if answer.content else None


async def people(story: Story) -> None:
    ada = await story._office.of("ada")
    made = (await story.does("POST /users", json=draft()))["id"]
    answer = await edited(ada, f"/users/{made}", draft(location="Osaka"))
    assert answer.status_code == 204
    story.done.add("PUT /users/{user}")
    assert [one.entry.changes[0].field for one in (await story.told())[:1]] == ["location"]
    file = {"file": ("users.csv", b"email,first_name\nnew@example.com,Newer\n")}
    await story.does("POST /users/import", files=file, params={"dry": "false"})
    await story.does("PUT /users/{user}/active", made, json={"active": False})
    await story.does("PUT /users/{user}/active", made, json={"active": True})
    await story.does("POST /users/{user}/invitation", made)
    await story.does("POST /users/{user}/password-reset", "user_ana")
    await story.does("POST /users/{user}/avatar", made, files=picture())
    await story.does("DELETE /users/{user}/avatar", made)
    team = (await story.does("POST /teams", json={"name": "Osaka"}))["id"]
    await story.does("PUT /teams/{team}", team, json={"name": "Kobe"}, version=1)
    await story.does("POST /teams/{team}/move", team, json={"up": True})
    await story.does("PUT /teams/{team}/people/{user}", team, made, json={"part": "member"})
    await story.does("DELETE /teams/{team}", team)
    role = (await story.does("POST /roles", json=ROLE))["id"]
    await story.does("PUT /roles/{role}", role, json={**ROLE, "label": "L"}, version=1)
    roles = [one["id"] for one in (await ada.get("/roles")).json()["roles"]]
    await story.does("PUT /roles/order", json={"roles": roles[::-1]})
    await story.does("DELETE /roles/{role}", role)
    status = (await story.does("POST /agent-statuses", json=STATUS))["id"]
    await story.does("PUT /agent-statuses/{status}", status, json={**STATUS, "colour": "red"}, version=1)
    await story.does("DELETE /agent-statuses/{status}", status)


async def centre(story: Story) -> None:
    (queue,) = (await story.does("POST /settings/queues", json={"channel": "web", "names": {"en": "Returns"}}))[
        "queues"
    ]
    body = {"names": {"en": "Repairs"}, "settings": {"routing": {"offer_s": 12.5}}, "assignments": []}
    await story.does("PUT /settings/queues/{queue}", queue, json=body, version=1)
    copy = {"queue": queue, "channel": "web"}
    (other,) = (await story.does("POST /settings/queues/copies", json=copy))["queues"]
    await story.does("POST /settings/queues/{queue}/move", other, json={"direction": "up"})
    await story.does("DELETE /settings/queues/{queue}", other)
    common = {"settings": {"routing": {"offer_s": 17}}}
    await story.does("PUT /settings/queues/global", json=common, version=1)
    await story.does("PUT /languages", json={"version": 0, "default": "en", "live": ["ja", "en"]})
    await story.does("PUT /messages/{language}/{message}", "en", "greeting", json={"version": 0, "text": "Hello"})
    where = ("en", "goodbye")
    await story.does("POST /messages/{language}/{message}/sound", *where, files=sound(), data={"version": "0"})
    await story.does("DELETE /messages/{language}/{message}", "en", "greeting", params={"version": 1})
    await story.does("PUT /support-center", json={**PHONE, **ALWAYS})
    hours = (await story.does("POST /hours/custom", json=NIGHTLY))["id"]
    await story.does("PUT /hours/custom/{hours}", hours, json={**NIGHTLY, "name": "Late"}, version=1)
    await story.does("DELETE /hours/custom/{hours}", hours, params={"version": 2})
    folder = {"version": 0, "name": "Holidays", "holidays": [DAY]}
    made = (await story.does("POST /hours/holidays", json=folder))["id"]
    await story.does("PUT /hours/holidays/{folder}", made, json={**folder, "name": "Days off"}, version=1)
    await story.does("DELETE /hours/holidays/{folder}", made, params={"version": 2})
    await story.does("PUT /figures/goals", json=GOALS)
    await story.does("PUT /settings/embedding", json=SITES)
    await story.does("PUT /doctor/settings", json=STUCK)
    await texting(story)
    await after_hours(story)
    result = (await story.does("POST /dispositions", json=RESULT))["id"]
    await story.does("PUT /dispositions/{disposition}", result, json={**RESULT, "notes_required": True}, version=1)
    other = (await story.does("POST /dispositions", json={**RESULT, "names": {"en": "Lost", "ja": "不成立"}}))["id"]
    await story.does("PUT /dispositions/order", json={"dispositions": [other, result]})
    await story.does("DELETE /dispositions/{disposition}", result)
    await story.does("PUT /settings/wrap-up", json={"required": True})
    reply = (await story.does("POST /replies", json=REPLY))["id"]
    await story.does("PUT /replies/{reply}", reply, json={**REPLY, "shortcut": "hi"}, version=1)
    await story.does("DELETE /replies/{reply}", reply)


async def oneself(office: Office, done: set[str]) -> None:
    story = Story(office, "ana")
    ana = await office.of("ana")
    await story.does("PUT /me", json={"first_name": "Ana", "last_name": "Sato", "phone": ""}, version=2)
    await story.does("POST /me/password", json={"present": PASSWORD, "password": "another good password"})
    await story.does("POST /me/avatar", files=picture())
    await story.does("DELETE /me/avatar")
    for _ in range(2):
        secret = (await ana.post("/me/second-factor")).json()["secret"]
        code = pyotp.TOTP(secret).at(office.clock.now())
        await story.does("POST /me/second-factor/confirm", json={"code": code})
        if "POST /me/second-factor/remove" not in story.done:
            await story.does("POST /me/second-factor/remove", json={"present": "another good password"})
    await story.does("DELETE /session")
    admin = Story(office, "ada")
    await admin.does("DELETE /users/{user}/second-factor", "user_ana")
    async with office.anybody() as browser:
        body = {"email": "ana@example.com", "password": "another good password"}
        await story.does("POST /session", by=browser, json=body)
        link = (await (await office.of("ada")).post("/users/user_ana/password-reset")).json()["path"]
        token = {"token": link.partition("#")[2], "password": "the next good password"}
        await story.does("POST /welcome/password", by=browser, json=token)
    done |= story.done | admin.done


async def after_hours(story: Story) -> None:
    phone = {"kinds": ["phone_number"], "number": "03-1234-5678"}
    both = {"version": 0, "enabled": True, "transfers": True, "pages": {"kinds": ["email"]}}
    await story.does("PUT /settings/deflection/calls", json={**both, "phone": phone})
    await story.does("PUT /settings/deflection/chats", json=both)
    made = await story.does("POST /settings/queues", json={"channel": "ivr", "names": {"en": "Sales"}})
    own = {"version": 0, "enabled": True, "plan": phone}
    await story.does("PUT /settings/deflection/queues/{queue}", made["queues"][0], json=own)


async def texting(story: Story) -> None:
    link = {"name": "Carrier", "carrier": "smpp", "host": "smsc.example.com", "system_id": "we", "secret": "secret"}
    made = (await story.does("POST /settings/sms/connections", json=link))["id"]
    renamed = {**link, "name": "Another"}
    await story.does("PUT /settings/sms/connections/{connection}", made, json=renamed, version=1)
    number = {"number": "+815012345678", "connection": made, "language": "ja"}
    listed = (await story.does("POST /settings/sms/numbers", json=number))["id"]
    await story.does("PUT /settings/sms/numbers/{number}", listed, json={**number, "language": "en"}, version=1)
    await story.does("DELETE /settings/sms/numbers/{number}", listed)
    await story.does("DELETE /settings/sms/connections/{connection}", made)


async def test_whatever_changes_settings_is_told_of_at_once(office: Office) -> None:
    story = Story(office, "ada")
    await people(story)
    await centre(story)
    await oneself(office, story.done)
    asked = await (await office.of("ada")).post("/welcome/forgotten", json={"email": "ben@example.com"})
    assert asked.status_code == 202  # Told when the link is made, beside the request, so that nobody can time it.
    story.done.add("POST /welcome/forgotten")

    writes = {
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, methods in openapi_document()["paths"].items()
        for method in methods
        if method != "get"
    }
    settings = {one for one in writes if not any(f"{one.split(' ')[1]} ".startswith(path) for path in NOT_SETTINGS)}
    assert settings == story.done


async def test_it_tells_who_from_where_what_from_and_to(office: Office) -> None:
    ada, mia = await office.of("ada"), await office.of("mia")
    await ada.put(f"/teams/{NIGHT}/people/user_cia", json={"part": "member"})

    page = (await mia.get("/audit", params={"subject": "team", "thing": NIGHT, "limit": 1})).json()

    (row,) = page["rows"]
    assert (row["by"], row["by_name"], row["address"]) == ("user_ada", "Ada", "127.0.0.1")
    assert (row["subject"], row["thing"], row["name"], row["action"]) == ("team", NIGHT, "Night", "changed")
    assert row["changes"] == [{"field": "members", "before": [], "after": ["user_cia"], "told": "part"}]
    assert page["names"]["user_cia"] == "Cia"
    following = await mia.get("/audit", params={"subject": "team", "thing": NIGHT, "before": page["next"]})
    assert [one["action"] for one in following.json()["rows"]] == ["created"]
    assert following.json()["next"] is None


async def test_a_refused_sign_in_is_told_without_what_was_typed(office: Office) -> None:
    async with office.anybody() as browser:
        await browser.post("/session", json={"email": "ana@example.com", "password": "wrong"})
        await browser.post("/session", json={"email": "my secret word", "password": "wrong"})

    page = (await (await office.of("ada")).get("/audit", params={"subject": "sign_in"})).text

    rows = [one for one in httpx.Response(200, text=page).json()["rows"] if one["action"] == "sign_in_refused"]
    assert [(one["by"], one["thing"], one["name"]) for one in rows] == [(None, "", ""), (None, "user_ana", "Ana")]
    assert "my secret word" not in page


async def test_only_managers_and_administrators_see_it(office: Office) -> None:
    may = {name: (await (await office.of(name)).get("/audit")).status_code for name in ("ada", "max", "mia", "tom")}
    may_not = {name: (await (await office.of(name)).get("/audit/export")).status_code for name in ("ana", "dan")}
    assert (set(may.values()), set(may_not.values())) == ({200}, {403})


async def test_it_can_be_taken_away_as_a_table(office: Office) -> None:
    ada = await office.of("ada")
    await edited(ada, "/users/user_cia", draft(email="cia@example.com", location="=1+1", first_name="Cia"))

    answer = await ada.get("/audit/export", params={"subject": "user", "thing": "user_cia", "language": "ja"})

    assert answer.headers["content-disposition"] == "attachment; filename=audit.csv"
    head, *rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert head[:3] == ["日時 (Asia/Tokyo)", "変更者", "ユーザー ID"]
    assert [row[-3:] for row in rows if row[7] == "変更" and row[8] == "location"] == [["location", "", "'=1+1"]]
    assert answer.content.startswith(b"\xef\xbb\xbf")


async def test_bad_filters_are_refused_with_their_names(office: Office) -> None:
    ada = await office.of("ada")
    for name, value in (("since", "yesterday"), ("until", "2026-11-23T09:00:00"), ("subject", "moon"), ("before", "0")):
        refused = await ada.get("/audit", params={name: value})
        assert (refused.status_code, refused.json()["field"]) == (422, name)


async def test_who_edits_an_older_version_learns_who_changed_what(office: Office) -> None:
    ada, max_ = await office.of("ada"), await office.of("max")
    places: Sequence[tuple[str, dict[str, Any], str]] = (
        ("/users/user_cia", draft(email="cia@example.com", location="Kobe", teams=[SALES]), "location"),
        (f"/teams/{SALES}", {"name": "Sale"}, "name"),
    )
    for path, body, field in places:
        seen = (await ada.get("/users/user_cia")).json()["version"] if "users" in path else 1
        assert (await edited(max_, path, body)).status_code == 204

        refused = await ada.put(path, json={**body, "version": seen})

        assert (refused.status_code, refused.json()["code"]) == (409, "stale_version")
        (told, *_) = refused.json()["changed"]
        assert (told["by"], told["action"], field in told["fields"]) == ("Max", "changed", True)


async def test_goals_and_small_catalogues_cannot_be_overwritten_unseen_either(office: Office) -> None:
    ada = await office.of("ada")
    status = (await ada.post("/agent-statuses", json=STATUS)).json()["id"]
    role = (await ada.post("/roles", json=ROLE)).json()["id"]
    result = (await ada.post("/dispositions", json=RESULT)).json()["id"]
    reply = (await ada.post("/replies", json=REPLY)).json()["id"]
    for path, body, version in (
        ("/figures/goals", GOALS, 0),
        ("/settings/embedding", SITES, 0),
        ("/doctor/settings", STUCK, 0),
        (f"/agent-statuses/{status}", {**STATUS, "colour": "red"}, 1),
        (f"/roles/{role}", {**ROLE, "label": "L"}, 1),
        (f"/dispositions/{result}", {**RESULT, "notes_required": True}, 1),
        (f"/replies/{reply}", {**REPLY, "shortcut": "hi"}, 1),
    ):
        assert (await ada.put(path, json={**body, "version": version})).is_success
        refused = await ada.put(path, json={**body, "version": version})
        assert (refused.status_code, refused.json()["code"]) == (409, "stale_version")
        assert len(refused.json()["changed"]) == 1


async def test_a_change_of_teams_is_a_change_of_the_user_but_his_picture_is_none(office: Office) -> None:
    ada = await office.of("ada")
    body = draft(email="ben@example.com", teams=[NIGHT])
    seen = (await ada.get("/users/user_ben")).json()["version"]

    await ada.post("/users/user_ben/avatar", files=picture())
    assert (await ada.get("/users/user_ben")).json()["version"] == seen
    await ada.put(f"/teams/{SUPPORT}/people/user_ben", json={"part": "manager"})

    refused = await ada.put("/users/user_ben", json={**body, "version": seen})
    assert refused.status_code == 409
