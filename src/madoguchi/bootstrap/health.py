"""What operators see: whether each part is ready, and figures."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final

from madoguchi.adapters.http.state import CheckResult, ReadinessCheck
from madoguchi.adapters.observability.metrics import Metrics
from madoguchi.adapters.voice.embedded.media_plane import MediaPlane
from madoguchi.bootstrap.house import House
from madoguchi.kernel.errors import MadoguchiError
from madoguchi.media.protocol import WorkerStats
from madoguchi.ports.storage import Storage

_PATIENCE_S: Final = 5.0


def readiness(storage: Storage, media: MediaPlane, static: Path) -> Mapping[str, ReadinessCheck]:
    """Return the checks behind `/readyz`."""

    async def database() -> CheckResult:
        health = await storage.health()
        return CheckResult(health.ready, health.detail)

    async def engine() -> CheckResult:
        workers = len(await media.stats())
        return CheckResult(ready=workers > 0, detail="" if workers else "no media worker runs")

    async def pages() -> CheckResult:
        missing = [name for name in ("portal", "widget") if not _built(static / name)]
        return CheckResult(not missing, f"not built: {', '.join(missing)}; run `make web`" if missing else "")

    return {"storage": _patient(database), "voice": _patient(engine), "pages": pages}


def _built(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _patient(check: Callable[[], Awaitable[CheckResult]]) -> ReadinessCheck:
    """Return `check`, unready where it fails or takes too long."""

    async def checked() -> CheckResult:
        try:
            async with asyncio.timeout(_PATIENCE_S):
                return await check()
        except MadoguchiError as error:
            return CheckResult(ready=False, detail=error.detail or error.title)
        except TimeoutError:
            return CheckResult(ready=False, detail=f"no answer in {_PATIENCE_S:g} s")

    return checked


class MediaFigures:
    """The media workers' figures as of the last look; a scrape must not wait for a worker."""

    def __init__(self) -> None:
        self._totals: Mapping[str, float] = {}
        self._late_ms: Mapping[str, float] = {}
        self._live: Mapping[str, float] = {}

    def take(self, stats: list[WorkerStats]) -> None:
        """Remember what the workers told."""
        self._totals = {
            f"madoguchi_media_{name}": float(sum(getattr(one, name) for one in stats))
            for name in (
                "ticks",
                "late_ticks",
                "skipped_ticks",
                "packets_in",
                "packets_out",
                "packets_lost",
                "concealed",
            )
        }
        self._late_ms = {str(index): one.late_p99_ms for index, one in enumerate(stats)}
        self._live = {
            name: float(sum(getattr(one, name) for one in stats)) for name in ("legs", "bridges", "recordings")
        }

    def watch(self, metrics: Metrics) -> None:
        """Show them."""
        metrics.watch_totals(lambda: self._totals)
        metrics.watch_levels(
            "madoguchi_media_late_p99_ms", "How late a worker's ticks begin, 99th percentile.", "worker", self._late
        )
        metrics.watch_levels(
            "madoguchi_media_live", "What the media workers have open: legs, bridges, recordings.", "kind", self._alive
        )

    def _late(self) -> Mapping[str, float]:
        return self._late_ms

    def _alive(self) -> Mapping[str, float]:
        return self._live


def watch_house(metrics: Metrics, house: House) -> None:
    """Show what lives: calls, chats and agents by state, standing offers by channel."""
    for name, text, label in (
        ("calls", "Live calls.", "state"),
        ("chats", "Live chats.", "state"),
        ("agents", "Agents.", "status"),
        ("offers", "Standing offers.", "channel"),
    ):
        metrics.watch_levels(f"madoguchi_{name}", text, label, _levels(house, name))
    metrics.watch_totals(house.message_figures)


def _levels(house: House, name: str) -> Callable[[], Mapping[str, float]]:
    return lambda: house.live()[name]


class CountErrors(logging.Handler):
    """Counts logged faults by logger."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__(logging.ERROR)
        self._metrics = metrics

    def emit(self, record: logging.LogRecord) -> None:
        """Count one."""
        self._metrics.count_error(record.name)
