"""Where browsers' datagrams come from and how they find the way back, in both families."""

import socket
import time

import pytest

from madoguchi.media.browsers import Browsers
from madoguchi.media.intake import Intake
from madoguchi.media.legs import LegTable
from madoguchi.media.webrtc.events import Address


class HeardHub:
    """A hub that answers what it is told, to where it was told from."""

    def __init__(self) -> None:
        self.heard: list[tuple[bytes, Address]] = []

    def receive(self, data: bytes, address: Address, _now: float) -> tuple[()]:
        """Keep it."""
        self.heard.append((data, address))
        return ()

    def poll(self, _now: float) -> None:
        """Nothing to do."""

    def events(self) -> list[object]:
        """Nothing happens."""
        return []

    def outgoing(self) -> list[tuple[bytes, Address]]:
        """Return everything to its sender."""
        heard, self.heard = self.heard, []
        return [(data[::-1], address) for data, address in heard]


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
@pytest.mark.parametrize("batched", [True, False])
def test_what_is_answered_reaches_its_sender(family: int, host: str, *, batched: bool) -> None:
    table, hub = LegTable(4), HeardHub()
    browsers = Browsers(table, [host], host, 0, tcp=False)
    browsers._hub = hub  # type: ignore[assignment]
    with socket.socket(family, socket.SOCK_DGRAM) as browser:
        browser.settimeout(5)
        browser.bind((host, 0))
        browser.connect(browsers.socket.getsockname()[:2])
        browser.send(b"\x01abc")

        browsers.receive(Intake(table, lambda *_: None), time.monotonic())

        ((_, address),) = hub.heard
        assert address[:2] == browser.getsockname()[:2]
        if batched:
            route = browsers._route(address)
            outbox = browsers._outbox
            outbox.rows[outbox.next][:4] = b"cba\x01"
            outbox.add(4, route)
            browsers.flush()
        else:
            browsers.run(time.monotonic(), lambda _: None)
        assert browser.recv(16) == b"cba\x01"
    assert browsers.failures == 0
    browsers.socket.close()
