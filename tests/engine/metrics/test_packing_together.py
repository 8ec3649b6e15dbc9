"""Packing while others store the same: nothing is there twice, nothing is lost."""

import threading
from concurrent.futures import Future
from datetime import timedelta

from sqlalchemy import Connection
from tests.engine.metrics.test_snapshots import CLOCK, START
from tests.support.packing import pack_all

from bellwether.engine.metrics.packer import Packer
from bellwether.engine.metrics.service import MetricsService
from bellwether.kit.ids import new_id
from bellwether.model.requests import NewHistory, NewSnapshot
from bellwether.storage.database import Database


def _rows(subject: str, count: int) -> list[NewSnapshot]:
    return [
        NewSnapshot(subject, START + timedelta(hours=hour), {"views": hour}, "test")
        for hour in range(count)
    ]


def _values(database: Database, subject: str) -> list[float | None]:
    read = database.submit_read(lambda c: MetricsService(c, CLOCK).values(subject, "views"))
    return list(read.result().values)


def test_who_stores_again_what_is_being_packed_adds_nothing(database: Database) -> None:
    subject = new_id()
    rows = _rows(subject, 10)
    database.submit_write(lambda c: MetricsService(c, CLOCK).record(rows)).result()
    packed, go_on = threading.Event(), threading.Event()

    def pack(connection: Connection) -> None:
        Packer(connection, CLOCK, most_hot=1).step()
        packed.set()
        go_on.wait(10)

    packing = database.submit_write(pack)
    assert packed.wait(10)
    again: Future[int] = database.submit_write(lambda c: MetricsService(c, CLOCK).record(rows))
    second = database.submit_write(lambda c: Packer(c, CLOCK, most_hot=1).step())
    if database.kind == "postgresql":  # another one is at it, and nobody waits for him
        assert second.result(10) is False
        assert not again.done()
    go_on.set()
    packing.result()
    assert again.result() == 0
    assert _values(database, subject) == list(range(10))


def test_a_packing_that_is_cut_off_leaves_everything_as_it_was(database: Database) -> None:
    subject = new_id()
    database.submit_write(lambda c: MetricsService(c, CLOCK).record(_rows(subject, 10))).result()

    def cut_off(connection: Connection) -> None:
        Packer(connection, CLOCK, most_hot=1).step()
        raise KeyError("the power goes")

    assert isinstance(database.submit_write(cut_off).exception(), KeyError)
    assert _values(database, subject) == list(range(10))
    pack_all(database)
    assert _values(database, subject) == list(range(10))


def test_histories_and_rows_of_many_at_once_are_each_there_once(database: Database) -> None:
    subjects = [new_id() for _ in range(5)]
    instants = [(START + timedelta(hours=hour)).timestamp() for hour in range(20)]
    histories = [
        NewHistory(subject, [int(at) * 1_000_000 for at in instants], {"views": range(20)}, "test")
        for subject in subjects
    ]
    rows = [row for subject in subjects for row in _rows(subject, 20)]
    works = [
        *(lambda c: MetricsService(c, CLOCK).record_histories(histories) for _ in range(3)),
        *(lambda c: MetricsService(c, CLOCK).record(rows[::-1]) for _ in range(3)),
        *(lambda c: int(Packer(c, CLOCK, most_hot=1).step()) for _ in range(3)),
    ]
    done = [database.submit_write(work) for work in works]
    for future in done:
        future.result()
    pack_all(database)
    for subject in subjects:
        assert _values(database, subject) == list(range(20))


def test_an_id_that_was_given_is_not_given_again(database: Database) -> None:
    one, other = new_id(), new_id()
    database.submit_write(lambda c: MetricsService(c, CLOCK).record(_rows(one, 10))).result()
    pack_all(database)
    last = START + timedelta(hours=9)
    for _ in range(2):
        removed = database.submit_write(lambda c: MetricsService(c, CLOCK).delete(one, last, last))
        removed.result()
        pack_all(database)
    database.submit_write(lambda c: MetricsService(c, CLOCK).record(_rows(other, 10))).result()
    numbered = database.submit_read(
        lambda c: MetricsService(c, CLOCK).numbered([one, other], start=START)
    ).result()
    assert len(numbered) == 19
    assert len({number for number, _ in numbered}) == 19
    assert min(number for number, row in numbered if row.subject_id == other) > 10
