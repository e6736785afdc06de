"""Second factors, forgotten passwords, and users in bulk, over their routes."""

from typing import Any

import pyotp
import pytest

from madoguchi.domain.access.permissions import Role
from madoguchi.kernel.ids import UserId
from madoguchi.ports.people import UserQuery
from madoguchi.testing.environment import settle
from tests.unit.adapters.http.office import NIGHT, PASSWORD, SALES, SUPPORT, Office, edited, problem
from tests.unit.adapters.http.test_people import names, role


async def enrolled(office: Office, name: str) -> tuple[pyotp.TOTP, list[str]]:
    """Set up somebody's second factor; return his app and his recovery codes."""
    client = await office.of(name)
    begun = (await client.post("/me/second-factor")).json()
    assert begun["qr"].startswith("data:image/svg+xml")
    assert f"secret={begun['secret']}" in begun["uri"]
    app = pyotp.TOTP(begun["secret"])
    confirmed = await client.post("/me/second-factor/confirm", json={"code": app.at(office.clock.now())})
    return app, confirmed.json()["codes"]


async def tried(office: Office, name: str, code: str = "") -> tuple[int, str]:
    async with office.anybody() as browser:
        body = {"email": f"{name}@example.com", "password": PASSWORD, "code": code}
        answer = await browser.post("/session", json=body)
        return answer.status_code, answer.json().get("code", "")


@pytest.mark.req("BASE-1")
async def test_a_second_factor_is_asked_for_and_no_code_is_good_twice(office: Office) -> None:
    app, codes = await enrolled(office, "ana")
    assert len(codes) == len(set(codes)) == 10
    assert await tried(office, "ana") == (401, "second_factor_needed")
    assert await tried(office, "ana", "000000") == (401, "wrong_code")
    assert await tried(office, "ana", app.at(office.clock.now())) == (401, "wrong_code")
    await office.clock.advance(30)
    code = app.at(office.clock.now())
    assert await tried(office, "ana", f" {code[:3]} {code[3:]} ") == (200, "")
    assert await tried(office, "ana", code) == (401, "wrong_code")


@pytest.mark.req("BASE-1")
async def test_a_recovery_code_lets_in_once(office: Office) -> None:
    _, codes = await enrolled(office, "ana")
    assert await tried(office, "ana", codes[3].upper()) == (200, "")
    assert await tried(office, "ana", codes[3]) == (401, "wrong_code")
    assert (await (await office.of("ana")).get("/me")).json()["recovery_codes"] == 9


@pytest.mark.req("BASE-1")
async def test_codes_cannot_be_guessed(office: Office) -> None:
    app, codes = await enrolled(office, "ana")
    for _ in range(9):
        assert await tried(office, "ana", "123456") == (401, "wrong_code")
    assert await tried(office, "ana", "123456") == (401, "wrong_code")
    await office.clock.advance(30)
    assert await tried(office, "ana", app.at(office.clock.now())) == (429, "too_many_tries")
    assert await tried(office, "ana", codes[0]) == (429, "too_many_tries")


@pytest.mark.req("BASE-1")
async def test_a_wrong_password_never_tells_of_the_second_factor(office: Office) -> None:
    await enrolled(office, "ana")
    async with office.anybody() as browser:
        body = {"email": "ana@example.com", "password": "guess", "code": "123456"}
        assert problem(await browser.post("/session", json=body))[:2] == (401, "wrong_credentials")


@pytest.mark.req("BASE-1")
async def test_a_lost_app_is_reset_by_an_administrator_and_removed_by_its_owner_with_his_password(
    office: Office,
) -> None:
    await enrolled(office, "ana")
    ana, ada = await office.of("ana"), await office.of("ada")
    assert problem(await ana.post("/me/second-factor"))[3] == "enrolled"
    wrong = await ana.post("/me/second-factor/remove", json={"present": "guess"})
    assert problem(wrong)[:2] == (401, "wrong_credentials")
    assert (await ana.post("/me/second-factor/remove", json={"present": PASSWORD})).status_code == 204
    assert await tried(office, "ana") == (200, "")
    await enrolled(office, "ana")
    assert (await ada.delete("/users/user_ana/second-factor")).status_code == 204
    assert await tried(office, "ana") == (200, "")


@pytest.mark.req("BASE-1")
async def test_a_role_may_require_a_second_factor(office: Office) -> None:
    mia, ada = await office.of("mia"), await office.of("ada")
    assert (await edited(ada, "/roles/manager", {**await role(office, "manager"), "second_factor": True})).is_success
    session = (await mia.get("/session")).json()
    assert (session["must_enrol"], session["permissions"]) == (True, [])
    assert (await mia.get("/completed/calls")).status_code == 403
    await enrolled(office, "mia")
    session = (await mia.get("/session")).json()
    assert session["must_enrol"] is False
    assert "calls.view" in session["permissions"]


@pytest.mark.req("BASE-1")
async def test_a_forgotten_password_is_mailed_and_the_answer_never_tells_who_works_here(office: Office) -> None:
    async with office.anybody() as browser:
        answers = [
            await browser.post("/welcome/forgotten", json={"email": email})
            for email in ("Ana@example.com", "nobody@example.com")
        ]
        assert [(answer.status_code, answer.json()) for answer in answers] == [(202, {"mails": True})] * 2
        await settle()
        (mail,) = office.mailer.sent
        assert mail.to == "ana@example.com"
        token = mail.text.partition("#")[2].split()[0]
        old = await office.of("ana")
        chosen = {"token": token, "password": "battery staple 9"}
        assert (await browser.post("/welcome/password", json=chosen)).status_code == 204
        assert (await old.get("/session")).status_code == 401
        for _ in range(3):
            await browser.post("/welcome/forgotten", json={"email": "ana@example.com"})
        flood = await browser.post("/welcome/forgotten", json={"email": "ana@example.com"})
        assert problem(flood)[:2] == (429, "too_many_tries")


@pytest.mark.req("BASE-1")
async def test_an_administrator_resets_a_password_by_a_link(office: Office) -> None:
    ada = await office.of("ada")
    made = (await ada.post("/users/user_ana/password-reset")).json()
    assert made["kind"] == "reset"
    assert await tried(office, "ana") == (200, "")
    assert problem(await ada.post("/users/user_ana/invitation"))[3] == "has_password"


async def imported(office: Office, who: str, text: str, *, dry: bool) -> Any:
    client = await office.of(who)
    return await client.post(f"/users/import?dry={str(dry).lower()}", files={"file": ("users.csv", text.encode())})


@pytest.mark.req("BASE-1")
async def test_a_dry_run_reports_every_bad_row_and_changes_nothing(office: Office) -> None:
    text = (
        "email,last_name,roles,teams,phone,chat_limit,active,skills\n"
        "dee@example.com,Dee,Agent,Support:Night,090-1234-5678,2,yes\n"
        "bad,Bad,Agent,,,,\n"
        "eve@example.com,Eve,Wizard,,,,\n"
        "eve2@example.com,Eve,Agent,Nowhere,,,\n"
        "DEE@example.com,Twin,Agent,,,,\n"
        "fay@example.com,,Agent,,,,\n"
        "gil@example.com,Gil,Agent,,12,,\n"
        "hal@example.com,Hal,Agent,,,99,\n"
        "ian@example.com,Ian,Agent,,,,maybe\n"
        "jo@example.com,Jo,,,,,\n"
        "kay@example.com,Kay,Agent,,,,,billing:high\n"
        "lea@example.com,Lea,Agent,,,,,billing;billing:2\n"
        "moe@example.com,Moe,Agent,,,,,billing:7\n"
    )
    report = (await imported(office, "ada", text, dry=True)).json()
    assert [(one["row"], one["column"], one["reason"]) for one in report["mistakes"]] == [
        (3, "email", "email"),
        (4, "roles", "unknown_role"),
        (5, "teams", "unknown_team"),
        (6, "email", "double"),
        (7, "last_name", "missing"),
        (8, "phone", "phone"),
        (9, "chat_limit", "range"),
        (10, "active", "yes_or_no"),
        (11, "roles", "count"),
        (12, "skills", "skills"),
        (13, "skills", "double_skill"),
        (14, "skills", "skills"),
    ]
    assert report["mistakes"][1]["text"]["ja"] == "「Wizard」というロールはありません。"
    assert (report["rows"], report["new"], report["applied"]) == (13, 1, False)
    assert problem(await imported(office, "ada", text, dry=False))[:2] == (422, "bad_file")
    assert len(await names(office, "ada")) == 8


@pytest.mark.req("BASE-1")
async def test_a_good_file_is_applied_whole(office: Office) -> None:
    text = (
        "\ufeffemail,new_email,first_name,last_name,roles,teams,manages,active,skills\r\n"
        "dee@example.com,,花子,山田,Agent;Manager: Team,Support:Night,Sales,yes,billing:3;返品\r\n"
        "ana@example.com,ana.new@example.com,,Ana,Agent,Sales,,no,\r\n"
        "ben@example.com,,,Ben,agent,Support:Night,,yes\r\n"
    )
    report = (await imported(office, "ada", text, dry=False)).json()
    assert (report["new"], report["changed"], report["unchanged"], report["applied"]) == (1, 1, 1, True)
    ada = await office.of("ada")
    found = {user["email"]: user for user in (await ada.get("/users")).json()["users"]}
    dee, ana = found["dee@example.com"], found["ana.new@example.com"]
    assert (dee["name"], dee["roles"], dee["teams"]) == ("山田 花子", ["agent", "manager_team"], [NIGHT])
    assert (dee["manages"], dee["invited"]) == ([SALES], True)
    assert dee["skills"] == {"billing": 3, "返品": 1}
    assert "billing:3;返品:1" in (await ada.get("/users/export")).text
    assert (ana["active"], ana["teams"]) == (False, [SALES])


@pytest.mark.req("BASE-1")
async def test_what_is_exported_can_be_imported_and_changes_nothing(office: Office) -> None:
    ada = await office.of("ada")
    exported = (await ada.get("/users/export")).text
    assert exported.startswith("\ufeffemail,")
    report = (await imported(office, "ada", exported.removeprefix("\ufeff"), dry=False)).json()
    assert (report["rows"], report["unchanged"], report["mistakes"]) == (8, 8, [])
    mine = (await (await office.of("mia")).get("/users/export")).text
    assert "cia@example.com" not in mine
    assert "ben@example.com" in mine


@pytest.mark.req("BASE-2")
@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("cia@example.com,Cia,Agent,Support", "not_within"),
        ("mia@example.com,Mia,Manager,Support", "not_within"),
        ("new@example.com,New,Admin,Support", "role_not_assignable"),
        ("new@example.com,New,Agent,Sales", "other_team"),
        ("new@example.com,New,Agent,", "no_team"),
    ],
)
async def test_an_import_goes_no_further_than_its_maker(office: Office, row: str, reason: str) -> None:
    report = (await imported(office, "tom", f"email,last_name,roles,teams\n{row}\n", dry=True)).json()
    assert [one["reason"] for one in report["mistakes"]] == [reason]


@pytest.mark.req("BASE-3")
async def test_an_import_leaves_an_administrator(office: Office) -> None:
    text = "email,roles\nada@example.com,Agent\n"
    report = (await imported(office, "ada", text, dry=True)).json()
    assert [one["reason"] for one in report["mistakes"]] == ["last_admin"]
    assert Role.ADMIN in office.house._roles.known
    assert office.house._teams.tree.get(SUPPORT) is not None


class Counted:
    """A store of people that counts its writes."""

    def __init__(self, people: Any) -> None:
        self._people = people
        self.writes = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._people, name)

    async def write(self, batch: Any) -> None:
        self.writes += 1
        await self._people.write(batch)


@pytest.mark.req("BASE-1")
async def test_a_large_file_is_one_transaction_and_hashes_no_password(office: Office) -> None:
    counted = Counted(office.storage.people)
    office.house._teams._people = counted
    rows = "".join(f"u{n}@example.com,User{n},Agent,Support,+8190{n:08d}\n" for n in range(10_000))
    report = (await imported(office, "ada", "email,last_name,roles,teams,phone\n" + rows, dry=False)).json()
    assert (report["new"], report["applied"], report["mistakes"]) == (10_000, True, [])
    assert counted.writes == 1
    assert await office.storage.people.password_hash(UserId("user_ana")) == f"hash of {PASSWORD}"
    found, total = await office.storage.people.find(UserQuery("u9999@example.com"))
    assert (total, await office.storage.people.has_password([found[0].id])) == (1, frozenset())
