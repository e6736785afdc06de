"""The SIP user agent: sockets below, calls above. Decides who may call; knows nothing of media."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Protocol

from madoguchi.adapters.voice.embedded.settings import EmbeddedVoiceSettings
from madoguchi.adapters.voice.embedded.sip.call import ALLOW, SUPPORTED, Call
from madoguchi.adapters.voice.embedded.sip.call_ports import CallEvents
from madoguchi.adapters.voice.embedded.sip.client import ClientTransaction
from madoguchi.adapters.voice.embedded.sip.gatekeeper import Gatekeeper
from madoguchi.adapters.voice.embedded.sip.grammar import (
    BadSyntaxError,
    SipUri,
    parse_uri,
)
from madoguchi.adapters.voice.embedded.sip.incoming import IncomingCall
from madoguchi.adapters.voice.embedded.sip.ingress import DIALOG_METHODS, account_of, refusal
from madoguchi.adapters.voice.embedded.sip.media_session import MediaPolicy, MediaSession, NotAcceptableError
from madoguchi.adapters.voice.embedded.sip.message import BadMessageError, Request, Response, respond
from madoguchi.adapters.voice.embedded.sip.outgoing import Destination, OutgoingCall
from madoguchi.adapters.voice.embedded.sip.peers import Peers, behind_nat
from madoguchi.adapters.voice.embedded.sip.registrar import RefusedError, Registrar
from madoguchi.adapters.voice.embedded.sip.registration import TrunkRegistration
from madoguchi.adapters.voice.embedded.sip.server import InviteServer, ServerTransaction
from madoguchi.adapters.voice.embedded.sip.session_timer import MIN_SE_S, IntervalTooSmallError
from madoguchi.adapters.voice.embedded.sip.timers import Timers, Timing
from madoguchi.adapters.voice.embedded.sip.transactions import COOKIE, TransactionLayer
from madoguchi.adapters.voice.embedded.sip.transport import (
    SIP_PORT,
    Flow,
    Network,
    Spawn,
    TransportListener,
    Transports,
    UdpFlow,
    local_address,
    reply_address,
    resolve,
)
from madoguchi.ports.environment import IdSource, Rng

log = logging.getLogger(__name__)

PRODUCT: Final = "Madoguchi"
RETRY_AFTER_S: Final = 5


class Switchboard(Protocol):
    """Who takes the calls that come in: the engine."""

    def has_room(self) -> bool:
        """Whether one more leg can be taken."""

    def arrived(self, call: IncomingCall) -> CallEvents:
        """A call has come in; it is neither ringing nor answered. Return who is told about it."""


class UserAgent:
    """One user agent on one UDP and TCP port."""

    def __init__(
        self,
        settings: EmbeddedVoiceSettings,
        switchboard: Switchboard,
        timers: Timers,
        ids: IdSource,
        rng: Rng,
        spawn: Spawn,
        new_key: Callable[[], str],
        network: Callable[[TransportListener, Spawn], Network] = Transports,
    ) -> None:
        self.timers = timers
        self.peers = Peers(settings.trunks, settings.phones)
        self.registrar = Registrar(timers.now)
        self._settings = settings
        self._switchboard = switchboard
        self._ids = ids
        self._rng = rng
        self._spawn = spawn
        self._new_key = new_key
        self._transports = network(self, spawn)
        self._layer = TransactionLayer(self, timers, settings.timing)
        self._gate = Gatekeeper(settings, self.peers, timers.now)
        self._calls: dict[tuple[str, str], Call] = {}
        self._invites: dict[InviteServer, IncomingCall] = {}
        self._sessions = 0
        self._drained = asyncio.Event()
        self.registrations = [TrunkRegistration(self, trunk) for trunk in settings.trunks if trunk.register]

    # --- For the engine ---

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return self._transports.port

    @property
    def live(self) -> tuple[int, int]:
        """How many calls and transactions there are."""
        return len(self._calls), self._layer.live

    @property
    def timing(self) -> Timing:
        """The protocol's timer values."""
        return self._settings.timing

    async def open(self) -> None:
        """Begin to listen.

        Raises:
            OSError: the port is taken.
        """
        await self._transports.open(self._settings.sip_host, self._settings.sip_port)
        for registration in self.registrations:
            registration.start()

    def sign_off(self) -> None:
        """Tell the carriers that we are leaving."""
        for registration in self.registrations:
            registration.stop()

    async def drain(self, limit_s: float) -> None:
        """Wait until every call is over on both sides, and `limit_s` at most."""
        self._drained.clear()
        if self._calls:
            with suppress(TimeoutError):
                async with asyncio.timeout(limit_s):
                    await self._drained.wait()

    async def host_of(self, uri: str) -> str:
        """Return the numeric address that `uri` leads to, or its host where that cannot be found."""
        target = parse_uri(uri)
        try:
            return (await resolve(target.host, SIP_PORT))[0]
        except BadSyntaxError:
            return target.host

    async def close(self) -> None:
        """Close the sockets."""
        await self._transports.close()

    def new_session(self, *, srtp: bool = False) -> MediaSession:
        """Return a fresh offer/answer state."""
        self._sessions += 1
        policy = MediaPolicy(self._settings.codecs, self._new_key, srtp)
        return MediaSession(policy, self._sessions)

    def dial(self, destination: Destination, session: MediaSession, events: CallEvents, ring_s: float) -> OutgoingCall:
        """Begin a call. Everything else comes as events, perhaps before this returns."""
        call = OutgoingCall(self, destination, session, events, ring_s)
        self._calls[call.call_id, call.tag] = call
        call.start()
        return call

    # --- For calls ---

    def secret(self) -> str:
        """Return an unguessable word."""
        return self._ids.secret()

    def uniform(self, low: float, high: float) -> float:
        """Return a number by chance."""
        return self._rng.uniform(low, high)

    def contact(self, flow: Flow) -> str:
        """Return our Contact value as the peer on `flow` reaches us."""
        transport = "" if flow.transport == "UDP" else f";transport={flow.transport.lower()}"
        return f"<sip:{self._own_address(flow)}{transport}>"

    def host_for(self, peer: str) -> str:
        """Return our address as `peer` reaches it."""
        if self._settings.advertised:
            return self._settings.advertised
        bound = self._transports.host
        return local_address(peer) if bound in {"0.0.0.0", "::", ""} else bound  # noqa: S104 - compared, not bound

    def stamp(self, request: Request, flow: Flow) -> None:
        """Add Via with a new branch, Contact and User-Agent."""
        address = self._own_address(flow)
        branch = COOKIE + self.secret()[:20]
        request.headers.set("Via", f"SIP/2.0/{flow.transport} {address};branch={branch};rport")
        if "contact" not in request.headers and request.method not in {"BYE", "ACK", "PRACK"}:
            request.headers.set("Contact", self.contact(flow))
        request.headers.set("User-Agent", PRODUCT)

    def transmit(self, request: Request, flow: Flow, on_response: Callable[[Response], None]) -> ClientTransaction:
        """Begin a client transaction."""
        return self._layer.send(request, flow, on_response)

    def send_once(self, request: Request, hop: str, hint: Flow | None) -> None:
        """Send a request that has no answer."""

        def use(flow: Flow) -> None:
            self.stamp(request, flow)
            flow.send(bytes(request))

        self.find_flow(hop, hint, use, lambda: None)

    def find_flow(self, hop: str, hint: Flow | None, use: Callable[[Flow], None], fail: Callable[[], None]) -> None:
        """Find the way to the URI `hop`.

        `hint` is the way that the peer's own messages come. It is preferred where the URI names an address that
        cannot be reached from here, and where it is a connection to that very host.
        """
        try:
            uri = parse_uri(hop)
        except BadSyntaxError:
            fail()
            return
        transport = uri.transport or (hint.transport if hint else "UDP")
        if hint is not None and hint.open and hint.transport == transport and _use_hint(uri, hint):
            use(hint)
            return
        host, port = uri.params.get("maddr") or uri.host, uri.port or SIP_PORT
        self._open_flow(transport, host.strip("[]"), port, use, fail)

    def forget(self, call: Call) -> None:
        """Nothing more is expected for this call."""
        self._calls.pop((call.call_id, call.tag), None)
        if isinstance(call, IncomingCall):
            self._invites.pop(call.transaction, None)
        if not self._calls:
            self._drained.set()

    # --- For the transports ---

    def received(self, message: Request | Response, flow: Flow) -> None:
        """A message has arrived."""
        if isinstance(message, Response):
            self._layer.received_response(message, flow)
            return
        way = flow
        if isinstance(flow, UdpFlow) and (back := reply_address(message.via, flow)) != flow.remote:
            way = UdpFlow(flow.endpoint, back)
        self._layer.received_request(message, way, self.secret()[:16])

    def received_bad(self, error: BadMessageError, flow: Flow) -> None:
        """Tell the sender of a broken request so, where it can be told."""
        if error.request is not None and not self._gate.shut_out(flow):
            flow.send(bytes(respond(error.request, error.code, tag=self.secret()[:16])))

    def broken(self, flow: Flow) -> None:
        """A flow has failed."""
        self._layer.broken(flow)

    # --- For the transaction layer ---

    def admit(self, request: Request, flow: Flow) -> Response | None:
        """Refuse what comes too often or from who guesses passwords."""
        code = self._gate.admit(request, flow)
        if not code:
            return None
        refusal = respond(request, code, tag=self.secret()[:16])
        if code == 503:  # noqa: PLR2004 - Service Unavailable
            refusal.headers.set("Retry-After", str(RETRY_AFTER_S))
        return refusal

    def requested(self, request: Request, transaction: ServerTransaction) -> None:
        """Answer a new request."""
        if (refused := refusal(request)) is not None:
            code, headers = refused
            self._answer(transaction, code, **headers)
            return
        if request.recipient.tag:
            call = self._calls.get((request.call_id, request.recipient.tag))
            if call is None:
                self._answer(transaction, 481)
            else:
                call.handle(request, transaction)
        elif request.method == "INVITE" and isinstance(transaction, InviteServer):
            self._on_invite(request, transaction)
        elif request.method == "REGISTER":
            self._on_register(request, transaction)
        elif request.method == "OPTIONS":
            self._answer(transaction, 200, Allow=ALLOW, Accept="application/sdp", Supported=SUPPORTED)
        elif request.method in DIALOG_METHODS:
            self._answer(transaction, 481)
        elif request.method == "SUBSCRIBE":
            self._answer(transaction, 489, Allow_Events="refer")
        else:
            self._answer(transaction, 405, Allow=ALLOW)

    def cancelled(self, invite: InviteServer) -> None:
        """A caller has given up."""
        call = self._invites.get(invite)
        if call is not None:
            call.on_cancel()

    def acknowledged(self, request: Request) -> None:
        """Pass an ACK on."""
        call = self._calls.get((request.call_id, request.recipient.tag))
        if call is not None:
            call.on_ack(request)

    def stray(self, response: Response, flow: Flow) -> None:
        """Pass a late 2xx on to its call."""
        del flow
        call = self._calls.get((response.call_id, response.sender.tag))
        if isinstance(call, OutgoingCall):
            call.stray(response)

    # --- Inside ---

    def _on_register(self, request: Request, transaction: ServerTransaction) -> None:
        user = self._gate.authenticate(request, transaction, self.secret()[:16], proxy=False)
        if user is None:
            return
        if self.peers.phone(user) is None or account_of(request) != user:
            self._answer(transaction, 403)
            return
        try:
            contacts = self.registrar.register(user, request, transaction.flow)
        except RefusedError as refusal:
            extra = {"Min_Expires": "60"} if refusal.code == 423 else {}  # noqa: PLR2004 - Interval Too Brief
            self._answer(transaction, refusal.code, **extra)
            return
        response = respond(request, 200, tag=self.secret()[:16])
        response.headers.set("Contact", *contacts)
        transaction.respond(response)

    def _on_invite(self, request: Request, transaction: InviteServer) -> None:
        caller = self._gate.identify(request, transaction, self.secret()[:16])
        if caller is None:
            return
        if not self._switchboard.has_room():
            self._answer(transaction, 503, Retry_After=str(RETRY_AFTER_S))
            return
        session = self.new_session()
        try:
            if request.sdp:
                session.check(request.sdp)
            call = IncomingCall(self, transaction, self.secret()[:16], session)
            session_headers = call.timer.answer(request)
        except NotAcceptableError:
            self._answer(transaction, 488)
            return
        except IntervalTooSmallError:
            self._answer(transaction, 422, Min_SE=str(MIN_SE_S))
            return
        transaction.respond(respond(request, 100))
        call.trunk, call.trusted, call.user = caller.name, caller.trusted, caller.user
        self._calls[call.call_id, call.tag] = call
        self._invites[transaction] = call
        call.begin(self._switchboard.arrived(call), session_headers)

    def _answer(self, transaction: ServerTransaction, code: int, **headers: str) -> None:
        response = respond(transaction.request, code, tag=self.secret()[:16])
        for name, value in headers.items():
            response.headers.set(name.replace("_", "-"), value)
        transaction.respond(response)

    def _own_address(self, flow: Flow) -> str:
        host = self.host_for(flow.remote[0])
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

    def _open_flow(
        self, transport: str, host: str, port: int, use: Callable[[Flow], None], fail: Callable[[], None]
    ) -> None:
        async def look_up() -> None:
            try:
                flow = self._transports.flow_to(transport, await resolve(host, port))
            except ValueError as error:
                log.info("cannot send: %s", error)
                fail()
            else:
                use(flow)

        if host.replace(".", "").isdigit() or ":" in host:
            try:
                flow = self._transports.flow_to(transport, (host, port))
            except ValueError:
                fail()
            else:
                use(flow)
        else:
            self._spawn(look_up())


def _use_hint(uri: SipUri, hint: Flow) -> bool:
    host = uri.host.strip("[]")
    return behind_nat(host, hint.remote[0]) or (hint.reliable and host == hint.remote[0])
