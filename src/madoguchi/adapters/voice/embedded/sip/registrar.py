"""Where phones are: REGISTER keeps a binding from an account to the way there (RFC 3261 section 10.3)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from madoguchi.adapters.voice.embedded.sip.grammar import BadSyntaxError, parse_addresses, parse_seconds, split_outside
from madoguchi.adapters.voice.embedded.sip.message import Request
from madoguchi.adapters.voice.embedded.sip.transport import Flow

MIN_S: Final = 60
MAX_S: Final = 3600
MAX_BINDINGS: Final = 10


@dataclass(frozen=True)
class Binding:
    """One place where a phone account is reached."""

    uri: str
    flow: Flow
    expires_at: float
    call_id: str
    cseq: int


class RefusedError(Exception):
    """The registration is not taken; `code` says why."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(reason)
        self.code = code


class Registrar:
    """The bindings of all phone accounts."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._bindings: dict[str, dict[str, Binding]] = {}

    def find(self, user: str) -> Binding | None:
        """The binding of `user` that was made or renewed last."""
        return max(self._live(user), key=lambda binding: binding.expires_at, default=None)

    def register(self, user: str, request: Request, flow: Flow) -> list[str]:
        """Take in a REGISTER that `user` may make, and return the Contact values of its 200.

        Raises:
            RefusedError: it is not valid, too short, or older than what is known; nothing has changed.
        """
        kept = {binding.uri: binding for binding in self._live(user)}
        contacts = [part for value in request.headers.all("contact") for part in _split(value)]
        default = parse_seconds(request.headers.get("expires"), MAX_S)
        if contacts == ["*"]:
            if request.headers.get("expires").strip() != "0":
                raise RefusedError(400, "a star needs Expires: 0")
            contacts = []
            kept = {uri: old for uri, old in kept.items() if _newer(old, request)}
        try:
            addresses = parse_addresses(contacts)
            for address in addresses:
                _ = address.uri
        except BadSyntaxError as error:
            raise RefusedError(400, str(error)) from error
        for address in addresses:
            seconds = parse_seconds(address.params.get("expires"), default)
            if 0 < seconds < MIN_S:
                raise RefusedError(423)
            old = kept.pop(address.uri_text, None)
            if old is not None and _newer(old, request):
                raise RefusedError(500, "out of order")
            if seconds:
                until = self._now() + min(seconds, MAX_S)
                kept[address.uri_text] = Binding(address.uri_text, flow, until, request.call_id, request.cseq[0])
        if len(kept) > MAX_BINDINGS:
            raise RefusedError(403, "too many contacts")
        self._bindings[user] = kept
        now = self._now()
        return [f"<{one.uri}>;expires={max(1, round(one.expires_at - now))}" for one in kept.values()]

    def _live(self, user: str) -> list[Binding]:
        now = self._now()
        return [binding for binding in self._bindings.get(user, {}).values() if binding.expires_at > now]


def _newer(old: Binding, request: Request) -> bool:
    """Whether `old` came after `request`, so that the request is a late one."""
    return old.call_id == request.call_id and old.cseq >= request.cseq[0]


def _split(value: str) -> list[str]:
    try:
        return split_outside(value, ",")
    except BadSyntaxError as error:
        raise RefusedError(400, str(error)) from error
