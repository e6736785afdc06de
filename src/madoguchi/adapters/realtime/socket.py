"""One realtime socket: who is there, what he watches, what he wants done.

Nothing is queued for the other side: a subscription is asked for its next frame only when the one before has been
taken by the network, so a slow reader gets fewer and larger frames, and in the end a new snapshot.
"""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.websockets import WebSocket, WebSocketDisconnect

from madoguchi.adapters.realtime import commands
from madoguchi.adapters.realtime.frames import (
    VERSION,
    BadFrameError,
    ClientFrame,
    Command,
    Delta,
    Hello,
    Ping,
    Pong,
    Reply,
    ServerFrame,
    Snapshot,
    Subscribe,
    Unsubscribe,
    Welcome,
    decode,
    encode,
    ref_of,
)
from madoguchi.adapters.realtime.problems import (
    BusyError,
    RefInUseError,
    TooManySubscriptionsError,
    internal,
    problem,
)
from madoguchi.adapters.realtime.registry import SocketRegistry
from madoguchi.domain.access.users import Principal
from madoguchi.kernel.errors import InvalidInputError, Kind, MadoguchiError
from madoguchi.kernel.time import Span, stamp
from madoguchi.ports.environment import Clock
from madoguchi.services.bundle import Services
from madoguchi.services.view_frames import SnapshotFrame

SIGN_IN_NEEDED: Final = 4401
PROTOCOL_VIOLATION: Final = 4400
ACCESS_CHANGED: Final = 4409
"""The owner may do other things than when the socket was opened; a new one is welcome."""
TOO_MANY: Final = 1013
INTERNAL_ERROR: Final = 1011
NORMAL: Final = 1000

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RealtimeSettings:
    """How the realtime sockets behave."""

    cookie: str = "madoguchi_session"
    origins: tuple[str, ...] = ()
    """Origins besides our own whose pages may use the session cookie, such as `https://desk.example.com`."""
    hello_s: float = 10.0
    heartbeat_s: float = 10.0
    recheck_s: float = 60.0
    """How often a socket's owner must still be signed in."""
    max_sockets: int = 20_000
    max_sockets_per_owner: int = 50
    max_subscriptions: int = 64
    max_waiting_commands: int = 64


@dataclass(frozen=True)
class _Owner:
    viewer: commands.Sender
    session: str
    id: str


class _RefusedError(Exception):
    """The socket is not let in; `code` says why."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class RealtimeSocket:
    """Serves one connection from its hello to its end."""

    def __init__(
        self,
        websocket: WebSocket,
        services: Services,
        clock: Clock,
        registry: SocketRegistry,
        settings: RealtimeSettings,
    ) -> None:
        self._websocket = websocket
        self._services = services
        self._clock = clock
        self._registry = registry
        self._settings = settings
        self._ending: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._look_again = asyncio.Event()
        self._pumps: dict[str, asyncio.Task[None]] = {}
        self._waiting: asyncio.Queue[Command] = asyncio.Queue(settings.max_waiting_commands)

    def stop(self, code: int | None) -> None:
        """End the socket with `code`, or without a word where the other side has gone. The first reason counts."""
        if not self._ending.done():
            self._ending.set_result(code)

    def look_again(self) -> None:
        """Find out soon whether the owner may still do what he may."""
        self._look_again.set()

    async def serve(self) -> None:
        """Serve until either side ends it."""
        await self._websocket.accept()
        try:
            owner = await self._greeted()
            with self._registry.open(owner.session, owner.id, self):
                await self._send(Welcome(owner.session, stamp(self._clock.now()), self._settings.heartbeat_s))
                code = await self._live(owner)
        except _RefusedError as refused:
            code = refused.code
        except WebSocketDisconnect:
            return
        if code is not None:
            await self._close(code)

    async def _greeted(self) -> _Owner:
        """Return who says hello.

        Raises:
            _RefusedError: nobody in time, or not he who he says he is.
        """
        try:
            async with asyncio.timeout(self._settings.hello_s):
                frame = decode(await self._received())
        except (TimeoutError, BadFrameError):
            raise _RefusedError(PROTOCOL_VIOLATION) from None
        if not isinstance(frame, Hello) or frame.version != VERSION:
            raise _RefusedError(PROTOCOL_VIOLATION)
        owner = await self._authenticated(frame.token)
        if self._registry.full or self._registry.full_for(owner.id):
            raise _RefusedError(TOO_MANY)
        return owner

    async def _authenticated(self, token: str | None) -> _Owner:
        try:
            if token is not None:
                consumer = await self._services.consumers.authenticate(token)
                return _Owner(consumer, consumer.session, consumer.consumer.id)
            cookie = self._websocket.cookies.get(self._settings.cookie)
            if not cookie or not self._own_origin():
                raise _RefusedError(SIGN_IN_NEEDED)
            principal = await self._services.sign_in.authenticate(cookie)
            return _Owner(principal, principal.session, principal.user.id)
        except MadoguchiError as error:
            raise _RefusedError(TOO_MANY if error.kind is Kind.UNAVAILABLE else SIGN_IN_NEEDED) from None

    def _own_origin(self) -> bool:
        """Whether the page that opened the socket may use the cookie; programs that are no browsers send no origin."""
        origin = self._websocket.headers.get("origin")
        if origin is None or origin in self._settings.origins:
            return True
        return urlsplit(origin).netloc.lower() == self._websocket.headers.get("host", "").lower()

    async def _live(self, owner: _Owner) -> int | None:
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(self._read(group, owner)),
                    group.create_task(self._work(owner)),
                    group.create_task(self._recheck(owner)),
                ]
                code = await self._ending
                for task in (*tasks, *self._pumps.values()):
                    task.cancel()
        except ExceptionGroup as bugs:
            # Whatever a task died of is a fault of ours; it ends this socket only.
            _log.error("realtime socket failed", exc_info=bugs)
            return INTERNAL_ERROR
        return code

    async def _read(self, group: asyncio.TaskGroup, owner: _Owner) -> None:
        try:
            while True:
                text = await self._received()
                try:
                    frame = decode(text)
                except BadFrameError as error:
                    ref = ref_of(text)
                    if ref is None:
                        self.stop(PROTOCOL_VIOLATION)
                        return
                    await self._send(problem(InvalidInputError(str(error)), ref))
                    continue
                await self._take(frame, group, owner)
        except WebSocketDisconnect:
            self.stop(None)
        except BadFrameError:
            self.stop(PROTOCOL_VIOLATION)

    async def _take(self, frame: ClientFrame, group: asyncio.TaskGroup, owner: _Owner) -> None:
        match frame:
            case Ping():
                await self._send(Pong(stamp(self._clock.now())))
            case Command():
                try:
                    self._waiting.put_nowait(frame)
                except asyncio.QueueFull:
                    await self._send(problem(BusyError(), frame.ref))
            case Subscribe():
                refusal = self._refusal(frame)
                if refusal is not None:
                    await self._send(problem(refusal, frame.ref))
                else:
                    self._pumps[frame.ref] = group.create_task(self._pump(frame, owner))
            case Unsubscribe():
                pump = self._pumps.pop(frame.ref, None)
                if pump is not None:
                    pump.cancel()
            case Hello():
                self.stop(PROTOCOL_VIOLATION)

    def _refusal(self, frame: Subscribe) -> MadoguchiError | None:
        if frame.ref in self._pumps:
            return RefInUseError("unsubscribe first", field="ref")
        if len(self._pumps) >= self._settings.max_subscriptions:
            return TooManySubscriptionsError(f"at most {self._settings.max_subscriptions}")
        return None

    async def _pump(self, frame: Subscribe, owner: _Owner) -> None:
        """Carry one subscription's frames to the other side, each when the one before is away."""
        me = asyncio.current_task()
        try:
            subscription = await self._services.views.subscribe(owner.viewer, frame.view, frame.params, frame.cursor)
            try:
                async for each in subscription:
                    if isinstance(each, SnapshotFrame):
                        await self._send(Snapshot(frame.ref, each.cursor, each.rows))
                    else:
                        await self._send(Delta(frame.ref, each.cursor, each.put, each.gone))
            finally:
                subscription.close()
        except MadoguchiError as error:
            await self._send(problem(error, frame.ref))
        finally:
            if self._pumps.get(frame.ref) is me:
                del self._pumps[frame.ref]

    async def _work(self, owner: _Owner) -> None:
        """Do the commands one after the other, so that a person's lines keep their order."""
        while True:
            command = await self._waiting.get()
            try:
                data = await commands.perform(self._services, owner.viewer, command.name, command.data)
            except MadoguchiError as error:
                await self._send(problem(error, command.ref))
            except Exception:  # noqa: BLE001 - one command's fault must not end the socket; it is logged
                _log.exception("command failed", extra={"command": command.name})
                await self._send(internal(command.ref))
            else:
                await self._send(Reply(command.ref, data))

    async def _recheck(self, owner: _Owner) -> None:
        """End the socket when its owner is signed in no more, or may do other things than before.

        His session may have run out, he may have been shut out, or his roles have changed: he looks at every minute,
        and when he is told.
        """
        if not isinstance(owner.viewer, Principal):
            return
        token = self._websocket.cookies.get(self._settings.cookie)
        embedding = self._services.embedding.settings
        while token is not None:
            await self._told_or_a_minute()
            if self._services.embedding.settings != embedding:
                # The page was told with whom it may talk; it asks again when it comes back.
                self.stop(ACCESS_CHANGED)
                return
            try:
                now = await self._services.sign_in.authenticate(token)
                if (now.permissions, now.user) != (owner.viewer.permissions, owner.viewer.user):
                    self.stop(ACCESS_CHANGED)
                    return
            except MadoguchiError as error:
                if error.kind is not Kind.UNAVAILABLE:
                    self.stop(SIGN_IN_NEEDED)
                    return

    async def _told_or_a_minute(self) -> None:
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._clock.sleep(Span(seconds=self._settings.recheck_s))),
                group.create_task(self._until_told()),
            ]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
        self._look_again.clear()

    async def _until_told(self) -> None:
        await self._look_again.wait()

    async def _received(self) -> str:
        """Return the next text frame.

        Raises:
            WebSocketDisconnect: there will be none.
            BadFrameError: it is no text.
        """
        message = await self._websocket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", NORMAL))
        text = message.get("text")
        if not isinstance(text, str):
            raise BadFrameError("binary frames are not used")
        return text

    async def _send(self, frame: ServerFrame) -> None:
        await self._quietly(self._websocket.send_text(encode(frame)))

    async def _close(self, code: int) -> None:
        await self._quietly(self._websocket.close(code))

    async def _quietly(self, sending: Coroutine[Any, Any, None]) -> None:
        """Send; a peer that has gone is no error but the end."""
        try:
            await sending
        except (WebSocketDisconnect, RuntimeError):
            # Starlette raises RuntimeError for whatever is sent after the connection's end.
            self.stop(None)
