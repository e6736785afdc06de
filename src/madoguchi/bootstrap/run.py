"""Starts the server, keeps it going until it is told to stop, and ends it in the right order."""

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Callable, Iterator, Sequence

import uvicorn

from madoguchi.adapters.cli import pages
from madoguchi.adapters.observability import logs
from madoguchi.adapters.system import SystemIds
from madoguchi.bootstrap.build import Program, built
from madoguchi.bootstrap.seed import keep, seed
from madoguchi.bootstrap.settings import Loaded, Settings
from madoguchi.bootstrap.storage import StartError, only_server, opened, prepare
from madoguchi.kernel.errors import MadoguchiError
from madoguchi.services.sign_in import password_hash

_GRACE_S = 5
"""How long answers under way may take when the server stops."""
_MAX_FRAME = 64 * 1024

_log = logging.getLogger(__name__)


class _Server(uvicorn.Server):
    """uvicorn, stopped by whoever runs it: what was started before it must end after it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to `_stopping`."""
        yield


@contextlib.contextmanager
def _stopping(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` on SIGTERM and SIGINT as long as the context lasts."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


async def run_server(loaded: Loaded) -> None:
    """Run until SIGTERM or SIGINT.

    Raises:
        StartError: it cannot start.
        MadoguchiError: a part of it cannot start.
    """
    settings = loaded.settings
    logs.configure(level=settings.log_level, json=settings.log_format == "json")
    prepare(settings.data_folder)
    with only_server(settings.data_folder), _listening(settings) as listening:
        async with opened(settings) as storage:
            made = await seed(storage, SystemIds(), password_hash)
            if made:
                file = keep(made, settings.data_folder)
                rows = [(each.name, each.email, each.role, each.password) for each in made]
                pages.show_passwords(rows, str(file))
            async with built(settings, storage) as program:
                await _serve(program, settings, listening)


async def _serve(program: Program, settings: Settings, listening: socket.socket) -> None:
    config = uvicorn.Config(
        program.app,
        loop="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        ws="websockets-sansio",
        ws_max_size=_MAX_FRAME,
        ws_per_message_deflate=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=_GRACE_S,
        ssl_certfile=settings.tls_certificate or None,
        ssl_keyfile=settings.tls_key or None,
    )
    server = _Server(config)

    def stop() -> None:
        _log.info("stopping")
        server.should_exit = True

    with _stopping(stop):
        _announce(program, settings, listening)
        await server.serve([listening])


def _announce(program: Program, settings: Settings, listening: socket.socket) -> None:
    port = listening.getsockname()[1]
    scheme = "https" if settings.tls_certificate else "http"
    host = "localhost" if settings.host in {"0.0.0.0", "::", "127.0.0.1"} else settings.host  # noqa: S104 - compared, not bound
    pages.show_started(
        f"{scheme}://{host}:{port}", f"port {program.voice.sip_port}, UDP and TCP", str(settings.data_folder)
    )
    _log.info("started", extra={"http_port": port})


@contextlib.contextmanager
def _listening(settings: Settings) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listening = socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as error:
        raise StartError(
            f"HTTP cannot listen on {settings.host}:{settings.port}: {error.strerror}; set MADOGUCHI_PORT to another"
        ) from None
    with listening:
        yield listening


async def check_parts(settings: Settings) -> Sequence[tuple[str, bool, str]]:
    """Try what a start needs, without starting; return name, whether it works, detail."""
    results: list[tuple[str, bool, str]] = []
    try:
        async with opened(settings) as storage:
            health = await storage.health()
            results.append(("database", health.ready, health.detail))
    except (StartError, MadoguchiError) as error:
        results.append(("database", False, str(error)))
    wanted = [("HTTP", settings.host, settings.port, socket.SOCK_STREAM)]
    wanted += [("SIP over UDP", settings.sip_host, settings.sip_port, socket.SOCK_DGRAM)]
    wanted += [("SIP over TCP", settings.sip_host, settings.sip_port, socket.SOCK_STREAM)]
    wanted += [("browsers' audio", "0.0.0.0", settings.webrtc_port, socket.SOCK_DGRAM)]  # noqa: S104 - as the engine does
    for name, host, port, kind in wanted:
        results.append((f"{name}, port {port}", *_free(host, port, kind)))
    built_pages = (settings.static_folder / "portal" / "index.html").is_file()
    results.append(("pages", built_pages, "" if built_pages else "not built; run `make web`"))
    return results


def _free(host: str, port: int, kind: socket.SocketKind) -> tuple[bool, str]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, kind) as probe:
        if kind is socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return False, error.strerror or "cannot be used"
    return True, ""
