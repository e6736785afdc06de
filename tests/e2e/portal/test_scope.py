"""A manager of a team on the real server: what is his comes and goes while he looks, and others' is not there."""

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from madoguchi.testing.server import RealServer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

PATIENCE = 40_000


def a_chat_waits(server: RealServer) -> str:
    """Let a consumer wait; return his chat."""
    with httpx.Client(base_url=f"{server.url}/api/v1", timeout=30) as http:
        queue = http.get("/consumer/config").json()["queues"][0]["id"]
        token = http.post("/consumer/sessions", json={"language": "en"}).json()["token"]
        start = {"queue": queue, "language": "en", "text": "Where is my parcel?"}
        answer = http.post("/consumer/chats", json=start, headers={"Authorization": f"Bearer {token}"})
        return str(answer.raise_for_status().json()["chat"])


def signed_in(browser: Browser, server: RealServer, role: str, path: str) -> Page:
    page = browser.new_context(locale="en-US", viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(server.url.replace("127.0.0.1", "localhost") + path)
    email, password = server.sign_in_of(role)
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    page.get_by_role("banner").wait_for()
    return page


@pytest.mark.req("MON-13")
def test_a_manager_sees_what_his_teams_have_and_it_goes_when_the_team_is_not_his(
    browser: Browser, server: RealServer
) -> None:
    expect.set_options(timeout=PATIENCE)
    chat = a_chat_waits(server)
    manager = signed_in(browser, server, "manager", "/chats/queued")
    admin = signed_in(browser, server, "admin", "/chats/queued")
    api = server.url.replace("127.0.0.1", "localhost") + "/api/v1"
    rows = manager.get_by_role("button", name="Actions for")
    count = manager.get_by_role("group", name="Chats").get_by_role("link", name="Queued")
    expect(rows).to_have_count(1)
    expect(count).to_contain_text("1")
    assert manager.request.get(f"{api}/chats/{chat}/routing").status == 200

    team = admin.request.get(f"{api}/teams").json()["teams"][0]["id"]
    me = manager.request.get(f"{api}/session").json()["user"]["id"]
    place = f"{api}/teams/{team}/people/{me}"
    headers = {"X-Madoguchi": "1"}
    assert admin.request.put(place, data={"part": "nothing"}, headers=headers).status == 204
    expect(rows).to_have_count(0)
    expect(count).not_to_contain_text("1")
    expect(admin.get_by_role("button", name="Actions for")).to_have_count(1)
    assert manager.request.get(f"{api}/chats/{chat}/routing").status == 404

    assert admin.request.put(place, data={"part": "manager"}, headers=headers).status == 204
    expect(rows).to_have_count(1)
    expect(count).to_contain_text("1")
    assert admin.request.post(f"{api}/chats/{chat}/end-stuck", headers=headers).status == 204
    for page in (manager, admin):
        page.context.close()
