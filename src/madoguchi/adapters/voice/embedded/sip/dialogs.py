"""A dialog: what two sides must remember to send each other requests (RFC 3261 section 12)."""

from dataclasses import dataclass

from madoguchi.adapters.voice.embedded.sip.grammar import Address, BadSyntaxError, parse_address, split_outside
from madoguchi.adapters.voice.embedded.sip.message import Headers, Message, Request, Response


@dataclass
class Dialog:
    """One side of a dialog. `local` and `remote` are our and the peer's From or To value, with tags."""

    call_id: str
    local: str
    remote: str
    local_tag: str
    remote_tag: str
    remote_target: str
    """The URI of the peer's Contact."""
    routes: tuple[str, ...]
    """The route set: name-addr values, nearest first."""
    local_cseq: int
    remote_cseq: int

    @staticmethod
    def of_server(request: Request, tag: str) -> "Dialog":
        """Return the dialog that `request` makes when it is answered with our `tag`."""
        contact = request.contact
        return Dialog(
            call_id=request.call_id,
            local=f"{request.headers.get('to')};tag={tag}",
            remote=request.headers.get("from"),
            local_tag=tag,
            remote_tag=request.sender.tag,
            remote_target=contact.uri_text if contact else request.sender.uri_text,
            routes=tuple(_split(request)),
            local_cseq=0,
            remote_cseq=request.cseq[0],
        )

    @staticmethod
    def of_client(request: Request, response: Response) -> "Dialog":
        """Return the dialog that `response` to our `request` makes. The way back is the reverse."""
        contact = response.contact
        return Dialog(
            call_id=request.call_id,
            local=request.headers.get("from"),
            remote=response.headers.get("to"),
            local_tag=request.sender.tag,
            remote_tag=response.recipient.tag,
            remote_target=contact.uri_text if contact else request.target,
            routes=tuple(reversed(_split(response))),
            local_cseq=request.cseq[0],
            remote_cseq=-1,
        )

    @property
    def next_hop(self) -> str:
        """The URI that decides where requests are sent."""
        return _first_route(self).uri_text if self.routes else self.remote_target

    @property
    def remote_host(self) -> str:
        """The host of the peer's own address."""
        try:
            return parse_address(self.remote).uri.host
        except BadSyntaxError:
            return ""

    def refresh(self, message: Message) -> None:
        """Take a new Contact of the peer's into account (target refresh)."""
        if (contact := message.contact) is not None:
            self.remote_target = contact.uri_text

    def next_cseq(self) -> int:
        """Count our requests."""
        self.local_cseq += 1
        return self.local_cseq

    def in_order(self, request: Request) -> bool:
        """Whether a request is newer than all before it; then it counts."""
        if request.cseq[0] <= self.remote_cseq:
            return False
        self.remote_cseq = request.cseq[0]
        return True

    def request(self, method: str, cseq: int) -> Request:
        """Return a request in the dialog, still without Via and Contact."""
        target, routes = self.remote_target, list(self.routes)
        if routes and "lr" not in _first_route(self).uri.params:
            # A strict router wants itself in the request line, RFC 3261 section 12.2.1.1.
            target, routes = _first_route(self).uri_text, [*routes[1:], f"<{self.remote_target}>"]
        headers = Headers()
        headers.set("Max-Forwards", "70")
        headers.set("Route", *routes)
        headers.set("From", self.local)
        headers.set("To", self.remote)
        headers.set("Call-ID", self.call_id)
        headers.set("CSeq", f"{cseq} {method}")
        return Request(method, target, headers)


def _first_route(dialog: Dialog) -> Address:
    return parse_address(dialog.routes[0])


def _split(message: Message) -> list[str]:
    """The Record-Route values, one by one; unreadable ones are left out."""
    routes: list[str] = []
    for value in message.headers.all("record-route"):
        try:
            parts = split_outside(value, ",")
            for part in parts:
                _ = parse_address(part).uri
        except BadSyntaxError:
            continue
        routes += parts
    return routes
