"""Growth against an independent, naive computation."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.growth import as_dict, naive_growth

from bellwether.engine.metrics.growth import compute, pct_change
from bellwether.kit.clock import to_micros

START = datetime(2026, 2, 27, 21, 30, tzinfo=UTC)

_points = st.lists(
    st.tuples(st.integers(0, 12 * 86_400), st.integers(-3, 12) | st.integers(0, 10**12)),
    max_size=30,
).map(lambda points: sorted(points, key=lambda point: point[0]))


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
