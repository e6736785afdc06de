"""A user agent with a clock that is turned by hand and a network that only remembers."""

import itertools
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from madoguchi.adapters.voice.embedded.settings import EmbeddedVoiceSettings
from madoguchi.adapters.voice.embedded.sip.agent import UserAgent
from madoguchi.adapters.voice.embedded.sip.call_ports import CallEvents
from madoguchi.adapters.voice.embedded.sip.incoming import IncomingCall
from madoguchi.adapters.voice.embedded.sip.message import Message, Request, Response, respond
from madoguchi.adapters.voice.embedded.sip.outgoing import Destination, OutgoingCall
from madoguchi.adapters.voice.embedded.sip.timers import ManualTimers
from madoguchi.adapters.voice.embedded.sip.transport import Flow, Peer, Spawn, TransportListener, mark_source
from madoguchi.media.protocol import RtpEndpoint
from madoguchi.ports.voice import ReleaseCause
from tests.unit.adapters.voice.embedded.sip.wire import Wire, request

T = TypeVar("T")
OFFER = (
    "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n"
)
HELD = OFFER + "a=sendonly\r\n"
SDP = {"content_type": "application/sdp"}


class CountingIds:
    """Ids and secrets that count up."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def new(self, prefix: str) -> str:
        return f"{prefix}_{next(self._numbers)}"

    def secret(self) -> str:
        return f"{next(self._numbers):06d}".ljust(43, "x")


class LowRng:
    """Always the lowest, always the first."""

    def choice(self, options: Sequence[T]) -> T:
        return options[0]

    def uniform(self, low: float, high: float) -> float:
        del high
        return low


class MemoryNetwork:
    """One wire a peer."""

    def __init__(self, listener: TransportListener, spawn: Spawn) -> None:
        del listener, spawn
        self.host, self.port = "192.0.2.1", 5060
        self.wires: dict[Peer, Wire] = {}

    async def open(self, host: str, port: int) -> None:
        raise NotImplementedError

    async def close(self) -> None:
        raise NotImplementedError

    def flow_to(self, transport: str, remote: Peer) -> Flow:
        if transport not in {"UDP", "TCP"}:
            raise ValueError(transport)
        return self.wires.setdefault(remote, Wire(transport, transport == "TCP", remote))


class Story:
    """What one call has told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def rang(self) -> None:
        self.told.append("rang")

    def agreed(self) -> None:
        self.told.append("agreed")

    def confirmed(self) -> None:
        self.told.append("confirmed")

    def pressed(self, digits: str) -> None:
        self.told.append(f"pressed {digits}")

    def ended(self, cause: ReleaseCause) -> None:
        self.told.append(f"ended {cause.value}")


class Room:
    """The user agent, its clock, and the wire to the peer 192.0.2.9:5062."""

    def __init__(self, settings: EmbeddedVoiceSettings | None = None) -> None:
        self.timers = ManualTimers()
        self.calls: list[IncomingCall] = []
        self.stories: list[Story] = []
        self.room = True
        settings = settings or EmbeddedVoiceSettings(sip_host="192.0.2.1")
        self.networks: list[MemoryNetwork] = []
        self.agent = UserAgent(
            settings, self, self.timers, CountingIds(), LowRng(), _no_spawn, lambda: "a" * 40, self._network
        )

    def _network(self, listener: TransportListener, spawn: Spawn) -> MemoryNetwork:
        self.networks.append(MemoryNetwork(listener, spawn))
        return self.networks[0]

    def has_room(self) -> bool:
        return self.room

    def arrived(self, call: IncomingCall) -> CallEvents:
        call.session.local = RtpEndpoint("192.0.2.1", 20000)
        self.calls.append(call)
        self.stories.append(Story())
        return self.stories[-1]

    @property
    def wire(self) -> Wire:
        return self.wire_to(("192.0.2.9", 5062))

    def wire_to(self, remote: Peer) -> Wire:
        return self.networks[0].wires.setdefault(remote, Wire(remote=remote))

    @property
    def told(self) -> list[str]:
        return self.stories[-1].told

    def arrives(self, method: str = "INVITE", **changes: str) -> None:
        self.arrives_on(self.wire, method, **changes)

    def arrives_on(self, wire: Wire, method: str = "INVITE", **changes: str) -> None:
        message = request(method, **changes)
        mark_source(message, wire)
        self.agent.received(message, wire)

    def answers(self, sent: Request, code: int, **headers: str) -> None:
        """The far end answers; `tag` and `sdp` are no headers."""
        sdp = headers.pop("sdp", "")
        response = respond(sent, code, tag=headers.pop("tag", "them"))
        response.headers.set("Contact", "<sip:far@192.0.2.9:5062>")
        for name, value in headers.items():
            response.headers.set(name.replace("_", "-"), value)
        if sdp:
            response.headers.set("Content-Type", "application/sdp")
            response.body = sdp.encode()
        self.agent.received(response, self.wire)

    def sent(self) -> list[Message]:
        return self.wire.take()

    def sent_request(self) -> Request:
        (message,) = self.sent()
        assert isinstance(message, Request)
        return message

    def codes(self) -> list[int | str]:
        return self.wire.codes()

    def last_response(self) -> Response:
        message = self.sent()[-1]
        assert isinstance(message, Response)
        return message

    def answered(self, **changes: str) -> IncomingCall:
        """Take a call to where both sides know that it stands."""
        self.arrives(body=OFFER, **SDP, **changes)
        call = self.calls[-1]
        call.answer()
        self.in_dialog("ACK", 1, branch="z9hG4bK-ack")
        self.wire.take()
        return call

    def in_dialog(self, method: str, number: int, **changes: str) -> None:
        """The caller sends a request in his dialog."""
        branch = changes.pop("branch", f"z9hG4bK-in-{number}{method}")
        via = f"SIP/2.0/UDP 192.0.2.9:5062;branch={branch};rport"
        to = f"<sip:100@192.0.2.1>;tag={self.calls[-1].tag}"
        self.arrives(method, via=via, to=to, cseq=f"{number} {method}", **changes)

    def dials(self, ring_s: float = 30, target: str = "sip:far@192.0.2.9:5062") -> tuple[OutgoingCall, Request]:
        """Begin a call; return it and its INVITE."""
        session = self.agent.new_session()
        session.local = RtpEndpoint("192.0.2.1", 20000)
        self.stories.append(Story())
        call = self.agent.dial(Destination(target, "<sip:us@192.0.2.1>"), session, self.stories[-1], ring_s)
        return call, self.sent_request()


def _no_spawn(work: Coroutine[Any, Any, None]) -> None:
    work.close()
