"""The transaction layer: sorts messages to their transactions, and makes new ones (RFC 3261 section 17).

A retransmission never reaches the user agent, so that it can never make a second dialog.
"""

import logging
from collections.abc import Callable
from typing import Final, Protocol, TypeAlias

from madoguchi.adapters.voice.embedded.sip.client import ClientTransaction, InviteClient, PlainClient
from madoguchi.adapters.voice.embedded.sip.message import Request, Response, respond
from madoguchi.adapters.voice.embedded.sip.server import InviteServer, PlainServer, ServerTransaction
from madoguchi.adapters.voice.embedded.sip.timers import Timers, Timing
from madoguchi.adapters.voice.embedded.sip.transport import Flow

log = logging.getLogger(__name__)

COOKIE: Final = "z9hG4bK"
MAX_SERVER_TRANSACTIONS: Final = 50_000

Key: TypeAlias = tuple[str, ...]


class TransactionUser(Protocol):
    """What the transaction layer calls: the user agent."""

    def admit(self, request: Request, flow: Flow) -> Response | None:
        """Return a response to refuse a new request with, before anything is kept of it; None lets it in."""

    def requested(self, request: Request, transaction: ServerTransaction) -> None:
        """A new request; not ACK, not CANCEL."""

    def cancelled(self, invite: InviteServer) -> None:
        """The caller gives an INVITE up that may not have been answered yet."""

    def acknowledged(self, request: Request) -> None:
        """An ACK to a 2xx response."""

    def stray(self, response: Response, flow: Flow) -> None:
        """A response to nothing that is under way: perhaps another 2xx of a forked INVITE."""


class TransactionLayer:
    """All transactions of one user agent."""

    def __init__(self, user: TransactionUser, timers: Timers, timing: Timing) -> None:
        self._user = user
        self._timers = timers
        self._timing = timing
        self._clients: dict[Key, ClientTransaction] = {}
        self._servers: dict[Key, ServerTransaction] = {}
        self._merging: dict[Key, Key] = {}

    @property
    def live(self) -> int:
        """How many transactions there are."""
        return len(self._clients) + len(self._servers)

    def send(self, request: Request, flow: Flow, on_response: Callable[[Response], None]) -> ClientTransaction:
        """Send a request whose Via is complete. Every response goes to `on_response`.

        Where none comes in time, or the flow breaks, `on_response` gets a 408 or 503 made here, without a To tag.
        """
        kind = InviteClient if request.method == "INVITE" else PlainClient
        key = (request.via.branch, request.method)
        transaction = kind(request, flow, self._timers, self._timing, on_response, lambda: self._drop_client(key))
        self._clients[key] = transaction
        transaction.start()
        return transaction

    def broken(self, flow: Flow) -> None:
        """A flow has failed: what waits for answers on it need not wait any longer."""
        for transaction in tuple(self._clients.values()):
            if transaction.flow is flow:
                transaction.fail(503)

    def received_response(self, response: Response, flow: Flow) -> None:
        """Sort a response."""
        transaction = self._clients.get((response.via.branch, response.cseq[1]))
        if transaction is not None:
            transaction.receive(response)
        else:
            self._user.stray(response, flow)

    def received_request(self, request: Request, flow: Flow, tag: str) -> None:
        """Sort a request. `flow` is where responses go; `tag` marks what is answered here."""
        key = server_key(request)
        transaction = self._servers.get(key)
        if request.method == "ACK":
            if not (isinstance(transaction, InviteServer) and transaction.acknowledge()):
                self._user.acknowledged(request)
        elif transaction is not None:
            transaction.repeat()
        elif len(self._servers) >= MAX_SERVER_TRANSACTIONS:
            flow.send(bytes(respond(request, 503, tag=tag)))
        elif (refusal := self._user.admit(request, flow)) is not None:
            flow.send(bytes(refusal))
        elif request.method == "CANCEL":
            self._cancel(request, flow, key, tag)
        else:
            self._begin(request, flow, key, tag)

    def _begin(self, request: Request, flow: Flow, key: Key, tag: str) -> None:
        merge: Key | None = None
        if not request.recipient.tag:
            # The same request by another path, RFC 3261 section 8.2.2.2.
            merge = (request.call_id, request.sender.tag, request.headers.get("cseq"))
            if merge in self._merging:
                flow.send(bytes(respond(request, 482, tag=tag)))
                return
            self._merging[merge] = key
        transaction = self._new_server(request, flow, key, merge)
        self._user.requested(request, transaction)

    def _cancel(self, request: Request, flow: Flow, key: Key, tag: str) -> None:
        invite = self._servers.get((*key[:-1], "INVITE"))
        transaction = self._new_server(request, flow, key, None)
        if not isinstance(invite, InviteServer):
            transaction.respond(respond(request, 481, tag=tag))
            return
        transaction.respond(respond(request, 200, tag=invite.tag or tag))
        if not invite.answered:
            self._user.cancelled(invite)

    def _new_server(self, request: Request, flow: Flow, key: Key, merge: Key | None) -> ServerTransaction:
        kind = InviteServer if request.method == "INVITE" else PlainServer

        def drop() -> None:
            self._servers.pop(key, None)
            if merge is not None:
                self._merging.pop(merge, None)

        transaction = kind(request, flow, self._timers, self._timing, drop)
        self._servers[key] = transaction
        return transaction

    def _drop_client(self, key: Key) -> None:
        self._clients.pop(key, None)


def server_key(request: Request) -> Key:
    """What two copies of one request have in common (RFC 3261 section 17.2.3). ACK counts as its INVITE."""
    method = "INVITE" if request.method == "ACK" else request.method
    via = request.via
    if via.branch.startswith(COOKIE) and via.branch != COOKIE:
        return (via.branch, via.sent_by, method)
    # RFC 2543 peers have no branch that tells transactions apart.
    return (request.call_id, request.sender.tag, str(request.cseq[0]), via.sent_by, via.branch, method)
