"""Figures for Prometheus. No label holds an id, a name or anything else without an end."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

Levels = Mapping[str, Mapping[str, float]]
"""Gauge name → state → how many."""


class Metrics:
    """The figures of one running Madoguchi."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call] # the library's
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        GCCollector(registry=self._registry)
        self._http = Histogram(
            "madoguchi_http_seconds",
            "How long HTTP requests took.",
            ("method", "route", "status"),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._sockets = Gauge("madoguchi_sockets", "Open realtime sockets.", registry=self._registry)
        self._errors = Counter(
            "madoguchi_errors", "Faults of ours that were logged.", ("logger",), registry=self._registry
        )

    def observe_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one HTTP request."""
        known = method if method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "other"
        self._http.labels(known, route, str(status)).observe(seconds)

    def set_sockets(self, count: int) -> None:
        """Tell how many realtime sockets are open."""
        self._sockets.set(count)

    def count_error(self, logger: str) -> None:
        """Count one logged fault."""
        self._errors.labels(logger).inc()

    def watch_levels(self, name: str, text: str, label: str, read: Callable[[], Mapping[str, float]]) -> None:
        """Read a gauge whenever somebody asks: `read` returns its value per `label`."""
        self._registry.register(_Levels(name, text, label, read))

    def watch_totals(self, read: Callable[[], Mapping[str, float]]) -> None:
        """Read counters whenever somebody asks: `read` returns each one's total, by name without `_total`."""
        self._registry.register(_Totals(read))

    def page(self) -> tuple[bytes, str]:
        """Return the figures in the text format, and its media type."""
        return generate_latest(self._registry), CONTENT_TYPE_PLAIN_0_0_4


class _Levels(Collector):
    def __init__(self, name: str, text: str, label: str, read: Callable[[], Mapping[str, float]]) -> None:
        self._name, self._text, self._label, self._read = name, text, label, read

    def collect(self) -> Iterable[Metric]:
        """Yield the gauge as it is now."""
        family = GaugeMetricFamily(self._name, self._text, labels=[self._label])
        for label, value in sorted(self._read().items()):
            family.add_metric([label], value)
        yield family


class _Totals(Collector):
    def __init__(self, read: Callable[[], Mapping[str, float]]) -> None:
        self._read = read

    def collect(self) -> Iterable[Metric]:
        """Yield the counters as they are now."""
        for name, total in sorted(self._read().items()):
            yield CounterMetricFamily(name, name.replace("_", " "), value=total)
