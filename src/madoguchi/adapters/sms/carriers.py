"""Makes the gateway that a connection needs."""

from typing import Final

import httpx

from madoguchi.adapters.sms.http.gateway import HttpGateway
from madoguchi.adapters.sms.smpp.gateway import SmppGateway
from madoguchi.adapters.sms.smpp.link import FIRST_PAUSE
from madoguchi.domain.sms.records import Carrier, SmsConnection
from madoguchi.kernel.time import Span
from madoguchi.ports.environment import Clock
from madoguchi.ports.sms import HookKind, SmsGateway, SmsListener

HOOKS: Final = "/api/v1/sms"
_PATIENCE_S: Final = 20.0


class Carriers:
    """`SmsCarriers` with everything that is built in."""

    def __init__(self, clock: Clock, public_url: str, *, first_pause: Span = FIRST_PAUSE) -> None:
        self._clock = clock
        self._public_url = public_url.rstrip("/")
        self._first_pause = first_pause

    def open(self, connection: SmsConnection, listener: SmsListener) -> SmsGateway:
        """Return the gateway of a connection; `run` brings it up."""
        if connection.carrier is Carrier.SMPP:
            return SmppGateway(connection, listener, self._clock, first_pause=self._first_pause)
        http = httpx.AsyncClient(
            base_url=connection.base_url.rstrip("/"),
            auth=httpx.BasicAuth(connection.account, connection.secret),
            timeout=_PATIENCE_S,
        )
        return HttpGateway(connection, listener, http, lambda kind: self.hook_url(connection, kind))

    def hook_url(self, connection: SmsConnection, kind: HookKind) -> str:
        """Return where the carrier has to send what it brings; empty for SMPP, and where nobody knows our address."""
        if connection.carrier is not Carrier.HTTP or not self._public_url:
            return ""
        return f"{self._public_url}{HOOKS}/{connection.id}/{kind.value}"
