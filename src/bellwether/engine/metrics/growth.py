"""How a metric moved, computed in one pass over its points. Pure functions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import TypeVar

from bellwether.kit.clock import from_micros
from bellwether.model.metrics import Growth
from bellwether.model.readings import Number

DAY_MICROS = 86_400_000_000
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_PLACES = Decimal("0.0001")
T = TypeVar("T")


def day_number(micros: int) -> int:
    """Return the UTC day of an instant, counted from 1970-01-01."""
    return micros // DAY_MICROS


def last_of_days(points: Iterable[tuple[int, T]]) -> Iterator[T]:
    """Yield the last of each UTC day from (instant in microseconds, anything) in order."""
    day: int | None = None
    held: list[T] = []
    for at, item in points:
        if day is not None and day_number(at) != day:
            yield held[0]
        day = day_number(at)
        held[:] = [item]
    yield from held


def pct_change(first: Number, last: Number) -> float | None:
    """Return the change in percent of `first` to 4 decimals; None when `first` is 0.

    The quotient is exact before it is rounded, and a tie goes to the even digit.
    """
    if first == 0:
        return None
    exact = (Fraction(last) - Fraction(first)) * 100 / Fraction(first)
    scaled = exact * 10_000
    rounded = round(scaled)  # of a Fraction: exact, a tie goes to even
    return float((Decimal(rounded) * _PLACES).quantize(_PLACES, rounding=ROUND_HALF_EVEN))


@dataclass(slots=True)
class _Steps:
    """Running facts of a series with at least one point; memory grows with its days only."""

    first_at: int
    first: Number
    last_at: int
    last: Number
    low: Number
    high: Number
    count: int = 1
    max_step: Number | None = None
    max_step_at: int = 0
    decreasing: int = 0
    unchanged: int = 0
    days: dict[int, Number] = field(default_factory=dict)

    def add(self, at: int, value: Number) -> None:
        step = value - self.last
        if self.max_step is None or step > self.max_step:
            self.max_step, self.max_step_at = step, at
        if step < 0:
            self.decreasing += 1
        elif step == 0:
            self.unchanged += 1
        self.low = min(self.low, value)
        self.high = max(self.high, value)
        self.count += 1
        self.last_at, self.last = at, value
        self.days[at // DAY_MICROS] = value


def compute(points: Iterable[tuple[int, Number]]) -> Growth:
    """Compute growth from (instant in microseconds, value), ordered by instant and arrival."""
    steps: _Steps | None = None
    for at, value in points:
        if steps is None:
            steps = _Steps(at, value, at, value, value, value)
            steps.days[at // DAY_MICROS] = value
        else:
            steps.add(at, value)
    return _NOTHING if steps is None else _finish(steps)


def _finish(steps: _Steps) -> Growth:
    first_day, last_day = day_number(steps.first_at), day_number(steps.last_at)
    return Growth(
        snapshots=steps.count,
        first_at=from_micros(steps.first_at),
        last_at=from_micros(steps.last_at),
        first=steps.first,
        last=steps.last,
        net_change=steps.last - steps.first,
        pct_change=pct_change(steps.first, steps.last),
        min=steps.low,
        max=steps.high,
        max_step=steps.max_step,
        max_step_at=None if steps.max_step is None else from_micros(steps.max_step_at),
        decreasing_steps=steps.decreasing,
        unchanged_steps=steps.unchanged,
        missing_days=tuple(
            day_date(day) for day in range(first_day, last_day + 1) if day not in steps.days
        ),
        daily_last={day_date(day): value for day, value in steps.days.items()},
    )


def day_date(day: int) -> date:
    """Return a day that is counted from 1970-01-01."""
    return date.fromordinal(_EPOCH_ORDINAL) + timedelta(days=day)


_NOTHING = Growth(
    snapshots=0,
    first_at=None,
    last_at=None,
    first=None,
    last=None,
    net_change=None,
    pct_change=None,
    min=None,
    max=None,
    max_step=None,
    max_step_at=None,
    decreasing_steps=0,
    unchanged_steps=0,
    missing_days=(),
    daily_last={},
)
