"""What was live when a server was killed: calls are closed with their reason, chats can be ended, nothing is wrong."""

import asyncio
import contextlib

import pytest

from tests.e2e.test_server_life import StartServer, a_chat, calling, signed_in, talking


@pytest.mark.req("END-1", "END-3")
async def test_after_a_kill_calls_are_closed_chats_can_be_ended_and_the_doctor_finds_nothing(
    start_server: StartServer,
) -> None:
    server = start_server()
    heard: list[bytes] = []
    with contextlib.suppress(BaseExceptionGroup):
        async with signed_in(server) as desk, calling(server, heard) as caller:
            call = await desk.take("call")
            _, chat = await a_chat(server)
            async with talking(desk, call["id"]):
                server.kill()
            caller.ended.set()

    server.start()
    async with signed_in(server, "admin", "calls") as admin:
        (ended,) = (await admin.http.get("/completed/calls")).json()["rows"]
        assert (ended["id"], ended["end_reason"]) == (call["id"], "server_restarted")
        assert admin.view.rows == {}
        wrong = (await admin.http.get("/doctor")).json()["anomalies"]
        assert [one for one in wrong if one["subject"] in {call["id"], chat}] == []
        again = await admin.http.post(f"/calls/{call['id']}/end")
        assert (again.status_code, again.json()["code"]) == (409, "interaction_over")
        (await admin.http.post(f"/chats/{chat}/end-stuck")).raise_for_status()
        (await admin.http.post(f"/chats/{chat}/end-stuck")).raise_for_status()
        assert chat in [one["id"] for one in (await admin.http.get("/completed/chats")).json()["rows"]]
        async with asyncio.timeout(30):
            while (await admin.http.get("/doctor")).json()["anomalies"]:  # noqa: ASYNC110 - other processes have no event here
                await asyncio.sleep(0.2)
