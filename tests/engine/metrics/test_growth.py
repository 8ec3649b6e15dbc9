"""Growth against an independent, naive computation."""

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bellwether.engine.metrics.growth import compute, pct_change
from bellwether.kit.clock import to_micros
from bellwether.model.metrics import Growth

START = datetime(2026, 2, 27, 21, 30, tzinfo=UTC)

_points = st.lists(
    st.tuples(st.integers(0, 12 * 86_400), st.integers(-3, 12) | st.integers(0, 10**12)),
    max_size=30,
).map(lambda points: sorted(points, key=lambda point: point[0]))


def naive_growth(points: list[tuple[datetime, int]]) -> dict[str, Any]:
    """Compute every field on its own, from the whole list, as the documentation words it."""
    values = [value for _, value in points]
    steps = [(b[1] - a[1], b[0]) for a, b in pairwise(points)]
    days: dict[date, int] = {}
    for at, value in points:
        days[at.date()] = value
    span = []
    if points:
        day = points[0][0].date()
        while day <= points[-1][0].date():
            span.append(day)
            day += timedelta(days=1)
    largest = max((step for step, _ in steps), default=None)
    percent = None
    if values and values[0] != 0:
        with localcontext(prec=80):
            exact = Decimal(values[-1] - values[0]) * 100 / Decimal(values[0])
            percent = float(exact.quantize(Decimal("0.0001"), rounding=ROUND_HALF_EVEN))
    return {
        "snapshots": len(values),
        "first_at": points[0][0] if points else None,
        "last_at": points[-1][0] if points else None,
        "first": values[0] if values else None,
        "last": values[-1] if values else None,
        "net_change": values[-1] - values[0] if values else None,
        "pct_change": percent,
        "min": min(values, default=None),
        "max": max(values, default=None),
        "max_step": largest,
        "max_step_at": next((at for step, at in steps if step == largest), None),
        "decreasing_steps": len([1 for step, _ in steps if step < 0]),
        "unchanged_steps": len([1 for step, _ in steps if step == 0]),
        "missing_days": tuple(day for day in span if day not in days),
        "daily_last": days,
    }


def as_dict(growth: Growth) -> dict[str, Any]:
    return {name: getattr(growth, name) for name in Growth.__dataclass_fields__}


@settings(max_examples=200, deadline=None)
@given(_points)
def test_growth_equals_a_naive_computation(points: list[tuple[int, int]]) -> None:
    dated = [(START + timedelta(seconds=seconds), value) for seconds, value in points]
    assert as_dict(compute((to_micros(at), value) for at, value in dated)) == naive_growth(dated)


def test_the_largest_step_may_be_a_fall_and_the_earliest_wins_a_tie() -> None:
    instants = [START + timedelta(hours=hours) for hours in range(4)]
    falling = compute(zip(map(to_micros, instants), [100, 90, 80, 60], strict=True))
    assert (falling.max_step, falling.max_step_at) == (-10, instants[1])
    assert (falling.min, falling.max, falling.decreasing_steps) == (60, 100, 3)


def test_one_point_has_no_step_and_no_change() -> None:
    growth = compute([(to_micros(START), 7)])
    assert (growth.max_step, growth.max_step_at, growth.net_change) == (None, None, 0)
    assert growth.pct_change == 0


def test_days_before_1970_and_leap_days_are_counted_as_days() -> None:
    instants = [datetime(1969, 12, 30, 23, tzinfo=UTC), datetime(1970, 1, 2, tzinfo=UTC)]
    growth = compute((to_micros(at), 1) for at in instants)
    assert growth.missing_days == (date(1969, 12, 31), date(1970, 1, 1))
    leap = [datetime(2024, 2, 28, tzinfo=UTC), datetime(2024, 3, 1, tzinfo=UTC)]
    assert compute((to_micros(at), 1) for at in leap).missing_days == (date(2024, 2, 29),)


def test_percentages_are_exact_before_they_are_rounded() -> None:
    assert pct_change(0, 5) is None
    assert pct_change(12_800_000, 12_900_000) == 0.7812  # 0.78125: a tie goes to the even digit
    assert pct_change(3, 4) == 33.3333
    assert pct_change(3, 5) == 66.6667
    assert pct_change(10**17, 10**17 + 1) == 0
    assert pct_change(4, 3) == -25
    assert pct_change(0.5, 0.75) == 50
