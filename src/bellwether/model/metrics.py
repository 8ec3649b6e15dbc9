"""Snapshots, series and growth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bellwether.model.readings import Estimate, Metrics, Number


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one observation of a subject said at an instant, with its source."""

    subject_id: str
    at: datetime
    metrics: Metrics
    source: str
    as_of: datetime | None = None
    estimates: Mapping[str, Estimate] | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """One value of one metric. `value` is None where the observation did not say."""

    at: datetime
    value: Number | None
    source: str
    as_of: datetime | None = None
    estimate: Estimate | None = None


@dataclass(frozen=True, slots=True)
class Growth:
    """How one metric moved over the points that have a value.

    `pct_change` is in percent with 4 decimals, None when `first` is 0 or absent; `max_step` is the
    largest signed step between neighbours, `max_step_at` the later instant, the earliest on a tie;
    `missing_days` are UTC days inside the span without a value.
    """

    snapshots: int
    first_at: datetime | None
    last_at: datetime | None
    first: Number | None
    last: Number | None
    net_change: Number | None
    pct_change: float | None
    min: Number | None
    max: Number | None
    max_step: Number | None
    max_step_at: datetime | None
    decreasing_steps: int
    unchanged_steps: int
    missing_days: tuple[date, ...]
    daily_last: Mapping[date, Number]


@dataclass(frozen=True, slots=True)
class Gain:
    """By how much a metric of one subject grew, from the end of one UTC day to that of another."""

    subject_id: str
    first: Number
    last: Number
    net_change: Number
    pct_change: float | None


@dataclass(frozen=True, slots=True)
class Ranking:
    """Who grew most, from the end of day `start` to the end of day `end`."""

    start: date
    end: date
    gains: Sequence[Gain]
