"""The realtime socket over a real server and a real WebSocket client; the services behind it are fakes."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from madoguchi.adapters.realtime.registry import SocketRegistry
from madoguchi.adapters.realtime.route import PATH, realtime_route
from madoguchi.adapters.realtime.socket import RealtimeSettings
from madoguchi.adapters.system import SystemIds
from madoguchi.domain.access.permissions import Role
from madoguchi.kernel.errors import ConflictError, NotAllowedError, UnavailableError
from madoguchi.services.embedding import EmbeddingService
from madoguchi.services.view_store import ViewLimits, ViewStore
from madoguchi.testing.catalogue import MemoryCatalogue
from madoguchi.testing.environment import FakeClock
from tests.unit.adapters.fake_services import (
    FakeSignIn,
    FakeTokens,
    FakeViews,
    Recorder,
    a_consumer,
    a_principal,
    fake_services,
)

SETTINGS = RealtimeSettings(hello_s=0.3, max_sockets=8, max_sockets_per_owner=3, max_subscriptions=4)


@dataclass
class Door:
    """A running server and what stands behind it."""

    url: str
    store: ViewStore
    views: FakeViews
    chats: Recorder
    sign_in: FakeSignIn
    consumers: FakeTokens
    registry: SocketRegistry
    embedding: EmbeddingService
    clock: FakeClock
    server: uvicorn.Server

    @contextlib.asynccontextmanager
    async def opened(
        self, cookie: str | None = None, origin: str | None = None, **options: Any
    ) -> AsyncIterator[ClientConnection]:
        """A connection that has said nothing yet."""
        headers = {"Cookie": f"madoguchi_session={cookie}"} if cookie else {}
        url = self.url.replace("http", "ws", 1) + PATH
        async with connect(url, additional_headers=headers, origin=origin, **options) as connection:  # type: ignore[arg-type] # Origin is a str
            yield connection

    @contextlib.asynccontextmanager
    async def greeted(self, *, token: str | None = None, cookie: str | None = None) -> AsyncIterator[ClientConnection]:
        """A connection that was let in."""
        async with self.opened(cookie) as connection:
            await say(connection, type="hello", version=1, **({"token": token} if token else {}))
            welcome = await heard(connection)
            assert welcome["type"] == "welcome"
            yield connection


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    clock = FakeClock()
    store = ViewStore(clock, SystemIds(), ViewLimits(deltas=8))
    views, chats = FakeViews(store), Recorder()
    sign_in = FakeSignIn({"ana": a_principal(Role.AGENT)})
    consumers = FakeTokens({"carl": a_consumer()})
    registry = SocketRegistry(limit=SETTINGS.max_sockets, limit_per_owner=SETTINGS.max_sockets_per_owner)
    embedding = EmbeddingService(MemoryCatalogue())
    services = fake_services(embedding=embedding, views=views, chats=chats, sign_in=sign_in, consumers=consumers)
    app = Starlette(routes=[realtime_route(services, clock, registry, SETTINGS)])
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, ws="websockets-sansio", lifespan="off", log_config=None, ws_per_message_deflate=False)
    server = uvicorn.Server(config)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(server._serve([listening]))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        yield Door(url, store, views, chats, sign_in, consumers, registry, embedding, clock, server)
        server.should_exit = True
        await running


async def say(connection: ClientConnection, **frame: Any) -> None:
    await connection.send(json.dumps(frame))


async def heard(connection: ClientConnection) -> dict[str, Any]:
    frame = json.loads(await asyncio.wait_for(connection.recv(), 5))
    assert isinstance(frame, dict)
    return frame


async def close_code(connection: ClientConnection) -> int:
    with contextlib.suppress(ConnectionClosed):
        while True:
            await asyncio.wait_for(connection.recv(), 5)
    assert connection.close_code is not None
    return connection.close_code


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 - the state is another thread of control's, and has no event
            await asyncio.sleep(0.005)


async def test_a_portal_page_is_welcomed_by_its_cookie(door: Door) -> None:
    async with door.opened("ana", origin=door.url) as connection:
        await say(connection, type="hello", version=1)
        assert await heard(connection) == {
            "type": "welcome",
            "session": "session_user_ana",
            "now": "2026-11-23T12:00:00.000Z",
            "heartbeat_s": 10.0,
        }


async def test_a_consumer_is_welcomed_by_his_token_from_any_site(door: Door) -> None:
    async with door.opened(origin="https://shop.example") as connection:
        await say(connection, type="hello", version=1, token="carl")
        assert (await heard(connection))["session"] == "session_consumer_carl"


async def test_another_sites_page_cannot_use_the_cookie(door: Door) -> None:
    async with door.opened("ana", origin="https://evil.example") as connection:
        await say(connection, type="hello", version=1)
        assert await close_code(connection) == 4401


@pytest.mark.parametrize(("cookie", "token"), [(None, None), ("gone", None), (None, "gone"), ("ana", "gone")])
async def test_who_is_not_signed_in_is_told_not_to_come_again(
    cookie: str | None, token: str | None, door: Door
) -> None:
    async with door.opened(cookie) as connection:
        await say(connection, type="hello", version=1, **({"token": token} if token else {}))
        assert await close_code(connection) == 4401


async def test_while_the_database_is_away_one_may_come_again(door: Door) -> None:
    door.sign_in.known["ana"] = UnavailableError()
    async with door.opened("ana") as connection:
        await say(connection, type="hello", version=1)
        assert await close_code(connection) == 1013


@pytest.mark.parametrize(
    "first", ['{"type": "ping"}', '{"type": "hello", "version": 2}', "hello", b'{"type": "hello", "version": 1}']
)
async def test_the_first_frame_is_a_hello_of_this_version(first: str | bytes, door: Door) -> None:
    async with door.opened("ana") as connection:
        await connection.send(first)
        assert await close_code(connection) == 4400


async def test_who_says_nothing_is_not_waited_for(door: Door) -> None:
    async with door.opened("ana") as connection:
        assert await close_code(connection) == 4400


@pytest.mark.parametrize("later", ["nonsense", '{"type": "hello", "version": 1}', b"\x00", '{"type": "shout"}'])
async def test_nonsense_ends_the_connection(later: str | bytes, door: Door) -> None:
    async with door.greeted(cookie="ana") as connection:
        await connection.send(later)
        assert await close_code(connection) == 4400
    await until(lambda: len(door.registry) == 0)


async def test_a_wrong_frame_with_a_ref_is_answered(door: Door) -> None:
    async with door.greeted(cookie="ana") as connection:
        await say(connection, type="subscribe", ref="a", view=5)
        problem = await heard(connection)
        assert (problem["type"], problem["ref"], problem["code"]) == ("problem", "a", "invalid_input")
        await say(connection, type="ping")
        assert await heard(connection) == {"type": "pong", "now": "2026-11-23T12:00:00.000Z"}


@pytest.mark.req("BASE-17")
async def test_a_view_is_a_snapshot_and_then_what_changes(door: Door) -> None:
    door.store.publish("desk", [{"id": "a", "n": 1}])
    async with door.greeted(cookie="ana") as connection:
        await say(connection, type="subscribe", ref="d", view="desk", params={"x": 1})
        snapshot = await heard(connection)
        door.store.publish("desk", [{"id": "b", "n": 2}], ["a"])
        delta = await heard(connection)

    assert (snapshot["type"], snapshot["ref"], snapshot["rows"]) == ("snapshot", "d", [{"id": "a", "n": 1}])
    assert (delta["type"], delta["ref"], delta["put"], delta["gone"]) == ("delta", "d", [{"id": "b", "n": 2}], ["a"])
    ((viewer, view, params),) = door.views.asked
    assert (viewer.user.id, view, params) == ("user_ana", "desk", {"x": 1})


@pytest.mark.req("BASE-17")
async def test_after_a_reconnect_the_cursor_brings_what_was_missed_and_nothing_twice(door: Door) -> None:
    door.store.publish("desk", [{"id": "a", "n": 1}])
    async with door.greeted(cookie="ana") as connection:
        await say(connection, type="subscribe", ref="d", view="desk")
        cursor = (await heard(connection))["cursor"]
    door.store.publish("desk", [{"id": "b", "n": 2}])

    async with door.greeted(cookie="ana") as connection:
        await say(connection, type="subscribe", ref="d", view="desk", cursor=cursor)
        missed = await heard(connection)

    assert (missed["type"], missed["put"]) == ("delta", [{"id": "b", "n": 2}])


async def test_nothing_comes_after_an_unsubscribe_and_the_ref_is_free_again(door: Door) -> None:
    async with door.greeted(cookie="ana") as connection:
        await say(connection, type="subscribe", ref="d", view="desk")
        await heard(connection)
        await say(connection, type="unsubscribe", ref="d")
        await say(connection, type="ping")
        await heard(connection)
        door.store.publish("desk", [{"id": "a"}])
        await say(connection, type="subscribe", ref="d", view="desk")
        assert (await heard(connection))["type"] == "snapshot"


async def test_a_view_that_one_may_not_see_is_refused_and_the_socket_goes_on(door: Door) -> None:
    door.views.refuse["calls"] = NotAllowedError("needs the permission calls.view")
    async with door.greeted(cookie="ana") as connection:
        await say(connection, type="subscribe", ref="c", view="calls")
        problem = await heard(connection)
        assert (problem["ref"], problem["code"]) == ("c", "not_allowed")
        await say(connection, type="subscribe", ref="c", view="desk")
        assert (await heard(connection))["type"] == "snapshot"


async def test_a_ref_names_one_subscription_and_there_are_not_too_many(door: Door) -> None:
    async with door.greeted(cookie="ana") as connection:
        for ref in "abcd":
            await say(connection, type="subscribe", ref=ref, view="desk")
            await heard(connection)
        await say(connection, type="subscribe", ref="a", view="desk")
        assert (await heard(connection))["code"] == "ref_in_use"
        await say(connection, type="subscribe", ref="e", view="desk")
        assert (await heard(connection))["code"] == "too_many_subscriptions"


async def test_commands_are_done_in_their_order_and_answered(door: Door) -> None:
    seqs = iter(range(1, 4))

    async def send(*_: Any) -> int:
        await asyncio.sleep(0)
        return next(seqs)

    door.chats.answers["send"] = send
    async with door.greeted(token="carl") as connection:
        for n in range(3):
            data = {"chat": "chat_1", "client_id": str(n), "text": f"line {n}"}
            await say(connection, type="command", ref=str(n), name="chat.send", data=data)
        replies = [await heard(connection) for _ in range(3)]

    assert replies == [{"type": "reply", "ref": str(n), "data": {"seq": n + 1}} for n in range(3)]
    assert [args[3] for _, args in door.chats.calls] == ["line 0", "line 1", "line 2"]
    assert door.chats.calls[0][1][0] == a_consumer()


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("chat.shout", {}, "unknown_command"),
        ("chat.send", {}, "invalid_input"),
        ("chat.send", {"chat": "chat_1", "client_id": "1", "text": ""}, "invalid_input"),
        ("chat.send", {"chat": "chat_1", "client_id": "1", "text": "x" * 4001}, "invalid_input"),
        ("chat.send", {"chat": "chat_1", "client_id": "1", "text": "zero \0"}, "invalid_input"),
        ("chat.send", {"chat": "no id", "client_id": "1", "text": "x"}, "invalid_input"),
        ("chat.read", {"chat": "chat_1", "seq": -1}, "invalid_input"),
        ("chat.read", {"chat": "chat_1", "seq": 2**70}, "invalid_input"),
        ("chat.typing", {"chat": "chat_1", "typing": "yes"}, "invalid_input"),
    ],
)
async def test_a_wrong_command_is_refused_by_name(name: str, data: dict[str, Any], code: str, door: Door) -> None:
    async with door.greeted(cookie="ana") as connection:
        await say(connection, type="command", ref="x", name=name, data=data)
        problem = await heard(connection)
    assert (problem["type"], problem["ref"], problem["code"]) == ("problem", "x", code)
    assert door.chats.calls == []


async def test_what_a_service_refuses_is_told_and_its_faults_are_hidden(door: Door) -> None:
    async with door.greeted(cookie="ana") as connection:
        for answer, code in ((ConflictError("over"), "conflict"), (RuntimeError("inside"), "internal")):
            door.chats.answers["typing"] = answer
            data = {"chat": "chat_1", "typing": True}
            await say(connection, type="command", ref="t", name="chat.typing", data=data)
            problem = await heard(connection)
            assert (problem["ref"], problem["code"]) == ("t", code)
            assert "inside" not in json.dumps(problem)


async def test_a_reader_who_is_too_slow_gets_a_new_snapshot_instead_of_a_queue(door: Door) -> None:
    rows = 1_500
    async with door.greeted(cookie="ana") as connection:
        await say(connection, type="subscribe", ref="d", view="desk")
        await heard(connection)
        connection.transport.pause_reading()
        for n in range(rows):
            door.store.publish("desk", [{"id": "big", "n": n, "filling": "x" * 20_000}])
            await asyncio.sleep(0)
        connection.transport.resume_reading()
        frames = [await heard(connection)]
        while _last(frames[-1]) != rows - 1:
            frames.append(await heard(connection))

    assert len(frames) < rows
    assert "snapshot" in {frame["type"] for frame in frames}


def _last(frame: dict[str, Any]) -> Any:
    (row,) = frame.get("rows") or frame["put"]
    return row["n"]


async def test_a_session_that_ended_closes_its_sockets_at_once(door: Door) -> None:
    async with door.greeted(cookie="ana") as connection, door.greeted(token="carl") as other:
        door.registry.stop_session("session_user_ana", 4401)
        assert await close_code(connection) == 4401
        await say(other, type="ping")
        assert (await heard(other))["type"] == "pong"


async def test_a_session_that_has_run_out_closes_its_sockets(door: Door) -> None:
    async with door.greeted(cookie="ana") as connection:
        del door.sign_in.known["ana"]
        await door.clock.advance(61)
        assert await close_code(connection) == 4401


@pytest.mark.req("BASE-3")
async def test_a_change_of_what_somebody_may_do_ends_his_sockets_at_once_and_lets_him_come_again(door: Door) -> None:
    async with door.greeted(cookie="ana") as connection:
        door.registry.refresh(["user_ana"])
        await say(connection, type="ping")
        assert (await heard(connection))["type"] == "pong"
        door.sign_in.known["ana"] = a_principal(Role.MANAGER)
        door.registry.refresh(None)
        assert await close_code(connection) == 4409
    async with door.greeted(cookie="ana") as connection:
        del door.sign_in.known["ana"]
        door.registry.refresh(["user_ana", "user_other"])
        assert await close_code(connection) == 4401


async def test_nobody_opens_too_many_sockets(door: Door) -> None:
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(3):
            await stack.enter_async_context(door.greeted(cookie="ana"))
        async with door.opened("ana") as connection:
            await say(connection, type="hello", version=1)
            assert await close_code(connection) == 1013
        await stack.enter_async_context(door.greeted(token="carl"))
    await until(lambda: len(door.registry) == 0)


async def test_the_end_of_the_server_says_come_again(door: Door) -> None:
    async with door.greeted(cookie="ana") as connection:
        door.server.should_exit = True
        assert await close_code(connection) == 1012


async def test_a_peer_that_vanishes_leaves_nothing_behind(door: Door) -> None:
    async with door.greeted(cookie="ana") as connection:
        await say(connection, type="subscribe", ref="d", view="desk")
        await heard(connection)
        assert len(door.registry) == 1
        connection.transport.abort()
        await until(lambda: len(door.registry) == 0)
    door.store.publish("desk", [{"id": "a"}])
    await asyncio.sleep(0)


@pytest.mark.req("BASE-11")
async def test_a_changed_list_of_embedding_sites_lets_portal_pages_come_again_and_consumers_be(door: Door) -> None:
    async with door.greeted(cookie="ana") as connection, door.greeted(token="carl") as other:
        await door.embedding.change(a_principal(Role.ADMIN), 0, ["https://crm.example.com"])
        door.registry.refresh(None)
        assert await close_code(connection) == 4409
        await say(other, type="ping")
        assert (await heard(other))["type"] == "pong"
