"""Raw messages and a network that only remembers, for the tests of the SIP parts."""

from dataclasses import dataclass, field

from madoguchi.adapters.voice.embedded.sip.message import Message, Request, Response, parse
from madoguchi.adapters.voice.embedded.sip.transport import Peer

BRANCH = "z9hG4bK-1"


def raw(method: str = "INVITE", **changes: str) -> bytes:
    """A valid request; a keyword replaces a header (`call_id="x"`), an empty one removes it."""
    fields = {
        "Via": f"SIP/2.0/UDP 192.0.2.9:5062;branch={BRANCH};rport",
        "Max-Forwards": "70",
        "From": '"Ann" <sip:ann@192.0.2.9>;tag=a1',
        "To": "<sip:100@192.0.2.1>",
        "Call-ID": "call-1",
        "CSeq": f"1 {method}",
        "Contact": "<sip:ann@192.0.2.9:5062>",
    }
    names = {name.lower().replace("-", "_"): name for name in fields}
    body = changes.pop("body", "")
    target = changes.pop("target", "sip:100@192.0.2.1")
    for key, value in changes.items():
        fields[names.get(key, key.replace("_", "-").title())] = value
    lines = [f"{method} {target} SIP/2.0", *(f"{name}: {value}" for name, value in fields.items() if value)]
    return ("\r\n".join(lines) + f"\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode()


def request(method: str = "INVITE", **changes: str) -> Request:
    """`raw`, read."""
    message = parse(raw(method, **changes))
    assert isinstance(message, Request)
    return message


@dataclass
class Wire:
    """A flow that keeps what is sent on it."""

    transport: str = "UDP"
    reliable: bool = False
    remote: Peer = ("192.0.2.9", 5062)
    open: bool = True
    sent: list[bytes] = field(default_factory=list)

    def send(self, data: bytes) -> None:
        self.sent.append(data)

    def take(self) -> list[Message]:
        """What was sent since the last time, read."""
        messages: list[Message] = [parse(data) for data in self.sent]
        self.sent.clear()
        return messages

    def codes(self) -> list[int | str]:
        """Status codes and methods of what was sent since the last time."""
        return [
            message.code if isinstance(message, Response) else getattr(message, "method", "") for message in self.take()
        ]
