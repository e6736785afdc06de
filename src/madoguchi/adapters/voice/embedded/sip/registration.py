"""Telling a carrier where we are: a REGISTER that is renewed in time (RFC 3261 section 10.2)."""

import logging
from typing import Final

from madoguchi.adapters.voice.embedded.settings import Trunk
from madoguchi.adapters.voice.embedded.sip.call_ports import Agent
from madoguchi.adapters.voice.embedded.sip.digest import Credentials
from madoguchi.adapters.voice.embedded.sip.exchange import Exchange
from madoguchi.adapters.voice.embedded.sip.grammar import BadSyntaxError, parse_addresses, parse_seconds
from madoguchi.adapters.voice.embedded.sip.message import Headers, Request, Response
from madoguchi.adapters.voice.embedded.sip.timers import Timer

log = logging.getLogger(__name__)

RENEW_AT: Final = 0.8
"""Renewed when this part of the time has passed."""
FIRST_RETRY_S: Final = 15.0
LAST_RETRY_S: Final = 600.0
INTERVAL_TOO_BRIEF: Final = 423


class TrunkRegistration:
    """Keeps one trunk informed from `start` to `stop`."""

    def __init__(self, agent: Agent, trunk: Trunk) -> None:
        self.registered = False
        self._agent = agent
        self._trunk = trunk
        self._call_id = agent.secret()[:28]
        self._tag = agent.secret()[:16]
        self._cseq = 0
        self._seconds = trunk.register_s
        self._retry_s = FIRST_RETRY_S
        self._timer: Timer | None = None
        self._stopped = False

    def start(self) -> None:
        """Register, and renew for ever."""
        self._send(self._seconds)

    def stop(self) -> None:
        """Take the registration back; the answer is not waited for."""
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()
        if self.registered:
            self._send(0)

    def _send(self, seconds: int) -> None:
        trunk = self._trunk
        transport = "" if trunk.transport == "UDP" else f";transport={trunk.transport.lower()}"

        def build() -> Request:
            self._cseq += 1
            headers = Headers()
            headers.set("Max-Forwards", "70")
            headers.set("From", f"<sip:{trunk.user}@{trunk.host}>;tag={self._tag}")
            headers.set("To", f"<sip:{trunk.user}@{trunk.host}>")
            headers.set("Call-ID", self._call_id)
            headers.set("CSeq", f"{self._cseq} REGISTER")
            headers.set("Expires", str(seconds))
            return Request("REGISTER", f"sip:{trunk.host}", headers)

        credentials = Credentials(trunk.user, trunk.password) if trunk.password else None
        hop = f"sip:{trunk.host}:{trunk.port}{transport}"
        Exchange(self._agent, build, hop, self._receive, credentials).start()

    def _receive(self, response: Response) -> None:
        if not response.final or self._stopped:
            return
        if response.success:
            if not self.registered:
                log.info("registered at trunk %s", self._trunk.name)
            self.registered, self._retry_s = True, FIRST_RETRY_S
            self._again(RENEW_AT * self._granted(response))
        elif response.code == INTERVAL_TOO_BRIEF and self._seconds < parse_seconds(
            response.headers.get("min-expires"), 0
        ):
            self._seconds = parse_seconds(response.headers.get("min-expires"), self._seconds)
            self._again(0)
        else:
            log.warning("trunk %s refuses to register us: %d", self._trunk.name, response.code)
            self.registered = False
            self._again(self._agent.uniform(0.5, 1) * self._retry_s)
            self._retry_s = min(2 * self._retry_s, LAST_RETRY_S)

    def _again(self, delay_s: float) -> None:
        self._timer = self._agent.timers.after(delay_s, lambda: self._send(self._seconds))

    def _granted(self, response: Response) -> int:
        """The shortest time that the answer grants a contact."""
        default = parse_seconds(response.headers.get("expires"), self._seconds)
        try:
            contacts = parse_addresses(response.headers.all("contact"))
        except BadSyntaxError:
            contacts = []
        return max(1, min((parse_seconds(one.params.get("expires"), default) for one in contacts), default=default))
