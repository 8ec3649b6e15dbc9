"""Rows of many subjects are read at once, each with a number of its own."""

from datetime import UTC, datetime, timedelta

import pytest

from bellwether.engine.metrics import service
from bellwether.engine.metrics.service import MetricsService
from bellwether.kit.clock import ManualClock
from bellwether.kit.ids import new_id
from bellwether.model.errors import InvalidInputError
from bellwether.model.requests import NewSnapshot
from bellwether.storage.database import Database

_START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
_CLOCK = ManualClock(_START)
_MORE_THAN_PARAMETERS = 70_000


def test_rows_are_read_newest_or_within_dates_whatever_the_number_of_subjects(
    database: Database,
) -> None:
    one, two = new_id(), new_id()
    rows = [
        NewSnapshot(subject, _START + timedelta(hours=hour), {"views": hour}, "test")
        for subject in (one, two)
        for hour in range(3)
    ]
    database.submit_write(lambda c: MetricsService(c, _CLOCK).record(rows)).result()
    many = [one, two, *(new_id() for _ in range(_MORE_THAN_PARAMETERS))]

    def found(**dates: datetime) -> list[tuple[str, float | None]]:
        read = database.submit_read(lambda c: MetricsService(c, _CLOCK).numbered(many, **dates))
        numbered = read.result()
        assert len({number for number, _ in numbered}) == len(numbered)
        return [(row.subject_id, row.metrics["views"]) for _, row in numbered]

    assert sorted(found()) == sorted([(one, 2), (two, 2)])
    later = found(start=_START + timedelta(hours=1))
    assert sorted(later) == sorted([(one, 1), (one, 2), (two, 1), (two, 2)])
    assert [views for _, views in later] == [1, 1, 2, 2]  # oldest first
    assert sorted(found(end=_START)) == sorted([(one, 0), (two, 0)])
    assert found(start=_START + timedelta(days=1)) == []


def test_more_rows_than_one_answer_holds_are_refused(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_MOST_NUMBERED", 2)
    subject = new_id()
    rows = [
        NewSnapshot(subject, _START + timedelta(hours=hour), {"views": hour}, "test")
        for hour in range(3)
    ]
    database.submit_write(lambda c: MetricsService(c, _CLOCK).record(rows)).result()

    def count(end: datetime) -> int:
        read = database.submit_read(
            lambda c: MetricsService(c, _CLOCK).numbered([subject], start=_START, end=end)
        )
        return len(read.result())

    assert count(_START + timedelta(hours=1)) == 2
    with pytest.raises(InvalidInputError) as refused:
        count(_START + timedelta(hours=2))
    assert refused.value.field == "start"
