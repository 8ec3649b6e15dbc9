from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine

from bellwether.storage.batches import fetch_rows, insert_rows
from bellwether.storage.sqlite import SqliteDatabase


@pytest.mark.parametrize("count", [0, 1, 2, 255, 256, 257, 1000])
def test_every_row_is_stored_once_and_in_order(tmp_path: Path, count: int) -> None:
    database = SqliteDatabase(str(tmp_path / "store.sqlite"))
    with database.engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (a INTEGER UNIQUE, b TEXT)")
        rows = [(n, f"text {n}") for n in range(count)]
        assert insert_rows(connection, "INSERT INTO t (a, b)", rows) == count
        again = " ON CONFLICT (a) DO NOTHING"
        more = [*rows, (count, "one more")]
        assert insert_rows(connection, "INSERT INTO t (a, b)", more, again) == 1
        found = connection.exec_driver_sql("SELECT a, b FROM t ORDER BY rowid").fetchall()
        assert [tuple(row) for row in found] == more
    database.close()


class Thing(NamedTuple):
    place: int
    number: int | None
    text: str | None


_things = msgspec.json.Decoder(list[Thing])
# What a store may hold: letters of any kind, but no halves of letters and no NUL.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
NUMBERS = st.integers(-(2**63), 2**63 - 1)


@given(st.lists(st.tuples(st.none() | NUMBERS, st.none() | TEXTS), max_size=30), st.integers(0, 30))
def test_rows_that_come_in_one_step_are_those_that_come_one_by_one(
    rows: list[tuple[int | None, str | None]], limit: int
) -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (place INTEGER, number INTEGER, text TEXT)")
        for place, row in enumerate(rows):
            connection.exec_driver_sql("INSERT INTO t VALUES (?, ?, ?)", (place, *row))
        rest = "SELECT place, number, text FROM t ORDER BY number DESC, place LIMIT ?"
        one_by_one = [Thing(*row) for row in connection.exec_driver_sql(rest, (limit,))]
        assert fetch_rows(connection, "place, number, text", rest, (limit,), _things) == one_by_one
    engine.dispose()
