"""Where a dialled address leads: to a registered phone, to a trunk, or straight to a SIP URI."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from madoguchi.adapters.voice.embedded.settings import EmbeddedVoiceSettings, Phone, Trunk
from madoguchi.adapters.voice.embedded.sip.digest import Credentials
from madoguchi.adapters.voice.embedded.sip.grammar import BadSyntaxError, SipUri, is_token, parse_uri
from madoguchi.adapters.voice.embedded.sip.outgoing import Destination
from madoguchi.adapters.voice.embedded.sip.registrar import Binding
from madoguchi.adapters.voice.embedded.sip.transport import SIP_PORT
from madoguchi.ports.voice import VoiceUnavailableError

NUMBER: Final = re.compile(r"\+?[0-9*#]+")
SEPARATORS: Final = re.compile(r"[\s().\-]")
ACCOUNT: Final = re.compile(r"sip:([^@:;?<>\s]+)", re.IGNORECASE)
UNSAFE: Final = re.compile(r"[^A-Za-z0-9+*#._\-]")
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
OURS: Final = frozenset(
    {
        "via", "from", "to", "call-id", "cseq", "max-forwards", "contact", "content-length", "content-type", "route",
        "record-route", "allow", "supported", "require", "authorization", "proxy-authorization",
    }
)  # fmt: skip
"""Headers that the user agent writes itself."""


class DialPlan:
    """Turns what services dial into what the user agent calls."""

    def __init__(
        self,
        settings: EmbeddedVoiceSettings,
        find: Callable[[str], Binding | None],
        own_host: Callable[[str], str],
    ) -> None:
        self._settings = settings
        self._phones = {phone.user: phone for phone in settings.phones}
        self._find = find
        self._own_host = own_host

    def destination(self, uri: str, caller: str, headers: Mapping[str, str]) -> tuple[Destination, bool]:
        """Return where `uri` leads, and whether the call is to be encrypted.

        Raises:
            VoiceUnavailableError: it leads nowhere: no such phone is registered, no trunk is configured.
        """
        extra = [(name, CONTROL.sub(" ", value)) for name, value in headers.items() if _may_send(name)]
        account = ACCOUNT.fullmatch(uri.strip())
        if account is not None and account[1] in self._phones:
            return self._to_phone(self._phones[account[1]], caller, extra)
        number = SEPARATORS.sub("", uri.removeprefix("tel:"))
        if NUMBER.fullmatch(number):
            if not self._settings.trunks:
                raise VoiceUnavailableError("no trunk is configured, so that no number can be dialled")
            return self._to_trunk(self._settings.trunks[0], number, caller, extra)
        try:
            target = parse_uri(uri.strip())
        except BadSyntaxError as error:
            raise VoiceUnavailableError(f"cannot be dialled: {error}") from error
        if account is not None or not target.host:
            raise VoiceUnavailableError("no phone account has this name")
        trunk = next((one for one in self._settings.trunks if _leads_to(target, one)), None)
        if trunk is not None:
            return self._to_trunk(trunk, target.user, caller, extra)
        sender = _sender(caller, self._own_host(target.host))
        return Destination(target=_bare(target), sender=sender, headers=extra), False

    def _to_phone(self, phone: Phone, caller: str, extra: list[tuple[str, str]]) -> tuple[Destination, bool]:
        binding = self._find(phone.user)
        if binding is None:
            raise VoiceUnavailableError("the phone is not registered")
        host, port = binding.flow.remote
        place = f"[{host}]" if ":" in host else host
        transport = ";transport=tcp" if binding.flow.transport == "TCP" else ""
        destination = Destination(
            target=binding.uri,
            sender=_sender(caller, self._own_host(host)),
            hop=f"sip:{place}:{port}{transport}",
            hint=binding.flow,
            headers=extra,
        )
        return destination, phone.srtp

    def _to_trunk(self, trunk: Trunk, user: str, caller: str, extra: list[tuple[str, str]]) -> tuple[Destination, bool]:
        place = trunk.host if trunk.port == SIP_PORT else f"{trunk.host}:{trunk.port}"
        transport = "" if trunk.transport == "UDP" else f";transport={trunk.transport.lower()}"
        shown = caller or trunk.caller or trunk.user
        if shown:
            extra = [*extra, ("P-Asserted-Identity", f"<sip:{UNSAFE.sub('', shown)}@{trunk.host}>")]
        destination = Destination(
            target=f"sip:{user}@{place}{transport}" if user else f"sip:{place}{transport}",
            sender=_sender(shown, trunk.host),
            credentials=Credentials(trunk.user, trunk.password) if trunk.user and trunk.password else None,
            headers=extra,
        )
        return destination, trunk.srtp


def refer_target(uri: str, host: str) -> str:
    """Return the URI that a far end at `host` is asked to call."""
    number = SEPARATORS.sub("", uri.removeprefix("tel:"))
    if NUMBER.fullmatch(number):
        return f"sip:{number}@{host}"
    try:
        return _bare(parse_uri(uri.strip()))
    except BadSyntaxError as error:
        raise VoiceUnavailableError(f"cannot be dialled: {error}") from error


def _leads_to(target: SipUri, trunk: Trunk) -> bool:
    return target.host == trunk.host and (target.port or SIP_PORT) == trunk.port


def _bare(uri: SipUri) -> str:
    return re.sub(r"[<>\"\s]", "", uri.text)


def _sender(caller: str, host: str) -> str:
    user = UNSAFE.sub("", caller)
    place = f"[{host}]" if ":" in host and not host.startswith("[") else host
    if not user:
        return f'"Anonymous" <sip:anonymous@{place}>'
    return f"<sip:{user}@{place}>"


def _may_send(name: str) -> bool:
    return is_token(name) and name.lower() not in OURS
