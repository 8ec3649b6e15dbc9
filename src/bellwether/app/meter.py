"""What is measured, and Prometheus's words for it. docs/operations.md shows this table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

import bellwether

PREFIX = "bellwether_"
CONTENT_TYPE = CONTENT_TYPE_LATEST

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_LONG_SECONDS = (0.01, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 600.0)
_SIZES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0)


@dataclass(frozen=True, slots=True)
class Metric:
    """One row: `kind` is counter, histogram or gauge. Gauges are read from the store when asked."""

    name: str
    kind: str
    labels: tuple[str, ...]
    meaning: str
    buckets: tuple[float, ...] = _SECONDS

    @property
    def full_name(self) -> str:
        """The name as Prometheus sees it."""
        return f"{PREFIX}{self.name}" + ("_total" if self.kind == "counter" else "")


METRICS: Sequence[Metric] = (
    Metric(
        "request_seconds",
        "histogram",
        ("dialect", "route", "status"),
        "HTTP requests answered, and how long that took",
    ),
    Metric(
        "fetch_seconds",
        "histogram",
        ("source", "platform", "outcome"),
        "Calls of sources: `ok`, or why the call (or its first item that failed) failed",
    ),
    Metric(
        "runs",
        "counter",
        ("platform", "state", "reason"),
        "Runs recorded; `reason` is empty for those that succeeded",
    ),
    Metric(
        "delivery_attempt_seconds",
        "histogram",
        ("outcome",),
        "Attempts to deliver webhooks: `succeeded`, `retried`, `failed` (for good) or `gone`",
    ),
    Metric(
        "acts",
        "counter",
        ("platform", "kind", "state"),
        "Posts, profile edits and comments that ended as `complete`, `failed` or `unknown`",
    ),
    Metric(
        "job_seconds",
        "histogram",
        ("kind", "outcome"),
        "Attempts at jobs: `ok` or `failed`",
        _LONG_SECONDS,
    ),
    Metric(
        "store_commit_seconds", "histogram", (), "Transactions that write, from begin to durable"
    ),
    Metric(
        "store_group_size",
        "histogram",
        (),
        "Units of work in one transaction (always 1 on PostgreSQL)",
        _SIZES,
    ),
    Metric("activities_logged", "counter", (), "Activities that were acknowledged"),
    Metric(
        "activities_refused",
        "counter",
        (),
        "Activities refused because more arrived than can be written",
    ),
    Metric("activities_processed", "counter", (), "Activities that the pipeline worked off"),
    Metric("up", "gauge", ("role",), "1 while health calls the role ok; `store` is one of them"),
    Metric("trackers_due", "gauge", ("platform",), "Trackers that should run now and have not"),
    Metric(
        "trackers_lateness_seconds",
        "gauge",
        ("platform",),
        "How long the one that waits longest has been due",
    ),
    Metric("deliveries_pending", "gauge", (), "Deliveries that wait to be made or made again"),
    Metric(
        "deliveries_lateness_seconds", "gauge", (), "How long the lane due longest has been due"
    ),
    Metric("endpoints", "gauge", ("state",), "Webhook endpoints"),
    Metric("jobs", "gauge", ("kind", "state"), "Jobs of the last 30 days"),
    Metric("budget_left", "gauge", ("source", "bucket"), "Units left in the bucket's window"),
    Metric("info", "gauge", ("version",), "Always 1"),
)

Gauges = Mapping[str, Mapping[tuple[str, ...], float]]
"""Values of gauges by name, then by the values of their labels."""


class _Shown(Collector):
    """Gauges as last read."""

    def __init__(self) -> None:
        self.gauges: Gauges = {}

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield every gauge of the table that has values."""
        for one in METRICS:
            values = self.gauges.get(one.name)
            if one.kind != "gauge" or values is None:
                continue
            family = GaugeMetricFamily(one.full_name, one.meaning, labels=one.labels)
            for labels, value in values.items():
                family.add_metric(labels, value)
            yield family


class PrometheusMeter:
    """Keeps counts in memory, for one process."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a series for each series, that nobody needs
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._shown = _Shown()
        self._registry.register(self._shown)
        self._counters: dict[str, Counter] = {}
        self._histograms: dict[str, Histogram] = {}
        self._series: dict[tuple[str, ...], Histogram] = {}
        for one in METRICS:
            name = PREFIX + one.name
            if one.kind == "counter":
                self._counters[one.name] = Counter(
                    name, one.meaning, one.labels, registry=self._registry
                )
            elif one.kind == "histogram":
                self._histograms[one.name] = Histogram(
                    name, one.meaning, one.labels, buckets=one.buckets, registry=self._registry
                )

    def count(self, name: str, amount: float = 1.0, **labels: str) -> None:
        """Add to a counter of the table."""
        counter = self._counters[name]
        (counter.labels(**labels) if labels else counter).inc(amount)

    def observe(self, name: str, value: float, **labels: str) -> None:
        """Add a measurement to a histogram of the table."""
        key = (name, *labels, *labels.values())
        series = self._series.get(key)
        if series is None:
            histogram = self._histograms[name]
            series = self._series[key] = histogram.labels(**labels) if labels else histogram
        series.observe(value)

    def render(self, gauges: Gauges) -> bytes:
        """Return everything in Prometheus's text format, with these values of gauges."""
        self._shown.gauges = {**gauges, "info": {(bellwether.__version__,): 1.0}}
        return generate_latest(self._registry)
