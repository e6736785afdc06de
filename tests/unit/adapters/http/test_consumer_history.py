"""A consumer's history over its route."""

import httpx
import pytest

from tests.unit.adapters.http.office import Office

pytestmark = pytest.mark.req("BASE-11")


async def a_consumer(browser: httpx.AsyncClient) -> str:
    made = await browser.post("/consumer/sessions", json={"resume": None, "language": "ja"})
    consumer: str = made.json()["consumer"]["id"]
    return consumer


async def test_supervisors_may_ask_for_anybody_and_agents_only_for_whom_they_serve(office: Office) -> None:
    async with office.anybody() as browser:
        consumer = await a_consumer(browser)
        path = f"/consumers/{consumer}/interactions"
        assert (await browser.get(path)).status_code == 401
    assert (await (await office.of("max")).get(path)).json() == {"rows": [], "next": None}
    for name in ("ana", "mia"):  # Mia sees what her teams had, and they had nothing of him.
        refused = await (await office.of(name)).get(path)
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")


async def test_an_unknown_consumer_and_a_wrong_page_are_told_apart(office: Office) -> None:
    mia = await office.of("mia")
    assert (await mia.get("/consumers/consumer_none/interactions")).status_code == 404
    wrong = await mia.get("/consumers/consumer_none/interactions", params={"before": "yesterday"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "before")
    assert (await mia.get("/consumers/consumer_none/interactions", params={"limit": 101})).status_code == 422
