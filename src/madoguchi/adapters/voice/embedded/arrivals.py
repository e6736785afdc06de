"""What is told of a call that comes in: who is called, who calls, and by which way."""

from typing import Final

from madoguchi.adapters.voice.embedded.sip.grammar import Address, BadSyntaxError, parse_addresses
from madoguchi.adapters.voice.embedded.sip.incoming import IncomingCall
from madoguchi.adapters.voice.embedded.sip.message import Request
from madoguchi.kernel.ids import LegId
from madoguchi.ports.voice import LegArrived

SECRET: Final = frozenset({"authorization", "proxy-authorization"})
CLAIMS: Final = frozenset({"p-asserted-identity", "p-preferred-identity", "remote-party-id", "identity"})
"""Headers by which only a trunk may say who calls."""
WITHHELD: Final = frozenset({"anonymous", "unavailable", "restricted", "unknown"})
PRIVATE: Final = frozenset({"id", "user", "full", "header"})


def describe(leg: LegId, call: IncomingCall) -> LegArrived:
    """Return the fact that `call` has arrived as `leg`."""
    request = call.request
    number, name = _caller(call)
    headers: dict[str, str] = {}
    for key, value in request.headers:
        if key.lower() not in SECRET and (call.trusted or key.lower() not in CLAIMS):
            headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return LegArrived(
        leg=leg, called=request.uri.user, caller=number, caller_name=name, trunk=call.trunk, headers=headers
    )


def _caller(call: IncomingCall) -> tuple[str, str]:
    request = call.request
    sender = request.sender.uri.user if _readable(request.sender) else ""
    private = any(
        token.strip() in PRIVATE for value in request.headers.all("privacy") for token in value.lower().split(";")
    )
    if private or sender.lower() in WITHHELD:
        return "", ""
    if call.trusted:
        for address in _asserted(request):
            return address.uri.user, address.name or request.sender.name
    if call.user:
        # Whoever shows a phone's password is that phone, whatever From says.
        return call.user, request.sender.name
    return sender, request.sender.name


def _asserted(request: Request) -> list[Address]:
    try:
        found = parse_addresses(request.headers.all("p-asserted-identity"))
    except BadSyntaxError:
        return []
    return [address for address in found if _readable(address) and address.uri.user]


def _readable(address: Address) -> bool:
    try:
        _ = address.uri
    except BadSyntaxError:
        return False
    return True
