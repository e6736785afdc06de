"""One request of ours and its answers: finds the way, sends, and answers challenges for a password."""

import logging
from collections.abc import Callable
from typing import Protocol

from madoguchi.adapters.voice.embedded.sip.client import ClientTransaction, InviteClient, cancel_of
from madoguchi.adapters.voice.embedded.sip.digest import Credentials, answer_challenge
from madoguchi.adapters.voice.embedded.sip.message import Request, Response, respond
from madoguchi.adapters.voice.embedded.sip.transport import Flow

log = logging.getLogger(__name__)

CHALLENGES = frozenset({401, 407})
MAX_TRIES = 2


class Carrier(Protocol):
    """What an exchange needs of the user agent."""

    def find_flow(self, hop: str, hint: Flow | None, use: Callable[[Flow], None], fail: Callable[[], None]) -> None:
        """Find the way to the URI `hop` and call `use` with it, at once where no name must be looked up."""

    def stamp(self, request: Request, flow: Flow) -> None:
        """Add Via (with a new branch), Contact and User-Agent."""

    def transmit(self, request: Request, flow: Flow, on_response: Callable[[Response], None]) -> ClientTransaction:
        """Begin a client transaction."""

    def secret(self) -> str:
        """Return an unguessable word."""


class Exchange:
    """A request that may have to be sent twice.

    Args:
        carrier: the user agent.
        build: makes the request, with a new CSeq each time it is called.
        hop: the URI that decides where it goes.
        on_response: gets every response except challenges that were answered.
    """

    def __init__(
        self,
        carrier: Carrier,
        build: Callable[[], Request],
        hop: str,
        on_response: Callable[[Response], None],
        credentials: Credentials | None = None,
        hint: Flow | None = None,
    ) -> None:
        self.request: Request | None = None
        self._carrier = carrier
        self._build = build
        self._hop = hop
        self._on_response = on_response
        self._credentials = credentials
        self._hint = hint
        self._flow: Flow | None = None
        self._transaction: ClientTransaction | None = None
        self._tries = 0
        self._provisional = False
        self._cancelling = False

    def start(self) -> None:
        """Find the way and send."""
        self._carrier.find_flow(self._hop, self._hint, self._use, self._unreachable)

    def cancel(self) -> None:
        """Give an INVITE up: CANCEL goes out as soon as the peer has shown that it knows the call."""
        if self._cancelling:
            return
        self._cancelling = True
        if self._provisional:
            self._send_cancel()

    def _use(self, flow: Flow) -> None:
        if self._cancelling and self.request is None:
            self._unreachable(487)
            return
        self._flow = flow
        self._send(None)

    def _unreachable(self, code: int = 503) -> None:
        self._on_response(respond(self._build(), code))

    def _send(self, authorization: tuple[str, str] | None) -> None:
        if self._flow is None:
            return
        request = self._build()
        self._carrier.stamp(request, self._flow)
        if authorization is not None:
            request.headers.set(*authorization)
        self.request = request
        self._provisional = False
        self._transaction = self._carrier.transmit(request, self._flow, self._receive)

    def _receive(self, response: Response) -> None:
        if not response.final:
            first, self._provisional = not self._provisional, True
            if self._cancelling and first:
                self._send_cancel()
        elif response.code in CHALLENGES and not self._cancelling and self._retry(response):
            return
        self._on_response(response)

    def _retry(self, response: Response) -> bool:
        """Answer a challenge; once more when it only says that the nonce was stale."""
        self._tries += 1
        request = self.request
        stale = any("stale=true" in one.lower() for one in response.headers.all("www-authenticate"))
        if request is None or self._credentials is None or self._tries > (MAX_TRIES if stale else 1):
            return False
        header = answer_challenge(
            response, self._credentials, request.method, request.target, self._carrier.secret()[:16]
        )
        if header is None:
            return False
        self._send(header)
        return True

    def _send_cancel(self) -> None:
        if self.request is None or self._flow is None:
            return
        self._carrier.transmit(cancel_of(self.request), self._flow, _ignore)
        if isinstance(self._transaction, InviteClient):
            self._transaction.expect_end()


def _ignore(response: Response) -> None:
    log.debug("cancel: %d", response.code)
