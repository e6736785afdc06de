"""Routes of statuses and routing: what goes in, what comes out, who may."""

import pytest

from madoguchi.domain.agents.statuses import CustomStatus
from madoguchi.kernel.ids import StatusId
from tests.unit.adapters.http.conftest import Edge

V1 = "/api/v1"


@pytest.mark.req("BASE-10")
async def test_statuses_of_the_organisations_own_are_listed_made_changed_and_removed(edge: Edge) -> None:
    training = CustomStatus(StatusId("status_1"), {"en": "Training", "ja": "研修"}, "violet", version=2)
    edge.services["statuses"].answers.update(all=[training], make=training, change=training)
    row = {"id": "status_1", "version": 2, "names": {"en": "Training", "ja": "研修"}, "colour": "violet", "away": True}
    assert (await edge.agent.get(f"{V1}/agent-statuses")).json() == {"statuses": [row]}

    body = {"names": row["names"], "colour": "violet"}
    made = await edge.manager.post(f"{V1}/agent-statuses", json=body)
    assert (made.status_code, made.json()) == (201, row)
    changed = await edge.manager.put(f"{V1}/agent-statuses/status_1", json={**body, "version": 2})
    assert (changed.status_code, changed.json()) == (200, row)
    assert (await edge.manager.delete(f"{V1}/agent-statuses/status_1")).status_code == 204
    asked = [(name, *args[1:]) for name, args in edge.services["statuses"].calls]
    assert asked == [
        ("all",),
        ("make", row["names"], "violet", True),
        ("change", training),
        ("remove", "status_1"),
    ]


@pytest.mark.req("BASE-9")
async def test_a_manager_learns_why_a_call_went_to_whom_it_went(edge: Edge) -> None:
    why = {
        "at": "2026-11-23T12:00:00.000Z",
        "rule": "longest_since_call",
        "attempt": 1,
        "language": "ja",
        "skills": [],
        "skills_given_up": False,
        "groups": [],
        "passed": [{"reason": "busy", "count": 12, "agents": [{"agent": "user_b", "name": "Ben", "idle_s": 5}]}],
    }
    rung = {"agent": "user_a", "name": "Ana", "idle_s": None}
    told = {"decisions": [{**why, "rung": [{**rung, "outcome": "declined"}]}], "now": {**why, "rung": []}}
    for kind, name in (("calls", "of_call"), ("chats", "of_chat")):
        edge.services["routing"].answers[name] = told
        answer = await edge.manager.get(f"{V1}/{kind}/{kind[:-1]}_1/routing")
        assert (answer.status_code, answer.json()) == (200, told)
        assert (await edge.agent.get(f"{V1}/{kind}/{kind[:-1]}_1/routing")).status_code == 403
