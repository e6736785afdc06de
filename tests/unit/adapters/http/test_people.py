"""Users, teams and roles over their routes: what each may do, and what becomes of it."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from madoguchi.domain.access.permissions import Role
from madoguchi.domain.agents.presence import Presence
from madoguchi.kernel.ids import UserId
from tests.unit.adapters.http.office import NIGHT, PASSWORD, SALES, SUPPORT, Office, draft, edited, problem


async def names(office: Office, who: str, **filters: Any) -> list[str]:
    found = await (await office.of(who)).get("/users", params=filters)
    return [user["name"] for user in found.json()["users"]]


async def role(office: Office, role_id: str) -> dict[str, Any]:
    found = (await (await office.of("ada")).get("/roles")).json()["roles"]
    keep = ("name", "label", "colour", "grants", "assignable", "second_factor")
    return next({key: one[key] for key in keep} for one in found if one["id"] == role_id)


@pytest.mark.req("BASE-2")
async def test_a_manager_sees_the_people_of_his_teams_and_an_administrator_everybody(office: Office) -> None:
    assert await names(office, "mia") == ["Ana", "Ben", "Mia", "Tom"]
    assert len(await names(office, "ada")) == 8
    assert (await (await office.of("mia")).get("/users/user_cia")).status_code == 404
    assert await names(office, "mia", team=SALES) == []
    assert await names(office, "mia", team=NIGHT) == ["Ben"]


@pytest.mark.req("BASE-1")
async def test_users_are_filtered(office: Office) -> None:
    assert await names(office, "ada", text="EXAMPLE ci") == ["Cia"]
    assert await names(office, "ada", role="manager_data") == ["Dan"]
    assert await names(office, "ada", status="inactive") == []
    assert await names(office, "ada", limit=2, offset=1) == ["Ana", "Ben"]


@pytest.mark.req("BASE-1")
async def test_a_new_user_is_invited_by_a_link_and_a_mail(office: Office) -> None:
    body = draft(phone="090-1234-5678", agent_number="A-1", teams=[SUPPORT])
    made = (await (await office.of("ada")).post("/users", json=body)).json()
    assert made["link"]["path"].startswith("/welcome#")
    assert made["link"]["mailed"] is True
    (mail,) = office.mailer.sent
    assert mail.to == "new@example.com"
    assert f"https://desk.example.com{made['link']['path']}" in mail.text
    seen = (await (await office.of("mia")).get(f"/users/{made['id']}")).json()
    assert (seen["phone"], seen["teams"], seen["invited"]) == ("+819012345678", [SUPPORT], True)
    token = made["link"]["path"].partition("#")[2]
    async with office.anybody() as browser:
        welcome = (await browser.post("/welcome/link", json={"token": token})).json()
        assert (welcome["kind"], welcome["email"]) == ("invitation", "new@example.com")
        short = await browser.post("/welcome/password", json={"token": token, "password": "short"})
        assert problem(short) == (422, "invalid_input", "password", "too_short")
        chosen = {"token": token, "password": "correct horse"}
        assert (await browser.post("/welcome/password", json=chosen)).status_code == 204
        assert problem(await browser.post("/welcome/password", json=chosen))[:2] == (404, "link_over")
        login = {"email": "new@example.com", "password": "correct horse"}
        session = (await browser.post("/session", json=login)).json()
        assert session["permissions"] == ["desk", "outbound"]
    assert office.house.services.desk.working(UserId(made["id"])) is False


@pytest.mark.req("BASE-9")
async def test_skills_are_given_and_count_at_once_for_an_agent_at_work(office: Office) -> None:
    ada, ana = await office.of("ada"), await office.of("ana")
    await ana.put("/desk/presence", json={"status": "available"})
    body = draft(
        email="ana@example.com", first_name="", last_name="Ana", teams=[SUPPORT], skills={"billing": 4, "返品": 1}
    )
    assert (await edited(ada, "/users/user_ana", body)).status_code == 204
    state = office.house._agents.state(UserId("user_ana"))
    assert state is not None
    assert state.skills == {"billing": 4, "返品": 1}
    assert (await ada.get("/users/user_ana")).json()["skills"] == {"billing": 4, "返品": 1}
    assert await names(office, "ada", text="返品") == ["Ana"]
    assert (await ada.get("/users/options")).json()["skills"] == ["billing", "返品"]
    assert (await ada.get("/settings/queues")).json()["skills"] == ["billing", "返品"]


@pytest.mark.req("BASE-12")
async def test_direct_numbers_are_given_and_their_mistakes_told_beside_the_field(office: Office) -> None:
    ada = await office.of("ada")
    level = (await ada.post("/settings/queues", json={"channel": "ivr", "names": {"en": "Orders"}})).json()["queues"][0]
    web = (await ada.post("/settings/queues", json={"channel": "web", "names": {"en": "Web"}})).json()["queues"][0]
    places = (await ada.get("/users/options")).json()["places"]
    assert [(one["id"], [names["en"] for names in one["path"]]) for one in places] == [(level, ["Orders"])]

    async def given(name: str, numbers: dict[str, str]) -> httpx.Response:
        body = draft(
            email=f"{name}@example.com", first_name="", last_name=name, teams=[SUPPORT], direct_numbers=numbers
        )
        return await edited(ada, f"/users/user_{name}", body)

    assert (await given("ana", {"03-5555-1111": level, "+81 3 5555 2222": ""})).status_code == 204
    stored = (await ada.get("/users/user_ana")).json()["direct_numbers"]
    assert stored == {"+81355551111": level, "+81355552222": ""}
    assert await names(office, "ada", text="55553333") == []
    assert await names(office, "ada", text="55552222") == ["ana"]

    field = "direct_numbers"
    assert problem(await given("ben", {"0355551111": ""})) == (409, "conflict", field, "taken")
    assert problem(await given("ben", {"12": ""})) == (422, "invalid_input", field, "phone")
    assert problem(await given("ben", {"03-5555-3333": "", "0355553333": ""})) == (
        422,
        "invalid_input",
        field,
        "double_number",
    )
    assert problem(await given("ben", {"0355553333": web})) == (422, "invalid_input", field, "no_queue")
    six = {f"03555540{n:02}": "" for n in range(6)}
    assert problem(await given("ben", six)) == (422, "invalid_input", field, "direct_numbers")
    # A level that is taken away stays with the number, which can be saved as it is.
    assert (await ada.delete(f"/settings/queues/{level}?confirmed=true")).is_success
    assert (await given("ana", stored)).status_code == 204


@pytest.mark.req("BASE-9")
async def test_whoever_waits_for_a_skill_is_offered_to_the_agent_who_is_given_it(office: Office) -> None:
    ada = await office.of("ada")
    queue = (await ada.post("/settings/queues", json={"channel": "web", "names": {"en": "Ferns"}})).json()["queues"][0]
    wanted = {"skills": [{"skill": "fern", "level": 2}]}
    serve = [{"language": None, "users": ["user_ana", "user_ben"]}]
    body = {"version": 1, "names": {"en": "Ferns"}, "settings": {"routing": wanted}, "assignments": serve}
    assert (await ada.put(f"/settings/queues/{queue}", json=body)).is_success
    for name in ("ana", "ben"):
        await (await office.of(name)).put("/desk/presence", json={"status": "available"})
    async with office.anybody() as shop:
        token = (await shop.post("/consumer/sessions", json={})).json()["token"]
        begin = {"queue": queue, "language": "en", "text": "It is yellow."}
        await shop.post("/consumer/chats", json=begin, headers={"Authorization": f"Bearer {token}"})
        await office.clock.advance(0.1)
        assert [rings_at(office, name) for name in ("ana", "ben")] == [False, False]

        for level in (1, 2):
            ben = draft(email="ben@example.com", languages=["en"], teams=[NIGHT], skills={"fern": level})
            assert (await edited(ada, "/users/user_ben", ben)).status_code == 204
            await office.clock.advance(0.1)
            assert [rings_at(office, name) for name in ("ana", "ben")] == [False, level == 2]


def rings_at(office: Office, name: str) -> bool:
    """Whether something is offered to an agent now."""
    state = office.house._agents.state(UserId(f"user_{name}"))
    assert state is not None
    return bool(state.reservations)


@pytest.mark.req("BASE-1")
async def test_a_link_is_over_after_seven_days_or_when_there_is_a_newer_one(office: Office) -> None:
    ada = await office.of("ada")
    made = (await ada.post("/users", json=draft())).json()
    again = (await ada.post(f"/users/{made['id']}/invitation")).json()
    first, second = (link["path"].partition("#")[2] for link in (made["link"], again))
    async with office.anybody() as browser:
        assert (await browser.post("/welcome/link", json={"token": first})).status_code == 404
        assert (await browser.post("/welcome/link", json={"token": second})).status_code == 200
        office.clock._now += timedelta(days=7)
        assert (await browser.post("/welcome/link", json={"token": second})).status_code == 404


@pytest.mark.req("BASE-1")
async def test_a_mail_that_cannot_be_sent_leaves_the_link(office: Office) -> None:
    office.mailer.broken = True
    made = await (await office.of("ada")).post("/users", json=draft())
    assert made.status_code == 201
    assert made.json()["link"]["mailed"] is False


@pytest.mark.req("BASE-1")
@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"email": "ANA@example.com"}, (409, "conflict", "email", "taken")),
        ({"email": "nobody"}, (422, "invalid_input", "email", "email")),
        ({"phone": "12"}, (422, "invalid_input", "phone", "phone")),
        ({"roles": ["role_none"]}, (422, "invalid_input", "roles", "unknown_role")),
        ({"roles": []}, (422, "invalid_input", "roles", "count")),
        ({"teams": ["team_none"]}, (422, "invalid_input", "teams", "unknown_team")),
        ({"teams": [SALES], "manages": [SALES]}, (422, "invalid_input", "teams", "both")),
        ({"last_name": "", "first_name": ""}, (422, "invalid_input", "last_name", "missing")),
        ({"skills": {"billing": 6}}, (422, "invalid_input", "skills", "skills")),
        ({"skills": {"billing": 1, " billing": 2}}, (422, "invalid_input", "skills", "double_skill")),
    ],
)
async def test_a_user_who_cannot_be_is_refused_at_the_field(
    office: Office, change: dict[str, Any], refusal: tuple[Any, ...]
) -> None:
    assert problem(await (await office.of("ada")).post("/users", json=draft(**change))) == refusal
    assert len(await names(office, "ada")) == 8


@pytest.mark.req("BASE-2")
@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"roles": ["manager"], "teams": [NIGHT]}, (403, "role_not_assignable", "roles", None)),
        ({"teams": [SALES]}, (403, "not_allowed", "teams", "other_team")),
        ({}, (422, "invalid_input", "teams", "no_team")),
    ],
)
async def test_who_is_restricted_to_his_teams_makes_agents_in_them_only(
    office: Office, change: dict[str, Any], refusal: tuple[Any, ...]
) -> None:
    tom = await office.of("tom")
    assert problem(await tom.post("/users", json=draft(**change))) == refusal
    assert (await tom.post("/users", json=draft(teams=[NIGHT]))).status_code == 201


@pytest.mark.req("BASE-3")
async def test_nobody_changes_or_resets_somebody_whose_roles_he_may_not_hand_out(office: Office) -> None:
    tom = await office.of("tom")
    for method, path, body in (
        ("PUT", "/users/user_mia", draft(email="evil@example.com", roles=["manager"], manages=[SUPPORT], version=1)),
        ("POST", "/users/user_mia/password-reset", None),
        ("DELETE", "/users/user_mia/second-factor", None),
        ("PUT", "/users/user_mia/active", {"active": False}),
    ):
        assert problem(await tom.request(method, path, json=body))[:2] == (403, "role_not_assignable")
    mine = (await tom.get("/users/user_mia")).json()
    assert mine["editable"] is False
    assert (await tom.get("/users/user_ana")).json()["editable"] is True


@pytest.mark.req("BASE-3")
async def test_the_last_administrator_stays(office: Office) -> None:
    ada = await office.of("ada")
    robbed = await edited(ada, "/users/user_ada", draft(email="ada@example.com", roles=["agent"]))
    assert problem(robbed)[:2] == (409, "last_admin")
    assert problem(await ada.put("/users/user_ada/active", json={"active": False}))[:2] == (403, "not_allowed")
    other = draft(email="max@example.com", roles=["admin"])
    assert (await edited(ada, "/users/user_max", other)).status_code == 204
    assert (await edited(ada, "/users/user_ada", draft(email="ada@example.com"))).status_code == 204
    assert (await ada.get("/users")).status_code == 403


@pytest.mark.req("BASE-1")
async def test_who_is_let_go_is_signed_out_and_comes_back_with_his_history_and_no_session(office: Office) -> None:
    ada, ana = await office.of("ada"), await office.of("ana")
    assert (await ada.put("/users/user_ana/active", json={"active": False})).status_code == 204
    assert len(office.ended) == 1
    assert (await ana.get("/session")).status_code == 401
    assert await names(office, "ada", status="inactive") == ["Ana"]
    assert (await ada.put("/users/user_ana/active", json={"active": True})).status_code == 204
    assert (await ana.get("/session")).status_code == 401
    assert (await (await office.signed_in("ana")).get("/session")).status_code == 200


@pytest.mark.req("BASE-1")
async def test_an_agent_who_is_let_go_gets_nothing_more(office: Office) -> None:
    ana = await office.of("ana")
    await ana.put("/desk/presence", json={"status": "available"})
    await (await office.of("ada")).put("/users/user_ana/active", json={"active": False})
    state = office.house._agents.state(UserId("user_ana"))
    assert state is not None
    assert state.status is Presence.SIGNED_OUT


@pytest.mark.req("BASE-3")
async def test_a_changed_role_counts_at_once_for_whoever_is_signed_in(office: Office) -> None:
    ada, mia = await office.of("ada"), await office.of("mia")
    assert (await mia.get("/completed/calls")).status_code == 200
    changed = await role(office, "manager")
    del changed["grants"]["calls.view"]
    assert (await edited(ada, "/roles/manager", changed)).status_code == 204
    assert problem(await mia.get("/completed/calls"))[:2] == (403, "not_allowed")
    assert "calls.view" not in (await mia.get("/session")).json()["permissions"]
    assert office.changed[-1] is None


@pytest.mark.req("BASE-3")
async def test_custom_roles_are_made_held_and_deleted(office: Office) -> None:
    ada = await office.of("ada")
    body = {"name": "Listener", "label": "Listen", "colour": "info", "grants": {"monitor": "all"}, "assignable": []}
    made = (await ada.post("/roles", json=body)).json()
    assert problem(await ada.post("/roles", json=body)) == (409, "conflict", "name", "taken")
    await edited(ada, "/users/user_cia", draft(email="cia@example.com", roles=["agent", made["id"]]))
    cia = await office.of("cia")
    assert (await cia.get("/session")).json()["permissions"] == ["desk", "monitor", "outbound"]
    assert problem(await ada.delete(f"/roles/{made['id']}")) == (409, "conflict", None, "role_in_use")
    await edited(ada, "/users/user_cia", draft(email="cia@example.com"))
    assert (await ada.delete(f"/roles/{made['id']}")).status_code == 204
    assert problem(await ada.delete("/roles/manager")) == (409, "conflict", None, "default_role")


@pytest.mark.req("BASE-3")
async def test_nobody_makes_a_role_mightier_than_himself(office: Office) -> None:
    ada = await office.of("ada")
    given = {"roles.edit": "all", "users.edit": "assigned_teams"}
    body = {
        "name": "Role editor",
        "label": "Editor",
        "colour": "info",
        "grants": given,
        "assignable": ["agent"],
    }
    made = (await ada.post("/roles", json=body)).json()
    await edited(ada, "/users/user_cia", draft(email="cia@example.com", roles=[made["id"]]))
    cia = await office.of("cia")
    for grants, assignable in (
        ({**given, "monitor": "all"}, ["agent"]),
        ({**given, "users.edit": "all"}, ["agent"]),
        (given, ["agent", "admin"]),
        (given, None),
    ):
        refused = await edited(cia, f"/roles/{made['id']}", {**body, "grants": grants, "assignable": assignable})
        assert problem(refused)[:2] == (403, "role_not_assignable")
    assert (await edited(cia, f"/roles/{made['id']}", {**body, "colour": "ok"})).status_code == 204


@pytest.mark.req("BASE-3")
async def test_the_order_of_roles_is_that_of_all_lists(office: Office) -> None:
    ada = await office.of("ada")
    ids = [one["id"] for one in (await ada.get("/roles")).json()["roles"]]
    assert (await ada.put("/roles/order", json={"roles": ids[::-1]})).status_code == 204
    options = (await ada.get("/users/options")).json()["roles"]
    assert [one["id"] for one in options] == ids[::-1]
    assert (await ada.put("/roles/order", json={"roles": ids[1:]})).status_code == 422
    assert Role.ADMIN in office.house._roles.known


@pytest.mark.req("BASE-2")
async def test_teams_are_made_moved_filled_and_deleted(office: Office) -> None:
    ada = await office.of("ada")
    made = (await ada.post("/teams", json={"name": "Osaka", "parent": SUPPORT})).json()
    assert problem(await ada.post("/teams", json={"name": "osaka", "parent": SUPPORT}))[2:] == ("name", "taken")
    assert problem(await ada.post("/teams", json={"name": "a:b"}))[2:] == ("name", "colon")
    await ada.post(f"/teams/{made['id']}/move", json={"up": True})
    tree = [(team["name"], team["depth"]) for team in (await ada.get("/teams")).json()["teams"]]
    assert tree == [("Support", 0), ("Osaka", 1), ("Night", 1), ("Sales", 0)]
    for part in ("member", "manager"):
        await ada.put(f"/teams/{made['id']}/people/user_cia", json={"part": part})
    (osaka,) = [team for team in (await ada.get("/teams")).json()["teams"] if team["name"] == "Osaka"]
    assert (osaka["members"], osaka["managers"]) == (0, 1)
    assert problem(await ada.delete(f"/teams/{SUPPORT}"))[3] == "has_sub_teams"
    assert (await ada.delete(f"/teams/{made['id']}")).status_code == 204


@pytest.mark.req("BASE-2")
async def test_a_restricted_manager_changes_only_his_teams(office: Office) -> None:
    tom = await office.of("tom")
    assert [team["name"] for team in (await tom.get("/teams")).json()["teams"]] == ["Support", "Night"]
    assert (await tom.post("/teams", json={"name": "Top"})).status_code == 403
    assert (await tom.post("/teams", json={"name": "Day", "parent": SUPPORT})).status_code == 201
    assert (await edited(tom, f"/teams/{SALES}", {"name": "Mine"})).status_code == 404
    grabbed = await tom.put(f"/teams/{NIGHT}/people/user_cia", json={"part": "member"})
    assert grabbed.status_code == 404
    assert (await tom.put(f"/teams/{NIGHT}/people/user_ana", json={"part": "member"})).status_code == 204


@pytest.mark.req("END-2")
async def test_a_manager_changes_statuses_of_his_teams_agents_only(office: Office) -> None:
    mia = await office.of("mia")
    own = await mia.put("/agents/user_ben/presence", json={"status": "break"})
    other = await mia.put("/agents/user_cia/presence", json={"status": "break"})
    assert (own.status_code, other.status_code) == (204, 404)


@pytest.mark.req("BASE-1")
async def test_pictures_are_written_anew_and_shown_to_colleagues(office: Office) -> None:
    drawn = BytesIO()
    Image.new("RGB", (64, 64), "teal").save(drawn, "PNG")
    ada, ana = await office.of("ada"), await office.of("ana")
    sent = await ana.post("/me/avatar", files={"file": ("me.png", drawn.getvalue() + b"<script>")})
    assert sent.status_code == 204
    shown = await ada.get("/users/user_ana/avatar")
    assert shown.headers["content-type"] == "image/png"
    assert b"<script>" not in shown.content
    wrong = await ana.post("/me/avatar", files={"file": ("me.gif", b"GIF89a")})
    assert problem(wrong)[2:] == ("file", "picture")
    assert (await ada.delete("/users/user_ana/avatar")).status_code == 204
    assert (await ada.get("/users/user_ana/avatar")).status_code == 404


@pytest.mark.req("BASE-1")
async def test_users_change_their_own_name_and_number_and_nothing_that_others_rely_on(office: Office) -> None:
    ana = await office.of("ana")
    seen = (await ana.get("/me")).json()["version"]
    changed = {"version": seen, "first_name": "美咲", "last_name": "佐藤", "phone": "+81 3-1234-5678"}
    assert (await ana.put("/me", json=changed)).status_code == 204
    me = (await ana.get("/me")).json()
    assert (me["name"], me["phone"], me["teams"]) == ("佐藤 美咲", "+81312345678", ["Support"])
    assert me["roles"] == [{"id": "agent", "name": "Agent"}]
    assert (await ana.put("/me", json={**changed, "roles": ["admin"]})).status_code == 422
    state = office.house._agents.state(UserId("user_ana"))
    assert state is not None
    assert state.name == "佐藤 美咲"


@pytest.mark.req("BASE-1")
async def test_a_changed_password_ends_the_other_sessions(office: Office) -> None:
    here, there = await office.of("ana"), await office.signed_in("ana")
    wrong = await here.post("/me/password", json={"present": "guess", "password": "correct horse"})
    assert problem(wrong)[:3] == (401, "wrong_credentials", "present")
    right = await here.post("/me/password", json={"present": PASSWORD, "password": "correct horse"})
    assert right.status_code == 204
    assert [(await client.get("/session")).status_code for client in (here, there)] == [200, 401]
