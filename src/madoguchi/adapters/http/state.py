"""What the routes stand on: services, settings and the few hooks that the rest of the program gives them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias

from fastapi import Depends, Request

from madoguchi.kernel.errors import NotFoundError
from madoguchi.kernel.ids import SessionId
from madoguchi.ports.blobs import Blobs
from madoguchi.services.bundle import Services

KIB: Final = 1024
MIB: Final = 1024 * KIB
LOOPBACK: Final = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


@dataclass(frozen=True)
class HttpSettings:
    """How the HTTP side behaves."""

    static: Path
    """The folder with the built pages: `portal`, `widget`, `demo-shop`."""
    uploads: Path
    """Where files lie while they are checked."""
    cookie: str = "madoguchi_session"
    session_s: int = 12 * 3600
    """How long the browser keeps the cookie; the server's own limit counts besides."""
    frame_ancestors: tuple[str, ...] = ("'self'",)
    """Which sites may show the portal in a frame, as CSP sources."""
    origins: tuple[str, ...] = ()
    """Origins besides our own whose pages may use the session cookie; the realtime socket takes the same."""
    max_body: int = 256 * KIB
    max_upload: int = 32 * MIB
    consumer_rate: float = 10.0
    """Requests a second that one consumer session, or one address without a session, may send in the long run."""
    consumer_burst: int = 20
    metrics_networks: tuple[IPv4Network | IPv6Network, ...] = LOOPBACK

    def require_near(self, address: str) -> None:
        """Let pass an address in `metrics_networks`.

        Raises:
            NotFoundError: it is outside.
        """
        try:
            near = any(ip_address(address) in network for network in self.metrics_networks)
        except ValueError:
            near = False
        if not near:
            raise NotFoundError


@dataclass(frozen=True)
class CheckResult:
    """Whether a part of the program is ready."""

    ready: bool
    detail: str = ""


ReadinessCheck: TypeAlias = Callable[[], Awaitable[CheckResult]]


@dataclass(frozen=True)
class Hooks:
    """What the rest of the program gives the HTTP side, which knows none of it."""

    readiness: Mapping[str, ReadinessCheck] = field(default_factory=dict)
    metrics: Callable[[], tuple[bytes, str]] = lambda: (b"", "text/plain")
    """The metrics page and its media type."""
    observe: Callable[[str, str, int, float], None] = lambda _method, _route, _status, _seconds: None
    """Told of every request: method, route pattern, status, seconds."""
    signed_out: Callable[[SessionId], None] = lambda _session: None
    """Told of every session that ended by its user's wish."""


@dataclass(frozen=True)
class HttpState:
    """Everything that a route may use."""

    services: Services
    blobs: Blobs
    settings: HttpSettings
    branding: Callable[[], Awaitable[Mapping[str, Any]]]
    """Tells how the organisation wants to be shown."""
    hooks: Hooks = field(default_factory=Hooks)


def of(request: Request) -> HttpState:
    """Return the state of the app that got `request`."""
    state = request.app.state.madoguchi
    assert isinstance(state, HttpState)  # noqa: S101 - the factory puts it there
    return state


def _services(request: Request) -> Services:
    return of(request).services


def _state(request: Request) -> HttpState:
    return of(request)


InServices = Annotated[Services, Depends(_services)]
InState = Annotated[HttpState, Depends(_state)]
