"""Session timers (RFC 4028): noticing that the other side is gone although nobody hung up."""

from collections.abc import Callable
from typing import Final

from madoguchi.adapters.voice.embedded.sip.grammar import BadSyntaxError, parse_params, parse_seconds
from madoguchi.adapters.voice.embedded.sip.message import Headers, Message, Request
from madoguchi.adapters.voice.embedded.sip.timers import Timer, Timers

MIN_SE_S: Final = 90
"""The shortest interval that is agreed to (RFC 4028 section 5)."""
US: Final = "us"
THEM: Final = "them"


class IntervalTooSmallError(Exception):
    """The peer wants to refresh too often; the answer is 422 with Min-SE."""


class SessionTimer:
    """Refreshes the session in time when that is our part, and ends it when the peer forgets its part."""

    def __init__(self, timers: Timers, refresh: Callable[[], None], expired: Callable[[], None]) -> None:
        self.interval_s = 0
        self.refresher = ""
        self._timers = timers
        self._refresh = refresh
        self._expired = expired
        self._running: Timer | None = None

    def answer(self, request: Request) -> list[tuple[str, str]]:
        """Agree to what an INVITE or UPDATE asks, and return the headers of its 2xx.

        Raises:
            IntervalTooSmallError: the interval is below `MIN_SE_S`.
        """
        interval, refresher = _read(request)
        if not interval:
            self.stop()
            return []
        if interval < MIN_SE_S:
            raise IntervalTooSmallError
        able = "timer" in request.tokens("supported") | request.tokens("require")
        uac_refreshes = able and refresher != "uas"
        self._start(interval, THEM if uac_refreshes else US)
        headers = [("Session-Expires", f"{interval};refresher={'uac' if uac_refreshes else 'uas'}")]
        if uac_refreshes:
            headers.append(("Require", "timer"))
        return headers

    def agreed(self, response: Message) -> None:
        """Take in what the 2xx to our request says."""
        interval, refresher = _read(response)
        if interval:
            self._start(max(interval, MIN_SE_S), THEM if refresher == "uas" else US)
        else:
            self.stop()

    def headers(self) -> list[tuple[str, str]]:
        """Return the headers of a refresh that we send."""
        if not self.interval_s:
            return []
        role = "uac" if self.refresher == US else "uas"
        return [("Session-Expires", f"{self.interval_s};refresher={role}")]

    def stop(self) -> None:
        """Let the session live without limit."""
        self.interval_s, self.refresher = 0, ""
        if self._running is not None:
            self._running.cancel()
            self._running = None

    def _start(self, interval: int, refresher: str) -> None:
        self.stop()
        self.interval_s, self.refresher = interval, refresher
        if refresher == US:
            self._running = self._timers.after(interval / 2, self._refresh)
        else:
            self._running = self._timers.after(interval - min(32, interval / 3), self._expired)


def _read(message: Message) -> tuple[int, str]:
    headers: Headers = message.headers
    text = headers.get("session-expires")
    if not text:
        return 0, ""
    number, semicolon, params = text.partition(";")
    try:
        refresher = parse_params(semicolon + params).get("refresher") or ""
    except BadSyntaxError:
        refresher = ""
    return parse_seconds(number, 0), refresher.lower()
