from pathlib import Path

import pytest

from bellwether.storage.batches import insert_rows
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
