"""What is checked of every new request before anybody acts on it (RFC 3261 section 8.2)."""

from typing import Final

from madoguchi.adapters.voice.embedded.sip.call import ALLOW
from madoguchi.adapters.voice.embedded.sip.grammar import BadSyntaxError, UnknownSchemeError, parse_list
from madoguchi.adapters.voice.embedded.sip.message import Request

KNOWN_OPTIONS: Final = frozenset({"100rel", "timer"})
DIALOG_METHODS: Final = frozenset({"BYE", "INFO", "UPDATE", "PRACK", "NOTIFY", "REFER"})
KNOWN_METHODS: Final = frozenset({"INVITE", "OPTIONS", "REGISTER", "SUBSCRIBE", "MESSAGE", "PUBLISH"}) | DIALOG_METHODS


def refusal(request: Request) -> tuple[int, dict[str, str]] | None:
    """Return code and headers to refuse `request` with; None when nothing is wrong with it."""
    if request.method not in KNOWN_METHODS:
        return 501, {"Allow": ALLOW}
    try:
        _ = request.uri
    except UnknownSchemeError:
        return 416, {}
    except BadSyntaxError:
        return 400, {}
    required = parse_list(request.headers.all("require"))
    unknown = [option for option in required if option.lower() not in KNOWN_OPTIONS]
    if unknown:
        return 420, {"Unsupported": ", ".join(unknown)}
    if request.method in {"INVITE", "UPDATE"} and request.body and not request.sdp:
        return 415, {"Accept": "application/sdp"}
    return None


def account_of(request: Request) -> str:
    """Return the user part of To, for which a REGISTER asks; empty where there is none."""
    try:
        return request.recipient.uri.user
    except BadSyntaxError:
        return ""
