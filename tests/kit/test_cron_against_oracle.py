"""Schedules against a slow reading of the same rules, around the days when clocks move."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.cron_oracle import Expression, Field, runs, utc

from bellwether.kit.cron import Schedule

MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]

CHANGES = {
    "UTC": ["2026-02-28T12:00", "2028-02-29T00:00"],
    "Europe/Berlin": ["2026-03-29T01:00", "2026-10-25T01:00"],
    "America/New_York": ["2026-03-08T07:00", "2026-11-01T06:00"],
    "America/Havana": ["2026-03-08T05:00", "2026-11-01T05:00"],  # midnight is what jumps
    "America/Sao_Paulo": ["2018-11-04T03:00", "2018-02-18T02:00"],
    "Australia/Lord_Howe": ["2026-10-03T15:30", "2026-04-04T15:00"],  # by half an hour
    "Asia/Kathmandu": ["2026-01-01T00:00"],
    "Africa/Casablanca": ["2026-02-15T02:00", "2026-03-22T02:00"],  # back for a month a year
    "Pacific/Apia": ["2011-12-30T10:00"],  # a day that never was
}


def items(low: int, high: int, names: list[str], first: int) -> st.SearchStrategy[Field]:
    def shown(value: int, *, named: bool) -> str:
        place = value - first
        return names[place].lower() if named and 0 <= place < len(names) else str(value)

    @st.composite
    def item(draw: st.DrawFn) -> Field:
        named = bool(names) and draw(st.booleans())
        kind = draw(st.sampled_from(["one", "range", "stepped range", "stars", "open step"]))
        start = draw(st.integers(low, high))
        end = draw(st.integers(start, high))
        step = draw(st.integers(1, high))
        begins = shown(start, named=named)
        if kind == "one":
            return Field(begins, frozenset({start}))
        if kind == "open step":
            return Field(f"{begins}/{step}", frozenset(range(start, high + 1, step)))
        if kind == "stars":
            return Field(f"*/{step}", frozenset(range(low, high + 1, step)))
        ends = shown(end, named=named and end < high)
        if kind == "range":
            return Field(f"{begins}-{ends}", frozenset(range(start, end + 1)))
        return Field(f"{begins}-{ends}/{step}", frozenset(range(start, end + 1, step)))

    whole = st.just(Field("*", frozenset(range(low, high + 1))))
    listed = st.lists(item(), min_size=1, max_size=3).map(
        lambda parts: Field(
            ",".join(part.text for part in parts),
            frozenset[int]().union(*(part.values for part in parts)),
        )
    )
    return st.one_of(whole, whole, listed)


expressions = st.builds(
    Expression,
    items(0, 59, [], 0),
    items(0, 23, [], 0),
    items(1, 31, [], 1),
    st.one_of(
        st.just(Field("*", frozenset(range(1, 13)))),
        items(1, 12, MONTHS, 1).filter(lambda field: len(field.values) > 6),
    ),
    items(0, 7, DAYS, 0).map(
        lambda field: Field(field.text, frozenset(day % 7 for day in field.values))
    ),
).filter(lambda expression: min(expression.day.values) <= 28)


# Minutes from the change to where a search starts: often within the repeated hour itself.
offsets = st.one_of(st.integers(-36 * 60, 12 * 60), st.integers(-60, 60))


@pytest.mark.parametrize(
    ("zone", "change"), [(zone, at) for zone, changes in CHANGES.items() for at in changes]
)
@settings(max_examples=25, deadline=None)
@given(expression=expressions, offset=offsets, second=st.integers(0, 59))
def test_runs_around_a_clock_change_are_those_of_the_oracle(
    zone: str, change: str, expression: Expression, offset: int, second: int
) -> None:
    start = utc(change) + timedelta(minutes=offset, seconds=second)
    end = start + timedelta(hours=26)
    expected = runs(expression, zone, start, end)
    schedule = Schedule(expression.text, zone)
    at, found = start, []
    while (at := schedule.next_after(at)) <= end:
        found.append(at)
    assert found == expected


@settings(max_examples=150, deadline=None)
@given(
    expression=expressions,
    zone=st.sampled_from(sorted(CHANGES)),
    start=st.datetimes(datetime(1950, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  hypothesis adds the zone
)
def test_the_next_run_is_later_in_utc_and_stays_the_answer_until_it_comes(
    expression: Expression, zone: str, start: datetime
) -> None:
    schedule = Schedule(expression.text, zone)
    run = schedule.next_after(start)
    assert run > start
    assert run.tzinfo is UTC
    assert (run.second, run.microsecond) == (0, 0)
    halfway = start + (run - start) / 2
    assert schedule.next_after(halfway) == run
    assert schedule.next_after(run - timedelta(microseconds=1)) == run
    assert schedule.next_after(run) > run
    # What is remembered is what is computed afresh.
    assert Schedule(f" {expression.text}", zone).next_after(halfway) == run
