"""An established or establishing call: everything that may happen inside its dialog."""

import logging
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Final

from madoguchi.adapters.voice.embedded.sip.call_ports import Agent, CallEvents
from madoguchi.adapters.voice.embedded.sip.dialogs import Dialog
from madoguchi.adapters.voice.embedded.sip.digest import Credentials
from madoguchi.adapters.voice.embedded.sip.exchange import Exchange
from madoguchi.adapters.voice.embedded.sip.grammar import parse_list
from madoguchi.adapters.voice.embedded.sip.keypad import DTMF_TYPES, read_digits
from madoguchi.adapters.voice.embedded.sip.media_session import MediaSession, NotAcceptableError
from madoguchi.adapters.voice.embedded.sip.message import Request, Response, respond
from madoguchi.adapters.voice.embedded.sip.server import ServerTransaction
from madoguchi.adapters.voice.embedded.sip.session_timer import MIN_SE_S, IntervalTooSmallError, SessionTimer
from madoguchi.adapters.voice.embedded.sip.transport import Flow
from madoguchi.adapters.voice.embedded.sip.unconfirmed import Unconfirmed
from madoguchi.ports.voice import ReleaseCause

log = logging.getLogger(__name__)

ALLOW: Final = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, NOTIFY"
SUPPORTED: Final = "100rel, timer"
SDP: Final = "application/sdp"
GONE: Final = frozenset({408, 481})
"""Answers that end the dialog (RFC 3261 section 12.2.1.2)."""


class CallState(Enum):
    """Where a call is, seen from here."""

    STARTING = "starting"
    ANSWERED = "answered"
    """We have accepted; the caller has not confirmed yet."""
    UP = "up"
    OVER = "over"


class Call:
    """What incoming and outgoing calls share."""

    def __init__(self, agent: Agent, call_id: str, tag: str, session: MediaSession, events: CallEvents | None) -> None:
        self.agent = agent
        self.call_id = call_id
        self.tag = tag
        self.session = session
        self.events = events
        self.state = CallState.STARTING
        self.dialog: Dialog | None = None
        self.hint: Flow | None = None
        self.credentials: Credentials | None = None
        self.timer = SessionTimer(agent.timers, self._refresh, self._expired)
        self._peer_allows: set[str] = set()
        self._unconfirmed: Unconfirmed | None = None
        self._own_offer = False
        self._bye_later = False
        self._told_end = False
        self._referral: Callable[[int], None] | None = None

    # --- What the owner does ---

    def hang_up(self, cause: ReleaseCause = ReleaseCause.NORMAL) -> None:
        """End an answered call from our side."""
        self.tell_end(cause)
        if self.state is CallState.UP:
            self._send_bye()
        elif self.state is CallState.ANSWERED:
            # BYE must wait for the ACK or for the end of waiting for it, RFC 3261 section 15.
            self._bye_later = True

    def refer(self, target: str, done: Callable[[int], None]) -> None:
        """Ask the far end to call `target`; `done` gets the final status code of that, once."""
        if self.state is not CallState.UP or self.dialog is None:
            done(481)
            return

        def judge(response: Response) -> None:
            if not response.success and response.final:
                self._refer_done(response.code)

        self._referral = done
        local = self.dialog.local.partition(";tag=")[0]
        self.send("REFER", judge, [("Refer-To", f"<{target}>"), ("Referred-By", local)])

    @property
    def peer_host(self) -> str:
        """The far end's domain, for numbers that it is asked to call."""
        return self.dialog.remote_host if self.dialog else ""

    def send_digits(self, digits: str) -> None:
        """Press keys by INFO, one after the other has been taken."""
        if not digits or self.state is not CallState.UP:
            return

        def then(response: Response) -> None:
            if response.final:
                self.send_digits(digits[1:])

        body = f"Signal={digits[0]}\r\nDuration=120\r\n"
        self.send("INFO", then, [("Content-Type", DTMF_TYPES[0])], body)

    # --- What the peer does ---

    def handle(self, request: Request, transaction: ServerTransaction) -> None:
        """Answer a request inside the dialog."""
        dialog = self.dialog
        if dialog is None or request.sender.tag != dialog.remote_tag:
            self.reply(transaction, 481)
        elif not dialog.in_order(request):
            self.reply(transaction, 500, "Out of Order")
        elif request.method == "BYE":
            self.reply(transaction, 200)
            self.on_bye()
        elif self.state is CallState.OVER:
            self.reply(transaction, 481)
        else:
            actions: dict[str, Callable[[Request, ServerTransaction], object]] = {
                "INVITE": self._on_reinvite,
                "UPDATE": self._on_update,
                "INFO": self._on_info,
                "NOTIFY": self._on_notify,
                "PRACK": self.on_prack,
                "REFER": lambda _, here: self.reply(here, 603),
                "OPTIONS": lambda _, here: self.reply(here, 200, headers=[("Allow", ALLOW), ("Supported", SUPPORTED)]),
            }
            action = actions.get(request.method)
            if action is None:
                self.reply(transaction, 405, headers=[("Allow", ALLOW)])
            else:
                action(request, transaction)

    def on_ack(self, request: Request) -> None:
        """Take in the ACK to a 2xx of ours."""
        waiting = self._unconfirmed
        if waiting is None or request.cseq[0] != waiting.cseq:
            return
        self._confirm()
        if self._bye_later:
            self._send_bye()
            return
        if waiting.offered:
            try:
                self.session.take_answer(request.sdp)
            except NotAcceptableError:
                self.hang_up(ReleaseCause.REJECTED)
                return
            self.tell("agreed")
        self._stand()

    def on_bye(self) -> None:
        """The far end hung up; answered already."""
        self._close(ReleaseCause.NORMAL)

    def on_prack(self, request: Request, transaction: ServerTransaction) -> None:
        """Nothing waits for a PRACK here."""
        del request
        self.reply(transaction, 481)

    # --- For the two kinds of calls ---

    def tell(self, what: str, *args: str) -> None:
        """Tell the owner unless it was told of the end."""
        if self.events is not None and not self._told_end:
            getattr(self.events, what)(*args)

    def tell_end(self, cause: ReleaseCause) -> None:
        """Tell the owner of the end, once."""
        if not self._told_end:
            self._told_end = True
            if self.events is not None:
                self.events.ended(cause)
            self._refer_done(487 if cause is not ReleaseCause.NORMAL else 200)

    def reply(
        self,
        transaction: ServerTransaction,
        code: int,
        phrase: str = "",
        headers: Sequence[tuple[str, str]] = (),
        body: str = "",
    ) -> Response:
        """Answer a request of the peer's."""
        response = respond(transaction.request, code, phrase, self.tag)
        for name, value in headers:
            response.headers.set(name, value)
        if transaction.request.method in {"INVITE", "UPDATE"}:
            response.headers.set("Contact", self.agent.contact(transaction.flow))
            response.headers.set("Allow", ALLOW)
        if body:
            response.headers.set("Content-Type", SDP)
            response.body = body.encode()
        transaction.respond(response)
        return response

    def send(
        self,
        method: str,
        on_response: Callable[[Response], None],
        headers: Sequence[tuple[str, str]] = (),
        body: str = "",
    ) -> None:
        """Send a request inside the dialog."""
        dialog = self.dialog
        if dialog is None:
            return

        def build() -> Request:
            request = dialog.request(method, dialog.next_cseq())
            for name, value in headers:
                request.headers.set(name, value)
            if body:
                if "content-type" not in request.headers:
                    request.headers.set("Content-Type", SDP)
                request.body = body.encode()
            return request

        Exchange(self.agent, build, dialog.next_hop, on_response, self.credentials, self.hint).start()

    def accept(self, transaction: ServerTransaction, *, headers: Sequence[tuple[str, str]], body: str) -> None:
        """Send a 2xx to an INVITE, and repeat it until its ACK comes."""
        offered = not transaction.request.sdp
        response = self.reply(transaction, 200, headers=[("Supported", SUPPORTED), *headers], body=body)
        wire = bytes(response)
        self._unconfirmed = Unconfirmed(transaction.request.cseq[0], offered)
        self._unconfirmed.start(
            self.agent.timers, self.agent.timing, lambda: transaction.flow.send(wire), self._never_confirmed
        )

    def learn(self, message: Request | Response) -> None:
        """Remember what the peer can do."""
        if "allow" in message.headers:
            self._peer_allows = {method.upper() for method in parse_list(message.headers.all("allow"))}

    def _stand(self) -> None:
        """The call is confirmed; tell so the first time."""
        if self.state is not CallState.UP and self.state is not CallState.OVER:
            self.state = CallState.UP
            self.tell("confirmed")

    def _close(self, cause: ReleaseCause) -> None:
        """Nothing more is expected from the network."""
        self.state = CallState.OVER
        self._confirm()
        self.timer.stop()
        self.tell_end(cause)
        self.agent.forget(self)

    # --- Inside ---

    def _confirm(self) -> None:
        if self._unconfirmed is not None:
            self._unconfirmed.stop()
            self._unconfirmed = None

    def _never_confirmed(self) -> None:
        self._confirm()
        self.tell_end(ReleaseCause.FAILED)
        self._send_bye()

    def _send_bye(self) -> None:
        self.state = CallState.OVER
        self.timer.stop()

        def done(response: Response) -> None:
            if response.final:
                self._close(ReleaseCause.NORMAL)

        self.send("BYE", done)

    def _on_reinvite(self, request: Request, transaction: ServerTransaction) -> None:
        if self.state is CallState.STARTING or self._unconfirmed is not None:
            self._ask_later(transaction)
            return
        body = self._negotiate(request, transaction)
        if body is None:
            return
        headers = self._refreshed(request, transaction)
        if headers is None:
            return
        self.accept(transaction, headers=headers, body=body or self.session.offer())
        if body:
            self.tell("agreed")

    def _on_update(self, request: Request, transaction: ServerTransaction) -> None:
        if request.sdp and (self.state is CallState.STARTING or self._unconfirmed is not None):
            self._ask_later(transaction)
            return
        body = self._negotiate(request, transaction)
        if body is None:
            return
        headers = self._refreshed(request, transaction)
        if headers is None:
            return
        self.reply(transaction, 200, headers=headers, body=body)
        if body:
            self.tell("agreed")

    def _ask_later(self, transaction: ServerTransaction) -> None:
        """Refuse an offer while another request is under way, RFC 3261 section 14.2."""
        wait = str(int(self.agent.uniform(0, 10)))
        self.reply(transaction, 500, headers=[("Retry-After", wait)])

    def _negotiate(self, request: Request, transaction: ServerTransaction) -> str | None:
        """Return the answer to an offer, empty when there was none, None when the request was refused."""
        if self._own_offer and (request.sdp or request.method == "INVITE"):
            self.reply(transaction, 491)
            return None
        if not request.sdp:
            return ""
        try:
            return self.session.answer(request.sdp)
        except NotAcceptableError:
            self.reply(transaction, 488)
            return None

    def _refreshed(self, request: Request, transaction: ServerTransaction) -> list[tuple[str, str]] | None:
        """Refresh target and timer; None when the interval was refused."""
        try:
            headers = self.timer.answer(request)
        except IntervalTooSmallError:
            self.reply(transaction, 422, headers=[("Min-SE", str(MIN_SE_S))])
            return None
        self.learn(request)
        if self.dialog is not None:
            self.dialog.refresh(request)
        return headers

    def _on_info(self, request: Request, transaction: ServerTransaction) -> None:
        if request.content_type in DTMF_TYPES:
            self.reply(transaction, 200)
            if digits := read_digits(request):
                self.tell("pressed", digits)
        elif request.body:
            self.reply(transaction, 415, headers=[("Accept", DTMF_TYPES[0])])
        else:
            self.reply(transaction, 200)

    def _on_notify(self, request: Request, transaction: ServerTransaction) -> None:
        if self._referral is None or request.headers.get("event").partition(";")[0].strip().lower() != "refer":
            self.reply(transaction, 481)
            return
        self.reply(transaction, 200)
        line = request.body.decode("utf-8", "replace").split("\n", 1)[0].split()
        if len(line) > 1 and line[1].isdigit() and int(line[1]) >= 200:  # noqa: PLR2004 - a final status
            self._refer_done(int(line[1]))
        elif request.headers.get("subscription-state").lower().startswith("terminated"):
            self._refer_done(408)

    def _refer_done(self, code: int) -> None:
        done, self._referral = self._referral, None
        if done is not None:
            done(code)

    def _refresh(self) -> None:
        """Refresh the session: by UPDATE where the peer knows it, else by a re-INVITE that changes nothing."""
        if self.state is not CallState.UP:
            return
        if "UPDATE" in self._peer_allows:
            self.send("UPDATE", self._on_refreshed, [*self.timer.headers(), ("Supported", SUPPORTED)])
        elif self._own_offer or self._unconfirmed is not None:
            self._refresh_later()
        else:
            self._own_offer = True
            headers = [*self.timer.headers(), ("Supported", SUPPORTED), ("Allow", ALLOW)]
            self.send("INVITE", self._on_refreshed, headers, self.session.offer())

    def _refresh_later(self) -> None:
        self.agent.timers.after(self.agent.uniform(0, 4), self._refresh)

    def _on_refreshed(self, response: Response) -> None:
        if not response.final:
            return
        number, method = response.cseq
        if method == "INVITE":
            self._own_offer = False
        if response.success:
            if method == "INVITE" and self.dialog is not None:
                self.acknowledge(self.dialog, number)
                self.dialog.refresh(response)
            self.timer.agreed(response)
        elif response.code in GONE:
            self.tell_end(ReleaseCause.FAILED)
            self._send_bye()
        elif response.code == 491 and self.state is CallState.UP:  # noqa: PLR2004 - Request Pending
            self._refresh_later()

    def acknowledge(self, dialog: Dialog, number: int) -> None:
        """Send the ACK to a 2xx."""
        self.agent.send_once(dialog.request("ACK", number), dialog.next_hop, self.hint)

    def _expired(self) -> None:
        log.info("a session was not refreshed in time")
        self.hang_up(ReleaseCause.FAILED)
