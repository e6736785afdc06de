"""A call that we make."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from madoguchi.adapters.voice.embedded.sip.call import ALLOW, SDP, SUPPORTED, Call, CallState
from madoguchi.adapters.voice.embedded.sip.call_ports import Agent, CallEvents
from madoguchi.adapters.voice.embedded.sip.dialogs import Dialog
from madoguchi.adapters.voice.embedded.sip.digest import Credentials
from madoguchi.adapters.voice.embedded.sip.exchange import Exchange
from madoguchi.adapters.voice.embedded.sip.media_session import MediaSession, NotAcceptableError
from madoguchi.adapters.voice.embedded.sip.message import Headers, Request, Response
from madoguchi.adapters.voice.embedded.sip.timers import Timer
from madoguchi.adapters.voice.embedded.sip.transport import Flow
from madoguchi.ports.voice import ReleaseCause

RINGING: Final = frozenset({180, 183})
CAUSES: Final = {
    408: ReleaseCause.UNREACHABLE,
    480: ReleaseCause.NO_ANSWER,
    486: ReleaseCause.BUSY,
    487: ReleaseCause.CANCELLED,
    502: ReleaseCause.UNREACHABLE,
    503: ReleaseCause.UNREACHABLE,
    504: ReleaseCause.UNREACHABLE,
    600: ReleaseCause.BUSY,
    603: ReleaseCause.DECLINED,
}
SERVER_ERRORS: Final = range(500, 600)


@dataclass(frozen=True)
class Destination:
    """Whom to call, by which way, in whose name."""

    target: str
    """The request URI."""
    sender: str
    """From, without tag."""
    hop: str = ""
    """The URI that decides where the INVITE goes; empty: the target."""
    hint: Flow | None = None
    """A connection that the far end keeps open."""
    credentials: Credentials | None = None
    headers: Sequence[tuple[str, str]] = ()


class OutgoingCall(Call):
    """An INVITE of ours."""

    def __init__(
        self, agent: Agent, destination: Destination, session: MediaSession, events: CallEvents, ring_s: float
    ) -> None:
        super().__init__(agent, agent.secret()[:28], agent.secret()[:16], session, events)
        self.credentials = destination.credentials
        self.hint = destination.hint
        self._destination = destination
        self._ring_s = ring_s
        self._cseq = 0
        self._rang = False
        self._given_up = False
        self._limit: Timer | None = None
        self._pracked = 0
        self._early: dict[str, Dialog] = {}
        self._acknowledged: set[str] = set()
        self._exchange = Exchange(
            agent, self._build, destination.hop or destination.target, self._receive, self.credentials, self.hint
        )

    def start(self) -> None:
        """Send the INVITE. `session.local` must be set."""
        self._limit = self.agent.timers.after(self._ring_s, lambda: self.cancel(ReleaseCause.NO_ANSWER))
        self._exchange.start()

    def cancel(self, cause: ReleaseCause) -> None:
        """Give up before the far end has answered."""
        if self.state is CallState.STARTING and not self._given_up:
            self._given_up = True
            self.tell_end(cause)
            self._exchange.cancel()

    def hang_up(self, cause: ReleaseCause = ReleaseCause.NORMAL) -> None:
        """End the call in whatever state it is."""
        if self.state is CallState.STARTING:
            self.cancel(cause)
        else:
            super().hang_up(cause)

    def stray(self, response: Response) -> None:
        """A 2xx whose transaction is over: acknowledge it as the others."""
        if response.success and response.cseq == (self._cseq, "INVITE"):
            self._on_accepted(response)

    def _build(self) -> Request:
        self._cseq += 1
        destination = self._destination
        headers = Headers()
        headers.set("Max-Forwards", "70")
        headers.set("From", f"{destination.sender};tag={self.tag}")
        headers.set("To", f"<{destination.target}>")
        headers.set("Call-ID", self.call_id)
        headers.set("CSeq", f"{self._cseq} INVITE")
        headers.set("Allow", ALLOW)
        headers.set("Supported", SUPPORTED)
        for name, value in destination.headers:
            headers.add(name, value)
        headers.set("Content-Type", SDP)
        return Request("INVITE", destination.target, headers, self.session.offer().encode())

    def _receive(self, response: Response) -> None:
        if not response.final:
            self._on_progress(response)
        elif response.success:
            self._on_accepted(response)
        elif self.state is CallState.STARTING:
            self._stop_limit()
            self._close(cause_of(response.code))

    def _on_progress(self, response: Response) -> None:
        request, tag = self._exchange.request, response.recipient.tag
        if request is None or self.state is not CallState.STARTING:
            return
        if tag and tag not in self._early:
            self._early[tag] = Dialog.of_client(request, response)
            self.dialog = self.dialog or self._early[tag]
        if tag and "100rel" in response.tokens("require"):
            self._prack(self._early[tag], response)
        if self._given_up:
            return
        if response.code in RINGING and not self._rang:
            self._rang = True
            self.tell("rang")
        if response.sdp:
            self._take(response.sdp)

    def _prack(self, dialog: Dialog, response: Response) -> None:
        number = response.headers.get("rseq")
        if not number.isdigit() or int(number[:10]) <= self._pracked:
            return
        self._pracked = int(number[:10])
        main, self.dialog = self.dialog, dialog
        self.send("PRACK", lambda _: None, [("RAck", f"{self._pracked} {self._cseq} INVITE")])
        self.dialog = main

    def _on_accepted(self, response: Response) -> None:
        """Acknowledge every 2xx, keep the first, and hang up the others (RFC 3261 section 13.2.2.4)."""
        request, tag = self._exchange.request, response.recipient.tag
        if request is None:
            return
        first = not self._acknowledged
        dialog = self._early.get(tag) or Dialog.of_client(request, response)
        if tag not in self._acknowledged:
            fresh = Dialog.of_client(request, response)
            dialog.routes, dialog.remote_target = fresh.routes, fresh.remote_target
            self._early[tag] = dialog
        self.acknowledge(dialog, self._cseq)
        if tag in self._acknowledged:
            return
        self._acknowledged.add(tag)
        if first:
            self._establish(dialog, response)
        else:
            self._drop_fork(dialog)

    def _establish(self, dialog: Dialog, response: Response) -> None:
        self._stop_limit()
        self.dialog = dialog
        self.learn(response)
        if self._given_up:
            # The answer crossed our CANCEL.
            self._send_bye()
            return
        self.state = CallState.ANSWERED
        if not self._take(response.sdp) and self.session.settings is None:
            self.tell_end(ReleaseCause.REJECTED)
            self._send_bye()
            return
        self.timer.agreed(response)
        self._stand()

    def _take(self, answer: str) -> bool:
        if not answer:
            return False
        before = self.session.settings
        try:
            self.session.take_answer(answer)
        except NotAcceptableError:
            return False
        if self.session.settings != before:
            self.tell("agreed")
        return True

    def _drop_fork(self, dialog: Dialog) -> None:
        main, self.dialog = self.dialog, dialog
        self.send("BYE", lambda _: None)
        self.dialog = main

    def _stop_limit(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None


def cause_of(code: int) -> ReleaseCause:
    """Return what a refusal means."""
    if code in CAUSES:
        return CAUSES[code]
    return ReleaseCause.FAILED if code in SERVER_ERRORS else ReleaseCause.REJECTED
