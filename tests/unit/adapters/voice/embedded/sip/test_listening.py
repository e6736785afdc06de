"""Where a user agent listens."""

import asyncio
import errno
from typing import Any

import pytest

from madoguchi.adapters.voice.embedded.sip.transport import Transports


class Nobody:
    """Hears nothing."""

    def received(self, *_: object) -> None: ...

    def received_bad(self, *_: object) -> None: ...

    def broken(self, *_: object) -> None: ...


def _tcp_taken(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Let TCP be taken on the next ports, as somebody's connection takes one that is free for UDP."""
    loop = asyncio.get_running_loop()
    real, left = loop.create_server, iter(range(times))

    async def create_server(*given: Any, **named: Any) -> asyncio.Server:
        if next(left, None) is not None:
            raise OSError(errno.EADDRINUSE, "address already in use")
        return await real(*given, **named)

    monkeypatch.setattr(loop, "create_server", create_server)


@pytest.fixture
def transports() -> Transports:
    return Transports(Nobody(), lambda work: work.close())


async def test_any_port_is_one_that_is_free_for_udp_and_tcp(
    monkeypatch: pytest.MonkeyPatch, transports: Transports
) -> None:
    _tcp_taken(monkeypatch, 3)
    await transports.open("127.0.0.1", 0)
    assert transports.port
    await transports.close()


async def test_a_port_that_is_asked_for_and_taken_is_an_error(
    monkeypatch: pytest.MonkeyPatch, transports: Transports
) -> None:
    await transports.open("127.0.0.1", 0)
    port = transports.port
    await transports.close()
    _tcp_taken(monkeypatch, 1)
    with pytest.raises(OSError, match="in use"):
        await transports.open("127.0.0.1", port)
    assert transports.port == port
