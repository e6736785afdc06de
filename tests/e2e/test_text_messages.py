"""A consumer's phone, an SMSC that is not ours, the real server, an agent's desk, and back; killed in between."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from madoguchi.testing.server import RealServer, free_port
from tests.contract.sms.scenes import Smsc, until
from tests.e2e.kit.backstage import an_agent_backstage, signed_in

pytestmark = [pytest.mark.req("CH-4"), pytest.mark.timeout(180)]

QUESTION = "先日注文した商品がまだ届きません。いつ頃届くか教えていただけますか。" * 4
ANSWER = "ご不便をおかけしております。本日中にお届けできる見込みです。" * 4 + "😀"


@pytest.fixture
async def smsc() -> AsyncIterator[Smsc]:
    made = Smsc(free_port(socket.SOCK_STREAM))
    await made.start()
    yield made
    await made.stop()


async def set_up(server: RealServer, smsc: Smsc) -> None:
    async with signed_in(server, "agent") as (http, _):
        agent = (await http.get("/session")).json()["user"]["id"]
    async with signed_in(server, "admin") as (http, _):

        async def post(path: str, **body: Any) -> Any:
            return (await http.post(path, json=body)).raise_for_status().json()

        names = {"en": "Deliveries", "ja": "配送"}
        (queue,) = (await post("/settings/queues", channel="sms", parent=None, names=names))["queues"]
        change = {"version": 1, "names": names, "assignments": [{"users": [agent]}]}
        (await http.put(f"/settings/queues/{queue}", json=change)).raise_for_status()
        link = {"name": "SMSC", "carrier": "smpp", "host": "127.0.0.1", "port": smsc.port}
        made = await post("/settings/sms/connections", **link, system_id="we", secret="secret")
        await post("/settings/sms/numbers", number="+815012345678", connection=made["id"], language="ja")


async def writes(smsc: Smsc, text: str, reference: int) -> None:
    """Let the consumer write; the parts come in the wrong order."""
    content = text.encode("utf-16-be")
    parts = [content[begin : begin + 134] for begin in range(0, len(content), 134)]
    for number, part in reversed(list(enumerate(parts, 1))):
        header = bytes((5, 0, 3, reference, len(parts), number)) if len(parts) > 1 else b""
        await smsc.deliver(header + part, data_coding=8, esm_class=0x40 if header else 0)


async def test_a_conversation_in_japanese_with_receipts_survives_that_the_server_is_killed(
    start_server: Callable[..., RealServer], smsc: Smsc
) -> None:
    server = start_server()
    await set_up(server, smsc)
    await until(lambda: bool(smsc.sessions))
    await writes(smsc, QUESTION, 1)
    # Who was signed in when it died cannot sign out.
    with contextlib.suppress(httpx.ConnectError):
        async with an_agent_backstage(server) as agent:
            chat = await agent.take_chat()
            assert agent.row(chat)["last_message"]["text"] == QUESTION[:120]
            await agent.say(chat, ANSWER)
            await until(lambda: [text for _, _, text in smsc.words()] == [ANSWER])
            for number in range(1, len(smsc.taken) + 1):
                await smsc.deliver(f"id:m{number} stat:DELIVRD err:000".encode(), esm_class=4)
            async with asyncio.timeout(20):
                while not agent.row(chat)["delivered"]["consumer"]:  # noqa: ASYNC110 - told by another process
                    await asyncio.sleep(0.05)
            server.kill()
    assert len(smsc.taken) > 1
    smsc.sessions.clear()

    server.start()
    await until(lambda: bool(smsc.sessions))
    await writes(smsc, "ありがとうございます", 2)
    async with signed_in(server, "agent") as (http, realtime):
        desk = await realtime.view("desk")
        await desk.until(lambda rows: chat in rows and rows[chat]["last_message"]["text"] == "ありがとうございます", 30)
        assert desk.rows[chat]["medium"] == "sms"
        told = (await http.get(f"/chats/{chat}/transcript", params={"format": "json"})).json()
        said = [(line["sender"], line["body"]["text"]) for line in told["messages"] if line["body"]["type"] == "text"]
        assert said == [("consumer", QUESTION), ("agent", ANSWER), ("consumer", "ありがとうございます")]
        (await http.post(f"/chats/{chat}/end")).raise_for_status()
    assert [text for _, _, text in smsc.words()] == [ANSWER], "nothing is sent twice"
    server.stop()
