"""Counters equal a recount of the same runs in plain Python, whatever the month."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event
from tests.support.history import Ran, write_history
from tests.support.tracking import House, order

from bellwether.kit.clock import ManualClock
from bellwether.kit.ids import new_id
from bellwether.model.insights import RunInsights, Tally, add_up
from bellwether.model.requests import TrackerChanges
from bellwether.model.tenants import Scope
from bellwether.model.tracking import Aspect, Tracker

_DIALECT = "ylytic"
_TURNS = [
    datetime(2024, 1, 1, tzinfo=UTC),
    datetime(2024, 2, 29, tzinfo=UTC),
    datetime(2024, 3, 1, tzinfo=UTC),
    datetime(2025, 7, 31, 23, 59, 59, 999999, tzinfo=UTC),
]
_STATES = st.sampled_from(["succeeded", "failed", "pending", "cancelled"])
_instants = st.builds(
    lambda turn, seconds, micros: turn + timedelta(seconds=seconds, microseconds=micros),
    st.sampled_from(_TURNS),
    st.integers(-40 * 86_400, 40 * 86_400) | st.integers(-2, 2) | st.just(0),
    st.integers(-1, 1),
)
_told = st.lists(st.lists(_STATES, max_size=3), max_size=2)
_history = st.lists(st.tuples(st.integers(0, 3), _instants, _told), max_size=25)


def _trackers(house: House, scope: Scope) -> Sequence[Tracker]:
    """Return a creator's profile and stories, a post of the same creator, and another post."""
    made = house.track(
        scope,
        order("@ada", aspect=Aspect.PROFILE, dialect=_DIALECT),
        order("@ada", aspect=Aspect.STORIES, dialect=_DIALECT),
        order("video1", dialect=_DIALECT),
        order("video2", dialect=_DIALECT),
    )
    trackers = [one.tracker for one in made]
    changes = TrackerChanges(handle="@ada")
    house.write(lambda engine: engine.tracking.update(scope, trackers[2].id, changes))
    return trackers


def _recount(history: Sequence[Ran], names: Mapping[str, str], now: datetime) -> RunInsights:
    def tally(some: Sequence[Ran]) -> Tally:
        return Tally(len(some), sum(ran.success for ran in some))

    month = [
        ran for ran in history
        if (ran.ended_at.year, ran.ended_at.month) == (now.year, now.month)
    ]  # fmt: skip
    days = sorted({ran.ended_at.date() for ran in month})
    creators = sorted({names[ran.tracker_id] for ran in month})
    return RunInsights(
        total=tally(history),
        this_month=tally(month),
        today=tally([ran for ran in month if ran.ended_at.date() == now.date()]),
        by_day={day: tally([r for r in month if r.ended_at.date() == day]) for day in days},
        by_creator={
            name: tally([r for r in month if names[r.tracker_id] == name]) for name in creators
        },
    )


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(drawn=_history, now=_instants)
def test_counters_equal_a_recount(
    house: House, drawn: list[tuple[int, datetime, list[list[str]]]], now: datetime
) -> None:
    scope = house.scope(new_id())
    house.clock = ManualClock(now)
    trackers = _trackers(house, scope)
    ids = [tracker.id for tracker in trackers]
    names = dict(zip(ids, ["@ada", "@ada", "@ada", "video2"], strict=True))
    history = [Ran(ids[place], ended_at, told) for place, ended_at, told in drawn]
    write_history(house.database, scope, history)

    by_tracker = house.read(lambda engine: engine.insights.of_trackers(scope, ids))
    by_aspect = house.read(lambda engine: engine.insights.of_dialect(scope, _DIALECT))

    for tracker in trackers:
        mine = [ran for ran in history if ran.tracker_id == tracker.id]
        assert by_tracker[tracker.id] == _recount(mine, names, now)
    for aspect in Aspect:
        some = {tracker.id for tracker in trackers if tracker.aspect is aspect}
        mine = [ran for ran in history if ran.tracker_id in some]
        assert by_aspect[aspect] == _recount(mine, names, now)
    whole = _recount(history, names, now)
    assert add_up(by_tracker.values()) == whole
    assert add_up(by_aspect.values()) == whole


def test_a_run_told_twice_counts_once(house: House) -> None:
    scope = house.scope()
    tracker = _trackers(house, scope)[0]
    told = [["succeeded", "succeeded"], ["succeeded"], ["failed"]]
    write_history(house.database, scope, [Ran(tracker.id, house.clock.now(), told)])
    found = house.read(lambda engine: engine.insights.of_trackers(scope, [tracker.id]))
    assert found[tracker.id].total == found[tracker.id].today == Tally(1, 1)


def test_nothing_of_others_is_counted(house: House) -> None:
    scope, other = house.scope(), house.scope("other")
    mine, theirs = _trackers(house, scope)[0], _trackers(house, other)[0]
    native = house.track_one(scope, order("video3"))
    now = house.clock.now()
    write_history(house.database, scope, [Ran(mine.id, now), Ran(native.id, now)])
    write_history(house.database, other, [Ran(theirs.id, now)] * 3)

    found = house.read(lambda engine: engine.insights.of_trackers(scope, [mine.id, theirs.id]))
    assert [found[one.id].total.runs for one in (mine, theirs)] == [1, 0]
    everything = house.read(lambda engine: engine.insights.of_dialect(scope, _DIALECT))
    assert add_up(everything.values()).total == Tally(1, 0)


@pytest.fixture
def queries() -> Iterator[list[str]]:
    """The statements that any store executes."""
    seen: list[str] = []

    def note(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("count", [1, 40])
def test_an_answer_takes_one_query_however_many_trackers(
    house: House, queries: list[str], count: int
) -> None:
    scope = house.scope()
    orders = [order(f"video{number}", dialect=_DIALECT) for number in range(count)]
    ids = [one.tracker.id for one in house.track(scope, *orders)]
    write_history(house.database, scope, [Ran(one, house.clock.now()) for one in ids])
    queries.clear()

    found = house.read(lambda engine: engine.insights.of_trackers(scope, ids))
    everything = house.read(lambda engine: engine.insights.of_dialect(scope, _DIALECT))

    assert len([query for query in queries if "runs" in query]) == 2, queries
    assert add_up(found.values()).total.runs == add_up(everything.values()).total.runs == count


def test_a_month_begins_with_its_first_midnight_and_ends_before_the_next(house: House) -> None:
    scope = house.scope()
    tracker = _trackers(house, scope)[0]
    instant = timedelta(microseconds=1)
    first, following = datetime(2024, 2, 1, tzinfo=UTC), datetime(2024, 3, 1, tzinfo=UTC)
    ends = [first - instant, first, following - instant, following]
    write_history(house.database, scope, [Ran(tracker.id, end) for end in ends])
    # The last of them is in the future: a store may have been used with a clock that was ahead.
    house.clock = ManualClock(following - instant)
    found = house.read(lambda engine: engine.insights.of_trackers(scope, [tracker.id]))[tracker.id]
    assert (found.total.runs, found.this_month.runs, found.today.runs) == (4, 2, 1)
    assert list(found.by_day) == [first.date(), (following - instant).date()]
