"""Figures and metadata over HTTP: questions read, rights asked for, files named."""

from datetime import date
from typing import Any

import httpx
import pytest

from madoguchi.domain.figures.periods import Interval
from madoguchi.domain.figures.totals import Goals, Totals
from madoguchi.domain.routing.offers import Channel
from madoguchi.kernel.errors import InvalidInputError
from madoguchi.kernel.ids import QueueId
from madoguchi.services.figures import By, Question
from madoguchi.services.rows_figures import figures_row, goals_row
from tests.unit.adapters.http.conftest import Edge

V1 = "/api/v1"
ANSWER: dict[str, Any] = {
    "from": "2026-11-01",
    "to": "2026-11-02",
    "zone": "Asia/Tokyo",
    "by": "queue",
    "interval": "day",
    "channel": None,
    "goals": goals_row(Goals()),
    "total": figures_row(Totals(offered=2, answered=1)),
    "rows": [{"id": "queue_1", "queue": None, **figures_row(Totals())}],
}


@pytest.mark.req("BASE-15")
async def test_a_question_reaches_the_service_whole(edge: Edge) -> None:
    edge.services["figures"].answers["of"] = ANSWER
    asked = "from=2026-11-01&to=2026-11-02&by=interval&channel=chat&queue=queue_1&interval=15m"

    reply = await edge.manager.get(f"{V1}/figures?{asked}")

    assert reply.status_code == 200
    body = reply.json()
    assert (body["from"], body["total"]["service_level"], body["rows"][0]["asa_s"]) == ("2026-11-01", 0.0, None)
    ((name, (_, question)),) = edge.services["figures"].calls
    assert name == "of"
    assert question == Question(
        date(2026, 11, 1), date(2026, 11, 2), By.INTERVAL, Channel.CHAT, QueueId("queue_1"), Interval.QUARTER
    )


@pytest.mark.req("BASE-15")
@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("from=yesterday", "from"),
        ("to=2026-13-01", "to"),
        ("by=moon", "by"),
        ("channel=fax", "channel"),
        ("interval=minute", "interval"),
        ("queue=%00", "queue"),
    ],
)
async def test_what_is_no_question_is_refused_with_the_field(edge: Edge, asked: str, field: str) -> None:
    reply = await edge.manager.get(f"{V1}/figures?{asked}")
    assert (reply.status_code, reply.json()["code"], reply.json()["field"]) == (422, "invalid_input", field)


@pytest.mark.req("BASE-15")
async def test_too_long_a_period_is_refused_beside_its_field(edge: Edge) -> None:
    edge.services["figures"].answers["exported"] = InvalidInputError("at most 90 days at once", field="to")
    reply = await edge.manager.get(f"{V1}/figures/export?from=2026-01-01&to=2026-11-01")
    assert (reply.status_code, reply.json()["field"]) == (422, "to")


@pytest.mark.req("BASE-15")
async def test_a_table_is_a_file_to_save(edge: Edge) -> None:
    edge.services["figures"].answers["exported"] = ("figures-queue.csv", "\ufeffキュー\r\n")
    reply = await edge.manager.get(f"{V1}/figures/export?language=ja")
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert reply.headers["content-disposition"] == "attachment; filename*=UTF-8''figures-queue.csv"
    assert reply.content.startswith(b"\xef\xbb\xbf")


@pytest.mark.req("BASE-15")
async def test_goals_are_checked_and_changed(edge: Edge) -> None:
    goals = {"answer_s": 30, "service_level": 0.9, "short_abandon_s": 0, "version": 2}
    assert (await edge.manager.put(f"{V1}/figures/goals", json=goals)).status_code == 204
    ((_, (_, given)),) = edge.services["figures"].calls
    assert (given, given.version) == (Goals(30, 0.9, 0), 2)

    refused = await edge.manager.put(f"{V1}/figures/goals", json={**goals, "service_level": 80})
    assert (refused.status_code, refused.json()["field"]) == (422, "service_level")


@pytest.mark.req("BASE-15", "BASE-2")
@pytest.mark.parametrize("path", ["/figures", "/figures/export"])
async def test_agents_see_no_reports(edge: Edge, path: str) -> None:
    reply = await edge.agent.get(V1 + path)
    assert (reply.status_code, reply.json()["code"]) == (403, "not_allowed")


@pytest.mark.req("BASE-14")
@pytest.mark.parametrize(("path", "asked"), [("calls/call_1", "of_call"), ("chats/chat_1", "of_chat")])
async def test_metadata_are_a_file_named_after_the_interaction(edge: Edge, path: str, asked: str) -> None:
    edge.services["metadata"].answers[asked] = {"v": 1, "consumer": "佐藤"}
    reply: httpx.Response = await edge.agent.get(f"{V1}/{path}/metadata")
    assert (reply.status_code, reply.json()) == (200, {"v": 1, "consumer": "佐藤"})
    assert reply.headers["content-disposition"] == f"attachment; filename*=UTF-8''{path.partition('/')[2]}.json"
    assert (await edge.anybody.get(f"{V1}/{path}/metadata")).status_code == 401
