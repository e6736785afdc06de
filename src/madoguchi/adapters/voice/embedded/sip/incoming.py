"""A call that comes in, until it is answered or refused."""

from typing import Final

from madoguchi.adapters.voice.embedded.sip.call import Call, CallState
from madoguchi.adapters.voice.embedded.sip.call_ports import Agent, CallEvents
from madoguchi.adapters.voice.embedded.sip.dialogs import Dialog
from madoguchi.adapters.voice.embedded.sip.media_session import MediaSession, NotAcceptableError
from madoguchi.adapters.voice.embedded.sip.message import Request, respond
from madoguchi.adapters.voice.embedded.sip.server import InviteServer, ServerTransaction
from madoguchi.adapters.voice.embedded.sip.timers import Timer
from madoguchi.ports.voice import ReleaseCause

REFUSAL: Final = {
    ReleaseCause.NORMAL: 480,
    ReleaseCause.BUSY: 486,
    ReleaseCause.DECLINED: 603,
    ReleaseCause.NO_ANSWER: 480,
    ReleaseCause.CANCELLED: 480,
    ReleaseCause.UNREACHABLE: 480,
    ReleaseCause.REJECTED: 403,
    ReleaseCause.MEDIA_LOST: 500,
    ReleaseCause.FAILED: 500,
}


class IncomingCall(Call):
    """An INVITE from outside. Its owner rings, answers or refuses it."""

    def __init__(self, agent: Agent, transaction: InviteServer, tag: str, session: MediaSession) -> None:
        request = transaction.request
        super().__init__(agent, request.call_id, tag, session, None)
        self.request = request
        self.trunk = ""
        """The trunk or phone it came by; empty for an unknown peer."""
        self.trusted = False
        """Whether it came by a trunk, whose word on the caller counts."""
        self.user = ""
        """The phone account that has shown its password."""
        self.dialog = Dialog.of_server(request, tag)
        self.hint = transaction.flow
        self.transaction = transaction
        self._rseq = 0
        self._reliable: list[Timer] = []
        self._session_headers: list[tuple[str, str]] = []
        self.learn(request)

    @property
    def request_host(self) -> str:
        """The address that the call comes from."""
        return self.transaction.flow.remote[0]

    def begin(self, events: CallEvents, session_headers: list[tuple[str, str]]) -> None:
        """Tell `events` from now on; `session_headers` go into the answer."""
        self.events = events
        self._session_headers = session_headers

    def ring(self) -> None:
        """Send 180; in a way that asks for confirmation where the caller requires that (RFC 3262)."""
        if self.state is not CallState.STARTING or self.transaction.answered:
            return
        if "100rel" not in self.request.tokens("require"):
            self.reply(self.transaction, 180)
        elif self.request.sdp and not self._rseq:
            self._rseq += 1
            response = self.reply(self.transaction, 180, headers=[("Require", "100rel"), ("RSeq", str(self._rseq))])
            self._repeat_ringing(bytes(response), self.agent.timing.t1_s)
            self._reliable.append(self.agent.timers.after(self.agent.timing.limit_s, self._never_pracked))

    def answer(self) -> None:
        """Accept the call. `session.local` must be set.

        Raises:
            NotAcceptableError: the caller's offer has nothing in common with us; the call was refused.
        """
        if self.state is not CallState.STARTING or self.transaction.answered:
            return
        try:
            body = self.session.answer(self.request.sdp) if self.request.sdp else self.session.offer()
        except NotAcceptableError:
            self.refuse(ReleaseCause.REJECTED, 488)
            raise
        self._stop_repeating()
        self.state = CallState.ANSWERED
        self.accept(self.transaction, headers=self._session_headers, body=body)

    def prepare(self) -> None:
        """Agree on media before the answer goes out, so that nothing the caller then sends is lost.

        Raises:
            NotAcceptableError: nothing in common; the call was refused.
        """
        if self.request.sdp:
            try:
                self.session.answer(self.request.sdp)
            except NotAcceptableError:
                self.refuse(ReleaseCause.REJECTED, 488)
                raise

    def refuse(self, cause: ReleaseCause, code: int = 0) -> None:
        """Do not take the call."""
        if self.state is CallState.STARTING and not self.transaction.answered:
            self._end_unanswered(code or REFUSAL[cause], cause)

    def hang_up(self, cause: ReleaseCause = ReleaseCause.NORMAL) -> None:
        """End the call in whatever state it is."""
        if self.state is CallState.STARTING:
            self.refuse(cause)
        else:
            super().hang_up(cause)

    def on_cancel(self) -> None:
        """The caller has given up."""
        if self.state is CallState.STARTING:
            self._end_unanswered(487, ReleaseCause.CANCELLED)

    def on_bye(self) -> None:
        """The caller hung up, perhaps before we answered."""
        if self.state is CallState.STARTING:
            self._end_unanswered(487, ReleaseCause.CANCELLED)
        else:
            super().on_bye()

    def on_prack(self, request: Request, transaction: ServerTransaction) -> None:
        """The caller confirms that he knows it rings."""
        numbers = request.headers.get("rack").split()
        expected = [str(self._rseq), str(self.request.cseq[0]), "INVITE"]
        if not self._rseq or numbers != expected:
            self.reply(transaction, 481)
            return
        self._stop_repeating()
        if request.sdp:
            self.reply(transaction, 488)
        else:
            self.reply(transaction, 200)

    def _end_unanswered(self, code: int, cause: ReleaseCause) -> None:
        self._stop_repeating()
        self.transaction.respond(respond(self.request, code, tag=self.tag))
        self._close(cause)

    def _repeat_ringing(self, wire: bytes, gap_s: float) -> None:
        def repeat() -> None:
            self.transaction.flow.send(wire)
            self._repeat_ringing(wire, 2 * gap_s)

        timer = self.agent.timers.after(gap_s, repeat)
        self._reliable[:1] = [timer]

    def _never_pracked(self) -> None:
        if self.state is CallState.STARTING:
            self._end_unanswered(504, ReleaseCause.FAILED)

    def _stop_repeating(self) -> None:
        for timer in self._reliable:
            timer.cancel()
        self._reliable.clear()
