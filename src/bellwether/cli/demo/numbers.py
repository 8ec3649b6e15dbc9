"""What the demo's server recorded, and whether it adds up."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from bellwether.cli.demo.server import Api
from bellwether.cli.demo.targets import Target

LEAST_TRACKERS = 100
LEAST_PLATFORMS = 5
_ENDED_AFTER = timedelta(days=2)
Json = Mapping[str, Any]

_LOST = 2
"""Simulated days that a busy machine may lose: a day lasts less than a second, late ticks join."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """One target after the run. `daily` has a place for each day from the first, None for a gap.

    `recorded_until` is the day of the recording's last number when it ended before the run did.
    """

    target: Target
    tracker: Json
    runs: Sequence[Json]
    metric: str
    points: Sequence[Json]
    growth: Json
    daily: Sequence[float | None]
    recorded_until: date | None

    @property
    def source(self) -> str:
        """Who said the newest number."""
        return str(self.points[-1]["source"]) if self.points else "none"

    @property
    def failure(self) -> Json | None:
        """Why the tracker's last run failed, None when it did not."""
        failure: Json | None = self.runs[0]["failure"] if self.runs else None
        return failure


def collect(api: Api, tracked: Mapping[str, Target]) -> Iterator[Numbers]:
    """Read the numbers of every target; `tracked` is by our id of the creator or content."""
    for tracker in api.trackers():
        subject = tracker["subject_id"]
        if subject in tracked:
            yield _read(api, tracked[subject], tracker)


def _read(api: Api, target: Target, tracker: Json) -> Numbers:
    """Read the first metric of interest that has a value."""
    subject = str(tracker["subject_id"])
    metric, points = target.metrics[0], api.series(target.platform, subject, target.metrics[0])
    for other in target.metrics[1:]:
        if any(point["value"] is not None for point in points):
            break
        metric, points = other, api.series(target.platform, subject, other)
    growth = api.growth(target.platform, subject, metric)
    return Numbers(
        target=target,
        tracker=tracker,
        runs=api.runs(str(tracker["id"])),
        metric=metric,
        points=points,
        growth=growth,
        daily=_by_day(growth["daily_last"]),
        recorded_until=_recorded_until(points),
    )


def _by_day(daily_last: Mapping[str, float]) -> Sequence[float | None]:
    if not daily_last:
        return []
    first, last = (date.fromisoformat(day) for day in (min(daily_last), max(daily_last)))
    days = (first + timedelta(days=step) for step in range((last - first).days + 1))
    return [daily_last.get(day.isoformat()) for day in days]


def _recorded_until(points: Sequence[Json]) -> date | None:
    if not points or points[-1]["as_of"] is None:
        return None
    as_of = datetime.fromisoformat(points[-1]["as_of"])
    ended = datetime.fromisoformat(points[-1]["at"]) - as_of > _ENDED_AFTER
    return as_of.date() if ended else None


def problems(found: Sequence[Numbers], targets: Sequence[Target], days: int) -> Iterator[str]:
    """Yield what is wrong with the result, nothing when it is right."""
    if len(found) != len(targets):
        yield f"{len(targets)} URLs were given, {len(found)} are tracked"
    if len(found) < LEAST_TRACKERS:
        yield f"only {len(found)} trackers"
    platforms = {each.target.platform for each in found}
    if len(platforms) < LEAST_PLATFORMS:
        yield f"only {len(platforms)} platforms"
    for each in found:
        yield from (f"{each.target.url}: {fault}" for fault in _faults(each, days))


def _faults(numbers: Numbers, days: int) -> Iterator[str]:
    reason = None if numbers.failure is None else numbers.failure["reason"]
    if numbers.target.fails is not None:
        if reason != numbers.target.fails.value:
            yield f"should fail as {numbers.target.fails.value}, but is {reason or 'fine'}"
        if numbers.points:
            yield "has numbers although it fails"
        return
    failed = [run for run in numbers.runs if run["state"] != "succeeded"]
    if failed:
        yield f"{len(failed)} runs failed, the last as {failed[0]['failure']}"
    known = sum(value is not None for value in numbers.daily)
    if known < days - _LOST:
        yield f"has {known} daily values"
    sources = {point["source"] for point in numbers.points}
    if sources != {numbers.target.source}:
        yield f"was to come from {numbers.target.source}, came from {', '.join(sorted(sources))}"
    yield from _sums(numbers.points, numbers.growth)


def _sums(points: Sequence[Json], growth: Json) -> Iterator[str]:
    """Work growth out again from the series."""
    values = [point["value"] for point in points if point["value"] is not None]
    if not values:
        return
    daily = {point["at"][:10]: point["value"] for point in points if point["value"] is not None}
    expected = {
        "snapshots": len(values),
        "first": values[0],
        "last": values[-1],
        "net_change": values[-1] - values[0],
        "min": min(values),
        "max": max(values),
        "daily_last": daily,
    }
    for name, value in expected.items():
        if growth[name] != value:
            yield f"{name} is {growth[name]}, the series says {value}"
    percent = growth["pct_change"]
    if values[0]:
        exact = (values[-1] - values[0]) / values[0] * 100
        if percent is None or not math.isclose(percent, exact, abs_tol=1e-4):
            yield f"pct_change is {percent}, the series says {exact}"
    elif percent is not None:
        yield f"pct_change is {percent}, but there is no change from 0"
