"""The routes of the menu trees: what they let through, and to whom."""

import pytest

from madoguchi.domain.audit.entries import Act, Action, AuditRecord, Change, Entry, Seen, Subject
from madoguchi.domain.queues.nodes import Assignment
from madoguchi.domain.queues.queue import MenuChannel
from madoguchi.domain.queues.tree import ChangedMeanwhileError, Direction
from madoguchi.kernel.errors import InvalidInputError
from madoguchi.kernel.ids import UserId
from madoguchi.services.queue_settings import Contents, QueueInUseError
from madoguchi.testing.environment import NOON
from tests.unit.adapters.http.conftest import Edge

pytestmark = pytest.mark.req("BASE-4")

TREES = "/api/v1/settings/queues"


def asked(edge: Edge) -> tuple[object, ...]:
    """Return what the service was asked last, without the actor."""
    name, (actor, *rest) = edge.services["queue_settings"].calls[-1]
    assert actor.user.id == "user_mia"
    return (name, *rest)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("GET", "/queue_1", None),
        ("GET", "/global", None),
        ("POST", "", {"channel": "web", "names": {"en": "x"}}),
        ("PUT", "/queue_1", {"version": 1, "names": {"en": "x"}}),
        ("PUT", "/global", {"version": 1, "settings": {}}),
        ("POST", "/queue_1/move", {"direction": "up"}),
        ("POST", "/copies", {"queue": "queue_1", "channel": "web"}),
        ("DELETE", "/queue_1", None),
    ],
)
async def test_agents_reach_none_of_it(edge: Edge, method: str, path: str, body: object) -> None:
    reply = await edge.agent.request(method, TREES + path, json=body)
    assert (reply.status_code, reply.json()["code"]) == (403, "not_allowed")
    assert edge.services["queue_settings"].calls == []


async def test_a_queue_is_added(edge: Edge) -> None:
    edge.services["queue_settings"].answers["add"] = "queue_2"
    body = {"channel": "ivr", "parent": "queue_1", "names": {"en": "Returns", "ja": "返品"}}
    reply = await edge.manager.post(TREES, json=body)
    assert (reply.status_code, reply.json()) == (201, {"queues": ["queue_2"]})
    assert asked(edge) == ("add", MenuChannel.IVR, "queue_1", {"en": "Returns", "ja": "返品"})


async def test_what_is_in_a_queue_is_replaced(edge: Edge) -> None:
    edge.services["queue_settings"].answers["edit"] = ChangedMeanwhileError(
        "it is at version 4", Seen(Subject.QUEUE, "queue_1", 3)
    )
    act, change = Act(UserId("user_mia"), "Mia", "192.0.2.1"), Change("names.en", "Return", "Returns")
    done = AuditRecord(7, NOON, act, Entry(Subject.QUEUE, "queue_1", "Returns", Action.CHANGED, (change,), 4))
    edge.services["audit"].answers["since"] = [done]
    body = {
        "version": 3,
        "names": {"en": "Returns"},
        "hidden": True,
        "settings": {"routing": {"offer_s": 12.5, "attempts": None}},
        "assignments": [{"users": ["user_ana"]}, {"language": "ja", "teams": ["team_1"]}],
    }
    reply = await edge.manager.put(f"{TREES}/queue_1", json=body)
    assert (reply.status_code, reply.json()["code"]) == (409, "changed_meanwhile")
    (told,) = reply.json()["changed"]
    assert (told["by"], told["action"], told["fields"]) == ("Mia", "changed", ["names.en"])
    contents = Contents(
        names={"en": "Returns"},
        hidden=True,
        settings={"routing": {"offer_s": 12.5, "attempts": None}},
        assignments=[Assignment("", (UserId("user_ana"),)), Assignment("ja", (), ("team_1",))],
    )
    assert asked(edge) == ("edit", "queue_1", 3, contents)


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({"direction": "up"}, ("move", "queue_1", Direction.UP)),
        ({"into": "queue_2"}, ("move_into", "queue_1", "queue_2")),
        ({"into": None}, ("move_into", "queue_1", None)),
    ],
)
async def test_a_queue_is_moved(edge: Edge, body: dict[str, object], wanted: tuple[object, ...]) -> None:
    assert (await edge.manager.post(f"{TREES}/queue_1/move", json=body)).status_code == 204
    assert asked(edge) == wanted


@pytest.mark.parametrize("body", [{}, {"direction": "up", "into": None}, {"direction": "left"}])
async def test_one_way_to_move_must_be_named(edge: Edge, body: dict[str, object]) -> None:
    assert (await edge.manager.post(f"{TREES}/queue_1/move", json=body)).status_code == 422


@pytest.mark.parametrize(("source", "wanted"), [({"queue": "queue_1"}, "queue_1"), ({"tree": "web"}, MenuChannel.WEB)])
async def test_a_queue_or_a_tree_is_copied(edge: Edge, source: dict[str, str], wanted: object) -> None:
    edge.services["queue_settings"].answers["copy"] = ["queue_8", "queue_9"]
    reply = await edge.manager.post(f"{TREES}/copies", json={**source, "channel": "mobile"})
    assert reply.json() == {"queues": ["queue_8", "queue_9"]}
    assert asked(edge) == ("copy", wanted, MenuChannel.MOBILE, None)
    assert (await edge.manager.post(f"{TREES}/copies", json={"channel": "mobile"})).status_code == 422


async def test_a_queue_in_use_is_deleted_only_when_confirmed(edge: Edge) -> None:
    edge.services["queue_settings"].answers["delete"] = QueueInUseError("2 wait here", reason="waiting")
    reply = await edge.manager.delete(f"{TREES}/queue_1")
    assert (reply.status_code, reply.json()["code"], reply.json()["reason"]) == (409, "queue_in_use", "waiting")
    assert asked(edge) == ("delete", "queue_1", False)
    edge.services["queue_settings"].answers["delete"] = None
    assert (await edge.manager.delete(f"{TREES}/queue_1?confirmed=true")).status_code == 204
    assert asked(edge) == ("delete", "queue_1", True)


async def test_a_wrong_value_is_told_with_its_field(edge: Edge) -> None:
    refusal = InvalidInputError("5 to 300", field="settings.routing.offer_s", reason="range")
    edge.services["queue_settings"].answers["edit_common"] = refusal
    reply = await edge.manager.put(f"{TREES}/global", json={"version": 1, "settings": {"routing": {"offer_s": 1}}})
    assert (reply.status_code, reply.json()["field"]) == (422, "settings.routing.offer_s")


async def test_a_zero_character_is_no_part_of_a_name(edge: Edge) -> None:
    reply = await edge.manager.post(TREES, json={"channel": "web", "names": {"en": "a\0b"}})
    assert reply.status_code == 422
