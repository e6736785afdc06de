"""A media worker: one process, one tick every 20 ms, told what to do over an inherited socket.

Started by the media plane as `python -m madoguchi.media.worker <descriptor>`. It ends when the socket closes, so it
never outlives its server; its recordings are closed properly then.
"""

import contextlib
import gc
import logging
import os
import resource
import select
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Callable
from typing import Final

import msgspec

from madoguchi.kernel.errors import MadoguchiError
from madoguchi.media.browsers import BrowserLine
from madoguchi.media.channel import FrameError, FrameReader, frame
from madoguchi.media.exchange import TICK_S, Exchange
from madoguchi.media.protocol import (
    CloseBridge,
    CloseLeg,
    ConnectRtp,
    Done,
    MediaRefusedError,
    OpenBridge,
    OpenBrowser,
    Order,
    PauseRecording,
    Play,
    ReadStats,
    Ready,
    Refusal,
    Reply,
    Report,
    Request,
    ReserveRtp,
    Result,
    ResumeRecording,
    SendDigits,
    SetGains,
    SetListenOnly,
    StartRecording,
    StopPlayback,
    StopRecording,
    WorkerSettings,
    WorkerStats,
)
from madoguchi.media.ticker import Ticker

log = logging.getLogger(__name__)

_READ: Final = 1 << 16
_TIDY_TICKS: Final = 500
"""Ticks between two runs of the garbage collector, right after a tick: every 10 s."""
_BACKGROUND_PRIORITY: Final = 1
_TICK_PRIORITY: Final = 2
"""Real-time priorities: the lowest there are, the tick's one above that of the threads that decode and write."""
_NICE: Final = -15
_SWITCH_S: Final = 0.0005
"""How long another thread may keep the tick waiting for the interpreter."""


class Worker:
    """Takes orders from the channel, does the ticks, reports."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._channel.settimeout(0)
        self._reader = FrameReader()
        self._encoder = msgspec.msgpack.Encoder()
        self._orders = msgspec.msgpack.Decoder(Request)
        self._reports: deque[Report] = deque()
        """Filled by any thread, emptied by this one."""
        self._early: list[bytes] = []
        """Orders that came together with the settings."""
        self._out = bytearray()
        self._over = False
        self._exchange: Exchange | None = None
        self._ticker: Ticker | None = None
        self._known_change = -1
        self._connecting = False

    def run(self) -> None:
        """Work until the channel closes."""
        settings = self._first_frame()
        if settings is None:
            return
        try:
            exchange = Exchange(settings, self._reports.append, time.time)  # noqa: TID251 - the process' own clock
        except MadoguchiError as error:
            self._reports.append(Reply(0, Refusal("unavailable", error.detail)))
            self._flush()
            return
        self._exchange = exchange
        ticker = self._ticker = Ticker(TICK_S, self._tick, self._wait)
        self._warm_up(exchange)
        raise_priority(_TICK_PRIORITY)
        self._reports.append(Ready())
        for body in self._early:
            self._take(self._orders.decode(body))
        while not self._over:
            ticker.step()
        exchange.close()
        self._flush()

    def _first_frame(self) -> WorkerSettings | None:
        """Wait for the settings; None when the other side goes away instead."""
        while not self._over:
            select.select([self._channel], [], [])
            frames = self._read()
            if frames:
                self._early = frames[1:]
                return msgspec.msgpack.decode(frames[0], type=WorkerSettings)
        return None

    def _warm_up(self, exchange: Exchange) -> None:
        """Do everything once that is slow the first time, then keep the collector away from what has been made."""
        exchange.tick(-1)
        gc.collect()
        gc.freeze()
        gc.disable()

    def _tick(self, number: int) -> None:
        assert self._exchange is not None  # noqa: S101 - made before the first tick
        self._exchange.tick(number)
        self._flush()
        if number % _TIDY_TICKS == 0:
            gc.collect(1)

    def _wait(self, seconds: float) -> None:
        """Take orders, and let connecting browsers get on, for at most `seconds`."""
        assert self._exchange is not None  # noqa: S101 - made before the first tick
        sources: list[socket.socket] = [self._channel]
        if self._browsers_connect(self._exchange):
            sources.append(self._exchange.browsers.socket)
        ready, _, _ = select.select(sources, [], [], seconds)
        if self._channel in ready:
            try:
                for body in self._read():
                    self._take(self._orders.decode(body))
            except (FrameError, msgspec.DecodeError):
                log.exception("the channel makes no sense; this worker ends")
                self._over = True
            self._flush()
        if len(sources) > 1 and sources[1] in ready:
            self._exchange.between()

    def _browsers_connect(self, exchange: Exchange) -> bool:
        table = exchange.table
        if self._known_change != table.changed:
            self._known_change = table.changed
            self._connecting = any(isinstance(leg.line, BrowserLine) and not leg.connected for leg in table)
        return self._connecting

    def _read(self) -> list[bytes]:
        try:
            data = self._channel.recv(_READ)
        except BlockingIOError:
            return []
        except OSError:
            data = b""
        if not data:
            self._over = True
            return []
        return self._reader.feed(data)

    def _flush(self) -> None:
        while self._reports:
            self._out += frame(self._encoder.encode(self._reports.popleft()))
        while self._out:
            try:
                sent = self._channel.send(self._out)
            except BlockingIOError:
                return  # the server is busy; the next tick tries again
            except OSError:
                self._over = True
                return
            del self._out[:sent]

    def _take(self, request: Request) -> None:
        try:
            result = self._do(request.number, request.order)
        except MediaRefusedError as error:
            result = error.refusal
        except MadoguchiError as error:
            result = Refusal("unavailable", error.detail)
        if result is not None:
            self._reports.append(Reply(request.number, result))

    def _do(self, number: int, order: Order) -> Result | None:  # noqa: C901, PLR0912 - one case for each order
        """Carry out an order; None: the reply comes later."""
        exchange = self._exchange
        assert exchange is not None  # noqa: S101 - made before the first order
        text = ""
        match order:
            case ReserveRtp():
                return Done(endpoint=exchange.reserve(order.leg))
            case ConnectRtp():
                exchange.connect(order.leg, order.settings)
            case OpenBrowser():
                now = time.monotonic()
                text = exchange.open_browser(order.leg, order.offer, listen_only=order.listen_only, now=now)
            case SetListenOnly():
                exchange.set_listen_only(order.leg, on=order.on)
            case CloseLeg():
                exchange.close_leg(order.leg)
            case OpenBridge():
                exchange.bridges.open(order.bridge)
            case SetGains():
                exchange.bridges.set_gains(order.bridge, order.legs, order.gains)
            case CloseBridge():
                exchange.bridges.close(order.bridge)
            case Play():
                exchange.play(order.playback, order.leg, order.sounds)
            case StopPlayback():
                exchange.player.stop(order.playback)
            case SendDigits():
                exchange.press(order.leg, order.digits)
            case StartRecording():
                on_open = self._when_open(number, exchange, order)
                exchange.record(order.recording, order.leg, order.path, on_open, dual=order.dual)
                return None
            case PauseRecording():
                exchange.recorder.pause(order.recording, paused=True)
            case ResumeRecording():
                exchange.recorder.pause(order.recording, paused=False)
            case StopRecording():
                exchange.recorder.stop(order.recording)
            case ReadStats():
                stats = self._stats(exchange)
                if order.restart and self._ticker is not None:
                    self._ticker.count_anew()
                return stats
        return Done(text=text)

    def _when_open(self, number: int, exchange: Exchange, order: StartRecording) -> Callable[[str], None]:
        """Return what the recordings' thread calls when the file is open, or cannot be."""

        def opened(failure: str) -> None:
            if failure:
                exchange.recorder.abandon(order.recording)
            result = Refusal("unavailable", failure) if failure else Done()
            self._reports.append(Reply(number, result))

        return opened

    def _stats(self, exchange: Exchange) -> WorkerStats:
        assert self._ticker is not None  # noqa: S101 - made before the first order
        usage = resource.getrusage(resource.RUSAGE_SELF)
        lateness, work = self._ticker.lateness, self._ticker.work
        sequences = exchange.intake.sequences
        return WorkerStats(
            legs=len(exchange.table.by_id),
            bridges=len(exchange.bridges),
            recordings=len(exchange.recorder),
            ticks=lateness.count,
            late_ticks=self._ticker.late,
            skipped_ticks=self._ticker.skipped,
            late_p50_ms=lateness.quantile_ms(0.5),
            late_p99_ms=lateness.quantile_ms(0.99),
            late_max_ms=lateness.longest_s * 1000,
            work_p50_ms=work.quantile_ms(0.5),
            work_p99_ms=work.quantile_ms(0.99),
            packets_in=sequences.total,
            packets_out=exchange.outlet.total,
            packets_lost=sequences.lost,
            packets_late=int(exchange.intake.jitter.late.sum()),
            concealed=exchange.intake.concealed,
            send_failures=exchange.phones.failures + exchange.browsers.failures,
            cpu_s=usage.ru_utime + usage.ru_stime,
        )


def prepare_process() -> None:
    """Make this process fit for punctual work: many sockets, prompt threads, a high priority where that is allowed."""
    for ignored in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ignored, signal.SIG_IGN)  # the channel alone says when to end
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    sys.setswitchinterval(_SWITCH_S)
    raise_priority(_BACKGROUND_PRIORITY)


def raise_priority(level: int) -> None:
    """Put this thread, and those that it starts from now on, before everything that is not real-time work.

    A telephone exchange must be punctual whatever else the machine does. Where the user may not have that, the
    process asks for a better nice value, and else runs as it is.
    """
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(level))
    except OSError:
        with contextlib.suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, 0, _NICE)


def main() -> None:
    """Run a worker on the descriptor named on the command line."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    prepare_process()
    with socket.socket(fileno=int(sys.argv[1])) as channel:
        Worker(channel).run()


if __name__ == "__main__":
    main()
