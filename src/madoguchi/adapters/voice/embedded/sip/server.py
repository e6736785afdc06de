"""Server transactions: a request is answered once, and the answer repeated as often as it is asked for.

RFC 3261 section 17.2, with the `accepted` state of RFC 6026.
"""

from collections.abc import Callable
from enum import Enum

from madoguchi.adapters.voice.embedded.sip.grammar import BadSyntaxError
from madoguchi.adapters.voice.embedded.sip.message import Request, Response
from madoguchi.adapters.voice.embedded.sip.timers import Timer, Timers, Timing
from madoguchi.adapters.voice.embedded.sip.transport import Flow


class ServerState(Enum):
    """Where a server transaction is."""

    PROCEEDING = "proceeding"
    """No final answer yet."""
    COMPLETED = "completed"
    """Finally answered (an INVITE: refused)."""
    CONFIRMED = "confirmed"
    """The refusal of an INVITE was acknowledged."""
    ACCEPTED = "accepted"
    """An INVITE was answered by 2xx, which the call repeats until it is acknowledged."""
    TERMINATED = "terminated"


class ServerTransaction:
    """What both kinds share: the last answer and its repetition."""

    def __init__(
        self, request: Request, flow: Flow, timers: Timers, timing: Timing, on_end: Callable[[], None]
    ) -> None:
        self.request = request
        self.flow = flow
        self.state = ServerState.PROCEEDING
        self._timers = timers
        self._timing = timing
        self._on_end = on_end
        self._last = b""
        self._running: list[Timer] = []
        self.tag = ""
        """Our tag in the last answer that had one."""

    @property
    def answered(self) -> bool:
        """Whether a final answer was given."""
        return self.state is not ServerState.PROCEEDING

    def respond(self, response: Response) -> None:
        """Answer; after a final answer further ones are dropped."""
        if self.answered:
            return
        self._last = bytes(response)
        try:
            self.tag = response.recipient.tag or self.tag
        except BadSyntaxError:
            self.tag = ""
        if response.final:
            self._complete(response)
        self.flow.send(self._last)

    def repeat(self) -> None:
        """The request came once more: so does the last answer."""
        if self._last and self.state in {ServerState.PROCEEDING, ServerState.COMPLETED}:
            self.flow.send(self._last)

    def _complete(self, response: Response) -> None:
        raise NotImplementedError

    def _after(self, delay_s: float, callback: Callable[[], None]) -> None:
        self._running.append(self._timers.after(delay_s, callback))

    def _stop(self) -> None:
        for timer in self._running:
            timer.cancel()
        self._running.clear()

    def _terminate(self) -> None:
        if self.state is not ServerState.TERMINATED:
            self._stop()
            self.state = ServerState.TERMINATED
            self._on_end()


class InviteServer(ServerTransaction):
    """INVITE: a refusal is repeated until it is acknowledged."""

    def acknowledge(self) -> bool:
        """Take an ACK in; False when it is not for this transaction but for the call (after 2xx)."""
        if self.state is ServerState.COMPLETED:
            self._stop()
            self.state = ServerState.CONFIRMED
            if self.flow.reliable:
                self._terminate()
            else:
                self._after(self._timing.t4_s, self._terminate)
        return self.state is not ServerState.ACCEPTED

    def _complete(self, response: Response) -> None:
        if response.success:
            self.state = ServerState.ACCEPTED
        else:
            self.state = ServerState.COMPLETED
            if not self.flow.reliable:
                self._repeat_in(self._timing.t1_s)
        self._after(self._timing.limit_s, self._terminate)

    def _repeat_in(self, gap_s: float) -> None:
        def repeat() -> None:
            if self.state is ServerState.COMPLETED:
                self.flow.send(self._last)
                self._repeat_in(min(2 * gap_s, self._timing.t2_s))

        self._after(gap_s, repeat)


class PlainServer(ServerTransaction):
    """Every other method."""

    def _complete(self, response: Response) -> None:
        del response
        self.state = ServerState.COMPLETED
        if self.flow.reliable:
            self._terminate()
        else:
            self._after(self._timing.limit_s, self._terminate)
