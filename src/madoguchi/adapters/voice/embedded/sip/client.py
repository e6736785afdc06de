"""Client transactions: a request is repeated until it is answered (RFC 3261 section 17.1, RFC 6026)."""

from collections.abc import Callable
from enum import Enum
from typing import Final

from madoguchi.adapters.voice.embedded.sip.message import Headers, Request, Response, respond
from madoguchi.adapters.voice.embedded.sip.timers import Timer, Timers, Timing
from madoguchi.adapters.voice.embedded.sip.transport import Flow

TIMER_D_S: Final = 32.0
"""How long a repeated final answer to an INVITE must be expected, RFC 3261 section 17.1.1.2."""


class ClientState(Enum):
    """Where a client transaction is."""

    CALLING = "calling"
    """Sent, nothing has come back (`trying` for other methods than INVITE)."""
    PROCEEDING = "proceeding"
    COMPLETED = "completed"
    ACCEPTED = "accepted"
    """An INVITE was answered by 2xx; more of them may come (RFC 6026)."""
    TERMINATED = "terminated"


class ClientTransaction:
    """What both kinds share: the first message, its repetition, its time-out."""

    def __init__(
        self,
        request: Request,
        flow: Flow,
        timers: Timers,
        timing: Timing,
        on_response: Callable[[Response], None],
        on_end: Callable[[], None],
    ) -> None:
        self.request = request
        self.flow = flow
        self.state = ClientState.CALLING
        self._timers = timers
        self._timing = timing
        self._on_response = on_response
        self._on_end = on_end
        self._running: dict[str, Timer] = {}
        self._wire = bytes(request)
        self._gap_s = timing.t1_s

    def start(self) -> None:
        """Send the request."""
        self._set("limit", self._timing.limit_s, lambda: self.fail(408))
        if not self.flow.reliable:
            self._set("repeat", self._gap_s, self._repeat)
        self.flow.send(self._wire)

    def receive(self, response: Response) -> None:
        """Take a response in."""
        raise NotImplementedError

    def fail(self, code: int) -> None:
        """Give up: answer in the peer's stead with `code`, unless there was a final answer."""
        if self.state in {ClientState.CALLING, ClientState.PROCEEDING}:
            self._terminate()
            self._on_response(respond(self.request, code))

    def _repeat(self) -> None:
        self._gap_s = self._next_gap_s()
        self._set("repeat", self._gap_s, self._repeat)
        self.flow.send(self._wire)

    def _next_gap_s(self) -> float:
        return 2 * self._gap_s

    def _set(self, name: str, delay_s: float, callback: Callable[[], None]) -> None:
        self._unset(name)
        self._running[name] = self._timers.after(delay_s, callback)

    def _unset(self, *names: str) -> None:
        for name in names:
            if (timer := self._running.pop(name, None)) is not None:
                timer.cancel()

    def _linger(self, state: ClientState, span_s: float) -> None:
        self._unset(*tuple(self._running))
        self.state = state
        if span_s > 0:
            self._set("linger", span_s, self._terminate)
        else:
            self._terminate()

    def _terminate(self) -> None:
        if self.state is not ClientState.TERMINATED:
            self._unset(*tuple(self._running))
            self.state = ClientState.TERMINATED
            self._on_end()


class InviteClient(ClientTransaction):
    """INVITE: acknowledges refusals by itself; a 2xx is acknowledged by the call."""

    _ack: bytes = b""

    def receive(self, response: Response) -> None:
        """Take a response in."""
        waiting = self.state in {ClientState.CALLING, ClientState.PROCEEDING}
        if not response.final:
            if waiting:
                self._unset("repeat")
                if self.state is ClientState.CALLING:
                    self._unset("limit")
                self.state = ClientState.PROCEEDING
                self._on_response(response)
        elif response.success:
            if waiting:
                self._linger(ClientState.ACCEPTED, self._timing.limit_s)
            if self.state is ClientState.ACCEPTED:
                self._on_response(response)
        elif waiting:
            self._ack = bytes(ack_refusal(self.request, response))
            self.flow.send(self._ack)
            self._linger(ClientState.COMPLETED, 0 if self.flow.reliable else TIMER_D_S)
            self._on_response(response)
        elif self.state is ClientState.COMPLETED:
            self.flow.send(self._ack)

    def expect_end(self) -> None:
        """CANCEL was sent: wait 64*T1 for the final answer and no longer (RFC 3261 section 9.1)."""
        if self.state in {ClientState.CALLING, ClientState.PROCEEDING}:
            self._set("limit", self._timing.limit_s, lambda: self.fail(408))


class PlainClient(ClientTransaction):
    """Every other method."""

    def receive(self, response: Response) -> None:
        """Take a response in."""
        if self.state not in {ClientState.CALLING, ClientState.PROCEEDING}:
            return
        if response.final:
            self._linger(ClientState.COMPLETED, 0 if self.flow.reliable else self._timing.t4_s)
        else:
            self.state = ClientState.PROCEEDING
        self._on_response(response)

    def _next_gap_s(self) -> float:
        if self.state is ClientState.PROCEEDING:
            return self._timing.t2_s
        return min(2 * self._gap_s, self._timing.t2_s)


def ack_refusal(invite: Request, response: Response) -> Request:
    """Make the ACK to a final response other than 2xx (RFC 3261 section 17.1.1.3)."""
    return _beside(invite, "ACK", response.headers.get("to"))


def cancel_of(invite: Request) -> Request:
    """Make the CANCEL of an INVITE that was sent (RFC 3261 section 9.1)."""
    return _beside(invite, "CANCEL", invite.headers.get("to"))


def _beside(invite: Request, method: str, recipient: str) -> Request:
    headers = Headers()
    headers.set("Via", invite.headers.get("via"))
    headers.set("Max-Forwards", "70")
    headers.set("From", invite.headers.get("from"))
    headers.set("To", recipient)
    headers.set("Call-ID", invite.call_id)
    headers.set("CSeq", f"{invite.cseq[0]} {method}")
    headers.set("Route", *invite.headers.all("route"))
    return Request(method, invite.target, headers)
