"""A process stopped in the middle of a transaction on PostgreSQL holds nobody up for long."""

import threading
import time

import pytest
from sqlalchemy import Connection, text
from tests.support.postgres import PrivatePostgres

from bellwether.kit.ids import new_id
from bellwether.model.errors import UnavailableError
from bellwether.storage import postgresql
from bellwether.storage.database import open_database


def test_its_locks_are_taken_from_it_and_its_work_is_done_again(
    postgres: PrivatePostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "_SLEPT_S", 1)
    database = open_database(postgres.create("test_" + new_id().replace("-", "")))
    add = text("UPDATE probe SET n = n + 1")
    held, tries = threading.Event(), 0

    def make(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE probe (n INTEGER)"))
        connection.execute(text("INSERT INTO probe VALUES (0)"))

    def sleeper(connection: Connection) -> int:
        nonlocal tries
        tries += 1
        connection.execute(add)
        held.set()
        if tries == 1:
            time.sleep(2.5)
        return int(connection.execute(text("SELECT n FROM probe")).scalar_one())

    database.submit_write(make).result()
    asleep = database.submit_write(sleeper)
    assert held.wait(5)
    began = time.monotonic()
    database.submit_write(lambda connection: connection.execute(add).rowcount).result()
    assert time.monotonic() - began < 2.2  # it did not wait for the sleeper
    assert asleep.result() == 2
    assert tries == 2
    database.close()


def test_a_read_that_slept_is_told_that_the_store_does_not_answer(
    postgres: PrivatePostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "_SLEPT_S", 1)
    database = open_database(postgres.create("test_" + new_id().replace("-", "")))

    def sleeper(connection: Connection) -> int:
        connection.execute(text("SELECT 1"))
        time.sleep(1.5)
        return int(connection.execute(text("SELECT 1")).scalar_one())

    with pytest.raises(UnavailableError):
        database.submit_read(sleeper).result()
    assert database.submit_read(lambda c: c.execute(text("SELECT 1")).scalar_one()).result() == 1
    database.close()
