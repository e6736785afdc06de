"""Who may come in: limits per source, passwords, trunks, and what unknown callers may do."""

from collections.abc import Callable
from dataclasses import dataclass

from madoguchi.adapters.voice.embedded.settings import EmbeddedVoiceSettings, Phone
from madoguchi.adapters.voice.embedded.sip.digest import Verdict, Verifier
from madoguchi.adapters.voice.embedded.sip.grammar import BadSyntaxError
from madoguchi.adapters.voice.embedded.sip.limits import SourceLimits
from madoguchi.adapters.voice.embedded.sip.message import Request, respond
from madoguchi.adapters.voice.embedded.sip.peers import Peers
from madoguchi.adapters.voice.embedded.sip.server import ServerTransaction
from madoguchi.adapters.voice.embedded.sip.transport import Flow


@dataclass(frozen=True)
class Caller:
    """Whom a call comes from, as far as that is proved."""

    name: str = ""
    """The trunk or phone account; empty for an unknown peer."""
    trusted: bool = False
    """Whether its word about callers counts: trunks only."""
    user: str = ""
    """The phone account."""


class Gatekeeper:
    """Decides about requests that begin something."""

    def __init__(self, settings: EmbeddedVoiceSettings, peers: Peers, now: Callable[[], float]) -> None:
        self._settings = settings
        self._peers = peers
        self._verifier = Verifier(settings.realm, settings.digest_algorithms, now)
        self._limits = SourceLimits(
            settings.invite_rate, settings.invite_burst, settings.max_auth_failures, settings.ban_s, now
        )

    def shut_out(self, flow: Flow) -> bool:
        """Whether the source guessed passwords too often."""
        return self._limits.banned(flow.remote[0])

    def admit(self, request: Request, flow: Flow) -> int:
        """Return the code to refuse a new request with, 0 to let it in."""
        address = flow.remote[0]
        if request.recipient.tag or self._peers.trunk_at(address) is not None:
            return 0
        if self._limits.banned(address):
            return 403
        if request.method in {"INVITE", "REGISTER"} and not self._limits.take(address):
            return 503
        return 0

    def identify(self, request: Request, transaction: ServerTransaction, tag: str) -> Caller | None:
        """Return whom an INVITE comes from; None when it was answered with a challenge or refusal."""
        trunk = self._peers.trunk_at(transaction.flow.remote[0])
        if trunk is not None:
            return Caller(trunk.name, trusted=True)
        phone = self._peers.phone(_user_of(request))
        if phone is not None or request.headers.all("proxy-authorization"):
            user = self.authenticate(request, transaction, tag, proxy=True)
            caller = self._known(user, phone) if user is not None else None
            if user is not None and caller is None:
                transaction.respond(respond(request, 403, tag=tag))
            return caller
        if self._settings.accept_unknown:
            return Caller()
        if any(trunk.password for trunk in self._settings.trunks):
            # It may be a trunk that shows its password when asked.
            self._challenge(request, transaction, tag, proxy=True)
        else:
            transaction.respond(respond(request, 403, tag=tag))
        return None

    def _known(self, user: str, claimed: Phone | None) -> Caller | None:
        """Return whom `user`, who has shown the password, calls as; None when he claims to be somebody else."""
        trunk = self._peers.trunk_of(user)
        if trunk is not None and self._peers.phone(user) is None:
            return Caller(trunk.name, trusted=True)
        return Caller(user, user=user) if claimed is None or claimed.user == user else None

    def authenticate(self, request: Request, transaction: ServerTransaction, tag: str, *, proxy: bool) -> str | None:
        """Return the user whose password was shown; None when it was answered with a challenge or refusal."""
        address = transaction.flow.remote[0]
        headers = request.headers.all("proxy-authorization" if proxy else "authorization")
        verdict, user = self._verifier.judge(headers, request.method, self._peers.password_of)
        if verdict is Verdict.RIGHT:
            self._limits.succeeded(address)
            return user
        if verdict is Verdict.WRONG:
            self._limits.failed(address)
            transaction.respond(respond(request, 403, tag=tag))
        else:
            self._challenge(request, transaction, tag, proxy=proxy, stale=verdict is Verdict.STALE)
        return None

    def _challenge(
        self, request: Request, transaction: ServerTransaction, tag: str, *, proxy: bool, stale: bool = False
    ) -> None:
        response = respond(request, 407 if proxy else 401, tag=tag)
        name = "Proxy-Authenticate" if proxy else "WWW-Authenticate"
        response.headers.set(name, *self._verifier.challenges(stale=stale))
        transaction.respond(response)


def _user_of(request: Request) -> str:
    """The user part of From; empty where it has none."""
    try:
        return request.sender.uri.user
    except BadSyntaxError:
        return ""
