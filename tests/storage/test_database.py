import threading
from concurrent.futures import Future
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from bellwether.storage.database import Database, open_database


def _make_table(connection: Connection) -> None:
    connection.execute(text("CREATE TABLE probe (n INTEGER PRIMARY KEY)"))


def _numbers(connection: Connection) -> list[int]:
    return list(connection.execute(text("SELECT n FROM probe ORDER BY n")).scalars())


def _add(database: Database, n: int) -> "Future[int]":
    def work(connection: Connection) -> int:
        connection.execute(text("INSERT INTO probe VALUES (:n)"), {"n": n})
        return n

    return database.submit_write(work)


def test_a_write_is_there_once_its_future_is_done(database: Database) -> None:
    database.submit_write(_make_table).result()
    assert _add(database, 7).result() == 7
    assert database.submit_read(_numbers).result() == [7]


def test_one_failing_write_takes_none_of_its_neighbours_with_it(database: Database) -> None:
    database.submit_write(_make_table).result()
    gate = threading.Event()
    first = database.submit_write(lambda _: gate.wait(5))
    futures = [_add(database, n) for n in (1, 2, 2, 3)]
    gate.set()
    first.result()
    failed = [future for future in futures if future.exception() is not None]
    assert len(failed) == 1
    assert database.submit_read(_numbers).result() == [1, 2, 3]


def test_a_write_that_raises_leaves_nothing_of_itself(database: Database) -> None:
    database.submit_write(_make_table).result()

    def work(connection: Connection) -> None:
        connection.execute(text("INSERT INTO probe VALUES (1)"))
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        database.submit_write(work).result()
    assert database.submit_read(_numbers).result() == []


def test_a_read_cannot_write(database: Database) -> None:
    database.submit_write(_make_table).result()
    with pytest.raises(Exception, match=r"(?i)read.?only"):
        database.submit_read(
            lambda connection: connection.execute(text("INSERT INTO probe VALUES (1)"))
        ).result()


def test_two_handles_write_the_same_store(database: Database, database_url: str) -> None:
    database.submit_write(_make_table).result()
    other = open_database(database_url)
    futures = [_add(handle, n) for n in range(20) for handle in [(database, other)[n % 2]]]
    for future in futures:
        future.result()
    other.close()
    assert database.submit_read(_numbers).result() == list(range(20))


def test_closing_finishes_what_was_submitted(tmp_path: Path) -> None:
    path = f"sqlite:///{tmp_path / 'closing.sqlite'}"
    database = open_database(path)
    database.submit_write(_make_table).result()
    futures = [_add(database, n) for n in range(100)]
    database.close()
    assert [future.result() for future in futures] == list(range(100))


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://host/name"])
def test_a_store_that_cannot_last_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"SQLite|unknown"):
        open_database(url)
