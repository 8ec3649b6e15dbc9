"""Snapshots are kept as they were said, and each of them once."""

import math
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from sqlalchemy import Connection

from bellwether.engine.metrics.service import MetricsService
from bellwether.kit.clock import ManualClock
from bellwether.kit.ids import new_id
from bellwether.model.errors import InvalidInputError
from bellwether.model.metrics import Snapshot
from bellwether.model.readings import Estimate, Metrics
from bellwether.model.requests import Bucketing, NewSnapshot
from bellwether.storage.database import Database

T = TypeVar("T")
START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CLOCK = ManualClock(START)


def run(database: Database, work: Callable[[MetricsService], T]) -> T:
    future: Future[T] = database.submit_write(
        lambda connection: work(MetricsService(connection, CLOCK))
    )
    return future.result()


def read(database: Database, work: Callable[[MetricsService], T]) -> T:
    return database.submit_read(lambda connection: work(MetricsService(connection, CLOCK))).result()


def said(subject: str, hours: float, **metrics: float | None) -> NewSnapshot:
    return NewSnapshot(subject, START + timedelta(hours=hours), metrics, "test")


def test_a_snapshot_stored_again_changes_nothing(database: Database) -> None:
    subject = new_id()
    batch = [said(subject, 0, views=1, likes=None), said(subject, 1, views=1, likes=None)]
    assert run(database, lambda metrics: metrics.record(batch)) == 2
    assert run(database, lambda metrics: metrics.record(batch)) == 0
    again = [NewSnapshot(subject, START, {"likes": None, "views": 1.0}, "another source")]
    assert run(database, lambda metrics: metrics.record(again)) == 0
    assert run(database, lambda metrics: metrics.record([])) == 0


def test_equal_instants_with_other_numbers_or_another_occurrence_are_all_kept(
    database: Database,
) -> None:
    subject = new_id()
    batch = [
        said(subject, 0, views=1),
        said(subject, 0, views=2),
        said(subject, 0, views=1),
        NewSnapshot(subject, START, {"views": 1}, "test", ordinal=1),
    ]
    assert run(database, lambda metrics: metrics.record(batch)) == 3
    points = read(database, lambda metrics: metrics.series(subject, "views")).items
    assert [point.value for point in points] == [1, 2, 1]


def test_nulls_falls_and_metrics_not_asked_for_are_told_apart(database: Database) -> None:
    subject = new_id()
    batch = [
        said(subject, 0, views=10, likes=3),
        said(subject, 1, views=4, likes=None),
        said(subject, 2, views=4),
        said(subject, 3),
    ]
    assert run(database, lambda metrics: metrics.record(batch)) == 4
    values = read(
        database,
        lambda metrics: {
            name: [point.value for point in metrics.series(subject, name).items]
            for name in ("views", "likes", "like", "shares", 'views":10,"likes')
        },
    )
    assert values == {
        "views": [10, 4, 4],
        "likes": [3, None],
        "like": [],
        "shares": [],
        'views":10,"likes': [],
    }
    assert read(database, lambda metrics: metrics.metrics_of(subject)) == ["likes", "views"]
    growth = read(database, lambda metrics: metrics.growth(subject, "likes"))
    assert (growth.snapshots, growth.last) == (1, 3)


def test_a_name_in_another_case_is_another_metric(database: Database) -> None:
    subject = new_id()
    run(database, lambda metrics: metrics.record([said(subject, 0, views=1)]))
    assert read(database, lambda metrics: metrics.series(subject, "Views")).items == []
    assert read(database, lambda metrics: metrics.growth(subject, "VIEWS")).snapshots == 0


def test_what_is_stored_comes_back_exactly(database: Database) -> None:
    subject = new_id()
    metrics: Metrics = {"a": 2**63 - 1, "b": 0.1, "c": -5, "d": None, "e": 1e300}
    estimates = {"a": Estimate("printed", 1, 2**63 - 1)}
    as_of = START - timedelta(microseconds=1)
    new = NewSnapshot(subject, START, metrics, "test", as_of=as_of, estimates=estimates)
    run(database, lambda service: service.record([new]))
    found = read(database, lambda service: service.latest([subject, new_id()]))
    assert found == {subject: Snapshot(subject, START, metrics, "test", as_of, estimates)}
    point = read(database, lambda service: service.series(subject, "a")).items[0]
    assert (point.estimate, point.as_of) == (estimates["a"], as_of)


@pytest.mark.parametrize("value", [math.nan, math.inf, 2**63, True, "12"])
def test_what_is_not_a_number_is_refused_whole(database: Database, value: float) -> None:
    subject = new_id()
    batch = [said(subject, 0, views=1), said(subject, 1, views=value)]
    with pytest.raises(InvalidInputError) as caught:
        run(database, lambda metrics: metrics.record(batch))
    assert caught.value.field == "views"
    assert read(database, lambda metrics: metrics.latest([subject])) == {}


def test_the_newest_of_many_subjects_are_read_at_once(database: Database) -> None:
    subjects = [new_id() for _ in range(30)]
    batch = [
        said(subject, hour, views=number * 100 + hour)
        for hour in (2, 0, 1)
        for number, subject in enumerate(subjects)
    ]
    batch.append(said(subjects[0], 2, views=-1))  # arrived later at the same instant
    run(database, lambda metrics: metrics.record(batch))
    latest = read(database, lambda metrics: metrics.latest(subjects))
    assert [latest[subject].metrics["views"] for subject in subjects[:3]] == [-1, 102, 202]
    histories = read(database, lambda metrics: metrics.histories(subjects, per_subject=2))
    values = {key: [one.metrics["views"] for one in many] for key, many in histories.items()}
    assert values[subjects[0]] == [2, -1]
    assert values[subjects[1]] == [101, 102]
    assert len(values) == 30


def test_whole_snapshots_are_paged_for_export(database: Database) -> None:
    subject = new_id()
    batch = [said(subject, hour // 2, views=hour) for hour in range(7)]
    run(database, lambda metrics: metrics.record(batch))
    seen: list[object] = []
    key = None
    while page := read(
        database,
        lambda metrics, key=key: metrics.page(subject, after=key, limit=3),  # type: ignore[misc]
    ):
        seen += [snapshot.metrics["views"] for _, snapshot in page]
        key = page[-1][0]
    assert seen == list(range(7))


def test_a_stretch_of_a_long_history_is_read_from_the_index(database: Database) -> None:
    query = "SELECT id FROM snapshots WHERE subject_id = 'x' AND at >= 1 ORDER BY at, id LIMIT 30"

    def plan(connection: Connection) -> str:
        if database.kind == "sqlite":
            return str(connection.exec_driver_sql("EXPLAIN QUERY PLAN " + query).fetchall())
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # an empty table is scanned
        return str(connection.exec_driver_sql("EXPLAIN " + query).fetchall())

    shown = database.submit_read(plan).result()
    assert "sqlite_autoindex_snapshots" in shown or "uq_snapshots_subject_id" in shown


def test_series_pages_by_cursor_and_includes_both_ends(database: Database) -> None:
    subject = new_id()
    batch = [said(subject, hour, views=hour) for hour in range(10)]
    run(database, lambda metrics: metrics.record(batch))
    values: list[object] = []
    cursor = None
    for _ in range(10):
        page = read(
            database,
            lambda metrics, cursor=cursor: metrics.series(  # type: ignore[misc]
                subject,
                "views",
                start=START + timedelta(hours=2),
                end=START + timedelta(hours=8),
                limit=3,
                cursor=cursor,
            ),
        )
        values += [point.value for point in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert values == [2, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize("cursor", ["", "x", "WzFd", "W10"])
def test_a_cursor_of_another_list_is_refused(database: Database, cursor: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read(database, lambda metrics: metrics.series(new_id(), "views", cursor=cursor))
    assert caught.value.field == "cursor"


def test_a_day_is_its_last_value_at_its_own_instant(database: Database) -> None:
    subject = new_id()
    batch = [
        said(subject, -1, views=1),
        said(subject, 0, views=2),
        said(subject, 1, views=None),  # hidden later that day: the day's last value stays 2
        said(subject, 24, views=None),  # a day without any value has no point
        said(subject, 48, views=5),
        said(subject, 48, views=4),
        said(subject, 72, likes=1),
    ]
    run(database, lambda metrics: metrics.record(batch))

    def days(limit: int, cursor: str | None = None) -> tuple[list[object], str | None]:
        page = read(
            database,
            lambda metrics: metrics.series(
                subject, "views", bucketing=Bucketing.DAY, limit=limit, cursor=cursor
            ),
        )
        return [(point.at - START, point.value) for point in page.items], page.next_cursor

    expected = [(timedelta(0), 2), (timedelta(hours=48), 4)]
    assert days(10) == (expected, None)
    first, cursor = days(1)
    assert first == expected[:1]
    assert days(1, cursor) == (expected[1:], None)


def test_latest_is_the_newest_observation_that_names_the_metric(database: Database) -> None:
    subject = new_id()
    batch = [said(subject, 0, views=1), said(subject, 1, views=None), said(subject, 2, likes=1)]
    run(database, lambda metrics: metrics.record(batch))

    def latest(name: str, end: datetime | None = None) -> list[object]:
        page = read(
            database,
            lambda metrics: metrics.series(subject, name, bucketing=Bucketing.LATEST, end=end),
        )
        return [(point.at - START, point.value) for point in page.items]

    assert latest("views") == [(timedelta(hours=1), None)]
    assert latest("views", end=START) == [(timedelta(0), 1)]
    assert latest("shares") == []


def test_growth_of_a_long_history_is_computed_from_a_stream(database: Database) -> None:
    subject = new_id()
    count = 20_000
    batch = [said(subject, number / 60, views=number * 2) for number in range(count)]
    run(database, lambda metrics: metrics.record(batch))
    growth = read(database, lambda metrics: metrics.growth(subject, "views"))
    assert (growth.snapshots, growth.net_change, growth.max_step) == (count, 2 * count - 2, 2)
    bounded = read(
        database, lambda metrics: metrics.growth(subject, "views", end=START + timedelta(hours=1))
    )
    assert (bounded.snapshots, bounded.last) == (61, 120)
