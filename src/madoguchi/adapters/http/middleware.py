"""What happens to every request before and after its route: limits, headers, measuring."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from madoguchi.adapters.http.problems import BodyTooLargeError, TooManyRequestsError, problem
from madoguchi.domain.audit.entries import Act
from madoguchi.ports.audit import acting

CONSUMER_PATHS: Final = "/api/v1/consumer/"
EMBEDDED_PATHS: Final = ("/widget/",)
UPLOADS: Final = ("/attachments", "/avatar", "/users/import", "/sound")
_BUCKETS: Final = 50_000


class Measure:
    """Tells `observe` of every request: method, route pattern, status, seconds. Ids never get into a pattern."""

    def __init__(
        self, app: ASGIApp, observe: Callable[[str, str, int, float], None], patterns: Mapping[object, str]
    ) -> None:
        self._app = app
        self._observe = observe
        self._patterns = patterns
        """Endpoint to path pattern."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and time it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500
        started = time.perf_counter()

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            pattern = self._patterns.get(scope.get("endpoint"), "other")
            self._observe(scope["method"], pattern, status, time.perf_counter() - started)


class SecurityHeaders:
    """Adds the headers that keep browsers from doing what our pages never ask for."""

    def __init__(self, app: ASGIApp, frame_ancestors: Callable[[], Sequence[str]]) -> None:
        self._app = app
        self._frame_ancestors = frame_ancestors
        """Tells which sites may show the portal in a frame now, as CSP sources."""
        self._policy = (
            "default-src 'self'; "
            "script-src 'self'; "
            # The component library writes <style> elements; a style cannot run anything.
            "style-src 'self' 'unsafe-inline'; "
            "img-src 'self' data: blob:; "
            "media-src 'self' blob:; "
            "font-src 'self'; "
            "connect-src 'self'; "
            "object-src 'none'; "
            "base-uri 'none'; "
            "form-action 'self'; "
            "frame-ancestors "
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the answer's headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        embedded = scope["path"].startswith(EMBEDDED_PATHS)

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "same-origin")
                headers.setdefault("Permissions-Policy", "microphone=(self), camera=(), geolocation=()")
                ancestors = "*" if embedded else " ".join(self._frame_ancestors()) or "'none'"
                headers.setdefault("Content-Security-Policy", self._policy + ancestors)
                if embedded:
                    headers.setdefault("Access-Control-Allow-Origin", "*")
                    headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin")
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, completed)


class Acting:
    """Says from where a request comes, for the audit log; who it is, the route's access rule finds out."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        client = scope.get("client")
        with acting(Act(address=client[0] if client else "")):
            await self._app(scope, receive, send)


class BodyLimit:
    """Refuses bodies that are too large, by their announced length or as soon as they prove to be."""

    def __init__(self, app: ASGIApp, *, max_body: int, max_upload: int) -> None:
        self._app = app
        self._max_body = max_body
        self._max_upload = max_upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a counted body."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._max_upload if scope["path"].endswith(UPLOADS) else self._max_body
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced) > limit:
            refused = problem(BodyTooLargeError(f"at most {limit} bytes"), headers={"Connection": "close"})
            await refused(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            if message["type"] == "http.request":
                received += len(message.get("body", b""))
                if received > limit:
                    raise BodyTooLargeError(f"at most {limit} bytes")
            return message

        await self._app(scope, counted, send)


@dataclass
class _Bucket:
    tokens: float
    at: float


class RateLimit:
    """Lets each consumer session send so many requests; who has no session is counted by address.

    A token that does not exist must not give a fresh allowance, so an address has a limit of its own as well, wide
    enough for the many people behind one office's address.
    """

    ADDRESS_FACTOR: Final = 20

    def __init__(
        self, app: ASGIApp, *, rate: float, burst: int, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._app = app
        self._rate = rate
        self._burst = burst
        self._monotonic = monotonic
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        limited = scope["type"] == "http" and scope["path"].startswith(CONSUMER_PATHS) and scope["method"] != "OPTIONS"
        if limited:
            wait_s = self._wait_s(scope)
            if wait_s > 0:
                refused = problem(TooManyRequestsError(), headers={"Retry-After": str(math.ceil(wait_s))})
                await refused(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _wait_s(self, scope: Scope) -> float:
        client = scope.get("client")
        address = f"address {client[0] if client else ''}"
        authorization = Headers(scope=scope).get("authorization", "")
        if not authorization:
            return self._take(address, 1)
        session = f"session {sha256(authorization.encode()).hexdigest()}"
        return max(self._take(session, 1), self._take(f"all of {address}", self.ADDRESS_FACTOR))

    def _take(self, key: str, factor: int) -> float:
        """Take one from a bucket; return 0, or how long until there is one."""
        now = self._monotonic()
        rate, burst = self._rate * factor, float(self._burst * factor)
        bucket = self._buckets.pop(key, None) or _Bucket(burst, now)
        bucket.tokens = min(burst, bucket.tokens + (now - bucket.at) * rate)
        bucket.at = now
        self._buckets[key] = bucket
        while len(self._buckets) > _BUCKETS:
            self._buckets.popitem(last=False)
        if bucket.tokens < 1:
            return (1 - bucket.tokens) / rate
        bucket.tokens -= 1
        return 0.0
