"""Where the realtime socket is found."""

from typing import Final

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from madoguchi.adapters.realtime.registry import SocketRegistry
from madoguchi.adapters.realtime.socket import RealtimeSettings, RealtimeSocket
from madoguchi.ports.environment import Clock
from madoguchi.services.bundle import Services

PATH: Final = "/api/v1/realtime"


def realtime_route(
    services: Services, clock: Clock, registry: SocketRegistry, settings: RealtimeSettings
) -> WebSocketRoute:
    """Return the route that serves every realtime socket."""

    async def serve(websocket: WebSocket) -> None:
        await RealtimeSocket(websocket, services, clock, registry, settings).serve()

    return WebSocketRoute(PATH, serve)
