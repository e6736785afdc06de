"""Bytes that nobody should send, to the real sockets; afterwards a call must still be taken."""

import asyncio
import random
import socket
from pathlib import Path

import pytest

from madoguchi.adapters.voice.embedded.settings import EmbeddedVoiceSettings, Trunk
from tests.integration.sip.test_sipp import sipp
from tests.unit.adapters.voice.embedded.house import House, a_house
from tests.unit.adapters.voice.embedded.sip.torture import INVALID, VALID
from tests.unit.adapters.voice.embedded.sip.wire import raw

SETTINGS = EmbeddedVoiceSettings(sip_host="127.0.0.1", sip_port=0, trunks=(Trunk("here", "127.0.0.1"),))
MESSAGES = [data for data, _ in (*VALID.values(), *INVALID.values())]
COUNT = 2000


def garbage(chance: random.Random) -> bytes:
    """Return hard messages, whole, cut off, damaged or none at all."""
    data = bytearray(chance.choice(MESSAGES))
    match chance.randrange(4):
        case 0:
            return chance.randbytes(chance.randrange(1400))
        case 1:
            return bytes(data[: chance.randrange(len(data) + 1)])
        case 2:
            for _ in range(chance.randrange(1, 20)):
                data[chance.randrange(len(data))] = chance.randrange(256)
        case _:
            pass
    return bytes(data)


async def answers_options(house: House) -> bool:
    """Ask over UDP, and wait for 200."""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind(("127.0.0.1", 0))
        phone.setblocking(False)  # noqa: FBT003 - a socket's own way
        via = f"SIP/2.0/UDP 127.0.0.1:{phone.getsockname()[1]};branch=z9hG4bK-ping;rport"
        await loop.sock_sendto(phone, raw("OPTIONS", via=via, call_id="ping"), ("127.0.0.1", house.engine.sip_port))
        async with asyncio.timeout(10):
            return (await loop.sock_recv(phone, 4000)).startswith(b"SIP/2.0 200")


@pytest.mark.sipp
@pytest.mark.parametrize("seed", [1, 2])
async def test_garbage_on_udp_leaves_the_engine_well(
    seed: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    chance, loop = random.Random(seed), asyncio.get_running_loop()
    async with a_house(SETTINGS) as house:
        house.answers = house.rings = False
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as enemy:
            enemy.setblocking(False)  # noqa: FBT003 - a socket's own way
            for _ in range(COUNT):
                await loop.sock_sendto(enemy, garbage(chance), ("127.0.0.1", house.engine.sip_port))

        assert await answers_options(house)
        house.answers = True
        code, errors = await sipp(house.address, tmp_path, "-sn", "uac", "-m", "3", "-d", "50")
        assert code == 0, errors
    assert [record for record in caplog.records if record.exc_info] == []


async def test_garbage_on_tcp_closes_that_connection_only(caplog: pytest.LogCaptureFixture) -> None:
    chance = random.Random(3)
    async with a_house(SETTINGS) as house:
        house.answers = house.rings = False
        reader, writer = await asyncio.open_connection("127.0.0.1", house.engine.sip_port)
        for _ in range(100):
            _, enemy = await asyncio.open_connection("127.0.0.1", house.engine.sip_port)
            enemy.write(garbage(chance) + b"\r\n\r\n")
            enemy.write_eof()
            enemy.close()

        writer.write(raw("OPTIONS", via="SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK-tcp"))
        assert (await reader.readuntil(b"\r\n")).startswith(b"SIP/2.0 200")
        writer.write(b"\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        assert await reader.readexactly(2) == b"\r\n"
        writer.close()
        assert await answers_options(house)
    assert [record for record in caplog.records if record.exc_info] == []
