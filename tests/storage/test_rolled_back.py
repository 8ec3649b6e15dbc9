"""SQLite ends a whole transaction by itself on some errors, and a group of writes is one."""

import threading
from concurrent.futures import Future
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from bellwether.model.errors import UnavailableError
from bellwether.storage.database import open_database


def _add(connection: Connection, n: int) -> int:
    connection.execute(text("INSERT INTO probe VALUES (:n)"), {"n": n})
    return n


def _rolled_back(connection: Connection) -> int:
    _add(connection, 2)
    connection.exec_driver_sql("ROLLBACK")
    return 2


def test_nobody_is_told_of_a_commit_that_did_not_happen(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'store.sqlite'}")
    make = text("CREATE TABLE probe (n INTEGER PRIMARY KEY)")
    database.submit_write(lambda connection: bool(connection.execute(make))).result()
    begun, gate = threading.Event(), threading.Event()

    def wait(_: Connection) -> None:
        begun.set()
        gate.wait(5)

    waiting = database.submit_write(wait)
    assert begun.wait(5)
    futures: list[Future[int]] = [
        database.submit_write(lambda connection: _add(connection, 1)),
        database.submit_write(_rolled_back),
        database.submit_write(lambda connection: _add(connection, 3)),
    ]
    gate.set()
    waiting.result()
    with pytest.raises(UnavailableError, match="rolled back"):
        futures[0].result()
    for future in futures[1:]:
        assert future.exception() is not None
    assert database.submit_write(lambda connection: _add(connection, 4)).result() == 4
    found = text("SELECT n FROM probe")
    stored = database.submit_read(lambda c: list(c.execute(found).scalars())).result()
    assert stored == [4]
    database.close()
