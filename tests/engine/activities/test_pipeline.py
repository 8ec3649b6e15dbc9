"""The pipeline: batches, crashes, poison, several machines."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Connection, text
from tests.support.logged import Journal, activity

from bellwether.engine.activities.pipeline import LEASE_S, Pipeline
from bellwether.engine.facade import Engine
from bellwether.model.activities import BadRow, Datamart, LoggedActivity
from bellwether.model.errors import InvalidInputError, UnavailableError
from bellwether.storage.database import Database


class Sink:
    """Keeps what is applied in a table, so that what is rolled back is gone."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.poison: set[object] = set()
        self.unavailable = False
        journal.write(lambda connection: connection.execute(text("CREATE TABLE sink (n INTEGER)")))

    def apply(
        self, connection: Connection, datamart: Datamart, activities: Sequence[LoggedActivity]
    ) -> None:
        assert datamart.id == activities[0].datamart_id
        for one in activities:
            connection.execute(text("INSERT INTO sink (n) VALUES (:n)"), {"n": one.body["n"]})
            if one.body["n"] in self.poison:
                raise ZeroDivisionError
        if self.unavailable:
            raise UnavailableError("the store is away")

    def applied(self) -> list[int]:
        rows = self._journal.read(
            lambda connection: connection.execute(text("SELECT n FROM sink")).fetchall()
        )
        return [row.n for row in rows]


@pytest.fixture
def journal(database: Database) -> Journal:
    return Journal(database)


@pytest.fixture
def sink(journal: Journal) -> Iterator[Sink]:
    yield Sink(journal)
    journal.write(lambda connection: connection.execute(text("DROP TABLE sink")))


def pipeline(journal: Journal, sink: Sink, *, batch: int = 7) -> Pipeline:
    return Pipeline(journal.database, journal.clock, sink.apply, batch=batch)


def bad_rows(journal: Journal) -> Sequence[BadRow]:
    return journal.read(
        lambda connection: Engine(connection, journal.clock).rejects.list(
            journal.datamart.id, offset=0, limit=100
        )[0]
    )


async def test_everything_is_applied_once_in_order(journal: Journal, sink: Sink) -> None:
    journal.append(*(activity(n) for n in range(40)))
    worker = pipeline(journal, sink)
    while await worker.step():
        pass
    assert sink.applied() == list(range(40))
    assert journal.lag() == (40, 40)
    journal.append(activity(40))
    assert await worker.step() == 1
    assert sink.applied() == list(range(41))


async def test_an_activity_that_fails_is_set_aside_alone(journal: Journal, sink: Sink) -> None:
    journal.append(*(activity(n) for n in range(20)), sent_by="someone")
    sink.poison = {3, 4, 19}
    worker = pipeline(journal, sink)
    while await worker.step():
        pass
    assert sink.applied() == [n for n in range(20) if n not in sink.poison]
    rows = bad_rows(journal)
    assert [(row.source, row.code, row.seq) for row in rows] == [
        ("pipeline", "internal", 20),
        ("pipeline", "internal", 5),
        ("pipeline", "internal", 4),
    ]
    assert '"n":19' in rows[0].body
    assert "ZeroDivisionError" in rows[0].reason


async def test_a_refusal_of_ours_says_why(journal: Journal, sink: Sink) -> None:
    def refuse(_connection: Connection, _datamart: Datamart, _all: object) -> None:
        raise InvalidInputError("no such processing", field="$processing_id")

    journal.append(activity(1))
    worker = Pipeline(journal.database, journal.clock, refuse)
    assert await worker.step() == 1
    (row,) = bad_rows(journal)
    assert (row.code, row.reason, row.field) == (
        "invalid_input",
        "no such processing",
        "$processing_id",
    )
    assert sink.applied() == []


async def test_a_store_that_is_away_loses_nothing(journal: Journal, sink: Sink) -> None:
    journal.append(activity(1))
    sink.unavailable = True
    worker = pipeline(journal, sink)
    with pytest.raises(UnavailableError):
        await worker.step()
    assert journal.lag() == (1, 0)
    sink.unavailable = False
    assert await worker.step() == 1
    assert sink.applied() == [1]
    assert bad_rows(journal) == []


async def test_of_two_machines_one_works_on_a_datamart_until_its_lease_is_over(
    journal: Journal, sink: Sink
) -> None:
    journal.append(*(activity(n) for n in range(21)))
    one, two = pipeline(journal, sink), pipeline(journal, sink)
    assert await one.step() == 7
    assert await two.step() == 0
    journal.clock.advance(timedelta(seconds=LEASE_S + 1))
    assert await two.step() == 7
    assert await one.step() == 0
    assert await two.step() == 7
    assert sink.applied() == list(range(21))


async def test_who_was_overtaken_while_applying_changes_nothing(
    journal: Journal, sink: Sink
) -> None:
    """The claim is checked in the transaction that applies, not before it."""
    journal.append(activity(1), activity(2))
    one, two = pipeline(journal, sink), pipeline(journal, sink)
    begin = one._work_off

    async def overtaken(batch: object) -> None:
        journal.clock.advance(timedelta(seconds=LEASE_S + 1))
        assert await two.step() == 2
        await begin(batch)  # type: ignore[arg-type]

    one._work_off = overtaken  # type: ignore[method-assign]
    assert await one.step() == 0
    assert sink.applied() == [1, 2]
    assert journal.lag() == (2, 2)


async def test_each_datamart_has_its_turn(journal: Journal, sink: Sink) -> None:
    other = Journal(journal.database, journal.clock)
    journal.append(*(activity(n) for n in range(50)))
    other.append(activity(100))
    await pipeline(journal, sink).step()
    assert sink.applied() == [0, 1, 2, 3, 4, 5, 6, 100]
